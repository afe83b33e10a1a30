// narrows.rank: the choke points of one home.

const rankTitles = {
  rank: "by GDP at risk",
  gar: "value added at risk in a year",
  weighted: "GDP at risk times the weights of the product's sets",
  gar_linear: "low-loss end: all inputs replace each other",
  gar_tail: "more of every shortfall is passed on",
  leverage: "GDP at risk per unit of blocked imports",
  error_bound: "bounds the rounding error of GDP at risk and of the tail",
};

/** What comes first in the order of the rows. */
function leading() {
  return inWeightedOrder() ? "first" : "largest";
}

function chainText(codes) {
  return codes.map((code) => clip(code, 24)).join(" › ");
}

function rankColumns(row) {
  const column = (key, heading, style) => ({ key, heading, style, title: rankTitles[key] });
  const columns = [
    column("rank", "#", "count"),
    ...pairColumns(),
    column("gar", "GDP at risk", "flow"),
    ...(inWeightedOrder() ? [column("weighted", "Weighted", "flow")] : []),
    column("gar_share_of_gdp", "of GDP", "percent"),
    column("gar_linear", "Floor", "flow"),
    column("gar_tail", "Tail", "flow"),
    column("blocked", "Blocked imports", "flow"),
    column("leverage", "Leverage", "ratio"),
    {
      key: "chain",
      heading: "Binding chain",
      separator: ">",
      cell: (row) => h(
        "bdi",
        { title: clip(row.chain.map(sectorName).join(" › "), 300) },
        chainText(row.chain),
      ),
      text: (row) => row.chain.join(" "),
    },
    column("error_bound", "Error ≤", "bound"),
  ];
  const further = Object.keys(row || {}).filter(
    (key) => !columns.some((each) => each.key === key) && key !== "coalition_name",
  );
  const named = {
    world: ["World loses", "flow"],
    gar_median: ["Median", "flow"],
    gar_q05: ["5 %", "flow"],
    gar_q95: ["95 %", "flow"],
    rank_q05: ["Rank 5 %", "count"],
    rank_q95: ["Rank 95 %", "count"],
    p_top10: ["P(top 10)", "percent"],
    p_top10_half_width: ["± of it", "percent"],
  };
  for (const { account, unit } of doc.accounts || []) {
    const what = clip(account, 30);
    named[`${account}_at_risk`] = [`${what} at risk, ${clip(unit, 20)}`, "flow"];
    named[`${account}_linear`] = [`${what}, floor`, "flow"];
    named[`${account}_tail`] = [`${what}, tail`, "flow"];
  }
  for (const key of further) {
    const [heading, style] = named[key] || [key.replace(/_/g, " "), undefined];
    const numeric = doc.rows.some((row) => typeof row[key] === "number");
    columns.push({
      key,
      heading,
      style: style || (numeric ? "coefficient" : undefined),
      separator: "+",
      cell:
        key === "blow_back"
          ? (row, path) => row[key].flatMap(
            (_, i) => [i ? " + " : "", num(`${path}/${key}/${i}`, "flow")],
          )
          : undefined,
    });
  }
  return columns;
}

function rankSummary() {
  const row = doc.rows[0];
  const sentences = [];
  const from = clip(coalitionName(row), 48);
  sentences.push([
    `If ${from} withheld `,
    num("share", "share"),
    " of deliveries of ",
    quoted(row.product, 48),
    ` to ${clip(homeName(), 40)} for a year, value added of `,
    num("rows/0/gar", "flow"),
    ` ${clip(doc.unit, 40)} (`,
    num("rows/0/gar_share_of_gdp", "percent"),
    ` of GDP) would be at risk: the ${leading()} of `,
    num("ranked_pairs", "count"),
    " choke points" + (filterSets().length ? " of the chosen sets" : "") +
      (inWeightedOrder() ? " by weighted GDP at risk." : "."),
  ]);
  if (row.chain.length > 1) {
    sentences.push([
      "The loss runs on to ",
      listed(row.chain.slice(1, 4).map((code) => `“${clip(sectorName(code), 40)}”`)),
      ".",
    ]);
  }
  sentences.push([
    "Should all inputs replace each other, it is ",
    num("rows/0/gar_linear", "flow"),
    "; should ",
    num("tail_lambda", "share"),
    " of every shortfall be passed on instead of ",
    num("lambda", "share"),
    ", ",
    num("rows/0/gar_tail", "flow"),
    ".",
  ]);
  if (row.gar_q05 !== undefined) {
    sentences.push([
      "In 90 % of ",
      num("draws", "count"),
      " random draws of the data it lies between ",
      num("rows/0/gar_q05", "flow"),
      " and ",
      num("rows/0/gar_q95", "flow"),
      ".",
    ]);
  }
  if (doc.rows.length > 1) {
    sentences.push([
      `Next: “${clip(sectorName(doc.rows[1].product), 40)}” from ` +
        `${clip(coalitionName(doc.rows[1]), 40)} (`,
      num("rows/1/gar_share_of_gdp", "percent"),
      " of GDP).",
    ]);
  }
  sentences.splice(1, 0, ["This is an exposure of the upper kind, not a forecast."]);
  summary(sentences);
}

function rankTip(row) {
  const lines = [
    `${clip(sectorName(row.product), 60)} from ${clip(coalitionName(row), 60)}`,
    `GDP at risk ${formatted(row.gar, "flow")} (${formatted(row.gar_share_of_gdp, "percent")} of ` +
      `GDP)`,
    `floor ${formatted(row.gar_linear, "flow")}, tail ${formatted(row.gar_tail, "flow")}`,
  ];
  if (row.gar_q05 !== undefined) {
    lines.push(
      `90 % of draws: ${formatted(row.gar_q05, "flow")} to ${formatted(row.gar_q95, "flow")}`,
    );
  }
  return lines.join("\n");
}

function rankRanges() {
  const rows = doc.rows.slice(0, 15);
  const drawn = rows.some((row) => row.gar_q05 !== undefined);
  const items = (long) =>
    rows.map((row, i) => ({
      label: pairLabel(row, long),
      low: row.gar_linear,
      mid: row.gar,
      high: row.gar_tail,
      from: row.gar_q05 === undefined ? null : row.gar_q05,
      to: row.gar_q95 === undefined ? null : row.gar_q95,
      end: formatted(row.gar_share_of_gdp, "percent"),
      tip: rankTip(row),
      paths: pathsTo(`rows/${i}`, {
        low: "gar_linear",
        mid: "gar",
        high: "gar_tail",
        ...(row.gar_q05 === undefined ? {} : { from: "gar_q05", to: "gar_q95" }),
      }),
    }));
  const chart = new Chart(
    `GDP at risk of the ${rows.length} ${leading()} choke points of ${clip(homeName(), 60)}, ` +
      `from the floor to the tail. ` +
      `The ${leading()}: ${clip(sectorName(rows[0].product), 60)} from ` +
        `${clip(coalitionName(rows[0]), 60)}, ${formatted(rows[0].gar, "flow")} ` +
        `${clip(doc.unit, 40)}.`,
    (width) => rangeChart(
      items(wide(width)),
      `GDP at risk, ${clip(doc.unit, 40)}`,
      flowFormat(rows[0].gar_tail),
    )(width),
  );
  const colours = [
    ["bar", "var(--range)", "floor to tail"],
    ["dot", "var(--accent)", "GDP at risk (headline)"],
  ];
  if (drawn) colours.push(["line", "var(--drawn)", "90 % of the draws"]);
  figure({
    id: "at-risk",
    title: "GDP at risk: floor, headline and tail",
    lead:
      (
        doc.rows.length > rows.length ? `The ${rows.length} ${leading()} of ` +
          `${fixed(doc.rows.length, 0)} pairs. ` : ""
      ) +
      "The dot is the headline; the bar reaches from the floor, where inputs replace each other, " +
        "to the tail, where most of every shortfall is passed on. At the right, the share of GDP.",
    legend: colours,
    chart,
    extra: [`tail λ ${doc.tail_lambda}`].concat(drawn ? [`${doc.draws} draws`] : []),
    data: () => ({
      columns: [
        "product",
        "from",
        "floor",
        "GDP at risk",
        "tail",
        "of GDP",
      ].concat(drawn ? ["5 %", "95 %"] : []),
      rows: rows.map((row, i) =>
        [
          product(row.product),
          label(coalitionName(row)),
          num(`rows/${i}/gar_linear`, "flow"),
          num(`rows/${i}/gar`, "flow"),
          num(`rows/${i}/gar_tail`, "flow"),
          num(`rows/${i}/gar_share_of_gdp`, "percent"),
        ].concat(drawn ? [num(`rows/${i}/gar_q05`, "flow"), num(`rows/${i}/gar_q95`, "flow")] : []),
      ),
    }),
  });
}

/** The first `most` keys of rows in the order in which they come. */
function firstKeys(rows, key, most) {
  const keys = new Map();
  rows.forEach((row) => {
    if (keys.size < most && !keys.has(key(row))) keys.set(key(row), row);
  });
  return keys;
}

function rankHeat() {
  const products = firstKeys(doc.rows, (row) => row.product, 40);
  const coalitions = firstKeys(doc.rows, coalitionCode, 30);
  if (coalitions.size < 2) return;
  const cells = [];
  doc.rows.forEach((row, i) => {
    if (!products.has(row.product) || !coalitions.has(coalitionCode(row))) return;
    cells.push({
      x: coalitionCode(row),
      y: row.product,
      value: row.gar_share_of_gdp,
      paths: { value: `rows/${i}/gar_share_of_gdp` },
      tip: rankTip(row),
    });
  });
  const all = new Set(doc.rows.map((row) => row.product)).size;
  const allFrom = new Set(doc.rows.map(coalitionCode)).size;
  const cut = all > products.size || allFrom > coalitions.size;
  figure({
    id: "heat",
    title: "Which product, from whom",
    lead:
      `GDP at risk as a share of GDP; products and origins with the ${leading()} choke points ` +
        "come first. Blank: nothing is imported." +
      (
        cut ? ` Shown: ${products.size} of ${all} products, ${coalitions.size} of ${allFrom} ` +
          `origins.` : ""
      ),
    chart: new Chart(
      "Heat map of GDP at risk by product and origin; its numbers are in the table of all choke " +
        "points.",
      (width, dark) =>
        heatMap(
          cells,
          [...coalitions.keys()].map((key) => ({ key, label: clip(key, 12) })),
          [...products.keys()].map((key) => ({
            key,
            label: productLabel(key, wide(width)),
          })),
          "GDP at risk, share of GDP",
          ".1%",
        )(width, dark),
    ),
  });
}

function rankReport() {
  const drawn = doc.draws !== undefined;
  heading([
    ["home", label(homeName(), 60)],
    ["GDP", num("gdp", "flow")],
    ["unit", label(doc.unit, 60)],
    ["share blocked", num("share")],
    ["λ", num("lambda")],
    ["tail λ", num("tail_lambda")],
    ["scope", doc.scope],
    ["criticality", label(run.parameters.criticality || "", 60)],
    ["draws", drawn ? num("draws", "count") : null],
  ]);
  if (!doc.rows.length) {
    main.append(note("info", "No imports are blocked: nothing to rank."));
    return method("rank");
  }
  rankSummary();
  warnings();
  if (doc.rows.length < doc.ranked_pairs && !report.left_out) {
    main.append(
      note("info", `Only the first ${fixed(doc.rows.length, 0)} rows were asked for (--top).`),
    );
  }
  const unit = clip(doc.unit, 40);
  keyFigures(
    [
      [
        "GDP at risk",
        num("rows/0/gar", "flow"),
        `${unit}: the ${leading()} choke point, headline`,
      ],
      [
        "Share of GDP",
        num("rows/0/gar_share_of_gdp", "percent"),
        `of the ${leading()} choke point`,
      ],
      ["Floor", num("rows/0/gar_linear", "flow"), `${unit}: inputs replace each other`],
      ["Tail", num("rows/0/gar_tail", "flow"), `${unit}: more of each shortfall is passed on`],
      ["Leverage", num("rows/0/leverage", "ratio"), "GDP at risk per unit of blocked imports"],
    ].concat(
      drawn && doc.rows[0].gar_q05 !== undefined
        ? [
          [
            "90 % of draws",
            h("span", {}, num("rows/0/gar_q05", "flow"), " – ", num("rows/0/gar_q95", "flow")),
            unit,
          ],
        ]
        : [],
    ),
    doc.rows[0].product,
  );
  rankRanges();
  allRows({
    caption: "All choke points",
    path: "rows",
    csvName: "choke-points",
    extra: [`tail λ ${doc.tail_lambda}`],
    lead: "A heading sorts by its column. The CSV holds what is found, with every digit.",
    columns: rankColumns(doc.rows[0]),
  });
  rankHeat();
  rankFlow();
  if (report.exposure) {
    exposureFigure("report/exposure", "Foreign inputs: direct, and through the chain");
  } else {
    main.append(
      note("info", "A national table knows no origins: there is no look-through exposure."),
    );
  }
  method("rank", ...(doc.scope === "world" ? ["world"] : []), ...(drawn ? ["draws"] : []));
}

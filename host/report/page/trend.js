// narrows.trend: self-reliance over the years.

/** Pairs in the order of the document: { product, coalition, rows: [{ row, i }] }. */
function trendPairs() {
  const pairs = new Map();
  doc.rows.forEach((row, i) => {
    const key = JSON.stringify([row.product, row.coalition]);
    if (!pairs.has(key)) pairs.set(
      key,
      { product: row.product, coalition: row.coalition, rows: [] },
    );
    pairs.get(key).rows.push({ row, i });
  });
  return [...pairs.values()];
}

const trendYears = () => doc.years.map((year) => year.year);

function trendSummary(pairs) {
  const last = doc.years.length - 1;
  const [from, to] = [doc.years[0].year, doc.years[last].year];
  const sentences = [
    [
      `From ${from} to ${to} the import content of ${clip(homeName(), 40)}’s final output went ` +
        `from `,
      num("years/0/import_content", "percent"),
      " to ",
      num(`years/${last}/import_content`, "percent"),
      ".",
    ],
  ];
  if ([0, last].every((y) => typeof doc.years[y].foreign_share === "number")) {
    sentences.push([
      "Of all output that it calls forth through the whole chain, ",
      num("years/0/foreign_share", "percent"),
      " came from abroad at first and ",
      num(`years/${last}/foreign_share`, "percent"),
      " at last.",
    ]);
  }
  if (pairs.length) {
    const { product: code, rows } = pairs[0];
    const [first, end] = [rows[0].i, rows[rows.length - 1].i];
    sentences.push([
      inWeightedOrder()
        ? `First by weighted GDP at risk in ${to} is `
        : `The largest choke point of ${to}${filterSets().length ? " in the chosen sets" : ""} is `,
      quoted(code, 48),
      ` from ${clip(coalitionName(pairs[0]), 40)}: were `,
      num("share", "share"),
      " withheld for a year, ",
      num(`rows/${end}/gar_share_of_gdp`, "percent"),
      ` of GDP would be at risk, against `,
      num(`rows/${first}/gar_share_of_gdp`, "percent"),
      ` in ${from}; its rank was between `,
      num(`rows/${end}/best_rank`, "count"),
      " and ",
      num(`rows/${end}/worst_rank`, "count"),
      ".",
    ]);
  }
  sentences.push(["GDP at risk is an exposure of the upper kind, not a forecast."]);
  summary(sentences);
}

function trendLines() {
  const measures = [
    ["import_content", "import content"],
    ["foreign_share", "look-through foreign share"],
    ["foreign_share_of_inputs", "of inputs only"],
  ].filter(([key]) => doc.years.some((year) => typeof year[key] === "number"));
  const series = measures.map(([key, name], s) => ({
    name,
    colour: palette[s],
    dash: dashes[s],
    values: doc.years
      .map((year, y) => ({ year, y }))
      .filter(({ year }) => typeof year[key] === "number")
      .map(({ year, y }) => ({
        x: year.year,
        y: year[key],
        paths: { x: `years/${y}/year`, y: `years/${y}/${key}` },
        tip: `${year.year}: ${name} ${formatted(year[key], "percent")}`,
      })),
  }));
  figure({
    id: "reliance",
    title: "Reliance on others",
    lead:
      "Import content: imports in a unit of final output. Look-through foreign share: output " +
        "called forth abroad over all output called forth, with and without that final output " +
        "itself.",
    legend: series.map((one) => ["line", one.colour, one.name, one.dash]),
    chart: new Chart(
      `${listed(measures.map((measure) => measure[1]))} of ${clip(homeName(), 60)}, ` +
        `${trendYears()[0]} to ${trendYears()[doc.years.length - 1]}.`,
      lineChart(
        series,
        {
          xTitle: "year",
          yTitle: "share",
          format: ".0%",
          xFormat: "d",
          xs: trendYears(),
          points: true,
          zero: true,
        },
      ),
    ),
    extra: ["shares without unit"],
    plain: true,
    data: () => ({
      columns: ["year"].concat(measures.map((measure) => measure[1])),
      rows: doc.years.map((year, y) =>
        [String(year.year)].concat(measures.map(([key]) => num(`years/${y}/${key}`, "percent"))),
      ),
    }),
  });
}

function trendAtRisk(pairs) {
  const shown = pairs.slice(0, 8);
  if (!shown.length) return;
  const series = shown.map((pair, s) => ({
    name: pairLabel(pair, true),
    colour: palette[s],
    dash: dashes[s],
    values: pair.rows.map(({ row, i }) => ({
      x: row.year,
      y: row.gar_share_of_gdp,
      paths: pathsTo(`rows/${i}`, { x: "year", y: "gar_share_of_gdp" }),
      tip: `${pairLabel(pair, true)}, ${row.year}\n${formatted(row.gar_share_of_gdp, "percent")} ` +
        `of GDP, rank ${formatted(row.rank)}\nGDP at risk ${formatted(row.gar, "flow")}, tail ` +
        `${formatted(row.gar_tail, "flow")}`,
    })),
  }));
  const course = ({ name, values }) =>
    `${name} ${formatted(values[0].y, "percent")} to ` +
    formatted(values[values.length - 1].y, "percent");
  figure({
    id: "at-risk",
    title: "GDP at risk over the years",
    lead:
      "As a share of GDP; " +
      (
        pairs.length > shown.length ? `of ${fixed(pairs.length, 0)} pairs the ` +
          `${shown.length}` : "the pairs"
      ) +
      ` with most ${inWeightedOrder() ? "weighted " : ""}GDP at risk in the last year.`,
    legend: series.map((one) => ["line", one.colour, one.name, one.dash]),
    chart: new Chart(
      `GDP at risk as a share of GDP over the years: ${listed(series.map(course))}.`,
      lineChart(
        series,
        {
          xTitle: "year",
          yTitle: "GDP at risk, share of GDP",
          format: ".1~%",
          xFormat: "d",
          xs: trendYears(),
          points: true,
          zero: true,
        },
      ),
    ),
    extra: [`tail λ ${doc.tail_lambda}`],
    data: () => ({
      columns: ["product", "from"].concat(trendYears().map(String)),
      rows: shown.map((pair) =>
        [product(pair.product), label(coalitionName(pair))].concat(
          pair.rows.map(({ i }) => num(`rows/${i}/gar_share_of_gdp`, "percent")),
        ),
      ),
    }),
  });
}

function trendHeat() {
  const last = trendYears()[doc.years.length - 1];
  const key = doc.products.some(
    (row) => typeof row.foreign_share === "number",
  ) ? "foreign_share" : "import_content";
  const name = key === "foreign_share" ? "look-through foreign share" : "import content";
  const rows = doc.products.map((row, i) => ({ row, i })).filter(
    ({ row }) => typeof row[key] === "number",
  );
  const products = rows
    .filter(({ row }) => row.year === last)
    .sort((a, b) => b.row[key] - a.row[key])
    .map(({ row }) => row.product);
  const shown = new Set(products.slice(0, 40));
  if (!shown.size) return;
  const cells = rows
    .filter(({ row }) => shown.has(row.product))
    .map(({ row, i }) => ({
      x: row.year,
      y: row.product,
      value: row[key],
      paths: pathsTo(`products/${i}`, { x: "year", value: key }),
      tip: `${clip(sectorName(row.product), 60)}, ${row.year}\n${name} ` +
        `${formatted(row[key], "percent")}\nimport content ` +
        `${formatted(row.import_content, "percent")}`,
    }));
  figure({
    id: "heat",
    title: `Product by product: ${name}`,
    lead:
      "Of a unit of each product’s final output; those with the largest share in the last year " +
        "come first." +
      (products.length > shown.size ? ` ${shown.size} of ${products.length} products.` : ""),
    chart: new Chart(`Heat map of the ${name} by product and year.`, (width, dark) =>
      heatMap(
        cells,
        trendYears().map((year) => ({ key: year, label: String(year) })),
        [...shown].map((code) => ({
          key: code,
          label: productLabel(code, wide(width)),
        })),
        name,
        ".0%",
        "linear",
      )(width, dark),
    ),
    extra: ["shares without unit"],
    plain: true,
    data: () => ({
      columns: ["product", "year", "import content", "foreign share"],
      rows: rows
        .filter(({ row }) => shown.has(row.product))
        .map(({ row, i }) => [
          product(row.product),
          String(row.year),
          num(`products/${i}/import_content`, "percent"),
          num(`products/${i}/foreign_share`, "percent"),
        ]),
    }),
  });
}

function trendChange(pairs) {
  const both = pairs.filter((pair) => pair.rows.length > 1).slice(0, 20);
  if (!both.length) return;
  const ends = (pair) => [pair.rows[0], pair.rows[pair.rows.length - 1]];
  const [from, to] = [both[0].rows[0].row.year, both[0].rows[both[0].rows.length - 1].row.year];
  const items = (long) =>
    both.map((pair) => {
      const [first, last] = ends(pair);
      return {
        label: pairLabel(pair, long),
        a: first.row.gar_share_of_gdp,
        b: last.row.gar_share_of_gdp,
        paths: { a: `rows/${first.i}/gar_share_of_gdp`, b: `rows/${last.i}/gar_share_of_gdp` },
        tip: `${pairLabel(pair, true)}\n${from}: ` +
          `${formatted(first.row.gar_share_of_gdp, "percent")} of GDP\n${to}: ` +
          `${formatted(last.row.gar_share_of_gdp, "percent")}\nranks ${last.row.best_rank} to ` +
          `${last.row.worst_rank}`,
      };
    });
  figure({
    id: "change",
    title: `What changed from ${from} to ${to}`,
    lead: `GDP at risk as a share of GDP in the first and the last year, the ${both.length} ` +
      `${inWeightedOrder() ? "first" : "largest"} of the last.`,
    legend: [["square", "var(--drawn)", String(from)], ["dot", "var(--accent)", String(to)]],
    chart: new Chart(
      `GDP at risk as a share of GDP in ${from} and in ${to}; the numbers are in the table below.`,
      (width) => pairsChart(items(wide(width)), "GDP at risk, share of GDP", ".1~%")(width),
    ),
  });
}

function trendTables() {
  const flow = (key, heading) => ({ key, heading, style: "flow" });
  const percent = (key, heading) => ({ key, heading, style: "percent" });
  const count = (key, heading) => ({ key, heading, style: "count" });
  allRows({
    caption: "All choke points, year by year",
    path: "rows",
    csvName: "trend",
    extra: [`tail λ ${doc.tail_lambda}`],
    columns: [
      ...pairColumns(),
      count("year", "Year"),
      count("rank", "Rank"),
      percent("gar_share_of_gdp", "of GDP"),
      flow("gar", "GDP at risk"),
      ...(inWeightedOrder() ? [flow("weighted", "Weighted")] : []),
      flow("gar_tail", "Tail"),
      flow("blocked", "Blocked imports"),
      count("best_rank", "Best rank"),
      count("worst_rank", "Worst rank"),
      flow("change_of_gar", "Change"),
      percent("change_of_share_of_gdp", "Change of share"),
    ],
  });
}

function trendReport() {
  const pairs = trendPairs();
  const units = new Set(doc.years.map((year) => year.unit));
  heading([
    ["home", label(homeName(), 60)],
    ["years", `${trendYears()[0]} to ${trendYears()[doc.years.length - 1]}`],
    ["share blocked", num("share")],
    ["λ", num("lambda")],
    ["tail λ", num("tail_lambda")],
    ["scope", doc.scope],
    ["criticality", label(run.parameters.criticality || "", 60)],
  ]);
  trendSummary(pairs);
  warnings();
  if (units.size > 1) main.append(
    note("warning", "Units differ between years: compare shares, not flows."),
  );
  const dropped = { products: doc.dropped_products, origins: doc.dropped_origins };
  for (const [what, codes] of Object.entries(dropped)) {
    if (!codes || !codes.length) continue;
    main.append(
      note(
        "info",
        `Left out, because some year lacks them: ${codes.length} ${what} (`,
        label(codes.join(", "), 300),
        "). Ranks count the rest.",
      ),
    );
  }
  trendLines();
  trendAtRisk(pairs);
  trendHeat();
  trendChange(pairs);
  trendTables();
  method("trend");
}

// narrows.exposure: where the inputs of home's sectors come from.

function exposureTip(row) {
  return (
    `${clip(sectorName(row.sector), 60)}\nface value ${formatted(row.face_value, "percent")}` +
    `\nlook-through ${formatted(row.look_through, "percent")}\nhidden ` +
      `${formatted(row.hidden, "percent")}` +
    (row.largest_origin ? `\nmost from ${clip(regionName(row.largest_origin), 40)}` : "")
  );
}

/** Face value against look-through, the sectors at `path` with the largest look-through. */
function exposureFigure(path, title) {
  const rows = at(path)
    .map((row, i) => ({ row, i }))
    .filter(({ row }) => row.look_through > 0)
    .sort((a, b) => b.row.look_through - a.row.look_through);
  if (!rows.length) return;
  const shown = rows.slice(0, 30);
  const items = (long) =>
    shown.map(({ row, i }) => ({
      label: long ? clip(sectorName(row.sector), 40) : clip(row.sector, 12),
      a: row.face_value,
      b: row.look_through,
      paths: pathsTo(`${path}/${i}`, { a: "face_value", b: "look_through" }),
      tip: exposureTip(row),
    }));
  figure({
    id: "look-through",
    title,
    extra: ["share of all inputs, without unit"],
    plain: true,
    lead:
      "Share of other countries in the inputs of a sector: direct purchases (face value), and " +
        "through all suppliers of suppliers (look-through). The distance is hidden exposure." +
      (
        rows.length > shown.length ? ` The ${shown.length} sectors of ${rows.length} with the ` +
          `largest look-through.` : ""
      ),
    legend: [
      ["square", "var(--drawn)", "face value"],
      ["dot", "var(--accent)", "look-through"],
    ],
    chart: new Chart(
      `Foreign share of inputs by sector, at face value and through the chain. The largest: ` +
        `${clip(sectorName(shown[0].row.sector), 60)}, ` +
        `${formatted(shown[0].row.look_through, "percent")} through the chain.`,
      (width) => pairsChart(items(wide(width)), "share of foreign origin", ".0%")(width),
    ),
    data: () => ({
      columns: ["sector", "face value", "look-through", "hidden"],
      rows: rows.map(({ row, i }) => [
        coded(row.sector, sectorName(row.sector)),
        num(`${path}/${i}/face_value`, "percent"),
        num(`${path}/${i}/look_through`, "percent"),
        num(`${path}/${i}/hidden`, "percent"),
      ]),
    }),
  });
}

function originHeat() {
  const { regions, look_through: shares, face_value: direct } = report.origins;
  const weight = (list, i) => list.reduce((sum, row) => sum + row[i], 0);
  const foreign = regions
    .map((code, i) => ({ code, i, weight: weight(shares, i) }))
    .filter((each) => each.code !== doc.home)
    .sort((a, b) => b.weight - a.weight);
  const from = foreign.slice(0, 25);
  const sectors = doc.rows
    .map((row, i) => ({ row, i }))
    .filter(({ row }) => row.look_through > 0)
    .sort((a, b) => b.row.look_through - a.row.look_through)
    .slice(0, 40);
  if (!from.length || !sectors.length) return;
  const cells = sectors.flatMap(({ row, i }) =>
    from.map((each) => ({
      x: each.code,
      y: row.sector,
      value: shares[i][each.i],
      paths: { value: `report/origins/look_through/${i}/${each.i}` },
      tip: `${clip(sectorName(row.sector), 60)} from ${clip(regionName(each.code), 40)}` +
        `\nlook-through ${formatted(shares[i][each.i], "percent")}\nface value ` +
        `${formatted(direct[i][each.i], "percent")}`,
    })),
  );
  figure({
    id: "heat",
    title: "Which sector, from whom",
    extra: ["share of all inputs, without unit"],
    plain: true,
    lead:
      "Share of each foreign origin in all inputs of a sector, through the whole chain; those " +
        "with the largest shares come first." +
      (foreign.length > from.length ? ` Shown: ${from.length} of ${foreign.length} origins.` : ""),
    chart: new Chart("Heat map of look-through shares by sector and origin.", (width, dark) =>
      heatMap(
        cells,
        from.map((each) => ({ key: each.code, label: clip(each.code, 12) })),
        sectors.map(({ row }) => ({
          key: row.sector,
          label: wide(width) ? clip(sectorName(row.sector), 36) : clip(row.sector, 12),
        })),
        "share of inputs",
        ".0%",
      )(width, dark),
    ),
    data: () => ({
      columns: ["sector"].concat(from.map((each) => clip(each.code, 12))),
      rows: sectors.map(({ row, i }) =>
        [coded(row.sector, sectorName(row.sector))].concat(
          from.map((each) => num(`report/origins/look_through/${i}/${each.i}`, "percent")),
        ),
      ),
    }),
  });
}

function largestBy(rows, key) {
  return rows.reduce(
    (best, row, i) => (row[key] !== null && (best < 0 || row[key] > rows[best][key]) ? i : best),
    -1,
  );
}

function exposureSummary() {
  const most = largestBy(doc.rows, "look_through");
  const hidden = largestBy(doc.rows, "hidden");
  const row = doc.rows[most];
  const sentences = [
    [
      `Of all inputs that “${clip(sectorName(row.sector), 48)}” of ${clip(homeName(), 40)} calls ` +
        `forth through its whole chain, `,
      num(`rows/${most}/look_through`, "percent"),
      ` come from abroad: the largest share of all ` +
        `${filterSets().length ? "these " : ""}sectors. ` +
        "Of its direct purchases it is ",
      num(`rows/${most}/face_value`, "percent"),
      ".",
    ],
  ];
  if (row.largest_origin) {
    sentences.push([
      `Its largest foreign origin is ${clip(regionName(row.largest_origin), 40)}, with `,
      num(`rows/${most}/largest_share`, "percent"),
      " of what comes from abroad.",
    ]);
  }
  sentences.push([
    `Most is hidden in “${clip(sectorName(doc.rows[hidden].sector), 48)}”: the chain adds `,
    num(`rows/${hidden}/hidden`, "percent"),
    " of its inputs to what its own purchases show.",
  ]);
  sentences.push(
    [
      "These are shares of output called forth, not losses: what a cut would cost, narrows rank " +
        "says.",
    ],
  );
  summary(sentences);
}

function exposureReport() {
  heading([
    ["home", label(homeName(), 60)],
    ["table", label(run.table + (run.year ? ` (${run.year})` : ""), 80)],
    ["sectors", fixed(doc.rows.length, 0)],
  ]);
  exposureSummary();
  warnings();
  exposureFigure("rows", "Look-through against face value");
  originHeat();
  const percent = (key, heading, title) => ({ key, heading, style: "percent", title });
  allRows({
    caption: filterSets().length ? "Sectors of the chosen sets" : "All sectors",
    path: "rows",
    csvName: "exposure",
    extra: ["shares without unit"],
    plain: true,
    columns: [
      {
        key: "sector",
        heading: "Sector",
        cell: (row) => product(row.sector),
        text: (row) => row.sector + " " + sectorName(row.sector),
      },
      percent("face_value", "Face value", "foreign share of direct inputs"),
      percent("look_through", "Look-through", "foreign share of inputs through the whole chain"),
      percent("hidden", "Hidden", "look-through less face value"),
      {
        key: "concentration",
        heading: "HHI",
        style: "coefficient",
        title: "concentration among foreign origins",
      },
      {
        key: "largest_origin",
        heading: "Most from",
        cell: (row) => (
          row.largest_origin ? coded(row.largest_origin, regionName(row.largest_origin)) : "–"
        ),
        text: (row) => `${row.largest_origin} ${regionName(row.largest_origin)}`,
      },
      percent("largest_share", "its share", "of all that comes from abroad"),
      percent("face_value_with_own_output", "Face value, own output too"),
      percent("look_through_with_own_output", "Look-through, own output too"),
      ...(inWeightedOrder()
        ? [{ key: "weighted", heading: "Weighted", style: "coefficient",
          title: "look-through times the weights of the sector's sets" }]
        : []),
    ],
  });
  method("exposure");
}

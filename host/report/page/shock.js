// narrows.shock: what models say of a scenario.

const modelMeanings = {
  "pbl-linear": "stocks; inputs replace each other",
  "pbl-ces": "stocks; inputs replace each other in part",
  "pbl-weak": "stocks; critical inputs bind, important ones do not",
  "pbl-half": "stocks; important inputs bind by half",
  "pbl-strong": "stocks; critical and important inputs bind",
  "pbl-leontief": "stocks; every input binds",
  pbl: "stocks; important inputs bind by half",
  ario: "stocks and overtime",
  bottleneck: "the equations of narrows rank",
  ghosh: "static, supply-driven",
  leontief: "static, demand-driven",
  inoperability: "static inoperability",
  mixed: "static, some outputs fixed",
  price: "static cost-push prices",
  "dynamic-inoperability": "inoperability that recovers",
  ces: "equilibrium with prices and substitution",
  "ces-first-order": "first-order effect of it",
  "ces-second-order": "second-order effect of it",
  optimal: "what is left goes where it saves most: a lower bound",
  esri: "cascade of failing suppliers and customers",
};

/** Models with an answer, by their place in the document. */
const answered = () =>
  doc.models.map((model, i) => ({ model, i })).filter(
    ({ model }) => model.value_added_loss !== null,
  );

/** The one whose chains are shown first: the middle reading where it is there. */
const middleModel = (list, name) => Math.max(
  0,
  list.findIndex((each) => name(each) === "pbl-half"),
);

function shockSummary() {
  const all = answered();
  if (!all.length) return;
  const sorted = [...all].sort((a, b) => a.model.value_added_loss - b.model.value_added_loss);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const middle = all[middleModel(all, ({ model }) => model.model)];
  const unit = clip(doc.unit, 40);
  const loss = ({ i }) => num(`models/${i}/value_added_loss`, "flow");
  const share = ({ i }) => num(`models/${i}/gdp_share`, "percent");
  const sentences = [[`${clip(doc.description || doc.scenario, 220).replace(/[.\s]+$/, "")}.`]];
  const days = [
    "Over ",
    num("days", "count"),
    " days",
    ...(doc.num_cases > 1 ? [", in the mean of ", num("num_cases", "count"), " cases"] : []),
    all.length > 1 ? " the models put" : ` ${low.model.model} puts`,
    " the loss of value added at ",
    loss(low),
  ];
  sentences.push(
    all.length > 1
      ? [
          ...days,
          ` ${unit} (${low.model.model}, `,
          share(low),
          " of GDP) to ",
          loss(high),
          ` (${high.model.model}, `,
          share(high),
          ").",
        ]
      : [...days, ` ${unit}, `, share(low), " of GDP."],
  );
  if (all.length > 1) {
    sentences.push([`${middle.model.model} says `, loss(middle), " (", share(middle), ")."]);
  }
  if (middle.model.peak_share > 0 && middle.model.peak_day > 0) {
    sentences.push([
      "At its worst, on day ",
      num(`models/${middle.i}/peak_day`, "count"),
      ", ",
      num(`models/${middle.i}/peak_share`, "percent"),
      " of a day’s GDP is missing.",
    ]);
  }
  const losers = [...middle.model.by_sector].sort(
    (a, b) => b.value_added_loss - a.value_added_loss,
  ).slice(0, 3);
  if (losers.length && losers[0].value_added_loss > 0) {
    sentences.push(
      [
        `${filterSets().length ? "Of the chosen sets most" : "Most"} is lost in `,
        listed(losers.map((each) => `“${clip(sectorName(each.sector), 40)}”`)),
        ".",
      ],
    );
  }
  sentences.push(
    ["These are outcomes of models, not forecasts; the spread between them is part of the answer."],
  );
  summary(sentences);
}

function modelTip(model) {
  const lines = [
    `${model.model}: ${modelMeanings[model.model] || ""}`,
    `value added lost ${formatted(model.value_added_loss, "flow")} ` +
      `(${formatted(model.gdp_share, "percent")} of GDP)`,
    `output lost ${formatted(model.output_loss, "flow")}`,
  ];
  if (model.value_added_loss_q05 !== undefined) {
    lines.push(
      `5 to 95 % of the cases: ${formatted(model.value_added_loss_q05, "flow")} to ` +
        `${formatted(model.value_added_loss_q95, "flow")}`,
    );
  }
  return lines.join("\n");
}

function shockBand() {
  const all = answered();
  const many = doc.num_cases > 1;
  const items = all.map(({ model, i }) => ({
    label: model.model,
    low: many ? model.value_added_loss_q05 : 0,
    mid: model.value_added_loss,
    high: many ? model.value_added_loss_q95 : model.value_added_loss,
    from: null,
    to: null,
    end: formatted(model.gdp_share, "percent"),
    tip: modelTip(model),
    paths: pathsTo(`models/${i}`, {
      mid: "value_added_loss",
      ...(many ? { low: "value_added_loss_q05", high: "value_added_loss_q95" } : {}),
    }),
  }));
  const most = Math.max(...items.map((item) => item.high));
  const inShort = ({ model }) => `${model.model} ${formatted(model.gdp_share, "percent")} of GDP`;
  figure({
    id: "band",
    title: "Value added lost, model by model",
    lead:
      "The same scenario under each model. The dot is the loss of value added" +
      (many ? ", the mean over the cases, and the bar holds 90 % of them" : "") +
      "; at the right, its share of GDP over the same time.",
    legend: many
      ? [["bar", "var(--range)", "5 to 95 % of the cases"], ["dot", "var(--accent)", "mean"]]
      : null,
    chart: new Chart(
      `Value added lost under ${all.length} models: ${listed(all.map(inShort))}.`,
      rangeChart(items, `value added lost, ${clip(doc.unit, 40)}`, flowFormat(most)),
    ),
    extra: [`${doc.days} days`].concat(many ? [`${doc.num_cases} cases`] : []),
    data: () => ({
      columns: ["model", "what it is", "value added lost", "of GDP"],
      rows: all.map(({ model, i }) => [
        model.model,
        modelMeanings[model.model] || "",
        num(`models/${i}/value_added_loss`, "flow"),
        num(`models/${i}/gdp_share`, "percent"),
      ]),
    }),
  });
}

/** Value added of every day; of a long horizon every so many days. */
function shockPaths() {
  const paths = (doc.paths || []).map((path, p) => ({ path, p }));
  if (!paths.length || doc.num_cases > 1) return;
  const every = Math.max(1, Math.ceil(paths[0].path.days.length / 370));
  const series = paths.map(({ path, p }, s) => ({
    name: path.model,
    colour: palette[s % palette.length],
    dash: dashes[s % dashes.length],
    values: path.days
      .map((day, k) => ({ day, k }))
      .filter(({ k }) => k % every === 0)
      .map(({ day, k }) => ({
        x: day,
        y: path.value_added[k],
        paths: { x: `paths/${p}/days/${k}`, y: `paths/${p}/value_added/${k}` },
        tip: `${path.model}, day ${day}\nvalue added ${formatted(path.value_added[k], "flow")} ` +
          `a day`,
      })),
  }));
  const values = series.flatMap((one) => one.values.map((value) => value.y));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  figure({
    id: "paths",
    title: "Day by day",
    lead:
      "Value added of a day under each model that goes day by day; the shaded band reaches from " +
        "the lowest to the highest of them." +
      (least > 0.5 * most ? " The axis does not start at zero." : "") +
      (every > 1 ? ` Every ${every} days.` : ""),
    legend: [["bar", "var(--range)", "band of the models"]].concat(
      series.map((one) => ["line", one.colour, one.name, one.dash]),
    ),
    chart: new Chart(
      `Value added of a day over ${doc.days} days under ${listed(series.map((one) => one.name))}.`,
      lineChart(series, {
        xTitle: "day",
        yTitle: `value added, ${clip(doc.unit, 40)} a day`,
        format: flowFormat(most),
        xFormat: "d",
        band: series.length > 1,
        zero: least <= 0.5 * most,
      }),
    ),
    data: () => ({
      columns: ["day"].concat(series.map((one) => one.name)),
      rows: paths[0].path.days
        .map((day, k) => ({ day, k }))
        .filter(({ k }) => k % Math.max(every, 7) === 0)
        .map(
          ({ day, k }) => [String(day)].concat(
            paths.map(({ p }) => num(`paths/${p}/value_added/${k}`, "flow")),
          ),
        ),
    }),
  });
}

function shockHeat() {
  const all = answered().filter(({ model }) => model.by_sector.length);
  if (!all.length) return;
  const sectors = all[0].model.by_sector
    .map((each, k) => ({
      sector: each.sector,
      k,
      most: Math.max(...all.map(({ model }) => model.by_sector[k].value_added_loss)),
    }))
    .filter((each) => each.most > 0)
    .sort((a, b) => b.most - a.most);
  const shown = sectors.slice(0, 30);
  if (!shown.length) return;
  const cells = shown.flatMap(({ sector, k }) =>
    all.map(({ model, i }) => ({
      x: model.model,
      y: sector,
      value: model.by_sector[k].value_added_loss,
      paths: { value: `models/${i}/by_sector/${k}/value_added_loss` },
      tip: `${clip(sectorName(sector), 60)}, ${model.model}\nvalue added lost ` +
        `${formatted(model.by_sector[k].value_added_loss, "flow")}\noutput lost ` +
        `${formatted(model.by_sector[k].output_loss, "flow")}`,
    })),
  );
  figure({
    id: "heat",
    title: "Who loses",
    lead:
      "Value added lost by sector and model; those that lose most come first." +
      (
        sectors.length > shown.length ? ` ${shown.length} of ${sectors.length} sectors with a ` +
          `loss.` : ""
      ),
    chart: new Chart("Heat map of value added lost by sector and model.", (width, dark) =>
      heatMap(
        cells,
        all.map(({ model }) => ({ key: model.model, label: clip(model.model, 22) })),
        shown.map(({ sector }) => ({
          key: sector,
          label: wide(width) ? clip(sectorName(sector), 36) : clip(sector, 12),
        })),
        `value added lost, ${clip(doc.unit, 30)}`,
        "~s",
      )(width, dark),
    ),
    data: () => ({
      columns: ["sector"].concat(all.map(({ model }) => model.model)),
      rows: shown.map(({ sector, k }) =>
        [coded(sector, sectorName(sector))].concat(
          all.map(({ i }) => num(`models/${i}/by_sector/${k}/value_added_loss`, "flow")),
        ),
      ),
    }),
  });
}

/** What sets lose, under every model. */
function shockSets() {
  const all = answered().filter(({ model }) => model.by_set);
  if (!all.length) return;
  const columns = ["set"].concat(all.map(({ model }) => model.model));
  const rows = all[0].model.by_set.map(({ set }, k) =>
    [label(set, 60)].concat(
      all.map(({ i }) => num(`models/${i}/by_set/${k}/value_added_loss`, "flow")),
    ),
  );
  if (weightedSets().length) {
    const weighted = all.map(({ i }) => num(`models/${i}/weighted_loss`, "flow"));
    rows.push(["all sectors, weighted"].concat(weighted));
  }
  main.append(
    h(
      "section",
      { class: "figure", "aria-labelledby": "sets-title" },
      h("h2", { id: "sets-title" }, "What sets lose"),
      h(
        "p",
        { class: "lead" },
        "Value added lost in the sectors of each set. Sets may overlap: these are not parts of a " +
          "total.",
      ),
      plainTable("Value added lost by set and model", { columns, rows }),
      h("p", { class: "caption" }, basis({ extra: [`${doc.days} days`] })),
    ),
  );
}

function shockTable() {
  const flow = (key, heading) => ({ key, heading, style: "flow" });
  const columns = [
    {
      key: "model",
      heading: "Model",
      cell: (row) => coded(row.model, modelMeanings[row.model]),
    },
    flow("value_added_loss", "Value added lost"),
    { key: "gdp_share", heading: "of GDP", style: "percent" },
    flow("output_loss", "Output lost"),
    { key: "peak_share", heading: "At worst", style: "percent", title: "of a day’s GDP" },
    { key: "peak_day", heading: "on day", style: "count" },
    flow("value_added_loss_q05", "5 %"),
    flow("value_added_loss_median", "Median"),
    flow("value_added_loss_q95", "95 %"),
    flow("value_added_loss_max", "Largest"),
    flow("weighted_loss", "Weighted loss"),
    ...(doc.accounts || []).map(({ account, unit }) =>
      flow(`${account}_loss`, `${clip(account, 30)} lost, ${clip(unit, 20)}`)),
    flow("unmet_demand", "Final demand unmet"),
    flow("final_cost", "Final users pay more"),
    { key: "residual", heading: "Residual", style: "bound" },
  ].filter(({ key }) =>
    ["final_cost", "residual", "unmet_demand"].includes(key)
      ? doc.models.some((model) => model[key])
      : doc.models[0][key] !== undefined,
  );
  allRows({
    caption: "All models",
    path: "models",
    csvName: "models",
    columns,
    extra: [`${doc.days} days`],
  });
  if (!doc.cases || !doc.cases.length) return;
  const known = {
    value_added_loss: ["Value added lost", "flow"],
    gdp_share: ["of GDP", "percent"],
    output_loss: ["Output lost", "flow"],
    peak_share: ["At worst", "percent"],
    peak_day: ["on day", "count"],
    unmet_demand: ["Final demand unmet", "flow"],
    final_cost: ["Final users pay more", "flow"],
    residual: ["Residual", "bound"],
    weighted_loss: ["Weighted loss", "flow"],
  };
  for (const { set } of doc.models[0].by_set || []) {
    known[`value_added_loss_${set}`] = [`Lost in ${clip(set, 30)}`, "flow"];
  }
  for (const { account, unit } of doc.accounts || []) {
    known[`${account}_loss`] = [`${clip(account, 30)} lost, ${clip(unit, 20)}`, "flow"];
  }
  const cases = new DataTable({
    id: "cases",
    caption: "All cases",
    path: "cases",
    csvName: "cases",
    columns: Object.keys(doc.cases[0]).map((key) => {
      const plain = typeof doc.cases[0][key] === "number" ? "plain" : undefined;
      const [heading, style] = known[key] || [key, plain];
      return { key, heading, style };
    }),
  });
  main.append(
    h(
      "section",
      { class: "figure", "aria-labelledby": "cases-title" },
      h("h2", { id: "cases-title" }, "All cases"),
      cases.element,
    ),
  );
}

function shockReport() {
  heading([
    ["home", run.parameters.home ? label(homeName(), 60) : null],
    ["GDP of a year", num("gdp", "flow")],
    ["unit", label(doc.unit, 60)],
    ["days", num("days", "count")],
    ["cases", doc.num_cases > 1 ? num("num_cases", "count") : null],
    ["scope", run.parameters.scope],
    ["criticality", label(run.parameters.criticality, 60)],
  ]);
  shockSummary();
  warnings();
  for (const { model } of answered().filter((each) => each.model.warnings.length)) {
    const text = model.warnings.slice(0, 3).join("; ");
    const more = model.warnings.length > 3 ? ` (${model.warnings.length - 3} more in the JSON)` : "";
    main.append(note("warning", h("strong", {}, model.model + ": "), label(text, 600), more));
  }
  for (const model of doc.models.filter((each) => each.value_added_loss === null)) {
    main.append(
      note(
        "warning",
        h("strong", {}, model.model + " has no answer: "),
        label(model.warnings.join("; "), 400),
      ),
    );
  }
  if (answered().length) {
    shockBand();
    shockPaths();
    shockHeat();
    shockSets();
    shockWhy();
  }
  shockTable();
  method("shock");
}

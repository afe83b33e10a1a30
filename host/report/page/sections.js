// What all reports share: heading, summary, figures, method and record.

const main = document.getElementById("main");

/**
 * What a figure rests on: "million US dollars · world-2011 (2011) · share 0.5"; `plain` where it
 * has no flows and nothing is withheld.
 */
function basis({ extra = [], plain = false } = {}) {
  const scope = doc.scope || run.parameters.scope;
  const first = tables[0];
  const last = tables[tables.length - 1];
  const span = last && (first.year === last.year ? last.year : `${first.year} to ${last.year}`);
  const years = span ? ` (${span})` : "";
  return [
    plain ? "" : clip(doc.unit || (last && last.unit) || "", 60),
    clip(run.table || (last && last.name) || "", 60) + years,
    plain || doc.share === undefined ? "" : `share ${doc.share}`,
    plain || doc.lambda === undefined ? "" : `λ ${doc.lambda}`,
    plain || !scope ? "" : `scope ${scope}`,
    ...extra,
  ]
    .filter(Boolean)
    .join(" · ");
}

function heading(chips) {
  document
    .getElementById("top")
    .append(
      h("h1", {}, label(report.title || document.title, 160)),
      h(
        "ul",
        { class: "chips", "aria-label": "What was asked" },
        [...chips, ...setChips()]
          .filter((chip) => chip[1] !== null && chip[1] !== undefined && chip[1] !== "")
          .map(([term, value]) => h("li", {}, h("span", {}, term), " ", value)),
      ),
    );
}

/** Sentences, at most 150 words together; those at the end go first where labels are long. */
function summary(sentences) {
  const words = (nodes) => h("p", {}, ...nodes).textContent.split(/\s+/).filter(Boolean).length;
  let kept = sentences;
  while (kept.length > 1 && words(kept.flatMap((each) => [...each].map(copied))) > 150) {
    kept = kept.slice(0, -1);
  }
  main.append(
    h(
      "section",
      { class: "summary", "aria-labelledby": "summary-title" },
      h("h2", { id: "summary-title" }, "In short"),
      h("p", { id: "summary" }, kept.flatMap((sentence) => [...sentence, " "])),
    ),
  );
}

function copied(child) {
  return child instanceof Node ? child.cloneNode(true) : child;
}

/** Large numbers of a product: [term, element, what it means]. */
function keyFigures(entries, code) {
  main.append(
    h(
      "section",
      { class: "keys", "aria-label": "Key figures" },
      entries.map(([term, value, meaning]) =>
        h(
          "div",
          { class: "key" },
          h("h3", {}, term),
          h("p", { class: "big" }, marked(value, code)),
          h("p", {}, meaning),
        ),
      ),
    ),
  );
}

/** Colours with what they stand for: [shape, colour, text]. */
function legend(entries) {
  return h(
    "ul",
    { class: "legend" },
    entries.map(([shape, colour, text, dash]) => {
      const mark = h("span", { class: "mark " + shape, "aria-hidden": "true" });
      mark.style.setProperty("--colour", colour);
      if (dash && dash.length) mark.classList.add("dashed");
      return h("li", {}, mark, label(text, 40));
    }),
  );
}

/**
 * A figure: title, how to read it, chart, what it rests on, and its data as a table.
 * `data`: { columns, rows }, rows of elements or text, made when it is opened.
 */
function figure({ id, title, lead, legend: colours, chart, controls, data, extra, plain }) {
  const details = data
    ? h("details", { class: "data" }, h("summary", {}, "Data of this figure"))
    : null;
  if (details) {
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(plainTable(title, data()));
    });
  }
  const section = h(
    "section",
    { class: "figure", id, "aria-labelledby": id + "-title" },
    h(
      "div",
      { class: "plate" },
      h("h2", { id: id + "-title" }, title),
      h("p", { class: "lead" }, lead),
      controls || null,
      colours ? legend(colours) : null,
      h("figure", {}, chart.element, h("figcaption", {}, basis({ extra, plain }))),
    ),
    details,
  );
  main.append(section);
  return section;
}

/** The section with the table of all rows, what it rests on (`extra`, `plain`) and how to read it. */
function allRows({ lead, extra, plain, ...options }) {
  const table = new DataTable({ id: "rows", ...options });
  main.append(
    h(
      "section",
      { class: "figure", "aria-labelledby": "rows-title" },
      h("h2", { id: "rows-title" }, table.caption),
      lead ? h("p", { class: "lead" }, lead) : null,
      table.element,
      h("p", { class: "caption" }, basis({ extra, plain })),
    ),
  );
}

function plainTable(caption, { columns, rows }) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, i) => h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null }, cell)),
          ),
        ),
      ),
    ),
  );
}

/** Warnings that hold for the page: splits of imports, what was left out. */
function warnings() {
  for (const table of tables) {
    const share = table.proportional_import_share;
    if (!(share > 0)) continue;
    const path = `report/tables/${tables.indexOf(table)}/proportional_import_share`;
    main.append(
      note(
        "warning",
        h("strong", {}, "Proportional imports. "),
        num(path, "percent"),
        ` of the value of imports in ` +
          `${clip(table.name, 60)}${table.year ? ` (${table.year})` : ""} is split between users ` +
          `in proportion, not observed: ` +
          "all users of such a product then have the same import share, and choke points of " +
            "single users cannot be seen. " +
          "Numbers that rest on it are marked ",
        splitMark(),
        ".",
      ),
    );
  }
  if (tables.some((table) => table.end_use_share_import_share > 0)) {
    main.append(
      note(
        "info",
        "Imports by user rest on shares by end use (intermediate, final), not on observation: " +
          "all users of a product then have the same import share.",
      ),
    );
  }
  for (const [key, count] of Object.entries(report.left_out || {})) {
    main.append(
      note(
        "info",
        key === "paths.output"
          ? "The page leaves out the daily output of single sectors; --paths --output json has it."
          : `The page leaves out the last ${fixed(count, 0)} of “${key}”; --output json or csv ` +
            `has them all.`,
      ),
    );
  }
}

function splitMark() {
  return h(
    "span",
    {
      class: "split",
      title: "rests on a proportional split of imports",
      role: "img",
      "aria-label": "rests on a proportional split of imports",
    },
    "▲",
  );
}

/** An element about a product, marked where the product's imports are split by proportion. */
function marked(element, code) {
  return proportional.has(code) ? h("span", {}, element, " ", splitMark()) : element;
}

/** The name of a product in a sentence. */
function quoted(code, most) {
  return marked(`“${clip(sectorName(code), most)}”`, code);
}

/** The code and name of a product. */
function product(code) {
  return marked(coded(code, sectorName(code)), code);
}

/** The columns of a table that say which pair of product and coalition a row is about. */
function pairColumns() {
  return [
    {
      key: "product",
      heading: "Product",
      cell: (row) => product(row.product),
      text: (row) => row.product + " " + sectorName(row.product),
    },
    {
      key: "coalition",
      heading: "From",
      separator: "+",
      cell: (row) => coded(coalitionCode(row), coalitionName(row), "brief"),
      text: (row) => coalitionCode(row) + " " + coalitionName(row),
    },
  ];
}

const filterSets = () => (doc.sets || []).filter((each) => each.only);
const weightedSets = () => (doc.sets || []).filter((each) => each.weight !== null);
/** Whether rows are in the order of weights. */
const inWeightedOrder = () => weightedSets().length > 0;

function setNames(sets) {
  return label(sets.map((each) => each.set).join(", "), 120);
}

function setChips() {
  return [
    ["only sets", filterSets().length ? setNames(filterSets()) : null],
    ["weights of sets", weightedSets().length ? setNames(weightedSets()) : null],
  ];
}

const filterMeaning = {
  "narrows.exposure/1": "Only these sectors of home are shown; shares are as without the filter.",
  "narrows.shock/1":
    "Losses by sector are shown of these only; shocks and totals are those of all sectors.",
};
const weightMeaning = {
  "narrows.exposure/1":
    "Rows are in the order of weighted exposure, the look-through share times the weight; the " +
      "other figures are as without weights.",
  "narrows.shock/1":
    "weighted loss adds up the losses of all sectors, each times its weight; the other figures " +
      "are as without weights.",
};

/** Which sets filter, and what they weigh. */
function setsMethod() {
  if (!doc.sets) return [];
  const parts = [
    h("h3", {}, "Sets of sectors"),
    terms(doc.sets.map((each, i) => [
      label(each.set, 60),
      h(
        "span",
        {},
        label(each.products.join(", "), 600),
        each.only ? "; filter" : "",
        each.weight === null ? "" : "; weight ",
        each.weight === null ? "" : num(`sets/${i}/weight`),
      ),
    ])),
  ];
  if (filterSets().length) {
    parts.push(h("p", {}, "Filter: what is in any of ", setNames(filterSets()), ". ",
      filterMeaning[doc.schema] ||
        "Only these products are ranked, also within draws; the figures of each are as without " +
          "the filter."));
  }
  if (weightedSets().length) {
    parts.push(h("p", {}, "Weights: that of a product is the product of the weights of all sets " +
      "that hold it, 1 where none does. ",
      weightMeaning[doc.schema] ||
        "Rows are in the order of weighted GDP at risk, GDP at risk times the weight; the other " +
          "figures are as without weights."));
  }
  return parts;
}

const certificateTerms = {
  identity_deviation: "largest deviation from 1 of (v + m + τ) L",
  spectral_radius_bound: "upper bound on the spectral radius of A; below 1 the table is productive",
  multipliers_error_bound: "bound on the relative error of the output multipliers",
  inverse_residual: "bound on the 1-norm of I − (I − A) L",
  inverse_error_bound: "bound on the 1-norm of the error of L",
};

function recordEntries(record, path) {
  return Object.entries(record)
    .filter(([key]) => !["certificate"].includes(key))
    .map(([key, value]) => {
      const here = `${path}/${key}`;
      if (typeof value === "number") return [key, num(here)];
      if (value && typeof value === "object") return [
        key,
        h("code", {}, label(JSON.stringify(value), 600)),
      ];
      return [key, value === null || value === "" ? null : label(String(value), 200)];
    });
}

/** Method, by the names of its templates, certificate, sources and run record. */
function method(...kinds) {
  const certificate = Object.entries(run.certificate).filter((entry) => entry[1] !== null);
  const box = h("section", { class: "method", "aria-labelledby": "method-title" });
  box.append(
    h("h2", { id: "method-title" }, "Method and record"),
    h("h3", {}, "Formula and assumptions"),
    ...kinds.map((kind) => document.getElementById("method-" + kind).content.cloneNode(true)),
    ...setsMethod(),
  );
  if (certificate.length) {
    box.append(
      h("h3", {}, "Certificate"),
      plainTable("Bounds that the program checked", {
        columns: ["quantity", "value", "meaning"],
        rows: certificate.map(([key]) => [
          key,
          num("run/certificate/" + key, run.certificate[key] < 1e-3 ? "bound" : "coefficient"),
          certificateTerms[key] || "",
        ]),
      }),
    );
  }
  box.append(
    h(
      "h3",
      {},
      tables.length > 1 ? `Tables: the last of ${tables.length}, all are in the record` : "Table",
    ),
  );
  tables.slice(-1).forEach((table) =>
    box.append(
      terms([
        ["table", label(table.name + (table.year ? ` (${table.year})` : ""), 120)],
        ["unit", table.unit && label(table.unit, 80)],
        ["source", table.source && label(table.source, 600)],
        ["licence", table.licence && label(table.licence, 200)],
        ["attribution", table.attribution && label(table.attribution, 1200)],
        ["changes", table.changes && label(table.changes, 1200)],
      ]),
    ),
  );
  box.append(h("h3", {}, "Run record"), terms(recordEntries(run, "run")));
  main.append(box);
  document
    .getElementById("foot")
    .append(
      h(
        "p",
        {},
        `Made by narrows ${run.version} on ${run.started || ""}. Charts: Vega (BSD-3-Clause). ` +
          "This page loads nothing from the network.",
      ),
    );
}

// The document, its numbers and its labels as text.
const doc = JSON.parse(document.getElementById("document").textContent);
const report = doc.report || {};
const tables = report.tables || [];
const run = doc.run;

/** A key as a part of a path, as a JSON pointer has it: a name may hold a slash. */
function pointerKey(key) {
  return key.replace(/~/g, "~0").replace(/\//g, "~1");
}

/** The value at "rows/0/gar". */
function at(path) {
  const keys = path.split("/").map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
  return keys.reduce((value, key) => (value == null ? value : value[key]), doc);
}

const formats = {};
function fixed(value, decimals) {
  formats[decimals] =
    formats[decimals] ||
    new Intl.NumberFormat("en-US", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  return formats[decimals].format(value);
}

/** A number as people read it; styles are those of the program's text. */
function formatted(value, style) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  const size = Math.abs(value);
  switch (style) {
    case "flow":
      return fixed(value, size >= 100 || size === 0 ? 0 : size >= 1 ? 1 : 3);
    case "percent":
      return fixed(100 * value, 2) + " %";
    case "share":
      return String(Number((100 * value).toFixed(2))) + " %";
    case "coefficient":
      return fixed(value, 4);
    case "ratio":
      return fixed(value, 1);
    case "bound":
      return value === 0 ? "0" : value.toExponential(1);
    default:
      return String(value);
  }
}

/** At most `most` characters on one line, set apart from text of the other direction. */
function clip(text, most) {
  const line = String(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  const characters = Array.from(line.slice(0, 4 * most));
  const short =
    characters.length > most ? characters.slice(0, most - 1).join("").trimEnd() + "…" : line;
  return /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]/.test(short)
    ? "\u2068" + short.replace(/[\u202a-\u202e\u2066-\u2069]/g, "") + "\u2069"
    : short;
}

/** Products whose imports are split between users by proportion. */
const proportional = new Set(tables.flatMap((table) => table.proportional_products));

const sectorNames = new Map((report.sectors || []).map((each) => [each.code, each.name]));
const regionNames = new Map((report.regions || []).map((each) => [each.code, each.name]));

/** The name of a sector, or of a node REGION_SECTOR; its code where it has none. */
function sectorName(code) {
  if (sectorNames.get(code)) return sectorNames.get(code);
  for (const region of regionNames.keys()) {
    const sector = code.startsWith(region + "_") && sectorNames.get(code.slice(region.length + 1));
    if (sector) return regionName(region) + ": " + sector;
  }
  return code;
}

/** The name of a region, of a long one what stands before its first comma. */
function regionName(code) {
  const name = regionNames.get(code) || code;
  return name.length > 28 ? name.split(/[,;(]/)[0].trim() || name : name;
}

function homeName() {
  const code = doc.home || (run.parameters && run.parameters.home);
  return code ? regionName(code) : "home";
}

/** Whether these are all origins: all regions but home, or the imports of a national table. */
function everyone(codes) {
  return codes[0] === "IMPORTS" || (codes.length > 1 && codes.length >= regionNames.size - 1);
}

/** Those who withhold, named where they are few. */
function coalitionName(row) {
  if (row.coalition_name) return row.coalition_name;
  const codes = Array.isArray(row.coalition) ? row.coalition : [row.coalition];
  if (everyone(codes)) return "all origins";
  return codes.length > 3 ? codes.join("+") : codes.map(regionName).join(" and ");
}

function coalitionCode(row) {
  if (row.coalition_name) return row.coalition_name;
  if (!Array.isArray(row.coalition)) return row.coalition;
  return row.coalition.length > 1 && everyone(row.coalition) ? "all" : row.coalition.join("+");
}

/** The label of a product for a chart: its name where there is room, else its code. */
function productLabel(code, wide) {
  const mark = proportional.has(code) ? "▲ " : "";
  return mark + (wide ? clip(sectorName(code), 36) : clip(code, 12));
}

let coalitions = null;
/** Whether all rows are of the same coalition, which then needs no label. */
function oneCoalition() {
  coalitions = coalitions || new Set(doc.rows.map(coalitionCode));
  return coalitions.size === 1;
}

/** The labels of one pair for a chart: names where there is room, else codes. */
function pairLabel(row, wide) {
  const mark = proportional.has(row.product) ? "▲ " : "";
  if (oneCoalition()) return mark + clip(
    wide ? sectorName(row.product) : row.product,
    wide ? 48 : 12,
  );
  return wide
    ? mark + clip(sectorName(row.product), 30) + " · " + clip(coalitionName(row), 22)
    : mark + clip(row.product, 9) + " · " + clip(coalitionCode(row), 9);
}

/** "a, b and c". */
function listed(parts) {
  return parts.length < 2
    ? parts.join("")
    : parts.slice(0, -1).join(", ") + " and " + parts[parts.length - 1];
}

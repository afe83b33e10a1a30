// Why a shock costs what it costs: what bound whom, where losses start, chains of the worst days.

const boundByName = (what) =>
  (
    { capacity: "capacity", demand: "demand", inputs: "inputs" }
  )[what] || `${sectorName(what)} is short`;

/** What bound (left) and who lost by it (right), the largest pairs. */
function bindingFlow(why) {
  const pairs = new Map();
  for (const spell of why.binding) {
    if (!(spell.value_added_loss > 0)) continue;
    const key = JSON.stringify([spell.bound_by, spell.sector]);
    const pair = pairs.get(key) || { ...spell, size: 0, spells: [] };
    pair.size += spell.value_added_loss;
    pair.spells.push(
      `days ${spell.first_day} to ${spell.last_day}: ${formatted(spell.value_added_loss, "flow")}`,
    );
    pairs.set(key, pair);
  }
  const largest = [...pairs.values()].sort((a, b) => b.size - a.size).slice(0, 24);
  const weight = new Map();
  largest.forEach(
    (pair) => weight.set(pair.bound_by, (weight.get(pair.bound_by) || 0) + pair.size),
  );
  const causes = [...weight.keys()].sort((a, b) => weight.get(b) - weight.get(a));
  const node = (key, column, size, text, code, colour) => (
    { key, column, size, label: text, code, colour, tip: text }
  );
  const nodes = causes.map((what, i) =>
    node(
      "by " + what,
      0,
      weight.get(what),
      clip(boundByName(what), 34),
      clip(what, 10),
      palette[i % palette.length],
    ),
  );
  const links = [];
  const sectors = new Map();
  for (const what of causes) {
    for (const pair of largest.filter((each) => each.bound_by === what)) {
      const key = "of " + pair.sector;
      if (!sectors.has(key)) {
        sectors.set(
          key,
          node(key, 1, 0, clip(sectorName(pair.sector), 34), clip(pair.sector, 10), "var(--muted)"),
        );
      }
      sectors.get(key).size += pair.size;
      links.push({
        from: "by " + what,
        to: key,
        size: pair.size,
        colour: palette[causes.indexOf(what) % palette.length],
        tip: `${clip(sectorName(pair.sector), 60)}: ${clip(boundByName(what), 60)}\nvalue added ` +
          `lost, ${pair.spells.slice(0, 5).join("\n")}`,
      });
    }
  }
  return { nodes: [...nodes, ...sectors.values()], links };
}

function shockWhy() {
  const all = (doc.why || [])
    .map((why, w) => ({ why, w }))
    .filter(({ why }) => why.binding.some((spell) => spell.value_added_loss > 0));
  if (!all.length) return;
  let shown = middleModel(all, ({ why }) => why.model);
  const text = () => `What bound whom under ${all[shown].why.model}: inputs that ran short at ` +
    `the left, the sectors that lost by them at the right.`;
  const chart = new Chart(text(), (width) => {
    const { nodes, links } = bindingFlow(all[shown].why);
    return flowChart(nodes, links)(width);
  });
  const select = h(
    "select",
    { id: "why-model" },
    all.map(({ why }, i) => h("option", { value: i, selected: i === shown }, why.model)),
  );
  const tablesOf = h("div");
  const show = () => tablesOf.replaceChildren(...whyTables(all[shown]));
  select.addEventListener("change", () => {
    shown = Number(select.value);
    chart.description = text();
    chart.fit(true);
    show();
  });
  show();
  const section = figure({
    id: "flow",
    title: "What bound whom",
    lead:
      "At the left what production lacked, at the right the sectors that lost value added by it; " +
        "the width is the loss while it bound. The 24 largest pairs at most.",
    controls: h("p", { class: "tools" }, h("label", { for: "why-model" }, "Model "), select),
    chart,
  });
  section.append(tablesOf);
}

function whyTables({ why, w }) {
  const peaks = why.peaks
    .map((peak, k) => ({ peak, k }))
    .sort((a, b) => b.peak.value_added_loss - a.peak.value_added_loss)
    .slice(0, 10);
  return [
    h("h3", {}, "Where the loss starts"),
    plainTable("Where the loss starts", {
      columns: ["source", "value added lost"],
      rows: why.sources.slice(0, 12).map((source, k) => [
        h("span", { class: "long" }, label(source.source, 160)),
        num(`why/${w}/sources/${k}/value_added_loss`, "flow"),
      ]),
    }),
    h("h3", {}, "The chains behind the worst days"),
    plainTable("The chains behind the worst days", {
      columns: ["sector", "day", "lost that day", "of output", "chain"],
      rows: peaks.map(({ peak, k }) => [
        coded(peak.sector, sectorName(peak.sector)),
        num(`why/${w}/peaks/${k}/day`, "count"),
        num(`why/${w}/peaks/${k}/value_added_loss`, "flow"),
        num(`why/${w}/peaks/${k}/output_share`, "percent"),
        h("span", { class: "long" }, label(peak.chain, 400)),
      ]),
    }),
  ];
}

// How the losses of narrows.rank spread: sector by sector at home, chain by chain in the world.

/** Columns of the flow: the withheld product, then sectors by how far the shortage has come. */
function lossFlow(index) {
  const tree = report.losses[index];
  const total = doc.rows[index].gar;
  const path = `report/losses/${index}`;
  const least = total * 0.012;
  const depth = new Map();
  const sectors = new Map(tree.sectors.map((each) => [each.sector, each]));
  const isFirst = (each) => each.bound_by === tree.product;
  const depthOf = (each) => {
    if (!depth.has(each.sector)) {
      depth.set(each.sector, isFirst(each) ? 1 : 1 + depthOf(sectors.get(each.bound_by)));
    }
    return depth.get(each.sector);
  };
  const nodes = [
    {
      key: "root",
      column: 0,
      size: total,
      label: clip(`${sectorName(tree.product)} withheld`, 34),
      code: clip(tree.product, 9),
      end: formatted(total, "flow"),
      colour: "var(--accent)",
      tip: rankTip(doc.rows[index]),
    },
  ];
  const links = [];
  const add = (parent, children, column, colour) => {
    const large = children.filter((each) => each.carried >= least);
    const small = children.filter((each) => each.carried < least);
    const sum = (list) => list.reduce((all, each) => all + each.carried, 0);
    // Of the first column what is not in the document too.
    const rest = parent === "root" ? total - sum(large) : sum(small);
    large.forEach((each, i) => {
      const own = column === 1 ? palette[i % palette.length] : colour;
      const i2 = tree.sectors.indexOf(each);
      const tipText =
        `${clip(sectorName(each.sector), 60)}\nloses ${formatted(each.value_added_loss, "flow")} ` +
          `itself (${formatted(each.loss_rate, "percent")} of its output)` +
        `\nwith those it starves: ${formatted(each.carried, "flow")}`;
      nodes.push({
        key: each.sector,
        column,
        size: each.carried,
        label: clip(sectorName(each.sector), 34),
        code: clip(each.sector, 9),
        end: formatted(each.carried, "flow"),
        colour: own,
        tip: tipText,
        paths: { size: `${path}/sectors/${i2}/carried` },
      });
      links.push({ from: parent, to: each.sector, size: each.carried, colour: own, tip: tipText });
      add(
        each.sector,
        tree.sectors.filter((other) => !isFirst(other) && other.bound_by === each.sector),
        column + 1,
        own,
      );
    });
    if (rest > 1e-6 * total) {
      const key = `rest of ${parent}`;
      const text = "smaller sectors";
      nodes.push(
        { key, column, size: rest, label: text, code: "…", colour: "var(--line)", tip: text },
      );
      links.push({ from: parent, to: key, size: rest, colour: "var(--line)", tip: text });
    }
  };
  add("root", tree.sectors.filter(isFirst), 1, "var(--accent)");
  return { nodes, links };
}

function rankFlow() {
  if (!report.losses || !report.losses.length || !(doc.rows[0].gar > 0)) return worldChains();
  let shown = 0;
  const text = () =>
    `How the loss of the choke point ${shown + 1} spreads: ` +
      `${clip(sectorName(doc.rows[shown].product), 60)} from ` +
      `${clip(coalitionName(doc.rows[shown]), 60)}, along ` +
      `${clip(chainText(doc.rows[shown].chain), 120)}.`;
  const chart = new Chart(text(), (width) => {
    const { nodes, links } = lossFlow(shown);
    return flowChart(nodes, links)(width);
  });
  const select = h(
    "select",
    { id: "flow-row" },
    report.losses.map((_, i) =>
      h(
        "option",
        { value: i },
        `${i + 1}. ${clip(sectorName(doc.rows[i].product), 40)} from ` +
          `${clip(coalitionName(doc.rows[i]), 30)}`,
      ),
    ),
  );
  select.addEventListener("change", () => {
    shown = Number(select.value);
    chart.description = text();
    chart.fit(true);
  });
  figure({
    id: "flow",
    title: "How the loss spreads",
    lead:
      "From the withheld product to the sectors that it starves, and on to those that they " +
        "starve. The width is the value added that is lost in a sector and beyond it; together " +
        "it is GDP at risk.",
    controls: h("p", { class: "tools" }, h("label", { for: "flow-row" }, "Choke point "), select),
    chart,
    data: () => ({
      columns: [
        "#",
        "sector",
        "short of",
        "loss rate",
        "value added lost",
        "with those it starves",
      ],
      rows: report.losses.flatMap((tree, t) =>
        tree.sectors.slice(0, 15).map((each, i) => [
          String(t + 1),
          coded(each.sector, sectorName(each.sector)),
          coded(each.bound_by, sectorName(each.bound_by)),
          num(`report/losses/${t}/sectors/${i}/loss_rate`, "percent"),
          num(`report/losses/${t}/sectors/${i}/value_added_loss`, "flow"),
          num(`report/losses/${t}/sectors/${i}/carried`, "flow"),
        ]),
      ),
    }),
  });
}

/** World scope: the chains of the first rows, through countries. */
function worldChains() {
  const rows = doc.rows.slice(0, 10).filter((row) => row.gar > 0 && row.chain.length > 1);
  if (!rows.length) return;
  const nodes = new Map();
  const links = [];
  rows.forEach((row, i) => {
    const colour = palette[i % palette.length];
    const steps = [coalitionCode(row)].concat(row.chain);
    steps.forEach((code, column) => {
      const key = column + " " + code;
      const node = nodes.get(key) || {
        key,
        column,
        size: 0,
        label: clip(column === 0 ? coalitionName(row) : sectorName(code), 34),
        code: clip(code, 10),
        colour: "var(--muted)",
        tip: clip(column === 0 ? coalitionName(row) : sectorName(code), 80),
      };
      node.size += row.gar;
      nodes.set(key, node);
      if (column > 0) {
        links.push(
          {
            from: column - 1 + " " + steps[column - 1],
            to: key,
            size: row.gar,
            colour,
            tip: rankTip(row),
          },
        );
      }
    });
  });
  figure({
    id: "flow",
    title: "Binding chains",
    lead:
      "The chain of each of the first ten choke points: who withholds, the product, then the " +
        "sectors that each starve the next. The width is GDP at risk of the whole choke point; " +
        "widths of several do not add up to a total.",
    chart: new Chart(
      `Chains of sectors of the ten ${leading()} choke points; their codes are in the table of ` +
        "all choke points.",
      (width) => flowChart([...nodes.values()], links)(width),
    ),
  });
}

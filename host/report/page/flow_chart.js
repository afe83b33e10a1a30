// Flows from column to column: where a loss comes from and whom it reaches.

const flowGap = 7;
const labelHeight = 16;

/** What a node needs below itself before the next one: its height, or that of its label. */
const slot = (height) => Math.max(height + flowGap, labelHeight);

/**
 * Places nodes { key, column, size, label, end, tip } and links { from, to, size, colour, tip },
 * from left to right; nodes of a column stand in their order, each beside where it comes from if
 * there is room. `tallest` is the height of the largest column without its gaps.
 */
function placeFlow(nodes, links, width, tallest, nodeWidth) {
  const columns = [];
  for (const node of nodes) (columns[node.column] = columns[node.column] || []).push(node);
  const total = (column) => column.reduce((sum, node) => sum + node.size, 0);
  const scale = tallest / Math.max(...columns.map(total));
  const tall = (node) => Math.max(1.5, node.size * scale);
  const room = (column) => column.reduce((sum, node) => sum + slot(tall(node)), 0);
  const height = Math.max(...columns.map(room));
  const step = columns.length > 1 ? (width - nodeWidth) / (columns.length - 1) : 0;
  const placed = new Map();
  const ribbons = [];
  for (const column of columns) {
    let y = 0;
    let left = room(column);
    for (const node of column) {
      const into = links.filter((link) => link.to === node.key);
      const wanted = into.length ? Math.min(...into.map((link) => placed.get(link.from).out)) : 0;
      y = Math.min(Math.max(y, wanted), height - left);
      const here = { ...node, x: step * node.column, y, height: tall(node), out: y };
      placed.set(node.key, here);
      let arrival = y;
      for (const link of into) {
        const from = placed.get(link.from);
        const thick = Math.max(0.5, link.size * scale);
        ribbons.push(
          { ...link, shape: ribbon(from.x + nodeWidth, from.out, here.x, arrival, thick) },
        );
        from.out += thick;
        arrival += thick;
      }
      y += slot(here.height);
      left -= slot(here.height);
    }
  }
  return { placed: [...placed.values()], ribbons, height };
}

function ribbon(x0, y0, x1, y1, thick) {
  const middle = (x0 + x1) / 2;
  return (
    `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}L${x1},${y1 + thick}` +
    `C${middle},${y1 + thick} ${middle},${y0 + thick} ${x0},${y0 + thick}Z`
  );
}

/** The flow as a chart; labels stand at the right of their nodes, of the last column too. */
function flowChart(nodes, links) {
  return (width) => {
    const lastColumn = Math.max(...nodes.map((node) => node.column));
    const room = Math.min(wide(width) ? 190 : 92, Math.floor(width / (lastColumn + 1)) - 8);
    const nodeWidth = 10;
    const inner = width - room - 4;
    const { placed, ribbons, height } = placeFlow(nodes, links, inner, 300, nodeWidth);
    const step = lastColumn > 0 ? (inner - nodeWidth) / lastColumn : inner;
    const texts = placed.map((node) => ({
      ...node,
      text: wide(width) ? node.label : node.code,
      limit: Math.min(room - 6, node.column < lastColumn ? step - nodeWidth - 12 : room - 6),
    }));
    const text = (field, extra) => ({
      type: "text",
      from: { data: "nodes" },
      encode: {
        enter: {
          x: { field: "x", offset: nodeWidth + 5 },
          text: { field },
          limit: { field: "limit" },
          fontSize: { value: 12 },
          tooltip: { field: "tip" },
          ...extra,
        },
      },
    });
    return {
      width: inner,
      height,
      padding: { left: 2, right: room + 2, top: 8, bottom: 8 },
      autosize: { type: "none" },
      data: [
        { name: "nodes", values: texts },
        { name: "ribbons", values: ribbons },
      ],
      marks: [
        {
          type: "path",
          from: { data: "ribbons" },
          encode: {
            enter: {
              path: { field: "shape" },
              fill: { field: "colour" },
              fillOpacity: { value: 0.34 },
              tooltip: { field: "tip" },
            },
            update: { fillOpacity: { value: 0.34 } },
            hover: { fillOpacity: { value: 0.6 } },
          },
        },
        {
          type: "rect",
          from: { data: "nodes" },
          encode: {
            enter: {
              x: { field: "x" },
              y: { field: "y" },
              width: { value: nodeWidth },
              height: { field: "height" },
              fill: { field: "colour" },
              tooltip: { field: "tip" },
            },
          },
        },
        text("text", {
          y: { signal: "datum.y + datum.height / 2" },
          baseline: { signal: "datum.end && datum.height > 30 ? 'bottom' : 'middle'" },
        }),
        text("end", {
          y: { signal: "datum.y + datum.height / 2" },
          dy: { value: 2 },
          baseline: { value: "top" },
          fill: { value: "var(--muted)" },
          opacity: { signal: "datum.height > 30 ? 1 : 0" },
        }),
      ],
    };
  };
}

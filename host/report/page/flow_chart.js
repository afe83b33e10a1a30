// Flows from column to column: where a loss comes from and whom it reaches.

/**
 * Places nodes { key, column, size, label, end, tip } and links { from, to, size, colour, tip },
 * from left to right; nodes of a column stand in their order.
 */
function placeFlow(nodes, links, width, height, gap, nodeWidth) {
  const columns = [];
  for (const node of nodes) (columns[node.column] = columns[node.column] || []).push(node);
  const used = columns.filter(Boolean);
  const scale = Math.min(
    ...used.map((column) => {
      const total = column.reduce((sum, node) => sum + node.size, 0);
      return total > 0 ? (height - gap * (column.length - 1)) / total : Infinity;
    }),
  );
  const step = columns.length > 1 ? (width - nodeWidth) / (columns.length - 1) : 0;
  const placed = new Map();
  for (const column of used) {
    let y = 0;
    for (const node of column) {
      const size = Math.max(1, node.size * scale);
      placed.set(node.key, { ...node, x: step * node.column, y, height: size, out: y, in: y });
      y += size + gap;
    }
  }
  const ribbons = links.map((link) => {
    const from = placed.get(link.from);
    const to = placed.get(link.to);
    const thick = Math.max(0.5, link.size * scale);
    const [x0, x1] = [from.x + nodeWidth, to.x];
    const [y0, y1] = [from.out, to.in];
    from.out += thick;
    to.in += thick;
    const middle = (x0 + x1) / 2;
    const path =
      `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}L${x1},${y1 + thick}` +
      `C${middle},${y1 + thick} ${middle},${y0 + thick} ${x0},${y0 + thick}Z`;
    return { ...link, path };
  });
  return { placed: [...placed.values()], ribbons };
}

/** The flow as a chart; labels stand at the right of their nodes, of the last column too. */
function flowChart(nodes, links, { rowHeight = 22, least = 180 } = {}) {
  return (width) => {
    const lastColumn = Math.max(...nodes.map((node) => node.column));
    const room = Math.min(wide(width) ? 190 : 92, Math.floor(width / (lastColumn + 1)) - 8);
    const nodeWidth = 10;
    const counts = [];
    for (const node of nodes) counts[node.column] = (counts[node.column] || 0) + 1;
    const height = Math.max(least, rowHeight * Math.max(...counts.filter(Boolean)));
    const inner = width - room - 4;
    const { placed, ribbons } = placeFlow(nodes, links, inner, height, 7, nodeWidth);
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
              path: { field: "path" },
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

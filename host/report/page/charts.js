// The charts: functions from data to Vega specifications. Values come from the document;
// `paths` of a datum says by field where they are there.

const wide = (width) => width >= 560;

/** { low: "rows/0/gar_linear" } for { low: "gar_linear" }. */
function pathsTo(row, fields) {
  return Object.fromEntries(Object.entries(fields).map(([field, key]) => [field, `${row}/${key}`]));
}

const canvas = document.createElement("canvas").getContext("2d");

/** Width of the longest text in pixels. */
function longest(texts, size) {
  canvas.font = `${size}px ${font}`;
  return Math.max(...texts.map((text) => canvas.measureText(text).width), 20);
}

/** Room for labels at the left: what the longest needs, at most a third of the width. */
function labelRoom(labels, width) {
  return Math.min(
    Math.ceil(longest(labels, 12)) + 14,
    Math.floor(width * (wide(width) ? 0.36 : 0.42)),
  );
}

/** Format of an axis of flows up to `most`. */
function flowFormat(most) {
  return most >= 10 ? ",.0f" : ",.3~f";
}

function numberAxis(title, extra) {
  return {
    orient: "bottom",
    scale: "x",
    grid: true,
    domain: false,
    ticks: false,
    title,
    labelFlush: true,
    labelOverlap: true,
    ...extra,
  };
}

function labelAxis(room) {
  return {
    orient: "left",
    scale: "y",
    domain: false,
    ticks: false,
    labelLimit: room,
    labelPadding: 8,
  };
}

/** Numbers below, the labels of "items" at the side. */
function axesOfItems(title, format, width, room) {
  return [
    numberAxis(title, { format, tickCount: wide(width) ? 6 : 3 }),
    {
      ...labelAxis(room - 8),
      encode: { labels: { update: { text: { signal: "data('items')[datum.value].label" } } } },
    },
  ];
}

/**
 * Ranges with a point in each, one row per item of { label, low, mid, high, from, to, end, tip }:
 * low to high a bar, mid a point, from to to (of draws; may be null) a line, `end` text at the
 * right.
 */
function rangeChart(items, axisTitle, format) {
  return (width) => {
    const room = labelRoom(items.map((item) => item.label), width);
    const right = longest(items.map((item) => item.end), 12) + 14;
    const inner = Math.max(80, width - room - right - 8);
    return {
      width: inner,
      height: 26 * items.length,
      padding: { left: room, right, top: 4, bottom: 44 },
      autosize: { type: "none" },
      data: [{ name: "items", values: items.map((item, i) => ({ ...item, i })) }],
      scales: [
        {
          name: "x",
          type: "linear",
          range: "width",
          nice: true,
          zero: true,
          domain: {
            data: "items",
            fields: ["low", "high"].concat(items.some((item) => item.to !== null) ? ["to"] : []),
          },
        },
        { name: "y", type: "band", range: "height", domain: { data: "items", field: "i" } },
      ],
      axes: axesOfItems(axisTitle, format, width, room),
      marks: [
        {
          type: "rect",
          from: { data: "items" },
          encode: {
            enter: {
              y: { scale: "y", field: "i", offset: 8 },
              height: { value: 10 },
              x: { scale: "x", field: "low" },
              x2: { scale: "x", field: "high" },
              fill: { value: "var(--range)" },
              cornerRadius: { value: 5 },
              tooltip: { field: "tip" },
            },
          },
        },
        {
          type: "rule",
          from: { data: "items" },
          encode: {
            enter: {
              y: { scale: "y", field: "i", offset: 13 },
              x: { scale: "x", field: "from" },
              x2: { scale: "x", field: "to" },
              stroke: { value: "var(--drawn)" },
              strokeWidth: { value: 3 },
              opacity: { signal: "datum.to == null ? 0 : 1" },
              tooltip: { field: "tip" },
            },
          },
        },
        {
          type: "symbol",
          from: { data: "items" },
          encode: {
            enter: {
              y: { scale: "y", field: "i", offset: 13 },
              x: { scale: "x", field: "mid" },
              size: { value: 85 },
              fill: { value: "var(--accent)" },
              stroke: { value: "var(--panel)" },
              strokeWidth: { value: 1.5 },
              tooltip: { field: "tip" },
            },
          },
        },
        {
          type: "text",
          from: { data: "items" },
          encode: {
            enter: {
              y: { scale: "y", field: "i", offset: 13 },
              x: { value: inner + 10 },
              baseline: { value: "middle" },
              text: { field: "end" },
            },
          },
        },
      ],
    };
  };
}

/**
 * A heat map: cells of { x, y, value, tip }, `xs` and `ys` in their order with labels
 * { key, label }. `scale` of the colours: the square root, in which small values differ, or linear.
 */
function heatMap(cells, xs, ys, legendTitle, format, scale) {
  return (width, dark) => {
    const room = labelRoom(ys.map((y) => y.label), width);
    const inner = Math.max(80, width - room - 8);
    const step = inner / xs.length;
    const labelWidth = longest(xs.map((x) => x.label), 11);
    const turned = labelWidth + 4 > step;
    const row = Math.max(16, Math.min(24, step));
    const top = turned ? Math.min(110, labelWidth + 14) : 22;
    return {
      width: inner,
      height: row * ys.length,
      padding: { left: room, right: 8, top: top + 50, bottom: 6 },
      autosize: { type: "none" },
      data: [
        { name: "cells", values: cells },
        { name: "xs", values: xs },
        { name: "ys", values: ys },
      ],
      scales: [
        { name: "x", type: "band", range: "width", domain: { data: "xs", field: "key" } },
        {
          name: "xlabel",
          type: "ordinal",
          domain: { data: "xs", field: "key" },
          range: { data: "xs", field: "label" },
        },
        { name: "y", type: "band", range: "height", domain: { data: "ys", field: "key" } },
        {
          name: "ylabel",
          type: "ordinal",
          domain: { data: "ys", field: "key" },
          range: { data: "ys", field: "label" },
        },
        {
          name: "colour",
          type: scale || "sqrt",
          domain: { data: "cells", field: "value" },
          domainMin: 0,
          clamp: true,
          range: dark ? heatDark : heatLight,
        },
      ],
      axes: [
        {
          orient: "top",
          scale: "x",
          domain: false,
          ticks: false,
          labelAngle: turned ? -90 : 0,
          labelAlign: turned ? "left" : "center",
          labelBaseline: turned ? "middle" : "bottom",
          labelFontSize: step < 13 ? 9 : 11,
          labelLimit: 100,
          encode: { labels: { update: { text: { scale: "xlabel", field: "value" } } } },
        },
        {
          ...labelAxis(room - 8),
          labelFontSize: row < 18 ? 11 : 12,
          encode: { labels: { update: { text: { scale: "ylabel", field: "value" } } } },
        },
      ],
      legends: [
        {
          fill: "colour",
          orient: "none",
          legendX: 0,
          legendY: -(top + 46),
          direction: "horizontal",
          type: "gradient",
          title: legendTitle,
          format,
          gradientLength: Math.min(260, inner),
          gradientThickness: 10,
          tickCount: 4,
        },
      ],
      marks: [
        {
          type: "rect",
          from: { data: "cells" },
          encode: {
            enter: {
              x: { scale: "x", field: "x", offset: 0.75 },
              width: { scale: "x", band: 1, offset: -1.5 },
              y: { scale: "y", field: "y", offset: 0.75 },
              height: { scale: "y", band: 1, offset: -1.5 },
              fill: { scale: "colour", field: "value" },
              cornerRadius: { value: 2 },
              tooltip: { field: "tip" },
            },
            update: { stroke: { value: null } },
            hover: { stroke: { value: "var(--ink)" }, strokeWidth: { value: 1.5 } },
          },
        },
      ],
    };
  };
}

/** Two points a row, joined: items of { label, a, b, tip }. */
function pairsChart(items, axisTitle, format) {
  return (width) => {
    const room = labelRoom(items.map((item) => item.label), width);
    const inner = Math.max(80, width - room - 16);
    const point = (field, colour, shape) => ({
      type: "symbol",
      from: { data: "items" },
      encode: {
        enter: {
          x: { scale: "x", field },
          y: { scale: "y", field: "i", band: 0.5 },
          size: { value: 75 },
          shape: { value: shape },
          fill: { value: colour },
          stroke: { value: "var(--panel)" },
          tooltip: { field: "tip" },
        },
      },
    });
    return {
      width: inner,
      height: 21 * items.length,
      padding: { left: room, right: 16, top: 4, bottom: 42 },
      autosize: { type: "none" },
      data: [{ name: "items", values: items.map((item, i) => ({ ...item, i })) }],
      scales: [
        {
          name: "x",
          range: "width",
          nice: true,
          zero: true,
          domain: { data: "items", fields: ["a", "b"] },
        },
        { name: "y", type: "band", range: "height", domain: { data: "items", field: "i" } },
      ],
      axes: axesOfItems(axisTitle, format, width, room),
      marks: [
        {
          type: "rule",
          from: { data: "items" },
          encode: {
            enter: {
              x: { scale: "x", field: "a" },
              x2: { scale: "x", field: "b" },
              y: { scale: "y", field: "i", band: 0.5 },
              stroke: { value: "var(--range)" },
              strokeWidth: { value: 4 },
              tooltip: { field: "tip" },
            },
          },
        },
        point("a", "var(--drawn)", "square"),
        point("b", "var(--accent)", "circle"),
      ],
    };
  };
}

/**
 * Lines over days or years: `series` of { name, colour, dash, values: [{ x, y, paths, tip }] };
 * with `band`, the area from the lowest to the highest of them is shaded.
 */
function lineChart(series, { xTitle, yTitle, format, xFormat, xs, band, zero, points }) {
  return (width) => {
    const values = series.flatMap((one, s) => one.values.map((value) => ({ ...value, s })));
    const inner = Math.max(120, width - 78);
    const height = wide(width) ? 300 : 240;
    const line = {
      x: { scale: "x", field: "x" },
      y: { scale: "y", field: "y" },
      stroke: { scale: "colour", field: "s" },
      strokeDash: { scale: "dash", field: "s" },
      strokeWidth: { value: 2.2 },
    };
    return {
      width: inner,
      height,
      padding: { left: 62, right: 16, top: 30, bottom: 44 },
      autosize: { type: "none" },
      data: [
        { name: "values", values },
        {
          name: "band",
          source: "values",
          transform: [
            {
              type: "aggregate",
              groupby: ["x"],
              fields: ["y", "y"],
              ops: ["min", "max"],
              as: ["low", "high"],
            },
            { type: "collect", sort: { field: "x" } },
          ],
        },
      ],
      scales: [
        {
          name: "x",
          type: points ? "point" : "linear",
          range: "width",
          padding: points ? 0.1 : 0,
          zero: false,
          domain: points ? xs : { data: "values", field: "x" },
        },
        { name: "y", range: "height", nice: true, zero, domain: { data: "values", field: "y" } },
        {
          name: "colour",
          type: "ordinal",
          domain: series.map((_, s) => s),
          range: series.map((one) => one.colour),
        },
        {
          name: "dash",
          type: "ordinal",
          domain: series.map((_, s) => s),
          range: series.map((one) => one.dash),
        },
      ],
      axes: [
        {
          orient: "bottom",
          scale: "x",
          title: xTitle,
          tickCount: wide(width) ? 10 : 5,
          labelOverlap: true,
          format: xFormat,
        },
        {
          orient: "left",
          scale: "y",
          grid: true,
          domain: false,
          ticks: false,
          tickCount: 5,
          format,
          title: yTitle,
          titleAngle: 0,
          titleAlign: "left",
          titleAnchor: "end",
          titleX: -56,
          titleY: -16,
        },
      ],
      marks: [
        {
          type: "area",
          from: { data: "band" },
          encode: {
            enter: {
              x: { scale: "x", field: "x" },
              y: { scale: "y", field: "low" },
              y2: { scale: "y", field: "high" },
              fill: { value: "var(--range)" },
              opacity: { value: band ? 0.55 : 0 },
            },
          },
        },
        {
          type: "group",
          from: { facet: { name: "one", data: "values", groupby: "s" } },
          marks: [
            { type: "line", from: { data: "one" }, encode: { enter: line } },
            {
              type: "symbol",
              from: { data: "one" },
              encode: {
                enter: {
                  ...{ x: line.x, y: line.y },
                  size: { value: points ? 40 : 60 },
                  fill: { scale: "colour", field: "s" },
                  opacity: { value: points ? 1 : 0 },
                  tooltip: { field: "tip" },
                },
              },
            },
          ],
        },
      ],
    };
  };
}

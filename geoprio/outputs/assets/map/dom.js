// Elements. Text from data only ever arrives as text nodes and attributes, never as markup.

const SHAPES = ["circle", "square", "triangle", "diamond", "plus", "hexagon"];

function el(tag, props, ...children) {
  const node = document.createElement(tag);
  Object.entries(props || {}).forEach(function ([key, value]) {
    if (key === "on") Object.entries(value).forEach(([name, handler]) => node.addEventListener(name, handler));
    else if (key === "style") Object.assign(node.style, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  });
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

const button = (label, props, handler) => el("button", Object.assign({ type: "button", on: { click: handler } }, props), label);

function pairs(className, rows) {
  return el("dl", { class: className }, rows.map(([key, ...value]) => el("div", {}, el("dt", {}, key), el("dd", {}, ...value))));
}

const mark = (rule) => el("span", { class: "mark mark-" + rule.mark }, t(rule.mark));

function shapePath(shape, x, y, r) {
  const ring = (n, turn, size) => Array.from({ length: n }, function (_, i) {
    const a = turn + (2 * Math.PI * i) / n;
    return (x + size * Math.cos(a)).toFixed(1) + "," + (y + size * Math.sin(a)).toFixed(1);
  }).join("L");
  if (shape === "square") return "M" + ring(4, Math.PI / 4, 1.2 * r) + "Z";
  if (shape === "triangle") return "M" + ring(3, -Math.PI / 2, 1.35 * r) + "Z";
  if (shape === "diamond") return "M" + ring(4, 0, 1.3 * r) + "Z";
  if (shape === "hexagon") return "M" + ring(6, 0, 1.1 * r) + "Z";
  if (shape === "cross") return "M" + Array.from({ length: 12 }, function (_, i) {
    // Three corners of each arm: an upright cross, turned by an eighth.
    const [size, turn] = [[0.5 * r, 0], [1.3 * r, 0.37], [1.3 * r, Math.PI / 2 - 0.37]][i % 3];
    const at = Math.floor(i / 3) * (Math.PI / 2) + turn;
    return (x + size * Math.cos(at)).toFixed(1) + "," + (y + size * Math.sin(at)).toFixed(1);
  }).join("L") + "Z";
  const a = 0.45 * r;
  const b = 1.15 * r;
  if (shape === "plus") {
    return `M${x - a},${y - b}h${2 * a}v${b - a}h${b - a}v${2 * a}h${a - b}v${b - a}h${-2 * a}v${a - b}h${a - b}v${-2 * a}h${b - a}Z`;
  }
  return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
}

function symbol(category, hollow) {
  const color = data.categories[category].color;
  const d = shapePath(SHAPES[category % SHAPES.length], 8, 8, 5.5);
  return svg("svg", { class: "symbol", width: "16", height: "16", "aria-hidden": "true" },
    svg("path", { d, fill: hollow ? "#fff" : color, stroke: hollow ? color : "#fff", "stroke-width": hollow ? "2" : "1" }));
}

/** Where no streets were walked on, every place that shows figures says so. */
function straightLine() {
  return data.straight ? el("p", { class: "straight", title: t("straight_line_hint") }, t("straight_line")) : null;
}

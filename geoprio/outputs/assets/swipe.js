(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("geoprio-data").textContent);
  const root = document.documentElement;
  const number = () => (root.lang === "en" ? 1 : 0);
  const t = (key) => data.words[key][number()];
  const at = (id) => document.getElementById(id);
  const UNKNOWN = -1, STEP = 4;
  let chosen = 0, selected = null;

  /** An element with text and elements inside; texts of the data are only ever text. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children.filter((c) => c !== null));
    return node;
  }

  // ---- figures ----

  const grouped = (text) => text.replace(/^(\D*\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

  /** A value as people read it; of a change with its sign and in points. */
  function figure(value, unit, isChange) {
    if (value === null) return t("unknown");
    const scaled = unit === "share" ? 100 * value : value, size = Math.abs(scaled);
    const digits = unit === "share" || unit === "points" ? 1 : unit === "m" || size >= 100 || Number.isInteger(size) ? 0 : size >= 1 ? 1 : 3;
    const text = grouped(size.toFixed(digits)), zero = !/[1-9]/.test(text);
    const sign = zero ? "" : scaled < 0 ? "−" : isChange ? "+" : "";
    if (unit === "share") return sign + text + (isChange ? " " + t("share_points") : " %");
    return sign + text + (unit === "m" ? " " + t("metre") : "");
  }

  const change = (of, k) => (of.values[0][k] === null || of.values[1][k] === null ? null : of.values[1][k] - of.values[0][k]);
  const title = (of) => of.titles[number()];
  const name = (k) => data.zones[k][1] || data.zones[k][0];

  // ---- map ----

  const scale = data.scales[0];

  function unfold(steps, scale) {
    let x = 0, y = 0;
    const out = [];
    for (let k = 0; k < steps.length; k += 2) {
      x += steps[k];
      y += steps[k + 1];
      out.push([y / scale, x / scale]);
    }
    return out;
  }

  const map = L.map("canvas", { zoomControl: false, attributionControl: false, zoomSnap: 0.25, fadeAnimation: false, zoomAnimation: false });
  const panes = ["before", "after", "outline", "names"].map(function (key, k) {
    const pane = map.createPane(key);
    pane.style.zIndex = 400 + 10 * k;
    return pane;
  });
  panes[2].style.pointerEvents = panes[3].style.pointerEvents = "none";
  // Streets are a background that shows through the zones: only where one is, not what it is called.
  map.createPane("streets").style.zIndex = 390;
  const paved = L.canvas({ pane: "streets" });
  data.streets.forEach((lines, level) => lines.forEach((line) => L.polyline(unfold(line, data.scales[1]), {
    renderer: paved, pane: "streets", interactive: false, color: "#7d8690", weight: [1.3, 0.8, 0.5][level], smoothFactor: 1.5 }).addTo(map)));
  const opacity = data.streets.flat().length ? 0.84 : 1;
  const shapes = data.zones.map((zone) => zone[3].map((rings) => rings.map((ring) => unfold(ring, scale))));
  const sides = [0, 1].map(function (side) {
    const renderer = L.canvas({ pane: ["before", "after"][side] });
    return shapes.map(function (rings, k) {
      const shape = L.polygon(rings, { renderer, pane: ["before", "after"][side], color: "#fff", weight: 0.8, fillOpacity: opacity });
      shape.on("click", () => select(k));
      shape.bindTooltip(() => said(name(k)), { sticky: true });
      return shape.addTo(map);
    });
  });
  /** Text for a tooltip: Leaflet would take a string for markup. */
  const said = (text) => el("span", {}, text);

  const Mark = L.CircleMarker.extend({
    _updatePath() {
      const { x, y } = this._point, r = this._radius;
      this._renderer._setPath(this, this.options.shape === "out" ? `M${x - r},${y - r}l${2 * r},${2 * r}M${x - r},${y + r}l${2 * r},${-2 * r}`
        : shapePath(this.options.shape, x, y, r));
    },
  });
  const shapeOf = (category) => SHAPES[category % SHAPES.length];
  // New facilities stand in the pane of the run after and are uncovered with it; closed ones are crossed out in both.
  const drawn = ["before", "after"].map((pane) => L.svg({ pane }));
  const marks = data.facilities.flatMap((found, side) => found.flatMap(function ([category, label, [x, y]]) {
    const { color } = data.categories[category], place = [y / scale, x / scale];
    return (side ? [1] : [0, 1]).flatMap(function (k) {
      const on = { pane: ["before", "after"][k], renderer: drawn[k], fillOpacity: 1 };
      const mark = new Mark(place, { ...on, shape: shapeOf(category), radius: side ? 6.5 : 8, weight: side ? 2 : 3, color: side ? "#16191d" : color, fillColor: side ? color : "#fff" });
      mark.bindTooltip(() => said([data.categories[category].titles[number()], label].filter(Boolean).join(" · ") + " · " + t(side ? "only_after" : "only_before")));
      const cross = new Mark(place, { ...on, shape: "out", radius: 4, weight: 2, color: "#16191d", fill: false, interactive: false });
      return (side ? [mark] : [mark, cross]).map((m) => m.addTo(map));
    });
  }));
  const outline = L.layerGroup().addTo(map);
  const bounds = L.latLngBounds(shapes.flat(3));
  map.fitBounds(bounds.pad(0.04), { animate: false });
  L.control.scale({ imperial: false, position: "topright" }).addTo(map);

  const Buttons = L.Control.extend({
    onAdd() {
      const bar = el("div", { class: "leaflet-bar" });
      const acts = [["zoom_in", "+", () => map.zoomIn()], ["zoom_out", "−", () => map.zoomOut()], ["whole", "⤢", () => map.fitBounds(bounds.pad(0.04))]];
      this.tell = () => bar.replaceChildren(...acts.map(function ([key, sign, act]) {
        const button = el("button", { type: "button", class: "whole", title: t(key), "aria-label": t(key) }, sign);
        button.addEventListener("click", act);
        return button;
      }));
      this.tell();
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },
  });
  const buttons = new Buttons({ position: "topleft" }).addTo(map);

  // ---- the slider ----

  const slider = at("swipe"), divider = at("divider");

  /** Show before left of the divider and after right of it. */
  function swipe() {
    const size = map.getSize(), x = size.x * slider.value / 100;
    const from = map.containerPointToLayerPoint([0, 0]), to = map.containerPointToLayerPoint(size), cut = from.x + x;
    panes[0].style.clip = `rect(${from.y}px, ${cut}px, ${to.y}px, ${from.x}px)`;
    panes[1].style.clip = `rect(${from.y}px, ${to.x}px, ${to.y}px, ${cut}px)`;
    divider.style.left = x + "px";
    slider.setAttribute("aria-valuetext", slider.value + " % " + t("side_before"));
  }

  slider.addEventListener("input", swipe);
  map.on("move zoomend resize viewreset", swipe);
  divider.addEventListener("pointerdown", function (event) {
    divider.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  divider.addEventListener("pointermove", function (event) {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const box = at("frame").getBoundingClientRect();
    slider.value = Math.round(100 * (event.clientX - box.left) / box.width);
    swipe();
  });

  // ---- colours, legend, list, card ----

  const color = (k) => (k === UNKNOWN ? "#e6e7e9" : data.colors[k]);

  function paint() {
    const of = data.indicators[chosen];
    sides.forEach((shapesOf, side) => shapesOf.forEach((shape, k) => shape.setStyle({
      fillColor: color(of.classes[side][k]), dashArray: of.classes[side][k] === UNKNOWN ? "3 3" : null,
      color: of.classes[side][k] === UNKNOWN ? data.unknownColor : "#fff" })));
  }

  function range(of, [, low, high]) {
    const rises = of.direction > 0;
    if (low === null && high === null) return t("all_values");
    if (low === null) return (rises ? "≤ " : "≥ ") + figure(high, of.unit);
    if (high === null) return (rises ? "> " : "< ") + figure(low, of.unit);
    return [low, high].sort((a, b) => a - b).map((end) => figure(end, of.unit)).join(" – ");
  }

  function legend() {
    const of = data.indicators[chosen];
    const count = (k) => [0, 1].map((side) => el("td", { class: "n" }, String(of.classes[side].filter((c) => c === k).length)));
    const row = function (k, text) {
      const mark = el("i", k === UNKNOWN ? { class: "none" } : {});
      if (k !== UNKNOWN) mark.style.background = data.colors[k];
      return el("tr", {}, el("td", {}, mark, text), ...count(k));
    };
    const rows = [...of.steps].sort((a, b) => b[0] - a[0]).map((step) => row(step[0], range(of, step)));
    if (of.classes.flat().includes(UNKNOWN)) rows.push(row(UNKNOWN, t("unknown")));
    const head = el("tr", {}, el("th", { scope: "col" }, t("class")), el("th", { scope: "col", class: "n" }, t("side_before")),
      el("th", { scope: "col", class: "n" }, t("side_after")));
    at("legend").replaceChildren(el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
    at("basis").textContent = t("basis_" + of.basis);
    at("marks").replaceChildren(...(marks.length ? [el("p", { class: "hint" }, t("facility_marks")), el("ul", {}, ...facilityRows())] : []));
  }

  /** A line for each category with new or closed facilities: its symbol, and how many. */
  function facilityRows() {
    return data.categories.map(function ({ titles, color }, k) {
      const [closed, fresh] = data.facilities.map((found) => found.filter((f) => f[0] === k).length);
      if (!closed && !fresh) return null;
      const path = svg("path", { d: shapePath(shapeOf(k), 8, 8, 5.5), fill: color, stroke: "#16191d", "stroke-width": "1.5" });
      const counts = [[fresh, "only_after"], [closed, "only_before"]].filter(([n]) => n).map(([n, key]) => t(key) + " " + n);
      return el("li", {}, svg("svg", { width: "16", height: "16", "aria-hidden": "true" }, path), titles[number()], el("b", {}, counts.join(" · ")));
    }).filter(Boolean);
  }

  // ---- names of zones, where there is room ----

  const MOST_NAMES = 60, CHARACTER = 12;
  const labels = L.layerGroup().addTo(map);
  const boxes = shapes.map((parts) => L.latLngBounds(parts.flat(2)));

  function names() {
    labels.clearLayers();
    const view = map.getBounds();
    const room = (box) => map.latLngToContainerPoint(box.getNorthEast()).x - map.latLngToContainerPoint(box.getSouthWest()).x;
    const width = (text) => [...text].reduce((sum, c) => sum + (c > "\u2e7f" ? CHARACTER : 0.6 * CHARACTER), 0);
    boxes.map((box, k) => [k, room(box)]).filter(([k, wide]) => view.intersects(boxes[k]) && wide > width(name(k)))
      .sort((a, b) => b[1] - a[1]).slice(0, MOST_NAMES).forEach(function ([k]) {
        const [x, y] = data.zones[k][2];
        const icon = L.divIcon({ className: "zone-name", html: el("bdi", {}, name(k)), iconSize: null });
        L.marker([y / scale, x / scale], { icon, pane: "names", interactive: false, keyboard: false }).addTo(labels);
      });
  }

  map.on("moveend", names);

  function moved() {
    const of = data.indicators[chosen];
    const order = data.zones.map((_, k) => k).filter((k) => change(of, k) !== null && of.verdicts[k] !== "same")
      .sort((a, b) => Math.abs(change(of, b)) - Math.abs(change(of, a)) || a - b);
    const rows = order.map(function (k) {
      const button = el("button", { type: "button", "data-zone": k }, el("bdi", {}, name(k)),
        el("span", {}, figure(change(of, k), of.unit, true)));
      if (k === selected) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => select(k));
      return el("li", {}, button);
    });
    at("moved").replaceChildren(...(rows.length ? rows : [el("li", { class: "hint" }, t("none_changed"))]));
  }

  /** Between what a change lies under other assumptions, in words; null where that is not known or one number. */
  function spanned(of, k) {
    const [low, high] = of.spans ? [of.spans[0][k], of.spans[1][k]] : [null, null];
    if (low === null || high === null) return null;
    const [from, to] = [figure(low, of.unit, true), figure(high, of.unit, true)];
    return from === to ? null : t("span").replace("{low}", from).replace("{high}", to);
  }

  function card() {
    outline.clearLayers();
    if (selected === null) { at("card").replaceChildren(); return; }
    outline.addLayer(L.polygon(shapes[selected], { pane: "outline", interactive: false, fill: false, color: "#16191d", weight: STEP - 1 }));
    const told = data.indicators.map((of, k) => [of, k])
      .filter(([of, k]) => k === chosen || !["same", "unknown"].includes(of.verdicts[selected]));
    const rest = data.indicators.length - told.length;
    const spans = told.map(([of]) => spanned(of, selected));
    const rows = told.flatMap(function ([of, k], row) {
      const verdict = of.verdicts[selected];
      const below = spans[row] ? [el("tr", { class: "span" }, el("td", { colspan: 3 }, spans[row]))] : [];
      return [el("tr", k === chosen ? { class: "now" } : {}, el("th", { scope: "row" }, title(of)),
        el("td", { class: "n" }, figure(of.values[0][selected], of.unit) + " → " + figure(of.values[1][selected], of.unit)),
        el("td", {}, el("i", { class: "mark " + verdict, title: t(verdict) }), el("span", { class: "unseen" }, t(verdict)))), ...below];
    });
    at("card").replaceChildren(el("h2", { dir: "auto" }, name(selected)), el("p", { class: "hint" }, el("bdi", {}, data.zones[selected][0])),
      el("table", {}, el("tbody", {}, ...rows)), el("p", { class: "hint" }, rest ? t("others_same").replace("{n}", rest) : ""),
      ...(spans.some((text) => text) ? [el("p", { class: "hint" }, t("span_hint"))] : []));
  }

  function select(k) {
    selected = k;
    card();
    document.querySelectorAll("#moved button").forEach(function (button) {
      if (Number(button.dataset.zone) === k) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    });
  }

  // ---- the page ----

  function tell() {
    const pick = at("indicator");
    pick.replaceChildren(...data.indicators.map((of, k) => el("option", { value: k }, title(of))));
    pick.value = chosen;
    slider.setAttribute("aria-label", t("slider"));
    buttons.tell();
    paint();
    legend();
    moved();
    card();
    names();
    swipe();
  }

  at("indicator").addEventListener("change", function () {
    chosen = Number(at("indicator").value);
    tell();
  });
  at("language").addEventListener("click", function () {
    root.lang = number() ? "zh-CN" : "en";
    tell();
  });
  tell();
})();

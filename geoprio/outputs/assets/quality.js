(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("geoprio-data").textContent);
  const root = document.documentElement;
  const english = () => root.lang === "en";
  const word = (text) => (typeof text === "string" ? text : text[english() ? 1 : 0]);
  const t = (key, n) => word(data.words[key]).replace("{n}", n);
  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

  /** An element with text and elements inside; texts of the data are only ever text. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "style") Object.assign(node.style, value); else node.setAttribute(key, value);
    }
    node.append(...children.filter((c) => c !== null));
    return node;
  }

  // ---- map ----

  const [fine, coarse] = data.scales;

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

  const map = L.map("canvas", { zoomControl: false, attributionControl: false, preferCanvas: true, zoomSnap: 0.25, fadeAnimation: false,
    zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches });
  ["below", "marks"].forEach((name, k) => { map.createPane(name).style.zIndex = 400 + 10 * k; });
  const below = L.canvas({ pane: "below" }), above = L.canvas({ pane: "marks", tolerance: 4 });

  const base = {
    streets: L.layerGroup(data.streets.flatMap((lines, level) => lines.map((line) => L.polyline(unfold(line, coarse),
      { renderer: below, interactive: false, color: "#b6bdc5", weight: [1.8, 1.1, 0.7][level] })))),
    houses: L.layerGroup(data.houses.map(function (steps) {
      const at = unfold(steps, fine);
      return at.length === 1
        ? L.circleMarker(at[0], { renderer: below, interactive: false, radius: 2.5, weight: 1, color: "#7d858e", fillColor: "#fff", fillOpacity: 1 })
        : L.polygon(at, { renderer: below, interactive: false, stroke: true, weight: 0.6, color: "#b3aa9b", fillColor: "#d8d1c5", fillOpacity: 0.85 });
    })),
    zones: L.layerGroup(data.zones.map(([, polygons]) => L.polygon(polygons.map((rings) => rings.map((ring) => unfold(ring, fine))),
      { renderer: below, interactive: false, weight: 1.4, color: "#5b6b8c", fillColor: "#31508f", fillOpacity: 0.05 }))),
  };
  const hollow = (layer) => layer.kind === "outlier";
  const layers = data.layers.map(() => L.layerGroup());
  data.marks.forEach(function ([k, [x, y], n, rows]) {
    const layer = data.layers[k];
    const mark = L.circleMarker([y / fine, x / fine], { renderer: above, pane: "marks", radius: 5 + Math.min(9, 2 * Math.log2(n)),
      weight: hollow(layer) ? 2.5 : 1.2, color: hollow(layer) ? layer.color : "#fff", fillColor: hollow(layer) ? "#fff" : layer.color,
      fillOpacity: hollow(layer) ? 0.55 : 0.9 });
    mark.bindPopup(() => popup(layer, n, rows), { maxWidth: 300, minWidth: 160 });
    layers[k].addLayer(mark);
  });

  function popup(layer, n, rows) {
    const lines = rows.map(([row, column, value]) => el("li", {},
      el("small", {}, t("map_row") + " "), el("bdi", {}, row),
      column || value ? el("small", {}, " · ") : null, el("bdi", {}, [word(column), value].filter(Boolean).join(" = "))));
    return el("div", {}, el("p", { class: "what" }, word(layer.title)),
      el("p", {}, el("small", {}, word(layer.source) + " · " + t("kind_" + layer.kind))),
      el("ul", {}, ...lines), n > rows.length ? el("p", {}, el("small", {}, "… " + t("map_rows", count(n)))) : null);
  }

  const area = L.latLngBounds(data.zones.flatMap(([, polygons]) => polygons.flatMap((rings) => unfold(rings[0], fine))));
  const all = data.marks.reduce((bounds, [, [x, y]]) => bounds.extend([y / fine, x / fine]), L.latLngBounds(area.getSouthWest(), area.getNorthEast()));
  Object.values(base).forEach((layer) => layer.addTo(map));
  layers.forEach((layer) => layer.addTo(map));
  map.fitBounds(area.pad(0.04), { animate: false });

  const Buttons = L.Control.extend({
    onAdd() {
      const bar = el("div", { class: "leaflet-bar" });
      const labels = [["zoom_in", "+", () => map.zoomIn()], ["zoom_out", "−", () => map.zoomOut()], ["whole", "⤢", () => map.fitBounds(all.pad(0.04))]];
      this.tell = () => bar.replaceChildren(...labels.map(function ([key, sign, act]) {
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
  L.control.scale({ imperial: false }).addTo(map);

  // ---- legend ----

  const off = new Set();

  function entry(key, layer, symbol, label, figure) {
    const box = el("input", { type: "checkbox", "data-layer": key });
    box.checked = !off.has(key);
    box.addEventListener("change", function () {
      if (box.checked) { off.delete(key); layer.addTo(map); } else { off.add(key); layer.remove(); }
    });
    return el("label", figure === null ? { class: "base" } : {}, box, symbol, el("span", {}, ...label), figure === null ? el("b", {}) : el("b", {}, figure));
  }

  function legend() {
    const rows = data.layers.map((layer, k) => [layer, k]).filter(([layer]) => layer.placed).map(function ([layer, k]) {
      const style = hollow(layer) ? { border: "3px solid " + layer.color } : { background: layer.color };
      const label = [word(layer.title), el("small", {}, word(layer.source) + " · " + t("kind_" + layer.kind))];
      return entry("layer-" + k, layers[k], el("i", { class: "dot", style }), label, count(layer.placed));
    });
    if (rows.length) rows.push(el("hr", {}));
    const symbols = { zones: "box", houses: "box", streets: "line" };
    const names = { zones: "map_zones", houses: data.standIns ? "map_points" : "map_buildings", streets: "map_roads" };
    for (const key of Object.keys(symbols)) {
      if (base[key].getLayers().length) rows.push(entry(key, base[key], el("i", { class: symbols[key] }), [t(names[key])], null));
    }
    document.getElementById("legend").replaceChildren(...rows);
  }

  // ---- the page ----

  document.querySelectorAll(".searched").forEach(function (section) {
    const input = section.querySelector("input[type=search]");
    if (!input) return;
    const groups = [...section.querySelectorAll(".group")];
    input.addEventListener("input", function () {
      const wanted = input.value.trim().toLowerCase();
      const has = (node) => node.textContent.toLowerCase().includes(wanted);
      let shown = 0;
      for (const group of groups) {
        const whole = !wanted || has(group.querySelector("summary")) || has(group.querySelector(".mend"));
        let rows = 0;
        group.querySelectorAll("tbody tr").forEach(function (row) {
          row.hidden = !(whole || has(row));
          rows += row.hidden ? 0 : 1;
        });
        group.hidden = !(whole || rows);
        shown += group.hidden ? 0 : 1;
        group.open = Boolean(wanted) && !group.hidden;
      }
      section.querySelector(".no-match").hidden = shown > 0;
    });
  });

  document.querySelectorAll("[data-at]").forEach(function (button) {
    button.addEventListener("click", function () {
      const [x, y] = button.dataset.at.split(",").map(Number);
      document.getElementById("map").scrollIntoView();
      map.setView([y, x], Math.max(map.getZoom(), 16), { animate: false });
      let best = null;
      layers.forEach((layer) => layer.eachLayer(function (mark) {
        const away = map.distance(mark.getLatLng(), [y, x]);
        if (map.hasLayer(layer) && (!best || away < best.away)) best = { mark, away };
      }));
      if (best) best.mark.openPopup();
    });
  });

  document.getElementById("language").addEventListener("click", function () {
    root.lang = english() ? "zh-CN" : "en";
    map.closePopup();
    legend();
    buttons.tell();
  });
  document.getElementById("print").addEventListener("click", () => window.print());

  // On a phone one long table after the other hides all that follows.
  if (window.innerWidth < 700) document.querySelectorAll("details.long[open]").forEach((details) => { details.open = false; });

  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));

  legend();
})();

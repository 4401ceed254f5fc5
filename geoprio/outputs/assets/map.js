(function () {
  "use strict";

  const NARROW = 700;
  const POPUP_SHARE = 0.6;
  const LEGEND_WIDTH = 252;
  const SHAPES = ["circle", "square", "triangle", "diamond", "plus", "hexagon"];
  const data = JSON.parse(document.getElementById("geoprio-data").textContent);
  const map = window[document.querySelector(".folium-map").id];
  const state = { lang: data.lang, selected: null, popup: null };

  const zones = data.zones.map(function (row, k) {
    const [id, name, type, status, rank, rankInType, tied, buildings, priority, cls,
      values, points, weights, urgency, need, at, polygons] = row;
    const latlngs = polygons.map((rings) => rings.map((ring) => unfold(ring, 1e6)));
    return { id, name: name || id, type, status, rank, rankInType, tied, buildings, priority, cls,
      values, points, weights, urgency, need, standIn: Boolean(data.standIns[k]), answers: data.answers[k],
      gate: data.gates ? data.gates[k] : false, baseline: data.baselines[k], latlngs, at: L.latLng(at[1] / 1e6, at[0] / 1e6) };
  });
  const scored = zones.filter((z) => z.rank !== null);
  const facilities = data.facilities.map(function ([category, at, name, kind, status, capacity, assumed]) {
    return { category, name, kind, status, capacity, assumed, at: L.latLng(at[1] / 1e6, at[0] / 1e6) };
  });

  // ---- words and numbers ----

  const word = (pair) => pair[state.lang === "zh" ? 0 : 1];

  function t(key, values) {
    const pair = Object.prototype.hasOwnProperty.call(data.words, key) ? data.words[key] : [key, key];
    // One pass, so that a value which itself holds {n} stays as it is.
    return word(pair).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
  }

  const tOr = (prefix, value) => Object.prototype.hasOwnProperty.call(data.words, prefix + value) ? t(prefix + value) : value;

  function grouped(value, decimals) {
    const [whole, part] = Math.abs(value).toFixed(decimals || 0).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
    return value < 0 && Number(text.replace(/,/g, "")) !== 0 ? "−" + text : text;
  }

  const short = (value, decimals) => grouped(value, decimals).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

  function percent(share) {
    if (share > 0 && share < 0.0005) return "<\u00a00.1\u00a0%";
    if (share < 1 && share >= 0.9995) return ">\u00a099.9\u00a0%";
    return short(100 * share, 1) + "\u00a0%";
  }

  function amount(value, unit) {
    if (unit === "share") return percent(value);
    if (unit === "m") return t("metres", { n: grouped(value) });
    if (unit === "capacity per 1,000") return t("capacity_per_1000", { n: short(value, 2) });
    if (unit === "per 1,000") return t("per_1000", { n: short(value, 2) });
    return short(value, 2) + (unit ? " " + unit : "");
  }

  function standard(criterion) {
    const rule = data.rules[criterion.rule];
    const amounts = { quota: rule.quota_per_1000, supply: rule.capacity_per_1000 };
    if (!(criterion.anchor in amounts)) return [reach(rule), " ", mark(rule)];
    const n = amounts[criterion.anchor];
    // A walking distance is no standard for an amount.
    return n === null ? [t("completion.given")] : [t(criterion.anchor, { n: short(n, 3) }), " ", mark(basis(criterion))];
  }

  /** The rule, or its quota where that is what the criterion is held against: each has a source and a mark. */
  function basis(criterion) {
    const rule = data.rules[criterion.rule];
    const quota = (criterion.anchor === "quota" && rule.quota_per_1000 !== null) || (criterion.anchor === "supply" && rule.capacity_per_1000 !== null);
    return quota ? rule.quota : rule;
  }

  const reach = (rule) => t(rule.unit === "min" ? "walk_min" : "walk_m", { n: short(rule.threshold, 1) });
  const colon = () => state.lang === "zh" ? "：" : ": ";
  const tie = (zone) => zone.tied === 1 ? t("tied_with_one") : t("tied_with", { n: zone.tied });

  function unfold(steps, scale) {
    const out = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      out.push([y / scale, x / scale]);
    }
    return out;
  }

  // ---- elements; text only ever arrives as text nodes ----

  function el(tag, props, ...children) {
    const node = document.createElement(tag);
    Object.entries(props || {}).forEach(function ([key, value]) {
      if (key === "on") Object.entries(value).forEach(([name, handler]) => node.addEventListener(name, handler));
      else if (key === "style") Object.assign(node.style, value);
      else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
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
    const a = 0.45 * r;
    const b = 1.15 * r;
    if (shape === "plus") {
      return `M${x - a},${y - b}h${2 * a}v${b - a}h${b - a}v${2 * a}h${a - b}v${b - a}h${-2 * a}v${a - b}h${a - b}v${-2 * a}h${b - a}Z`;
    }
    return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
  }

  // ---- layers ----

  const Marker = L.CircleMarker.extend({
    _updatePath: function () {
      this._renderer._setPath(this, shapePath(this.options.shape, this._point.x, this._point.y, this._radius));
    },
  });

  function addHatch() {
    const line = svg("path", { d: "M0,8L8,0M-2,2L2,-2M6,10L10,6", stroke: data.unscoredColor, "stroke-width": "1.4" });
    const box = svg("rect", { width: "8", height: "8", fill: "#f1f2f3" });
    const pattern = svg("pattern", { id: "hatch", width: "8", height: "8", patternUnits: "userSpaceOnUse" }, box, line);
    document.body.append(svg("svg", { width: "0", height: "0", class: "defs", "aria-hidden": "true" }, pattern));
  }

  function addPanes() {
    [["streets", 350], ["outline", 420], ["facilities", 450], ["ranks", 460]].forEach(function ([name, order]) {
      map.createPane(name).style.zIndex = order;
    });
  }

  function streetLayer() {
    const renderer = L.canvas({ pane: "streets", padding: 0.3 });
    const styles = [["#8f99a3", 1.7], ["#a9b1b9", 0.9], ["#bfc6cc", 0.6]];
    const lines = data.streets.map(function (level, k) {
      const [color, weight] = styles[k];
      return L.polyline(level.map((line) => unfold(line, 1e5)), { renderer, color, weight, interactive: false });
    });
    return L.layerGroup(lines.reverse());
  }

  function zoneLayer() {
    // The pane is see-through, not the polygons: where zones overlap, colours still are the legend's.
    map.getPane("overlayPane").style.opacity = 0.8;
    zones.forEach(function (zone) {
      const fillColor = zone.cls < 0 ? "url(#hatch)" : data.colors[zone.cls];
      const style = { color: "#ffffff", weight: 1.2, opacity: 0.95, fillColor, fillOpacity: 1, smoothFactor: 0.5 };
      zone.layer = L.polygon(zone.latlngs, style);
      zone.layer.bindTooltip(() => zoneTip(zone), { sticky: true, className: "tip", opacity: 1 });
      zone.layer.on("click", (event) => select(zone, { at: event.latlng }));
    });
    // A small zone inside a large one stays within reach of the mouse.
    const bySize = zones.map((z) => [extent(z.layer.getBounds()), z.layer]).sort((a, b) => b[0] - a[0]);
    return L.featureGroup(bySize.map(([, layer]) => layer).concat(scored.slice(0, 10).map(rankLabel)));
  }

  const extent = (bounds) => (bounds.getNorth() - bounds.getSouth()) * (bounds.getEast() - bounds.getWest());

  function rankLabel(zone) {
    const icon = L.divIcon({ className: "rank-label", iconSize: [22, 18], html: el("span", {}, String(zone.rank)) });
    return L.marker(zone.at, { icon, interactive: false, keyboard: false, pane: "ranks" });
  }

  const northernmost = (zone) => L.latLng(zone.latlngs.flat(2).reduce((a, b) => (b[0] > a[0] ? b : a)));

  function facilityLayers() {
    // Those that are used lie on top: a duplicate must not hide the one that counts.
    const inOrder = [...facilities].sort((a, b) => (a.status === "used") - (b.status === "used"));
    return data.categories.map(function (category, k) {
      return L.layerGroup(inOrder.filter((f) => f.category === k).map(function (f) {
        const used = f.status === "used";
        const layer = new Marker(f.at, { pane: "facilities", shape: SHAPES[k % SHAPES.length], radius: 5, fillOpacity: 1,
          weight: used ? 1.4 : 2, color: used ? "#ffffff" : category.color, fillColor: used ? category.color : "#ffffff" });
        return layer.on("click", () => openPopup(f.at, () => facilityPopup(f)));
      }));
    });
  }

  function outline(zone) {
    layers.outline.clearLayers();
    if (!zone) return;
    [["#ffffff", 6.5], ["#111418", 3]].forEach(function ([color, weight]) {
      L.polygon(zone.latlngs, { pane: "outline", fill: false, interactive: false, color, weight }).addTo(layers.outline);
    });
  }

  // ---- popups ----

  function openPopup(at, content) {
    const size = map.getSize();
    const small = narrow();
    state.popup = content;
    // Built for each opening: its width and height follow the map's size.
    L.popup({ maxWidth: Math.min(360, size.x - 64), minWidth: Math.min(300, size.x - 64), maxHeight: POPUP_SHARE * size.y,
      autoPanPaddingTopLeft: small ? [10, 56] : [56, 14], autoPanPaddingBottomRight: [small ? 10 : LEGEND_WIDTH, 34] })
      .setLatLng(at).setContent(content()).openOn(map);
    nameCloseButton();
  }

  function nameCloseButton() {
    document.querySelectorAll(".leaflet-popup-close-button").forEach((b) => b.setAttribute("aria-label", t("close")));
  }

  function zoneTip(zone) {
    const score = zone.rank === null ? t("unscored") : t("priority") + " " + zone.priority.toFixed(1);
    return el("div", {}, el("b", { dir: "auto" }, zone.name), el("span", {}, score));
  }

  function zonePopup(zone) {
    return el("article", { class: "card zone-card", "aria-label": zone.name },
      el("h2", { dir: "auto" }, zone.name),
      el("p", { class: "sub" }, tOr("type.", zone.type), zone.id === zone.name ? null : [" · ", t("id"), " ", el("bdi", {}, zone.id)]),
      straightLine(),
      zone.rank === null ? el("p", { class: "banner banner-none" }, t("unscored") + colon() + t("status." + zone.status)) : banner(zone),
      zone.rank === null ? null : explanation(zone),
      needs(zone),
      items(zone),
      sources());
  }

  function banner(zone) {
    const inType = scored.filter((z) => z.type === zone.type).length;
    const type = tOr("type.", zone.type);
    return el("div", { class: "banner" },
      el("span", { class: "score", style: chip(zone.cls) }, el("b", { class: "priority" }, zone.priority.toFixed(1)), el("small", {}, t("priority"))),
      el("div", { class: "ranks" },
        el("b", {}, t("rank_of", { n: zone.rank, all: scored.length })),
        el("span", {}, t("rank_type", { n: zone.rankInType, all: inType, type: state.lang === "zh" ? type : type.charAt(0).toUpperCase() + type.slice(1) })),
        zone.tied ? el("span", { class: "tie" }, tie(zone)) : null,
        zone.gate === false ? null : el("span", { class: "tie" }, t("gate." + zone.gate))));
  }

  const chip = (cls) => ({ background: data.colors[cls], color: cls < 2 ? "#14181c" : "#ffffff" });

  function explanation(zone) {
    const widest = Math.max(...zone.weights, 0.0001);
    return el("section", { class: "why" }, el("h3", {}, t("why"), el("span", {}, t("points"))),
      data.criteria.map((c, k) => criterionRow(zone, c, k, widest)),
      data.method ? el("p", { class: "hint" }, methodText()) : null,
      zone.baseline ? el("p", { class: "sum" }, t("baseline"), el("b", {}, zone.baseline.toFixed(1))) : null,
      el("p", { class: "sum" }, t("sum"), el("b", {}, zone.priority.toFixed(1))));
  }

  function criterionRow(zone, criterion, k, widest) {
    const known = zone.points[k] !== null;
    const weight = percent(zone.weights[k]);
    const changed = Math.abs(zone.weights[k] - criterion.weight) > 1e-4;
    // Where points are not weight × urgency the bar shows them out of 100.
    const track = zone.urgency[k] === null ? 100 : (100 * zone.weights[k]) / widest;
    const filled = zone.urgency[k] === null ? Math.max(0, zone.points[k]) : 100 * zone.urgency[k];
    const bar = known ? el("div", { class: "track", style: { width: track + "%" } },
      el("div", { class: "bar", style: { width: filled + "%" } })) : null;
    const rows = [
      [t("value"), zone.values[k] === null ? unknownValue(known) : amount(zone.values[k], criterion.unit)],
      [t("threshold"), ...standard(criterion)],
      ...(criterion.good === null ? [] : [[t("anchors"), anchors(criterion)]]),
      [t("weight"), known && changed ? t("renormalised", { n: weight, from: percent(criterion.weight) }) : percent(criterion.weight)],
    ];
    if (known && zone.urgency[k] !== null) rows.splice(1, 0, [t("urgency"), grouped(zone.urgency[k], 2)]);
    return el("div", { class: "criterion" + (known ? "" : " is-unknown") },
      el("p", { class: "head" }, el("span", {}, word(criterion.titles)), el("b", { class: "points" }, known ? zone.points[k].toFixed(1) : t("unknown"))),
      bar, known ? null : el("p", { class: "hint" }, t("unknown_hint")), pairs("flow", rows));
  }

  const anchors = (criterion) => amount(criterion.good, criterion.unit) + " → " + amount(criterion.bad, criterion.unit);

  const methodText = () => t("method", { normalize: t("normalize." + data.method.normalize), aggregate: t("aggregate." + data.method.aggregate) });

  const unknownValue = (imputed) => imputed ? t("imputed", { how: tOr("missing.", data.missing) }) : t("unknown");

  function needs(zone) {
    const rows = data.categories.map(function (category, k) {
      const [uncovered, demand, unknown] = zone.need[k];
      const all = { n: uncovered === null ? t("unknown") : grouped(uncovered), all: grouped(demand || 0), kind: t("demand." + category.demand) };
      const extra = unknown ? el("small", {}, t("need_unknown", { n: percent(unknown) })) : null;
      return [word(category.titles), demand ? t("need_of", all) : "–", extra];
    });
    return el("section", { class: "needs" }, el("h3", {}, t("need")),
      pairs("facts", rows.concat([[t(zone.standIn ? "stand_in" : "buildings"), grouped(zone.buildings)]])),
      zone.standIn ? el("p", { class: "hint" }, t("stand_in_hint")) : null);
  }

  const itemName = (item) => (item.number === null ? "" : item.number + "\u00a0") + word(item.titles);

  /** What the zone passes of the rule file's items; what is unknown stands apart from what failed. */
  function items(zone) {
    if (!data.items.length) return null;
    const rows = [["p", t("items_passed")], ["f", t("items_failed")], ["u", t("unknown")]].map(function ([letter, title]) {
      const names = data.items.filter((_, k) => zone.answers[k] === letter).map(itemName);
      return [title + " " + names.length, names.length ? names.join(" · ") : "–"];
    });
    return el("section", { class: "items" }, el("h3", {}, t("items")), pairs("facts", rows), el("p", { class: "hint" }, t("items_hint")));
  }

  function sources() {
    return el("section", { class: "sources" }, el("h3", {}, t("sources")), data.rules.map((rule) => el("p", {},
      word(rule.titles) + " " + reach(rule) + " — ", el("bdi", {}, tOr("source.", rule.source)), rule.clause ? [" ", rule.clause] : null, " ", mark(rule))));
  }

  function facilityPopup(f) {
    const capacity = short(f.capacity, 1);
    return el("article", { class: "card" }, el("h2", { dir: "auto" }, f.name || t("unnamed")),
      el("p", { class: "sub" }, symbol(f.category, f.status !== "used"), word(data.categories[f.category].titles)),
      pairs("facts", [[t("kind"), tOr("kind.", f.kind)], [t("status"), tOr("facility.", f.status)],
        [t("capacity"), f.assumed ? t("assumed", { n: capacity }) : capacity]]));
  }

  // ---- panel ----

  const narrow = () => window.innerWidth < NARROW;
  const button = (label, props, handler) => el("button", Object.assign({ type: "button", on: { click: handler } }, props), label);

  function panelContent() {
    const rest = zones.filter((z) => z.rank === null);
    const open = !document.body.classList.contains("panel-closed");
    return [
      el("header", {},
        el("div", { class: "bar-top" }, el("span", { class: "badge" }, t("paper")),
          button(t("language"), { class: "plain", id: "language", lang: state.lang === "zh" ? "en" : "zh-CN" }, switchLanguage),
          button(t("about"), { class: "plain", id: "about-open" }, openAbout),
          button(open ? "▾" : "▴", { class: "plain fold", id: "fold", "aria-expanded": String(open), "aria-label": t(open ? "hide_list" : "show_list") }, () => fold(open))),
        el("h1", { dir: "auto", title: data.title }, data.title),
        el("p", { class: "sub" }, t("subtitle", { n: scored.length })),
        straightLine()),
      el("div", { class: "list", tabindex: "-1" },
        el("h2", {}, t("ranking")), el("ol", { id: "ranking" }, scored.map(row)),
        rest.length ? [el("h2", {}, t("unscored") + " (" + rest.length + ")"), el("ul", { id: "unscored" }, rest.map(row))] : null),
    ];
  }

  /** Where no streets were walked on, every place that shows figures says so. */
  function straightLine() {
    return data.straight ? el("p", { class: "straight", title: t("straight_line_hint") }, t("straight_line")) : null;
  }

  function row(zone) {
    const tied = zone.tied ? el("span", { class: "tied", title: tie(zone) }, t("tied")) : null;
    const gate = zone.gate === false ? null : el("span", { class: "tied", title: t("gate." + zone.gate) }, t("gated." + zone.gate));
    const value = zone.rank === null ? el("span", { class: "why-not" }, t("status." + zone.status))
      : el("span", { class: "value" }, el("i", { style: { background: data.colors[zone.cls] } }), zone.priority.toFixed(1));
    const inside = [el("span", { class: "rank" }, zone.rank === null ? "–" : String(zone.rank)),
      el("span", { class: "label" }, el("bdi", { class: "zone-name" }, zone.name), gate, tied), value];
    zone.row = el("button", { type: "button", on: { click: () => select(zone, { zoom: true }) }, "aria-current": zone === state.selected ? "true" : null }, inside);
    return el("li", {}, zone.row);
  }

  function fold(closed) {
    document.body.classList.toggle("panel-closed", closed);
    renderPanel();
    map.invalidateSize({ animate: false });
  }

  // ---- legend ----

  function symbol(category, hollow) {
    const color = data.categories[category].color;
    const d = shapePath(SHAPES[category % SHAPES.length], 8, 8, 5.5);
    return svg("svg", { class: "symbol", width: "16", height: "16", "aria-hidden": "true" },
      svg("path", { d, fill: hollow ? "#fff" : color, stroke: hollow ? color : "#fff", "stroke-width": hollow ? "2" : "1" }));
  }

  function toggle(layer, id, ...label) {
    const change = (event) => (event.target.checked ? map.addLayer(layer) : map.removeLayer(layer));
    const box = el("input", { type: "checkbox", id, on: { change } });
    box.checked = map.hasLayer(layer);
    return el("label", { for: id }, box, ...label);
  }

  function classRows() {
    return data.colors.map(function (color, k) {
      const n = scored.filter((z) => z.cls === k).length;
      return el("li", {}, el("i", { class: "swatch", style: { background: color } }), el("span", {}, data.breaks[k] + " – " + data.breaks[k + 1]), el("b", { class: "count" }, grouped(n)));
    }).reverse();
  }

  function unscoredRows() {
    const rest = zones.filter((z) => z.rank === null);
    const reasons = [...new Set(rest.map((z) => z.status))].map((s) => t("status." + s) + " " + rest.filter((z) => z.status === s).length);
    if (!rest.length) return null;
    const swatch = svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: "100%", height: "100%", fill: "url(#hatch)" }));
    return el("li", { class: "none" }, swatch, el("span", {}, t("unscored"), el("small", {}, reasons.join(" · "))), el("b", { class: "count-none" }, grouped(rest.length)));
  }

  function legendContent() {
    const hollow = facilities.some((f) => f.status !== "used");
    const standIns = zones.filter((z) => z.standIn).length;
    return [el("summary", {}, t("legend")),
      toggle(layers.zones, "show-zones", el("b", {}, t("priority")), el("small", { class: "right" }, t("zones_count"))),
      el("p", { class: "hint" }, t("priority_hint")),
      el("ul", { class: "classes" }, classRows(), unscoredRows()),
      standIns ? el("p", { class: "hint stand-in" }, t("stand_in_zones", { n: standIns })) : null,
      el("p", { class: "group" }, t("facilities")),
      data.categories.map((c, k) => toggle(layers.facilities[k], "show-category-" + k, symbol(k, false), el("span", {}, word(c.titles)), el("b", {}, grouped(c.used)))),
      hollow ? el("p", { class: "hint" }, t("hollow")) : null,
      data.streets.some((level) => level.length) ? toggle(layers.streets, "show-streets", el("i", { class: "line" }), el("span", {}, t("streets"))) : null];
  }

  function control(position, node) {
    const Control = L.Control.extend({ options: { position }, onAdd: () => node });
    L.DomEvent.disableClickPropagation(node).disableScrollPropagation(node);
    return new Control().addTo(map);
  }

  // ---- about ----

  function aboutContent() {
    const file = data.ruleFile;
    const issued = file.issued ? " · " + t("about_issued", { n: file.issued }) : "";
    const [used, outside, unsnapped] = data.counts.map((n) => (n === null || n === undefined ? "–" : grouped(n)));
    return [
      el("header", {}, el("h2", { dir: "auto" }, data.title), button("×", { class: "plain", id: "about-close", "aria-label": t("close") }, () => about.close())),
      el("p", { class: "paper" }, el("b", {}, t("paper")), t("about_paper")),
      ...(data.straight ? [el("p", { class: "paper" }, el("b", {}, t("straight_line")), t("straight_line_hint"))] : []),
      el("h3", {}, t("about_score")), el("p", {}, data.method ? methodText() : t("about_formula")),
      el("ul", {}, data.criteria.map((c) => el("li", {}, el("b", {}, word(c.titles)), " · " + t("weight") + " " + percent(c.weight)
        + (c.good === null ? "" : " · " + t("anchors") + " " + anchors(c)), el("small", {}, t("completion." + c.completion))))),
      el("p", {}, t("about_missing") + colon() + tOr("missing.", data.missing)),
      el("h3", {}, t("about_rules")),
      el("p", {}, el("b", {}, word([file.title_zh, file.title_en])), " (" + file.name + ")" + issued, el("small", {}, file.note)),
      el("ul", {}, data.rules.map((rule) => el("li", {}, el("b", {}, word(rule.titles)), " · " + reach(rule) + " ", mark(rule),
        el("small", {}, el("bdi", {}, tOr("source.", rule.source)), rule.clause ? " " + rule.clause : "", rule.note ? " — " + rule.note : ""),
        el("small", {}, t("walk", { name: word(rule.walk.titles), n: short(rule.walk.speed_m_per_min, 1) }) + " ", mark(rule.walk), " ",
          el("bdi", {}, tOr("source.", rule.walk.source)), rule.walk.note ? " — " + rule.walk.note : ""), aboutQuota(rule)))),
      el("p", { class: "hint" }, t("about_notes")),
      ...(data.items.length ? [aboutItems()] : []),
      el("h3", {}, t("about_data")),
      pairs("facts", [[t("about_crs"), data.crs], [t("about_used"), used], [t("about_outside"), outside], ...(data.straight ? [] : [[t("about_unsnapped"), unsnapped]])].concat(
        data.categories.map((c) => [t("about_facilities", { category: word(c.titles) }), grouped(c.used) + " / " + grouped(c.read)]), [[t("about_credit"), data.credit.join(" · ")]])),
      el("h3", {}, t("about_warnings")),
      data.warnings.length ? el("ul", { class: "warnings" }, data.warnings.map((w) => el("li", {}, w))) : el("p", {}, t("about_no_warnings")),
    ];
  }

  function aboutQuota(rule) {
    if (!rule.quota) return null;
    const said = [rule.quota_per_1000 === null ? null : t("quota", { n: short(rule.quota_per_1000, 3) }),
      rule.capacity_per_1000 === null ? null : t("supply", { n: short(rule.capacity_per_1000, 3) })].filter(Boolean).join(" · ");
    return el("small", {}, said + " ", mark(rule.quota), " ", el("bdi", {}, tOr("source.", rule.quota.source)), rule.quota.clause ? " " + rule.quota.clause : "");
  }

  function aboutItems() {
    const around = data.community && data.community.threshold !== null;
    return el("section", {}, el("h3", {}, t("items")), el("p", {}, t("items_about")),
      data.community ? el("p", {}, around ? t("community") + " " + reach(data.community) + " " : t("community_zone") + " ", mark(data.community),
        el("small", {}, el("bdi", {}, tOr("source.", data.community.source)), data.community.note ? " — " + data.community.note : "")) : null,
      el("ul", {}, data.items.map((item) => el("li", {}, el("b", {}, itemName(item)), " · " + t("items_count", { p: item.passed, f: item.failed, u: item.unknown }) + " ", mark(item),
        el("small", {}, el("bdi", {}, tOr("source.", item.source)), item.clause ? " " + item.clause : "", item.note ? " — " + item.note : "")))));
  }

  function openAbout() {
    about.showModal();
    about.scrollTop = 0;
  }

  // ---- behaviour ----

  function select(zone, how) {
    if (state.selected) state.selected.row.removeAttribute("aria-current");
    state.selected = zone;
    outline(zone);
    if (narrow() && !document.body.classList.contains("panel-closed")) fold(true);
    zone.row.setAttribute("aria-current", "true");
    zone.row.scrollIntoView({ block: "nearest" });
    if (how.zoom) frame(zone);
    openPopup(how.at || northernmost(zone), () => zonePopup(zone));
  }

  /** Show the zone in the lower part of the map: the popup stands above it. */
  function frame(zone) {
    const size = map.getSize();
    const side = narrow() ? 50 : LEGEND_WIDTH;
    map.fitBounds(zone.layer.getBounds(), { animate: false, maxZoom: 16, paddingTopLeft: [narrow() ? 50 : 60, POPUP_SHARE * size.y + 66],
      paddingBottomRight: [side, 50] });
  }

  function switchLanguage() {
    state.lang = state.lang === "zh" ? "en" : "zh";
    render();
    document.getElementById("language").focus();
  }

  function renderPanel() {
    const list = panel.querySelector(".list");
    const top = list ? list.scrollTop : 0;
    panel.replaceChildren(...panelContent());
    panel.querySelector(".list").scrollTop = top;
  }

  function nameControl(selector, key) {
    const link = document.querySelector(selector);
    link.title = t(key);
    link.setAttribute("aria-label", t(key));
  }

  function render() {
    document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
    panel.setAttribute("aria-label", t("panel"));
    map.getContainer().setAttribute("aria-label", t("map"));
    renderPanel();
    legend.replaceChildren(...legendContent().flat().filter(Boolean));
    about.replaceChildren(...aboutContent());
    nameControl(".leaflet-control-zoom-in", "zoom_in");
    nameControl(".leaflet-control-zoom-out", "zoom_out");
    nameControl(".whole", "whole");
    const popup = map._popup;
    if (popup && popup.isOpen() && state.popup) popup.setContent(state.popup());
    nameCloseButton();
  }

  function showAll() {
    const bounds = layers.zones.getBounds();
    const right = narrow() ? 18 : LEGEND_WIDTH;
    if (bounds.isValid()) map.fitBounds(bounds, { animate: false, paddingTopLeft: [narrow() ? 18 : 56, 18], paddingBottomRight: [right, 34] });
  }

  const panel = el("aside", { id: "panel" });
  const about = el("dialog", { id: "about" });
  const legend = el("details", { id: "legend" });
  document.body.prepend(panel);
  document.body.append(about);
  addHatch();
  addPanes();
  const layers = { streets: streetLayer(), zones: zoneLayer(), facilities: facilityLayers(), outline: L.layerGroup() };
  document.body.classList.toggle("panel-closed", narrow() && window.innerHeight < 560);
  legend.open = !narrow();
  Object.assign(map.options, { minZoom: 3, maxZoom: 19 });
  map.invalidateSize({ animate: false });
  showAll();
  [layers.streets, layers.zones, layers.outline, ...layers.facilities].forEach((layer) => layer.addTo(map));
  // On a phone the popup needs the upper part of the map.
  const corner = narrow() ? "bottomleft" : "topleft";
  control("bottomright", el("div", { id: "credit" }, data.credit.join(" · ")));
  control(narrow() ? "topright" : "bottomright", legend);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: corner }).addTo(map);
  control(corner, el("div", { class: "leaflet-bar" }, button("⤢", { class: "whole" }, showAll)));
  window.addEventListener("resize", () => map.invalidateSize({ animate: false }));
  render();
})();

// Popups: why a zone has its score, and what a facility is.

function openPopup(at, content) {
  const size = map.getSize();
  const small = narrow();
  state.popup = content;
  // Built for each opening: its width and height follow the map's size.
  L.popup({ maxWidth: Math.min(360, size.x - 64), minWidth: Math.min(300, size.x - 64), maxHeight: POPUP_SHARE * size.y,
    autoPanPaddingTopLeft: small ? [10, 56] : [56, 14], autoPanPaddingBottomRight: [small ? 10 : LEGEND_WIDTH, 34] })
    .setLatLng(at).setContent(content()).openOn(map);
  afterPopup();
}

/** Leaflet's close button is a link without a name, and its scrolled body cannot be reached by keyboard. */
function afterPopup() {
  document.querySelectorAll(".leaflet-popup-close-button").forEach((b) => b.setAttribute("aria-label", t("close")));
  document.querySelectorAll(".leaflet-popup-scrolled").forEach((b) => b.setAttribute("tabindex", "0"));
}

function refreshPopup() {
  const popup = map._popup;
  if (!popup || !popup.isOpen() || !state.popup) return;
  const scrolled = document.querySelector(".leaflet-popup-scrolled");
  const top = scrolled ? scrolled.scrollTop : 0;
  popup.setContent(state.popup());
  const now = document.querySelector(".leaflet-popup-scrolled");
  if (now) now.scrollTop = top;
  afterPopup();
}

function zoneTip(zone) {
  const score = zone.rank === null ? t("unscored") : t("priority") + " " + zone.priority.toFixed(1);
  const found = coloring();
  const value = found === null ? null : el("span", {}, word(found.titles) + " " + valueText(zone) + (shownValue(zone) === null ? "" : unseenText(found, zone)));
  return el("div", {}, el("b", { dir: "auto" }, zone.name), el("span", {}, score), value);
}

function zonePopup(zone) {
  return el("article", { class: "card zone-card", "aria-label": zone.name },
    el("h2", { dir: "auto" }, zone.name),
    el("p", { class: "sub" }, tOr("type.", zone.type), zone.district ? [" · ", el("bdi", {}, zone.district)] : null,
      zone.id === zone.name ? null : [" · ", t("id"), " ", el("bdi", {}, zone.id)]),
    straightLine(),
    zone.rank === null ? el("p", { class: "banner banner-none" }, t("unscored") + colon() + t("status." + zone.status)) : banner(zone),
    glance(zone),
    programmeSection(zone),
    zone.rank === null ? null : explanation(zone),
    needs(zone),
    conditionSection(zone),
    needsSection(zone),
    nearestSection(zone),
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
      intervalLine(zone),
      zone.tied ? el("span", { class: "tie" }, tie(zone)) : null,
      zone.gate === false ? null : el("span", { class: "tie" }, t("gate." + zone.gate)),
      ownWeights() ? el("span", { class: "tie own" }, t("own_weights")) : null));
}

function intervalLine(zone) {
  if (!zone.interval || zone.interval[0] === null) return null;
  const [from, to, said] = zone.interval;
  return el("span", { class: "interval", title: t("interval_given") }, t("interval", { from, to }), said === null ? null : [" ", robustMark(said)]);
}

const robustMark = (said) => el("span", { class: "mark robust-" + said }, tOr("robust.", said));

function explanation(zone) {
  explain(zone);
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
  const changed = Math.abs(zone.weights[k] - shares[k]) > 1e-4;
  // Where points are not weight × urgency the bar shows them out of 100.
  const track = zone.urgency[k] === null ? 100 : (100 * zone.weights[k]) / widest;
  const filled = zone.urgency[k] === null ? Math.max(0, zone.points[k]) : 100 * zone.urgency[k];
  const bar = known ? el("div", { class: "track", style: { width: track + "%" } },
    el("div", { class: "bar", style: { width: filled + "%" } })) : null;
  const rows = [
    [t("value"), zone.values[k] === null ? unknownValue(known) : amount(zone.values[k], criterion.unit)],
    [t("threshold"), ...standard(criterion)],
    ...(criterion.good === null ? [] : [[t("anchors"), anchors(criterion)]]),
    [t("weight"), known && changed ? t("renormalised", { n: weight, from: percent(shares[k]) }) : percent(shares[k])],
  ];
  if (known && zone.urgency[k] !== null) rows.splice(1, 0, [t("urgency"), grouped(zone.urgency[k], 2)]);
  return el("div", { class: "criterion" + (known ? "" : " is-unknown") },
    el("p", { class: "head" }, el("span", {}, word(criterion.titles)), el("b", { class: "points" }, known ? zone.points[k].toFixed(1) : t("unknown"))),
    bar, known ? null : el("p", { class: "hint" }, t("unknown_hint")), pairs("flow", rows));
}

function standard(criterion) {
  if (criterion.rule === null) return [t("completion." + criterion.completion), ...origin(criterion.basis)];
  const rule = data.rules[criterion.rule];
  const amounts = { quota: rule.quota_per_1000, supply: rule.capacity_per_1000 };
  if (!(criterion.anchor in amounts)) return [reach(rule), " ", mark(rule)];
  const n = amounts[criterion.anchor];
  // A walking distance is no standard for an amount.
  return n === null ? [t("completion.given")] : [t(criterion.anchor, { n: short(n, 3) }), " ", mark(basis(criterion))];
}

/** Where an indicator without a walking rule is from. */
const origin = (basis) => basis ? [" · ", el("small", {}, el("bdi", {}, fromRule(basis.source)), basis.clause ? " " + fromRule(basis.clause) : ""), " ", mark(basis)] : [];

/** The rule, or its quota where that is what the criterion is held against: each has a source and a mark. */
function basis(criterion) {
  const rule = data.rules[criterion.rule];
  const quota = (criterion.anchor === "quota" && rule.quota_per_1000 !== null) || (criterion.anchor === "supply" && rule.capacity_per_1000 !== null);
  return quota ? rule.quota : rule;
}

const unknownValue = (imputed) => imputed ? t("imputed", { how: tOr("imputed.", data.missing) }) : t("unknown");

function needs(zone) {
  const rows = data.categories.map(function (category, k) {
    const [uncovered, demand, unknown] = zone.need[k];
    const all = { n: uncovered === null ? t("unknown") : grouped(uncovered), all: grouped(demand || 0), kind: t("demand." + category.demand) };
    const extra = unknown ? el("small", {}, t("need_unknown", { n: percent(unknown) })) : null;
    return [word(category.titles), demand ? t("need_of", all) : "–", extra];
  });
  return el("section", { class: "needs" }, el("h3", {}, t("need")), pairs("facts", rows));
}

/** How large and how old the zone is; what its list and its homes do not say is said to be unknown. */
function glance(zone) {
  const rows = data.facts.map(function ({ titles, values }) {
    const value = values[zone.k];
    return [word(titles), value === null ? t("unknown") : el("bdi", {}, word(value))];
  });
  return el("section", { class: "glance" }, el("h3", {}, t("glance")),
    pairs("facts", [[t(zone.standIn ? "stand_in" : "buildings"), grouped(zone.buildings)], ...rows]),
    zone.standIn ? el("p", { class: "hint" }, t("stand_in_hint")) : null);
}

/** The facilities behind the dashed lines, in words. */
function nearestSection(zone) {
  if (!zone.buildings) return null;
  const rows = data.categories.map(function (category, k) {
    const found = data.nearest[zone.k][k];
    if (!found) return [[symbol(k, false), word(category.titles)], t("nearest_none")];
    const [number, metres, n, all] = found;
    const name = facilities[number].name || t("unnamed");
    return [[symbol(k, false), word(category.titles)], el("bdi", {}, t("nearest_of", { name, m: t("metres", { n: grouped(metres) }), n, all }))];
  });
  return el("section", { class: "nearest" }, el("h3", {}, t("nearest")),
    el("dl", { class: "facts" }, rows.map(([key, value]) => el("div", {}, el("dt", {}, ...key), el("dd", {}, value)))),
    el("p", { class: "hint" }, t("nearest_hint")));
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
    word(rule.titles) + " " + reach(rule) + " — ", el("bdi", {}, fromRule(rule.source)), rule.clause ? [" ", fromRule(rule.clause)] : null, " ", mark(rule))));
}

function openFacility(f) {
  openPopup(f.at, () => facilityPopup(f));
  outlineServed(f);
}

function facilityPopup(f) {
  const capacity = short(f.capacity, 1);
  const counts = { n: grouped(sumOf(f.served, (s) => s[1])), zones: f.served.length, within: grouped(sumOf(f.served, (s) => s[2])), rule: reach(data.rules[f.category]) };
  const used = f.status === "used";
  return el("article", { class: "card" }, el("h2", { dir: "auto" }, f.name || t("unnamed")),
    el("p", { class: "sub" }, symbol(f.category, !used), word(data.categories[f.category].titles)),
    pairs("facts", [[t("kind"), tOr("kind.", f.kind)], [t("status"), tOr("facility.", f.status)],
      [t("capacity"), f.assumed ? t("assumed", { n: capacity }) : capacity],
      ...(used ? [[t("served"), f.served.length ? t("served_of", counts) : t("served_none")]] : [])]),
    used && f.served.length ? el("p", { class: "hint" }, t("served_hint")) : null);
}

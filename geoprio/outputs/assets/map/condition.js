// What is wrong where: the card's section on condition, and the problem points. What nobody surveyed is said as such.

const [DEFECT, PARTLY, GOOD, UNKNOWN] = [0, 1, 2, 3];
const PROBLEM_COLORS = ["#6e767d", "#b3261e"];

const defectName = (k) => word(data.condition.defects[k].titles);

/** Of how many buildings, with how many open points, and how much of the zone nobody looked at. */
function defectText(k, figures) {
  if (!figures) return defectName(k);
  const [found, surveyed, unit, points, unknown] = figures.slice(1);
  const said = [unit === 2 ? t("condition.as_zone") : null,
    unit === 1 ? t("condition.of_buildings", { n: grouped(found), all: grouped(surveyed) }) : null,
    unit === 1 && unknown > 0 ? t("condition.rest", { n: percent(unknown) }) : null,
    points ? t("condition.points", { n: grouped(points) }) : null].filter(Boolean);
  return defectName(k) + (said.length ? (state.lang === "zh" ? "（" + said.join("，") + "）" : " (" + said.join(", ") + ")") : "");
}

function conditionSection(zone) {
  if (!data.condition) return null;
  const states = Array.from(data.condition.states[zone.k], Number);
  const figures = new Map(data.condition.figures[zone.k].map((row) => [row[0], row]));
  const named = (wanted) => states.map((s, k) => (s === wanted ? k : -1)).filter((k) => k >= 0);
  const found = named(DEFECT);
  const grades = [...new Set(found.map((k) => data.condition.defects[k].grade))];
  const facts = ["management_model", "management_status", "renewal_status"].map(function (key, i) {
    const value = data.condition.facts[zone.k][i];
    return value === null ? null : [t(key), tOr(key + ".", value)];
  }).filter(Boolean);
  const bad = grades.map((grade) => [t("condition.defect") + " · " + t("grade." + grade),
    found.filter((k) => data.condition.defects[k].grade === grade).map((k) => el("span", { class: "defect" }, defectText(k, figures.get(k))))]);
  const rest = [[PARTLY, "partly"], [UNKNOWN, "unknown"], [GOOD, "good"]].map(function ([wanted, key]) {
    const names = named(wanted).map((k) => (wanted === PARTLY ? defectText(k, figures.get(k)) : defectName(k)));
    return names.length ? [t("condition." + key), names.join(" · ")] : null;
  }).filter(Boolean);
  return el("section", { class: "condition" }, el("h3", {}, t("condition")), pairs("facts", [...facts, ...bad, ...rest]),
    states.includes(UNKNOWN) || states.includes(PARTLY) ? el("p", { class: "hint" }, t("condition.hint")) : null);
}

/** What a share of condition leaves open: how much of the zone nobody looked at. */
function unseenText(found, zone) {
  const share = found.unseen ? found.unseen[zone.k] : null;
  return share ? " · " + t("condition.rest", { n: percent(share) }) : "";
}

/** What stands under the title of an indicator in the legend: what its shades are, and what is hatched. */
function hintOf(found) {
  if (!found.unseen) return "basis." + found.basis;
  return found.code.startsWith("condition_") ? "condition.group_hint" : "condition.share_hint";
}

function problemLayer() {
  if (!data.condition) return L.layerGroup();
  // Open ones come first in the data; drawn last they lie on top.
  return L.layerGroup([...data.condition.points].reverse().map(function ([defect, at, open, id]) {
    const place = L.latLng(at[1] / 1e6, at[0] / 1e6);
    const layer = new Marker(place, { pane: "problems", shape: "cross", radius: 5, fillOpacity: 1, weight: 1, color: "#ffffff", fillColor: PROBLEM_COLORS[open] });
    return layer.on("click", () => openPopup(place, () => problemPopup(defect, open, id)));
  }));
}

function problemPopup(defect, open, id) {
  return el("article", { class: "card" }, el("h2", {}, defectName(defect)), el("p", { class: "sub" }, t("problem")),
    pairs("facts", [[t("status"), t(open ? "problem.open" : "problem.solved")], ...(id === null ? [] : [[t("id"), el("bdi", {}, id)]])]));
}

function problemRows() {
  if (!data.condition || !data.condition.points.length) return null;
  const { points, more_points: more } = data.condition;
  const cross = svg("svg", { class: "symbol", width: "16", height: "16", "aria-hidden": "true" },
    svg("path", { d: shapePath("cross", 8, 8, 5), fill: PROBLEM_COLORS[1], stroke: "#fff", "stroke-width": "1" }));
  return [toggle(layers.problems, "show-problems", cross, el("span", {}, t("problems")), el("b", {}, grouped(points.length))),
    points.some((p) => !p[2]) ? el("p", { class: "hint" }, t("problem.hint")) : null,
    more ? el("p", { class: "hint" }, t("problem.more", { n: grouped(more) })) : null];
}

/** What condition rests on, for the dialog: each defect with class, source and mark. */
function aboutCondition() {
  return el("section", {}, el("h3", {}, t("condition")), el("p", {}, t("condition.about")),
    el("ul", {}, data.condition.defects.map((d) => el("li", {}, el("b", {}, word(d.titles)), " · " + t("grade." + d.grade) + " · " + t("side." + d.side) + " ", mark(d),
      el("small", {}, el("bdi", {}, fromRule(d.source)), d.clause ? " " + fromRule(d.clause) : "", d.note ? " — " + fromRule(d.note) : "")))));
}

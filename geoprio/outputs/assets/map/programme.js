// The programme within the money: what is done in a zone, in which year, at what cost, and who pays.

/** Sums come as whole yuan in fen, rounded together so that they add up. */
function yuan(fen) {
  return grouped(Math.round(fen / 100));
}

function programmeSection(zone) {
  if (!data.programme) return null;
  const rows = data.programme.zones[zone.k];
  if (!rows.length) return el("section", { class: "programme" }, el("h3", {}, t("programme.programme")), el("p", { class: "hint" }, t("programme.nothing_here")));
  const cost = sumOf(rows, (row) => row[4]);
  const loose = rows.some((row) => row[5]);
  return el("section", { class: "programme" }, el("h3", {}, t("programme.programme")),
    el("p", { class: "programme-sum" }, t("programme.first", { t: Math.min(...rows.map((row) => row[1])), n: rows.length, cost: yuan(cost) })),
    el("dl", { class: "facts" }, rows.map(programmeRow)),
    loose ? el("p", { class: "hint" }, t("programme.assumed_note")) : null);
}

function programmeRow([measure, year, quantity, unit, cost, assumed, paid]) {
  const { measures, units, sources } = data.programme;
  const by = paid.map(([s, fen]) => t("programme.pays", { source: word(sources[s]), money: yuan(fen) })).join(" · ");
  return el("div", {}, el("dt", {}, el("bdi", {}, word(measures[measure])), assumed ? " *" : null),
    el("dd", {}, el("b", {}, yuan(cost)), " · ", t("programme.year", { t: year }), " · ", short(quantity, 1) + " ", el("bdi", {}, word(units[unit])),
      el("small", { class: "pays" }, el("bdi", {}, by))));
}

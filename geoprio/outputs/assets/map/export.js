// The ranking as a file, and the page on paper.

const PRINTED = 20;
const PAPER = [690, 430];
const FORMULA_STARTS = ["=", "+", "-", "@", "\t", "\r"];

/** Text that a spreadsheet neither runs as a formula nor takes apart; numbers stay numbers. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const plain = FORMULA_STARTS.includes(value.charAt(0)) ? "'" + value : value;
  return /[",\r\n]/.test(plain) ? "\"" + plain.replace(/"/g, "\"\"") + "\"" : plain;
}

function csvText() {
  const told = data.districts.length > 0;
  const head = ["rank", "name", "zone_id", "zone_type", ...(told ? ["district"] : []), "priority", "rank_in_type", "tied_with", "status", "rank_given"].map((key) => t("col." + key));
  const titles = data.criteria.map((c) => word(c.titles));
  const weights = ["# " + t("col.weight"), ...titles.map((title, k) => title + " " + percent(shares[k]))];
  listed().forEach(explain);
  const rows = listed().map((z) => [z.rank, z.name, z.id, tOr("type.", z.type), ...(told ? [z.district] : []), z.exact,
    z.rankInType, z.tied, t("status." + z.status), z.rankGiven, ...z.values, ...z.points]);
  const table = [[...head, ...titles, ...titles.map((name) => t("col.points", { name }))], ...rows];
  // The weights stand last, so that the first line stays the header of a table.
  return "\ufeff" + [...table, weights].map((row) => row.map(cell).join(",") + "\r\n").join("");
}

function downloadCsv() {
  const address = URL.createObjectURL(new Blob([csvText()], { type: "text/csv;charset=utf-8" }));
  const link = el("a", { href: address, download: "ranking.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** What a printed map must tell by itself. */
function printNotes() {
  const weights = data.criteria.map((c, k) => word(c.titles) + " " + percent(shares[k])).join(" · ");
  const loose = data.rules.filter((r) => r.mark !== "verified").map((r) => word(r.titles) + " " + reach(r) + " (" + fromRule(r.source) + ")");
  const others = data.criteria.filter((c) => c.basis && c.basis.mark !== "verified").map((c) => word(c.titles) + " (" + fromRule(c.basis.source) + ")");
  const unverified = [...loose, ...others].join(" · ");
  return [
    el("p", {}, el("b", {}, t("paper")), " " + t("about_paper")),
    data.straight ? el("p", {}, t("straight_line_hint")) : null,
    el("p", {}, t("print_weights") + weights, ownWeights() ? " — " + t("own_weights") : null),
    filtered() ? el("p", {}, t("print_filter") + t("shown", { n: listed().length, all: zones.length })) : null,
    unverified ? el("p", {}, t("print_unverified") + unverified) : null,
    el("p", {}, t("about_credit") + colon() + data.credit.join(" · ")),
  ].filter(Boolean);
}

const notes = el("footer", { id: "print-notes" });

/** Leaflet draws for the size of its box: the box gets that of the paper first, and the same ground is shown in it. */
function watchPrint() {
  let before = null;
  window.addEventListener("beforeprint", function () {
    before = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom(), open: legend.open };
    state.printing = true;
    document.body.classList.add("printing");
    map.getContainer().style.width = PAPER[0] + "px";
    map.getContainer().style.height = PAPER[1] + "px";
    legend.open = true;
    notes.replaceChildren(...printNotes());
    listed().forEach((z, k) => z.slot.item.classList.toggle("unprinted", k >= PRINTED));
    panel.after(legend);
    map.invalidateSize({ animate: false });
    // Who never moved the map sees all zones on paper, too, without the room that the legend had beside them.
    map.fitBounds(state.view ? before.bounds : layers.zones.getBounds(), { animate: false });
    drawAll();
  });
  window.addEventListener("afterprint", function () {
    if (!before) return;
    document.body.classList.remove("printing");
    Object.assign(map.getContainer().style, { width: "", height: "" });
    legend.open = before.open;
    legendHome.append(legend);
    map.invalidateSize({ animate: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
    state.printing = false;
  });
}

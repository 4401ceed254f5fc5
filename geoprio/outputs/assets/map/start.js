// What happens when the page opens, and when something is chosen.

function select(zone, how) {
  state.selected = zone;
  state.building = null;
  layers.served.clearLayers();
  if (narrow() && !document.body.classList.contains("panel-closed")) fold(true);
  orderList(true);
  zone.slot.row.scrollIntoView({ block: "nearest" });
  if (how.zoom) frame(zone);
  outline(zone);
  openPopup(how.at || northernmost(zone), () => zonePopup(zone));
  say(zone.rank === null ? t("said_unscored", { name: zone.name }) : t("said_zone", { name: zone.name, n: zone.rank, p: zone.priority.toFixed(1) }));
  keepAddress();
}

function switchLanguage() {
  state.lang = state.lang === "zh" ? "en" : "zh";
  render();
  say("");
  document.getElementById("language").focus();
  keepAddress();
}

function nameControl(selector, key) {
  const link = document.querySelector(selector);
  link.title = t(key);
  link.setAttribute("aria-label", t(key));
}

/** Write everything that has words. */
function render() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  panel.setAttribute("aria-label", t("panel"));
  map.getContainer().setAttribute("aria-label", t("map"));
  renderPanel();
  renderLegend();
  about.replaceChildren(...aboutContent());
  nameControl(".leaflet-control-zoom-in", "zoom_in");
  nameControl(".leaflet-control-zoom-out", "zoom_out");
  nameControl(".whole", "whole");
  outlineSelected();
  refreshPopup();
}

/** Esc closes the popup and gives the focus back to the list; the dialog sees to itself. */
function escape(event) {
  if (event.key !== "Escape" || about.open || !map._popup || !map._popup.isOpen()) return;
  map.closePopup();
  if (state.selected && !narrow()) state.selected.slot.row.focus();
}

document.body.prepend(panel);
document.body.append(about, notes);
map.getContainer().setAttribute("role", "region");
addHatch();
addPanes();
const layers = { streets: streetLayer(), zones: zoneLayer(), buildings: footprintLayer(), facilities: facilityLayers(),
  problems: problemLayer(), outline: L.layerGroup(), near: L.layerGroup(), served: L.layerGroup() };
document.body.classList.toggle("panel-closed", narrow() && window.innerHeight < 560);
legend.open = !narrow();
Object.assign(map.options, { minZoom: ZOOMS[0], maxZoom: ZOOMS[1] });
map.invalidateSize({ animate: false });
// Layers need a view to be added to; `restore` finds the one that is seen.
showAll();
[layers.streets, layers.zones, layers.buildings, layers.outline, layers.near, layers.served, layers.problems, ...layers.facilities].filter(Boolean).forEach((layer) => layer.addTo(map));
// On a phone the popup needs the upper part of the map.
const corner = narrow() ? "bottomleft" : "topleft";
control("bottomright", el("div", { id: "credit" }, data.credit.join(" · ")));
const legendHome = el("div", {}, legend);
control(narrow() ? "topright" : "bottomright", legendHome);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
L.control.zoom({ position: corner }).addTo(map);
control(corner, el("div", { class: "leaflet-bar" }, button("⤢", { class: "whole" }, showAll)));
window.addEventListener("resize", function () {
  sight = null;
  map.invalidateSize({ animate: false });
});
document.addEventListener("keydown", escape);
map.on("click", (event) => clicked(event, null));
map.on("popupclose", () => layers.served.clearLayers());
watchView();
watchFootprints();
watchPrint();
restore();
state.ready = true;

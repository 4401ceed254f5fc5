// How zones are coloured: by priority or by one indicator; and which ones are left out by search and filters.

const FADED = 0.1;

const coloring = () => state.by === null ? null : data.colorings[state.by];
const shadeOf = (zone) => state.by === null ? zone.cls : coloring().classes[zone.k];
const shownValue = (zone) => state.by === null ? zone.priority : coloring().values[zone.k];
/** Words have colours of their own. */
const isNamed = () => state.by !== null && coloring().basis === "named";
const shades = () => isNamed() ? coloring().colors : data.colors;
const fillOf = (shade) => shade < 0 ? "url(#hatch)" : shades()[shade];
const chip = (cls) => ({ background: data.colors[cls], color: cls < 2 ? "#14181c" : "#ffffff" });

/**
 * Bring the colours of the map up to date. Only what changed is written, straight to the path: Leaflet's setStyle on
 * each of thousands of zones would cost more than a frame.
 */
function paint() {
  zones.forEach(function (zone) {
    const fill = fillOf(shadeOf(zone));
    const opacity = zone.out ? FADED : 1;
    const { options, _path: path } = zone.layer;
    if (options.fillColor !== fill) {
      options.fillColor = fill;
      if (path) path.setAttribute("fill", fill);
    }
    if (options.fillOpacity !== opacity) {
      options.fillOpacity = opacity;
      options.opacity = zone.out ? 0.5 : 0.95;
      if (path) path.setAttribute("fill-opacity", opacity);
      if (path) path.setAttribute("stroke-opacity", options.opacity);
    }
  });
  placeRanks();
  recolor();
}

/** The value of a zone in words. */
function valueText(zone) {
  const found = coloring();
  const value = shownValue(zone);
  if (value === null) return t("unknown");
  return isNamed() ? stepText(found, found.steps.find((step) => step[0] === value)) : amount(value, found.unit);
}

/** A class in words: its bounds are those that zones are told by, the upper urgency end included. */
function stepText(found, step) {
  const [, from, to] = step;
  if (found.basis === "named") return word([from, to]);
  const say = (value) => amount(value, found.unit);
  const rising = found.direction > 0;
  if (from === null && to === null) return "–";
  if (from === null) return t(rising ? "upto" : "downto", { n: say(to) });
  if (to === null) return t(rising ? "above" : "below", { n: say(from) });
  return rising ? say(from) + " – " + say(to) : say(to) + " – " + say(from);
}

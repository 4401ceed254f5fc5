// Weights: sliders, presets, and the snippet with which geoprio itself gives the same ranking.

const ownWeights = () => state.weights !== null;
const presetOf = (key) => data.weighing.presets.find((p) => p.key === key);
const rawWeights = () => state.weights || presetOf("given").weights;

function weightsContent() {
  if (!data.weighing) return [el("p", { class: "hint", id: "no-weights" }, t("no_weights", data.method && { normalize: t("normalize." + data.method.normalize), aggregate: t("aggregate." + data.method.aggregate) }))];
  if (!data.weighing.may.includes(1)) return [el("p", { class: "hint", id: "no-weights" }, t("no_zone"))];
  return [
    el("p", { class: "hint" }, t("weights_hint")),
    el("div", { class: "presets", role: "group", "aria-label": t("presets") }, data.weighing.presets.map((preset) =>
      button(t("preset." + preset.key), { class: "plain", id: "preset-" + preset.key, title: t("preset_hint." + preset.key), "aria-pressed": String(state.preset === preset.key) },
        () => choosePreset(preset.key)))),
    el("div", { id: "preset-notes" }, presetNotes()),
    data.criteria.map(slider),
    el("p", { class: "hint", id: "zero", hidden: true }, t("all_zero")),
    el("details", { id: "snippet" }, el("summary", {}, t("snippet")), el("p", { class: "hint" }, t("snippet_hint")),
      el("pre", { id: "snippet-text", tabindex: "0", "aria-label": t("snippet") }, snippet()), button(t("copy"), { class: "plain", id: "copy" }, copySnippet)),
  ];
}

function presetNotes() {
  const preset = presetOf(state.preset);
  if (!preset || state.preset === "given") return [];
  return [el("p", { class: "hint" }, t("preset_hint." + state.preset)), ...preset.notes.map((note) => el("p", { class: "hint" }, Array.isArray(note) ? word(note) : note))];
}

function slider(criterion, k) {
  const id = "weight-" + k;
  const input = el("input", { type: "range", id, min: "0", max: "100", step: "1", "aria-valuetext": percent(shares[k]), on: { input: () => moved(k, Number(input.value)) } });
  input.value = sliderPlace(k);
  return el("div", { class: "slider" }, el("label", { for: id }, word(criterion.titles)), el("output", { id: "share-" + k, for: id }, percent(shares[k])), input);
}

/** Sliders that were moved stay where they were put; presets stand at their shares. */
const sliderPlace = (k) => String(Math.round(state.preset === null && Math.max(...state.weights) <= 100 ? state.weights[k] : 100 * shares[k]));

/** A slider was moved: what the others show, to two decimals, are the weights from now on. */
function moved(k, value) {
  const current = state.preset === null ? rawWeights() : shares.map((s) => Math.round(1e4 * s) / 100);
  state.preset = null;
  state.weights = current.map((w, i) => (i === k ? value : w));
  draw();
}

function choosePreset(key) {
  state.preset = key;
  state.weights = key === "given" ? null : presetOf(key).weights.slice();
  applyWeights();
  data.criteria.forEach(function (_, k) {
    document.getElementById("weight-" + k).value = sliderPlace(k);
  });
}

/** Several steps of a slider within one frame are drawn once. */
let waiting = false;

function draw() {
  if (waiting) return;
  waiting = true;
  window.requestAnimationFrame(function () {
    waiting = false;
    applyWeights();
  });
}

/** Recompute under the present weights, and bring map, list and sliders' figures up to date. */
function applyWeights() {
  const raw = rawWeights();
  const zero = !raw.some((w) => w > 0);
  document.getElementById("zero").hidden = !zero;
  if (!zero) {
    rescore(raw);
    filterZones();
    paint();
    orderList(false);
  }
  data.criteria.forEach(function (_, k) {
    const text = percent(zero ? 0 : shares[k]);
    document.getElementById("share-" + k).textContent = text;
    document.getElementById("weight-" + k).setAttribute("aria-valuetext", text);
  });
  data.weighing.presets.forEach((p) => document.getElementById("preset-" + p.key).setAttribute("aria-pressed", String(state.preset === p.key)));
  settled();
}

/** What may come a moment later: figures of the legend, the popup, the snippet, the address, and what is spoken. */
const settled = paused(150, function () {
  renderLegend();
  refreshPopup();
  document.getElementById("preset-notes").replaceChildren(...presetNotes());
  document.getElementById("snippet-text").textContent = snippet();
  say(t("said_ranking", { names: scored.slice(0, 3).map((z) => z.name).join(state.lang === "zh" ? "、" : ", ") }));
  keepAddress();
});

const toml = (number) => Number.isInteger(number) ? String(number) : String(number).replace(/^(\d+)e/, "$1.0e");

/** The weights for the project file, with all digits. Codes are bare keys of TOML; others would be quoted. */
function snippet() {
  const raw = rawWeights();
  const key = (code) => /^[A-Za-z0-9_-]+$/.test(code) ? code : JSON.stringify(code);
  return "[score.weights]\n" + data.weighing.codes.map((code, k) => key(code) + " = " + toml(raw[k]) + "\n").join("");
}

function copySnippet() {
  const copy = document.getElementById("copy");
  const told = function (key) {
    copy.textContent = t(key);
    say(t(key));
    window.setTimeout(() => { copy.textContent = t("copy"); }, 2500);
  };
  const text = document.getElementById("snippet-text");
  window.getSelection().selectAllChildren(text);
  // Pages in frames and old browsers refuse the clipboard: the text stays selected to be copied by hand.
  if (!navigator.clipboard) told(document.execCommand("copy") ? "copied" : "copy_failed");
  else navigator.clipboard.writeText(text.textContent).then(() => told("copied"), () => told(document.execCommand("copy") ? "copied" : "copy_failed"));
}

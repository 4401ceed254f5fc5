// Words and numbers in the language that is shown.

const word = (pair) => pair[state.lang === "zh" ? 0 : 1];
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

function t(key, values) {
  const pair = has(data.words, key) ? data.words[key] : [key, key];
  // One pass, so that a value which itself holds {n} stays as it is.
  return word(pair).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
}

const tOr = (prefix, value) => has(data.words, prefix + value) ? t(prefix + value) : value;
/** A source or note of a rule in the language that is shown, where a translation is known. */
const fromRule = (text) => has(data.words, "source." + text) ? t("source." + text) : state.lang === "zh" && has(data.said, text) ? data.said[text] : text;

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

const colon = () => state.lang === "zh" ? "：" : ": ";
const reach = (rule) => t(rule.unit === "min" ? "walk_min" : "walk_m", { n: short(rule.threshold, 1) });
const tie = (zone) => zone.tied === 1 ? t("tied_with_one") : t("tied_with", { n: zone.tied });
const anchors = (criterion) => amount(criterion.good, criterion.unit) + " → " + amount(criterion.bad, criterion.unit);
const methodText = () => t("method", { normalize: t("normalize." + data.method.normalize), aggregate: t("aggregate." + data.method.aggregate) });
const districtName = (district) => district === null ? t("district_none") : district;

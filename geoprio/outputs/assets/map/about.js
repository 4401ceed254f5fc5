// The dialog that tells how the priority is made, what it rests on, and what nobody verified.

const about = el("dialog", { id: "about", "aria-labelledby": "about-title" });

function aboutContent() {
  const file = data.ruleFile;
  const issued = file.issued ? " · " + t("about_issued", { n: file.issued }) : "";
  const [used, outside, unsnapped] = data.counts.map((n) => (n === null || n === undefined ? "–" : grouped(n)));
  return [
    el("header", {}, el("h2", { dir: "auto", id: "about-title" }, data.title), button("×", { class: "plain", id: "about-close", "aria-label": t("close") }, () => about.close())),
    el("p", { class: "paper" }, el("b", {}, t("paper")), t("about_paper")),
    ...(data.straight ? [el("p", { class: "paper" }, el("b", {}, t("straight_line")), t("straight_line_hint"))] : []),
    el("h3", {}, t("about_score")), el("p", {}, data.method ? methodText() : t("about_formula")),
    el("ul", {}, data.criteria.map((c) => el("li", {}, el("b", {}, word(c.titles)), " · " + t("weight") + " " + percent(c.weight)
      + (c.good === null ? "" : " · " + t("anchors") + " " + anchors(c)), el("small", {}, t("completion." + c.completion))))),
    el("p", {}, t("about_missing") + colon() + tOr("missing.", data.missing)),
    ...(data.buildings && data.buildings.criteria.length ? [el("p", {}, t("about_buildings"))] : []),
    el("h3", {}, t("about_rules")),
    el("p", {}, el("b", {}, word([file.title_zh, file.title_en])), " (" + file.name + ")" + issued, el("small", {}, fromRule(file.note))),
    el("ul", {}, data.rules.map(aboutRule)),
    el("p", { class: "hint" }, t("about_notes")),
    ...(data.items.length ? [aboutItems()] : []),
    ...(data.condition ? [aboutCondition()] : []),
    ...(data.needs ? [aboutNeeds()] : []),
    el("h3", {}, t("about_data")),
    pairs("facts", [[t("about_crs"), data.crs], [t("about_used"), used], [t("about_outside"), outside], ...(data.straight ? [] : [[t("about_unsnapped"), unsnapped]])].concat(
      data.categories.map((c) => [t("about_facilities", { category: word(c.titles) }), grouped(c.used) + " / " + grouped(c.read)]), [[t("about_credit"), data.credit.join(" · ")]])),
    el("h3", {}, t("about_warnings")),
    data.warnings.length ? el("ul", { class: "warnings" }, data.warnings.map((w) => el("li", {}, word(w)))) : el("p", {}, t("about_no_warnings")),
  ];
}

function aboutRule(rule) {
  return el("li", {}, el("b", {}, word(rule.titles)), " · " + reach(rule) + " ", mark(rule),
    el("small", {}, el("bdi", {}, fromRule(rule.source)), rule.clause ? " " + fromRule(rule.clause) : "", rule.note ? " — " + fromRule(rule.note) : ""),
    el("small", {}, t("walk", { name: word(rule.walk.titles), n: short(rule.walk.speed_m_per_min, 1) }) + " ", mark(rule.walk), " ",
      el("bdi", {}, fromRule(rule.walk.source)), rule.walk.note ? " — " + fromRule(rule.walk.note) : ""), aboutQuota(rule));
}

function aboutQuota(rule) {
  if (!rule.quota) return null;
  const said = [rule.quota_per_1000 === null ? null : t("quota", { n: short(rule.quota_per_1000, 3) }),
    rule.capacity_per_1000 === null ? null : t("supply", { n: short(rule.capacity_per_1000, 3) })].filter(Boolean).join(" · ");
  return el("small", {}, said + " ", mark(rule.quota), " ", el("bdi", {}, fromRule(rule.quota.source)), rule.quota.clause ? " " + fromRule(rule.quota.clause) : "");
}

function aboutItems() {
  const around = data.community && data.community.threshold !== null;
  return el("section", {}, el("h3", {}, t("items")), el("p", {}, t("items_about")),
    data.community ? el("p", {}, around ? t("community") + " " + reach(data.community) + " " : t("community_zone") + " ", mark(data.community),
      el("small", {}, el("bdi", {}, fromRule(data.community.source)), data.community.note ? " — " + fromRule(data.community.note) : "")) : null,
    el("ul", {}, data.items.map((item) => el("li", {}, el("b", {}, itemName(item)), " · " + t("items_count", { p: item.passed, f: item.failed, u: item.unknown }) + " ", mark(item),
      el("small", {}, el("bdi", {}, fromRule(item.source)), item.clause ? " " + fromRule(item.clause) : "", item.note ? " — " + fromRule(item.note) : "")))));
}

function openAbout() {
  about.showModal();
  about.scrollTop = 0;
}

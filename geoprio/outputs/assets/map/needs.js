// What residents say: surveys, meetings and votes, each apart from the others.

/** Whole per cent: the interval says how little the decimals would mean. */
const whole = (share) => share > 0 && share < 0.005 ? "<\u00a01\u00a0%" : grouped(100 * share) + "\u00a0%";

/** A share with its interval; what is not known of it stays away. */
function needShare(share, low, high) {
  if (share === null) return "–";
  return low === null ? whole(share) : t("needs.row", { share: whole(share), low: whole(low), high: whole(high) });
}

function needsSection(zone) {
  const said = data.needs;
  if (!said) return null;
  const parts = said.questions.map((q, k) => questionPart(q, said.zones[k][zone.k]));
  const held = said.meetings.length ? said.meetings[zone.k] : [];
  const decided = said.votes.length ? said.votes[zone.k] : [];
  return el("section", { class: "voices" },
    el("h3", {}, t("needs")), ...parts,
    parts.length ? el("p", { class: "hint" }, t("needs.hint")) : null,
    held.length ? [el("h4", {}, t("meetings")), bars(held.map(meetingRow), true)] : null,
    decided.length ? [el("h4", {}, t("votes")), bars(decided.map(voteRow), true), el("p", { class: "hint" }, voteRule())] : null);
}

/** Rows of a name, what is said of it, and a bar with its interval. */
function bars(rows, long) {
  return el("ul", { class: "voice-rows" + (long ? " voice-long" : "") }, rows.map(([name, text, share, low, high]) => el("li", {},
    el("span", { dir: "auto" }, name), el("b", {}, text), share === undefined || share === null ? null : bar(share, low, high))));
}

function bar(share, low, high) {
  const range = low === null || low === undefined ? null
    : el("span", { class: "voice-range", style: { left: 100 * low + "%", width: 100 * (high - low) + "%" } });
  return el("span", { class: "voice-bar", "aria-hidden": "true" }, el("span", { class: "voice-share", style: { width: 100 * share + "%" } }), range);
}

/** What a question is about; its own heading where the answers do not tell it. */
const asked = (question) => question.asked === null ? t("needs." + question.about) : el("bdi", {}, question.asked);

function questionPart(question, [status, n, rows]) {
  const told = status === "told";
  const note = told ? t("needs.n", { n: grouped(n) }) : t("needs." + status, { n: data.needs.minimum });
  const rest = question.titles.length - rows.length;
  return el("div", { class: "voice" + (told ? "" : " is-unknown") },
    el("h4", {}, asked(question), " ", el("small", {}, note)),
    told ? bars(rows.map(([k, share, low, high]) => [word(question.titles[k]), needShare(share, low, high), share, low, high])) : null,
    told && rest > 0 ? el("p", { class: "hint" }, t("needs.more", { n: rest })) : null);
}

function meetingRow([title, date, present, agree, share]) {
  if (agree === null) return [word(title), t("meetings.few", { date, n: data.needs.fewest })];
  return [word(title), t("meetings.row", { date, present: present === null ? "?" : grouped(present), agree: grouped(agree), share: share === null ? "?" : whole(share) }), share];
}

function voteRow([title, verdict, areaVoted, headsVoted, areaFor, headsFor, heads, area]) {
  const part = (value) => value === null ? "?" : percent(value);
  const told = t("votes.row", { verdict: t("votes." + verdict), area_voted: part(areaVoted), heads_voted: part(headsVoted), area_for: part(areaFor), heads_for: part(headsFor) });
  const lacks = (verdict === "failed" || verdict === "no_quorum") && heads !== null && area !== null;
  return [word(title), told + (lacks ? (state.lang === "zh" ? "，" : ", ") + t("votes.lacking", { heads: grouped(heads), area: grouped(area) }) : "")];
}

const voteRule = () => t("votes.rule", { title: word(data.needs.rule.titles), source: fromRule(data.needs.rule.source), mark: t(data.needs.rule.mark) });

/** Of the whole city: each question with its weights, and how far the groups agree. */
function aboutNeeds() {
  return el("section", {}, el("h3", {}, t("needs"), " · ", t("needs.city")), data.needs.questions.map((q) => [
    el("h4", {}, asked(q)),
    el("ul", {}, q.city.map(([k, n, share, low, high]) => el("li", {}, el("b", { dir: "auto" }, word(q.titles[k])), " · " + needShare(share, low, high) + " · " + t("needs.n", { n: grouped(n) }),
      q.weights === null ? null : el("small", {}, t("needs.weight", { weight: whole(q.weights[k][0]), low: whole(q.weights[k][1]), high: whole(q.weights[k][2]) }))))),
    q.groups.map(([kind, w, p, groups]) => el("p", {}, w === null ? t("needs.agree_none", { kind })
      : t("needs.agree", { kind, w: short(w, 2), p: p === null ? "–" : short(p, 3), groups: groups.join(", ") })))]),
  data.needs.questions.length ? el("p", { class: "hint" }, t("needs.hint")) : null);
}

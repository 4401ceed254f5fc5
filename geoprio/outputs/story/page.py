"""The whole story on one page: what residents need, where to begin, what to do with which money, and whether it helped.

The page is drawn from a template in which every text of the data is a value and is escaped; bars are drawn from numbers
alone. All figures are those of the folders that it links to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from markupsafe import Markup

from geoprio.effect.difference_words import bilingual
from geoprio.effect.phrases import signed
from geoprio.effect.told import METHOD_TITLES, VERDICT_TITLES
from geoprio.indicators.registry import category_titles
from geoprio.outputs.change.evaluation import by_itself, unit_of
from geoprio.outputs.change.units import counted, figures, measure_word, places_of
from geoprio.outputs.story.words import LINKS, STEPS, WORDS
from geoprio.outputs.template import template
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.page import HTML_LANG, asset, content_policy, refuse_remote
from geoprio.programme.money import FEN

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.effect.finding import Evaluation, Finding
    from geoprio.indicators.needs import QuestionFound
    from geoprio.outputs.planned.result import Planned
    from geoprio.outputs.result import Result

Pair = tuple[str, str]
Text = str | Pair

FIRST: Final = 5
"""Needs and zones that are shown."""
NEXT: Final = 3
"""Zones that are named after those with a hazard."""
WIDE: Final = 160
"""Pixels of a bar."""
MARK: Final = '<meta name="generator" content="geoprio demo">'
"""By which a page of this kind is known again."""


@dataclass(frozen=True)
class Row:
    """A line of a step: what, a figure, a remark, and a bar."""

    what: Text
    figure: Text
    remark: Text = ""
    bar: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Table:
    """Lines under a heading."""

    title: Pair
    rows: list[Row]


@dataclass(frozen=True)
class Step:
    """One of the four steps."""

    key: str
    name: Pair
    question: Pair
    answers: list[Pair]
    tables: list[Table]
    hints: list[Pair]
    links: list[tuple[str, Pair]]


def story_html(result: Result, planned: Planned, change: Change, found: Evaluation | None, lang: str = "zh") -> str:
    """Return the page.

    Parameters
    ----------
    result : Result
        Of the run, in `out`.
    planned : Planned
        The programme, in `plan`.
    change : Change
        From `out` to `after`, in `effect`.
    found : Evaluation or None
        What residents say before and after, likewise there.
    lang : {"zh", "en"}
        Language in which the page opens; a button switches it.

    Returns
    -------
    str
        A whole HTML page that needs no other file, with links to the folders beside it.

    Raises
    ------
    ValueError
        If `lang` is neither zh nor en.
    """
    if lang not in HTML_LANG:
        raise ValueError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}")
    style = f"<style>{asset('quality.css')}\n{asset('story.css')}</style>"
    program = f"<script>\n{asset('change.js')}</script>"
    refuse_remote(style + program + asset("story.html.j2"))
    page: str = template("story.html.j2").render(
        number=int(lang == "en"),
        html_lang=HTML_LANG[lang],
        title=bilingual(str(result.project["project"]["name"])),
        words=WORDS,
        mark=Markup(MARK),  # noqa: S704 - our own markup
        policy=Markup(content_policy([program])),  # noqa: S704 - our own markup
        style=Markup(style),  # noqa: S704 - our own markup
        scripts=Markup(program),  # noqa: S704 - our own markup
        steps=[_needs(result), _priority(result), _programme(planned), _effect(change, found)],
        credit=" · ".join(credit_lines(result.project)),
    )
    return page.lstrip()


def _step(key: str, answers: list[Pair], tables: list[Table], hints: list[Pair]) -> Step:
    kept = [t for t in tables if t.rows]
    return Step(key, STEPS[key][0], STEPS[key][1], answers, kept, hints, LINKS[key])


def _needs(result: Result) -> Step:
    questions = result.needs.questions if result.needs is not None else ()
    asked = {about: next((q for q in questions if q.about == about), None) for about in ("problem", "measure")}
    named = asked["problem"] or asked["measure"]
    if named is None or named.city.empty:
        return _step("needs", [WORDS["no_survey"]], [], [])
    tables = [Table(WORDS[about], _shares(result, q)) for about, q in asked.items() if q is not None]
    first, count = named.city.iloc[0], int(named.city["n"].max())
    names = _both(_need_title(result, str(named.city.index[0]), str(first["title"]), named.about))
    told = int((named.zones.status == "told").sum())
    answers = [
        (
            f"{count}份有效问卷中，最多人提到“{names[0]}”：{_percent(first['share'])}。",
            f"Of {count} valid answers most name “{names[1]}”: {_percent(first['share'])}.",
        ),
        (
            f"{told}个片区答卷够多，可单独说明；其余只计入全市。",
            f"{told} zones answered enough to be told on their own; the others count for the city only.",
        ),
    ]
    return _step("needs", answers, tables, [WORDS["needs_hint"]])


def _shares(result: Result, question: QuestionFound) -> list[Row]:
    """Return what most name, with intervals."""
    return [
        Row(
            _need_title(result, str(need), str(row["title"]), question.about),
            _percent(row["share"]),
            _between(row["low"], row["high"]),
            bar(row["share"], row["low"], row["high"]),
        )
        for need, row in question.city.head(FIRST).iterrows()
    ]


def _need_title(result: Result, need: str, title: str, about: str) -> Text:
    """Return the title of a need; in English where it is a known defect, or what is done about one."""
    defect = result.defects.get(need)
    if defect is None:
        return title
    return title, (defect.work_en if about == "measure" and defect.work_en else defect.title_en)


def _both(text: Text) -> Pair:
    return text if isinstance(text, tuple) else (text, text)


def _priority(result: Result) -> Step:
    zones = result.zones
    ranked = zones[zones["rank"].notna()]
    held, unseen = np.zeros(len(ranked), bool), np.zeros(len(ranked), bool)
    if "safety_gate" in ranked:
        gate = ranked["safety_gate"].astype("boolean")
        held, unseen = gate.fillna(value=False).to_numpy(bool), gate.isna().to_numpy(bool)
    rows = [
        Row(
            f"{int(rank)}  {name}",
            f"{priority:.1f}",
            WORDS["hazard"] if hazard else "",
            bar(priority / 100),
        )
        for rank, name, priority, hazard in zip(ranked["rank"], ranked["name"], ranked["priority"], held, strict=True)
    ][:FIRST]
    answers = [
        (
            f"{len(ranked)}个片区按步行可达、房屋状况和居民诉求排序。",
            f"{len(ranked)} zones are ranked by access on foot, condition and what residents say.",
        )
    ]
    if held.any():
        rest = [str(name) for name in ranked["name"][~held & ~unseen].head(NEXT)]
        lost = int(unseen.sum())
        answers.append(
            (
                f"{int(held.sum())}个片区有安全隐患，不论分数先办；{lost}个尚未查明，次之；其后是{'、'.join(rest)}。",
                f"{int(held.sum())} with a safety hazard come first, whatever their score; then {lost} where "
                "nobody knows; then " + ", ".join(rest) + ".",
            )
        )
    return _step(
        "priority", answers, [Table(WORDS["first_zones"], rows), Table(WORDS["lacking"], _lacking(result))],
        [WORDS["priority_hint"]],
    )  # fmt: skip


def _lacking(result: Result) -> list[Row]:
    """Return how many of those whom each category serves have none within the threshold."""
    rows = []
    for category, rule in result.rules.items():
        columns = [f"{category}_{name}" for name in ("uncovered", "demand", "unknown_share")]
        if not all(c in result.zones for c in columns) or rule.unit != "m":
            continue
        lacking, demand, unknown = (result.zones[c].astype(float) for c in columns)
        known = float((demand * (1 - unknown.fillna(0.0))).sum())
        kind = str(result.quality["categories"][category]["demand"])
        who = counted(kind)
        names, count = category_titles(category), float(lacking.sum())
        rows.append(
            Row(
                (f"{names[0]}：{who[0]}", f"{names[1]}: {who[1]}"),
                (f"{count:,.0f} {measure_word(kind)}", f"{count:,.0f}"),
                (
                    f"占{_percent(count / known)}，{rule.threshold:g}米内走不到",
                    f"{_percent(count / known)} of them have none within {rule.threshold:g} m on foot",
                ),
                bar(count / known),
            )
        )
    return rows


def _programme(planned: Planned) -> Step:
    done, total = planned.programme.done, planned.cost_fen
    if done.empty or not total:
        return _step("programme", list(planned.sentences[:3]), [], [])
    titles = {s.code: (s.title_zh, s.title_en) for s in planned.problem.sources}
    paid = planned.budgets["paid_fen"]
    by_source = [
        Row(titles[str(code)], _million(int(fen)), _percent(int(fen) / total), bar(int(fen) / total))
        for code, fen in paid.items()
        if int(fen)
    ]
    by_year = [
        Row((f"第{year}年", f"Year {year}"), _million(int(part["cost_fen"].sum())),
            (f"{len(part)}项，{part['zone_id'].nunique()}个片区",
             f"{len(part)} measures in {part['zone_id'].nunique()} zones"), bar(int(part["cost_fen"].sum()) / total))
        for year, part in done.groupby("year")
    ]  # fmt: skip
    cost = _million(total)
    answers = [
        (f"{done['zone_id'].nunique()}个片区实施{len(done)}项措施，投资{cost[0]}。",
         f"{len(done)} measures in {done['zone_id'].nunique()} zones for {cost[1]}."),
        *((f"{zh}。", f"{en}.") for zh, en in planned.sentences[1:2]),
    ]  # fmt: skip
    tables = [Table(WORDS["money"], by_source), Table(WORDS["years"], by_year)]
    return _step("programme", answers, tables, [WORDS["programme_hint"]])


def _effect(change: Change, found: Evaluation | None) -> Step:
    rows = []
    for category in change.served.index:
        code = f"{category}_covered_share"
        if code not in change.city.index:
            continue
        before, after = (float(change.city[side].loc[code]) for side in ("before", "after"))
        kind = change.before.demand[str(category)]
        who, names = counted(kind), category_titles(str(category))
        gained = float(change.served["gained"].loc[category])
        rows.append(Row(
            (f"{names[0]}：走得到的{who[0]}", f"{names[1]}: {who[1]} within reach"),
            f"{_percent(before)} → {_percent(after)}",
            (f"新覆盖{gained:,.0f}{measure_word(kind)}", f"{gained:,.0f} more"),
            steps_bar(before, after),
        ))  # fmt: skip
    asked = [_asked(f, found.plan.alpha) for f in found.findings] if found is not None else []
    answers = [_what_if(change), WORDS["what_if"]] if change.after.scenario else []
    if found is not None:
        answers += [_verdict(f) for f in found.findings[:1]]
    hints = [WORDS["effect_hint"], *([WORDS["asked_hint"]] if found is not None else [])]
    return _step("effect", answers, [Table(WORDS["reach"], rows), Table(WORDS["asked"], asked)], hints)


def _what_if(change: Change) -> Pair:
    """Return for how many more people something is within reach, in the first category that gains."""
    for category in change.served.index:
        gained = float(change.served["gained"].loc[category])
        if gained > 0:
            kind, names = change.before.demand[str(category)], category_titles(str(category))
            who = counted(kind)
            return (
                f"假如建成：再有{who[0]}{gained:,.0f}{measure_word(kind)}走得到{names[0]}。",
                f"If it stood, {gained:,.0f} more {who[1]} would have {names[1]} within reach.",
            )
    return "假如建成：没有人新走得到服务。", "If it stood, nobody more would have a service within reach."


def _asked(found: Finding, alpha: float) -> Row:
    """Return an outcome of the evaluation, its effect with the interval and what of the change comes by itself."""
    outcome, change = found.outcome, found.change
    if not change.n_before:
        return Row((outcome.title_zh or outcome.code, outcome.title_en or outcome.code), "–",
                   ("某次作答太少，不列数", "too few answers in a wave to tell anything"), Markup(""))  # fmt: skip
    unit, sides = unit_of(found), (float(change.before[0]), float(change.after[0]))
    one, two, _ = figures(*sides, unit)
    levels = f"{one} → {two}"
    remark = VERDICT_TITLES[found.verdict]
    if np.isfinite(found.effect):
        scale, units = (
            (100, ("个百分点", " points")) if outcome.is_share else (1, ("" if outcome.indicator else "分", ""))
        )
        digits = places_of(*sides, unit)
        value, low, high = (signed(scale * v, digits) for v in (found.effect, found.low, found.high))
        sure = f"{100 * (1 - alpha):g}"
        way = METHOD_TITLES["adjusted" if found.adjusted else outcome.method]
        remark = (
            f"按{way[0]}，效果{value}{units[0]}（{sure} %区间{low}至{high}）：{remark[0]}",
            f"by {way[1]}, an effect of {value}{units[1]} ({sure} % interval {low} to {high}): {remark[1]}",
        )
    drawn = steps_bar(float(change.before[0]), float(change.after[0])) if outcome.is_share else Markup("")
    return Row((outcome.title_zh or outcome.code, outcome.title_en or outcome.code), levels, remark, drawn)


def _verdict(found: Finding) -> Pair:
    outcome, own = found.outcome, by_itself(found)
    zh, en = outcome.title_zh or outcome.code, outcome.title_en or outcome.code
    method = METHOD_TITLES["adjusted" if found.adjusted else outcome.method]
    verdict = VERDICT_TITLES[found.verdict]
    if own is None or not outcome.is_share:
        return f"{zh}：{verdict[0]}（{method[0]}）。", f"{en}: {verdict[1]} ({method[1]})."
    return (
        f"{zh}：{verdict[0]}。即使不改造，预计也会变化{signed(100 * own, 1)}个百分点（均值回归），这部分不算成效。",
        f"{en}: {verdict[1]}. {signed(100 * own, 1)} points are regression to the mean and no merit.",
    )


def _percent(value: float) -> str:
    return f"{100 * float(value):.1f} %" if np.isfinite(float(value)) else "–"


def _between(low: float, high: float) -> Pair:
    one, two = (f"{100 * float(v):.1f}" for v in (low, high))
    return f"95 %区间 {one}–{two} %", f"95 % interval {one}-{two} %"


def _million(fen: int) -> Pair:
    """Return money as offices say it: in 万元, and in million yuan."""
    return f"{fen / FEN / 1e4:,.1f} 万元", f"{fen / FEN / 1e6:,.2f} million yuan"


def bar(value: float, low: float = np.nan, high: float = np.nan) -> Markup:
    """Return a drawing of a share with its interval; numbers alone go into it."""
    if not np.isfinite(value):
        return Markup("")
    x = WIDE * min(max(float(value), 0.0), 1.0)
    span = ""
    if np.isfinite(low) and np.isfinite(high):
        a, b = (WIDE * min(max(float(v), 0.0), 1.0) for v in (low, high))
        span = f'<line class="span" x1="{a:.1f}" y1="6" x2="{b:.1f}" y2="6"/>'
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="bar-plot" width="{WIDE}" height="12" role="presentation"><rect class="whole" width="{WIDE}" '
        f'height="12" rx="3"/><rect class="part" width="{x:.1f}" height="12" rx="3"/>{span}</svg>'
    )


def steps_bar(before: float, after: float) -> Markup:
    """Return a drawing of a share before (hollow) and after (filled); numbers alone go into it."""
    if not (np.isfinite(before) and np.isfinite(after)):
        return Markup("")
    a, b = (6 + (WIDE - 12) * min(max(v, 0.0), 1.0) for v in (before, after))
    return Markup(  # noqa: S704 - numbers and our own words only
        f'<svg class="bar-plot" width="{WIDE}" height="12" role="presentation"><line class="axis" x1="6" y1="6" '
        f'x2="{WIDE - 6}" y2="6"/><line class="move" x1="{a:.1f}" y1="6" x2="{b:.1f}" y2="6"/><circle class="was" '
        f'cx="{a:.1f}" cy="6" r="4"/><circle class="is" cx="{b:.1f}" cy="6" r="4.5"/></svg>'
    )

"""What a registered evaluation found, for the report, the workbook and the data of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.effect.phrases import Caveat
from geoprio.effect.told import METHOD_TITLES, VERDICT_TITLES, evaluation_sentences
from geoprio.outputs.change.layout import Cell, Head, Section
from geoprio.outputs.change.page_words import PAGE_WORDS
from geoprio.outputs.change.tables import rejects_in_words, rows
from geoprio.outputs.change.units import NONE, UNKNOWN, figure, figures, places_of, span
from geoprio.outputs.change.words import WORDS, value_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.effect.finding import Evaluation, Finding
    from geoprio.effect.surveys import WaveChange
    from geoprio.outputs.change.units import Text

Pair = tuple[str, str]

TITLE: Final[Pair] = ("居民怎么说：按登记方案评估", "What residents say: the registered evaluation")
ZONES_TITLE: Final[Pair] = ("居民怎么说·片区", "What residents say, zones")
REJECTS_TITLE: Final[Pair] = ("未用的答卷", "Answers set aside")
TEXT_TITLE: Final[Pair] = ("居民怎么说·文字", "What residents say, words")
HEADS: Final[tuple[Pair, ...]] = (
    ("指标", "outcome"),
    ("前（n）", "before (n)"),
    ("后（n）", "after (n)"),
    ("变化", "change"),
    ("其中均值回归", "of which regression to the mean"),
    ("效果（按方案的方法）", "effect, by the method of the plan"),
    ("结论", "verdict"),
)
NUMBERS: Final[tuple[Pair, ...]] = (
    ("指标", "outcome"),
    ("方法", "method"),
    ("所依据的数量", "n"),
    ("效果", "effect"),
    ("标准误", "standard error"),
    ("自由度", "degrees of freedom"),
    ("p", "p"),
    ("q（多重检验）", "q (several outcomes)"),
)
HINT: Final[Pair] = (
    "方案在项目开始前登记，指纹不符则拒绝；括号内为 {sure} % 区间。结论的含义见 docs/effect.md。",
    (
        "The plan was registered before the programme began, and is refused if it was changed; {sure} % intervals "
        "stand in brackets. docs/effect.md says what each verdict means."
    ),
)
EXPLORATORY: Final[Pair] = ("方案之外", "exploratory")
MARKS: Final = {"reached": "better", "better": "better", "worse": "worse", "too_small": "same"}
COLUMNS: Final[dict[str, Pair]] = {
    "outcome": ("指标", "outcome"),
    "title": ("名称", "title"),
    "planned": ("在方案之内", "in the plan"),
    "n_before": ("前：作答", "answers before"),
    "n_after": ("后：作答", "answers after"),
    "before": ("前", "before"),
    "after": ("后", "after"),
    "change": ("变化", "change"),
    "change_low": ("变化：下限", "change, low"),
    "change_high": ("变化：上限", "change, high"),
    "by_itself": ("其中均值回归", "of which regression to the mean"),
    "method": ("方法", "method"),
    "effect": ("效果", "effect"),
    "low": ("效果：下限", "effect, low"),
    "high": ("效果：上限", "effect, high"),
    "n_treated": ("实施片区数", "renewed zones"),
    "n_other": ("对照片区数", "other zones"),
    "error": ("标准误", "standard error"),
    "degrees": ("自由度", "degrees of freedom"),
    "p": ("p", "p"),
    "q": ("q", "q"),
    "verdict": ("结论", "verdict"),
    "zone_id": ("片区编号", "zone id"),
    "own": ("自身变化", "its own change"),
    "own_low": ("下限", "low"),
    "own_high": ("上限", "high"),
    "drawn": ("向全市收缩后", "drawn toward the city's"),
}


def evaluation_sections(found: Evaluation | None) -> list[Section]:
    """Return the section of the page: the table, what it says, and the numbers behind it; none without one."""
    if found is None:
        return []
    sure = f"{100 * (1 - found.plan.alpha):g}"
    tables = [[row(f) for f in found.findings] for row in (_row, _numbers)]
    heads = [
        [Head(title, figure=k in figures_at) for k, title in enumerate(titles)]
        for titles, figures_at in ((HEADS, {1, 2, 3, 4, 5}), (NUMBERS, {3, 4, 5, 6, 7}))
    ]
    notes: list[tuple[Text, Text]] = [(WORDS[kind], (pair[0], pair[1])) for kind, pair in _kinds(found)]
    behind = Section("residents-numbers", PAGE_WORDS["zone_numbers"], heads[1], tables[1])
    hint = (HINT[0].format(sure=sure), HINT[1].format(sure=sure))
    return [Section("residents", TITLE, heads[0], tables[0], hints=[hint], notes=notes, also=[behind])]


def _kinds(found: Evaluation) -> list[tuple[str, tuple[str, str]]]:
    """Return the sentences of an evaluation, each as the plan, a finding or a caveat; the first names the plan."""
    said = evaluation_sentences(found)
    kinds = ["caveat" if isinstance(pair, Caveat) else "finding" if k else "registered" for k, pair in enumerate(said)]
    return list(zip(kinds, said, strict=True))


def _row(found: Finding) -> list[Cell]:
    outcome, change = found.outcome, found.change
    unit, told = unit_of(found), ("", "") if outcome.indicator else _answered(change)
    sides = float(change.before[0]), float(change.after[0])
    before, after, moved = figures(*sides, unit)
    own, places = by_itself(found), places_of(*sides, unit)
    return [
        Cell(title_of(found), small="" if found.planned else EXPLORATORY),
        Cell(before, small=told[0]),
        Cell(after, small=told[1]),
        Cell(moved, small=_bracketed(float(change.low[0]), float(change.high[0]), unit, places)),
        Cell(NONE if own is None else figure(own, unit, change=True, places=places)),
        Cell(figure(found.effect, unit, change=True, places=places),
             small=_bracketed(found.low, found.high, unit, places)),
        Cell(VERDICT_TITLES[found.verdict], mark=MARKS.get(found.verdict, "unknown")),
    ]  # fmt: skip


def _numbers(found: Finding) -> list[Cell]:
    told, unit = statistics(found), unit_of(found)
    places = places_of(float(found.change.before[0]), float(found.change.after[0]), unit)
    return [
        Cell(title_of(found)),
        Cell(METHOD_TITLES[method_of(found)]),
        Cell(_basis(found, told)),
        Cell(figure(found.effect, unit, change=True, places=places)),
        Cell(_or_none(figure(told["error"], "spread" if unit == "share" else unit, places=places))),
        Cell(NONE if not np.isfinite(told["degrees"]) else f"{told['degrees']:.1f}"),
        Cell(probability(found.p)),
        Cell(probability(found.q)),
    ]


def title_of(found: Finding) -> Pair:
    """Return the title of an outcome in zh and en; its code where it has none."""
    return found.outcome.title_zh or found.outcome.code, found.outcome.title_en or found.outcome.code


def unit_of(found: Finding) -> str:
    """Return the unit of an outcome's figures; that of an indicator that is no share stands in its title."""
    return "share" if found.outcome.is_share else "" if found.outcome.indicator else "score"


def _answered(change: WaveChange) -> tuple[str, str]:
    """Return how many answered before and after; empty where too few did for anything to be told."""
    return tuple(f"n = {n:,}" if n else "" for n in (change.n_before, change.n_after))  # type: ignore[return-value]  # two numbers give two


def method_of(found: Finding) -> str:
    """Return the method that the effect is told by."""
    return "adjusted" if found.adjusted else found.outcome.method


def statistics(found: Finding) -> dict[str, float]:
    """Return what an effect rests on: `n_treated`, `n_other` (zones), `error`, `degrees`; NaN where not known."""
    method, none = method_of(found), float("nan")
    told = {"n_treated": none, "n_other": none, "error": none, "degrees": none}
    if method == "change":
        return told | {"error": float(found.change.error[0]), "degrees": _degrees(found.change)}
    if method == "adjusted" and found.regression is not None:
        kept = found.regression
        return told | {"n_treated": kept.n, "error": kept.error, "degrees": _degrees(kept, kept.n - 1)}
    if method == "difference" and found.difference is not None:
        two = found.difference
        sizes = {"n_treated": two.n_treated, "n_other": two.n_other}
        return told | sizes | {"error": two.error, "degrees": two.degrees}
    if method == "discontinuity" and found.jump is not None:
        jump = found.jump
        sizes = {"n_treated": jump.n_funded, "n_other": jump.n_other}
        return told | sizes | {"error": jump.error, "degrees": _degrees(jump)}
    return told


def _degrees(estimate: object, default: float = float("nan")) -> float:
    """Return the degrees of freedom that an estimate names."""
    value = np.ravel(getattr(estimate, "degrees", default))
    return float(value[0]) if value.size else default


def _basis(found: Finding, told: Mapping[str, float]) -> Pair:
    """Return the number of zones or answers that an effect rests on."""
    if np.isfinite(told["n_other"]):
        one, two = f"{told['n_treated']:.0f}", f"{told['n_other']:.0f}"
        return f"{one} + {two} 个片区（实施 + 对照）", f"{one} + {two} zones (renewed + others)"
    if np.isfinite(told["n_treated"]):
        return f"{told['n_treated']:.0f} 个片区", f"{told['n_treated']:.0f} zones"
    one, two = f"{found.change.n_before:,}", f"{found.change.n_after:,}"
    return f"{one} + {two} 份答卷（前 + 后）", f"{one} + {two} answers (before + after)"


def probability(value: float) -> str:
    """Return a p or q as statisticians write it; – where it is not known."""
    if not np.isfinite(value):
        return NONE
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _or_none(text: Text) -> Text:
    return NONE if text == UNKNOWN else text


def _bracketed(low: float, high: float, unit: str, places: int) -> Text:
    """Return an interval in brackets; empty where there is none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    zh, en = span(low, high, unit, places)
    return f"[{zh}]", f"[{en}]"


def by_itself(found: Finding) -> float | None:
    """Return how much would have changed without any programme; None where zones were not chosen by the outcome."""
    if found.regression is None or not (found.adjusted or found.outcome.method == "adjusted"):
        return None
    return float(found.regression.expected)


def evaluation_tables(
    found: Evaluation | None, number: int, rejects: pd.DataFrame | None = None
) -> dict[str, tuple[pd.DataFrame, frozenset[str]]]:
    """Return the sheets of the workbook under their titles, in words.

    Parameters
    ----------
    found : Evaluation or None
    number : {0, 1}
        Language: zh, en.
    rejects : DataFrame, optional
        Answers and values set aside, with reason and mend.
    """
    if found is None:
        return {}
    outcomes = pd.DataFrame([_flat(f) for f in found.findings])
    outcomes["title"] = [(f.outcome.title_zh, f.outcome.title_en)[number] or f.outcome.code for f in found.findings]
    outcomes["method"] = [METHOD_TITLES[m][number] for m in outcomes["method"]]
    outcomes["planned"] = [str(value_word(bool(v), number)) for v in outcomes["planned"]]
    outcomes["verdict"] = [VERDICT_TITLES[v][number] for v in outcomes["verdict"]]
    said = [(WORDS[kind][number], pair[number]) for kind, pair in _kinds(found)]
    words = pd.DataFrame(said, columns=[WORDS["kind"][number], WORDS["note"][number]])
    tables = {TITLE: outcomes, ZONES_TITLE: _zones(found)}
    titles = {f.outcome.code: title_of(f)[number] for f in found.findings}
    tables[ZONES_TITLE]["outcome"] = [titles[str(code)] for code in tables[ZONES_TITLE]["outcome"]]
    named = {title[number]: (t.rename(columns={c: COLUMNS[str(c)][number] for c in t}), frozenset[str]())
             for title, t in tables.items() if len(t)}  # fmt: skip
    sheets = {k.partition("：")[0].partition(":")[0]: v for k, v in named.items()}
    sheets[TEXT_TITLE[number]] = words, frozenset()
    if rejects is not None and len(rejects):
        sheets[REJECTS_TITLE[number]] = rejects_in_words(rejects, number), frozenset()
    return sheets


def evaluation_plain(found: Evaluation | None, rejects: pd.DataFrame | None = None) -> dict[str, Any] | None:
    """Return an evaluation as plain data, with what was set aside; None without one."""
    if found is None:
        return None
    plan = found.plan
    return {
        "plan": plan.model_dump(mode="json"),
        "sha256": plan.sha256,
        "outcomes": [{k: _cell(v) for k, v in _flat(f).items()} for f in found.findings],
        "zones": [{str(k): _cell(v) for k, v in row.items()} for row in _zones(found).to_dict("records")],
        "exploratory": list(found.exploratory),
        "sentences": [{"zh": pair[0], "en": pair[1], "kind": kind} for kind, pair in _kinds(found)],
        "rejects": rows(rejects) if rejects is not None else [],
    }


def _flat(found: Finding) -> dict[str, Any]:
    change, outcome = found.change, found.outcome
    return {
        "outcome": outcome.code, "title": outcome.title_en or outcome.code, "planned": found.planned,
        "n_before": None if outcome.indicator else change.n_before or None,
        "n_after": None if outcome.indicator else change.n_after or None,
        "before": float(change.before[0]), "after": float(change.after[0]), "change": float(change.change[0]),
        "change_low": float(change.low[0]), "change_high": float(change.high[0]), "by_itself": by_itself(found),
        "method": method_of(found), "effect": found.effect, "low": found.low, "high": found.high,
        **statistics(found), "p": found.p, "q": found.q,
        "verdict": found.verdict,
    }  # fmt: skip


def _zones(found: Evaluation) -> pd.DataFrame:
    """Return the zones of which enough answered in both waves."""
    names = {"change": "own", "low": "own_low", "high": "own_high", "shrunk": "drawn"}
    parts = []
    for finding in found.findings:
        told = finding.zones[finding.zones["status"] == "told"]
        kept = told[[c for c in names if c in told]].rename(columns=names).reset_index()
        parts.append(kept.assign(outcome=finding.outcome.code))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table[["zone_id", "outcome", *(c for c in table if c not in {"zone_id", "outcome"})]]


def _cell(value: object) -> object:
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value

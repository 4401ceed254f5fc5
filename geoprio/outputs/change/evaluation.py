"""What a registered evaluation found, for the report, the workbook and the data of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio.effect.told import METHOD_TITLES, VERDICT_TITLES, evaluation_sentences
from geoprio.outputs.change.sections import Cell, Head, Section, figure
from geoprio.outputs.change.tables import rows
from geoprio.outputs.change.words import WORDS, heading

if TYPE_CHECKING:
    from geoprio.effect.finding import Evaluation, Finding

Pair = tuple[str, str]

TITLE: Final[Pair] = ("居民怎么说：按登记方案评估", "What residents say: the registered evaluation")
ZONES_TITLE: Final[Pair] = ("居民怎么说·片区", "What residents say, zones")
REJECTS_TITLE: Final[Pair] = ("未用的答卷", "Answers set aside")
TEXT_TITLE: Final[Pair] = ("居民怎么说·文字", "What residents say, words")
HEADS: Final[tuple[Pair, ...]] = (
    ("指标", "outcome"),
    ("前", "before"),
    ("后", "after"),
    ("变化", "change"),
    ("其中自然回升（均值回归）", "of which by itself (regression to the mean)"),
    ("效果", "effect"),
    ("方法", "method"),
    ("结论", "verdict"),
)
HINT: Final[Pair] = (
    "方案在项目开始前登记，指纹不符则拒绝；变化与效果附区间。",
    (
        "The plan was registered before the programme began, and is refused if it was changed; changes and effects "
        "have their intervals."
    ),
)
EXPLORATORY: Final[Pair] = ("（方案之外）", " (exploratory)")
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
    "by_itself": ("自然回升（均值回归）", "by itself (regression to the mean)"),
    "method": ("方法", "method"),
    "effect": ("效果", "effect"),
    "low": ("效果：下限", "effect, low"),
    "high": ("效果：上限", "effect, high"),
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
    """Return the section of the page; none without an evaluation."""
    if found is None:
        return []
    lines = [_row(f, found.plan.alpha) for f in found.findings]
    heads = [Head(title, figure=k in {1, 2, 3, 4, 5}) for k, title in enumerate(HEADS)]
    notes = [(WORDS["note"], pair) for pair in evaluation_sentences(found)]
    return [Section("residents", TITLE, heads, lines, [HINT], [(a, b) for a, b in notes])]


def _row(found: Finding, alpha: float) -> list[Cell]:
    outcome, change = found.outcome, found.change
    unit = "share" if outcome.is_share else ""
    method = "adjusted" if found.adjusted else outcome.method
    mark = ("", "") if found.planned else EXPLORATORY
    return [
        Cell(((outcome.title_zh or outcome.code) + mark[0], (outcome.title_en or outcome.code) + mark[1])),
        Cell(figure(change.before[0], unit)),
        Cell(figure(change.after[0], unit)),
        Cell(_span(change.change[0], change.low[0], change.high[0], unit, alpha)),
        Cell("–" if by_itself(found) is None else figure(by_itself(found), unit, change=True)),
        Cell(_span(found.effect, found.low, found.high, unit, alpha)),
        Cell(METHOD_TITLES[method]),
        Cell(VERDICT_TITLES[found.verdict], mark=MARKS.get(found.verdict, "unknown")),
    ]


def by_itself(found: Finding) -> float | None:
    """Return how much would have changed without any programme; None where zones were not chosen by the outcome."""
    if found.regression is None or not (found.adjusted or found.outcome.method == "adjusted"):
        return None
    return float(found.regression.expected)


def _span(value: float, low: float, high: float, unit: str, alpha: float) -> Pair:
    """Return a change with its interval."""
    parts = [figure(value, unit, change=True)]
    told = parts[0] if isinstance(parts[0], tuple) else (parts[0], parts[0])
    if not (np.isfinite(low) and np.isfinite(high)):
        return told
    scale = 100 if unit == "share" else 1
    sure = f"{100 * (1 - alpha):g}"
    one, two = (f"{scale * x:+.1f}" if unit == "share" else f"{x:+.2f}" for x in (low, high))
    return f"{told[0]}（{sure} %：{one} 至 {two}）", f"{told[1]} ({sure} %: {one} to {two})"


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
    outcomes["verdict"] = [VERDICT_TITLES[v][number] for v in outcomes["verdict"]]
    words = pd.DataFrame({WORDS["note"][number]: [pair[number] for pair in evaluation_sentences(found)]})
    tables = {TITLE: outcomes, ZONES_TITLE: _zones(found)}
    named = {title[number]: (t.rename(columns={c: COLUMNS[str(c)][number] for c in t}), frozenset[str]())
             for title, t in tables.items() if len(t)}  # fmt: skip
    sheets = {k.partition("：")[0].partition(":")[0]: v for k, v in named.items()}
    sheets[TEXT_TITLE[number]] = words, frozenset()
    if rejects is not None and len(rejects):
        titles = {str(c): heading(str(c), number) for c in rejects}
        sheets[REJECTS_TITLE[number]] = rejects.rename(columns=titles), frozenset()
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
        "sentences": [{"zh": zh, "en": en} for zh, en in evaluation_sentences(found)],
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
        "method": "adjusted" if found.adjusted else outcome.method,
        "effect": found.effect, "low": found.low, "high": found.high, "p": found.p, "q": found.q,
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

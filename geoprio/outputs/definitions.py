"""What the columns of the ranked list mean, and where its figures come from, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import short_name
from geoprio.indicators.condition import GATE, ConditionIndicator, find_condition
from geoprio.indicators.registry import Indicator, find
from geoprio.outputs.condition_words import CONDITION
from geoprio.outputs.labels import COMPLETIONS, PAGE, SHEETS, STRAIGHT
from geoprio.outputs.quality.sections import in_language
from geoprio.outputs.titles import shown_title
from geoprio.outputs.webmap.data import credit_lines
from geoprio.score.matrix import ANCHOR_WORDS
from geoprio.standards import Rule

if TYPE_CHECKING:
    from geoprio.indicators.needs import NeedIndicator
    from geoprio.outputs.result import Result
    from geoprio.score.matrix import Criterion
    from geoprio.standards.defects import Defect


def definitions(result: Result, lang: str = "zh") -> pd.DataFrame:
    """Return one row for each column of the ranked list.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Column, title, unit, which way it moves the priority, weight, anchors and how they came about, and the
        standard with source, clause and whether anyone verified it; empty where a column has none.
    """
    number = 1 if lang == "en" else 0
    criteria = {c.code: c for c in result.matrix.criteria}
    rows = []
    for column in ("zone_id", *(str(c) for c in result.zones.columns if c != "geometry")):
        title = shown_title(column, result)[number]
        told = _meaning(column, _kind(column, result), criteria.get(column), number)
        rows.append({"column": column, "title": title, **told})
    table = pd.DataFrame(rows).astype(object)
    return table.where(table.notna(), None).rename(columns=lambda c: SHEETS[f"of.{c}"][number])


def _kind(column: str, result: Result) -> Indicator | ConditionIndicator | NeedIndicator | None:
    """Return the indicator that stands in a column; None where it holds none."""
    of_condition = find_condition(column, result.defects) or result.find_need(column)
    if of_condition is not None:
        return of_condition
    try:
        return find(column, tuple(result.rules))[0]
    except InputError:
        return None


def _meaning(
    column: str, kind: Indicator | ConditionIndicator | NeedIndicator | None, criterion: Criterion | None, number: int
) -> dict[str, Any]:
    """Return what is known of a column beyond its title."""
    unit = "" if kind is None else kind.unit
    direction = SHEETS["direction.gate"][number] if column == GATE else None
    if kind is not None:
        direction = SHEETS[f"direction.{kind.direction}"][number]
    # The mean of a group stands in no standard.
    is_mean = isinstance(kind, ConditionIndicator) and kind.rule is None
    mean = {"source": CONDITION["condition.group_source"][number]} if is_mean else {}
    if criterion is None:
        blank = dict.fromkeys(("weight", "good", "bad", "anchors", "source", "clause", "verified"))
        source = kind.rule if isinstance(kind, ConditionIndicator) else None
        return {"unit": unit, "direction": direction, **blank, **_standard(source, "", number), **mean}
    key = next((k for k, words in ANCHOR_WORDS.items() if words == criterion.anchors), "")
    return {
        "unit": unit,
        "direction": direction,
        "weight": criterion.weight,
        "good": criterion.good,
        "bad": criterion.bad,
        "anchors": COMPLETIONS[key][number] if key else None,
        **_standard(criterion.rule, key, number),
        **mean,
    }


def _standard(rule: Rule | Defect | None, anchors: str, number: int) -> dict[str, Any]:
    """Return where the target of an indicator stands, and whether anyone verified it."""
    if rule is None:
        return dict.fromkeys(("source", "clause", "verified"))
    source, clause, verified = rule.source, rule.clause, rule.verified
    if isinstance(rule, Rule) and anchors in {"quota", "supply"}:
        source, clause, verified = rule.quota_from
    return {"source": source, "clause": clause, "verified": verified_word(verified, number)}


def verified_word(verified: bool | str, number: int) -> str:
    """Return in words whether a value was read in the official text."""
    mark = "secondary" if verified == "secondary" else "verified" if verified else "unverified"
    return PAGE[mark][number]


def source_tables(result: Result, lang: str = "zh") -> list[tuple[str, pd.DataFrame]]:
    """Return titled tables of the study, its inputs, the values used and the warnings.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}
    """
    number = 1 if lang == "en" else 0
    quality = result.quality
    study = {
        SHEETS["study"][number]: result.project["project"]["name"],
        PAGE["paper"][number]: PAGE["about_paper"][number],
        **({STRAIGHT["straight_line"][number]: STRAIGHT["straight_line_hint"][number]} if result.straight else {}),
        PAGE["about_crs"][number]: quality["crs"],
        PAGE["about_rules"][number]: f"{result.rule_file.name}: "
        + (result.rule_file.title_en if number else result.rule_file.title_zh),
        PAGE["about_credit"][number]: " · ".join(credit_lines(result.project)),
    }
    warnings = [n for n in quality["notes"] if n["level"] == "warning"]
    return [
        (
            SHEETS["study"][number],
            _columns([{"item": k, "content": v} for k, v in study.items()], ("item", "content"), number),
        ),
        (SHEETS["values"][number], _values(quality["values"], number)),
        (
            SHEETS["read"][number],
            _columns(_named(quality["sources"]), ("role", "path", "rows", "used", "crs", "encoding"), number),
        ),
        (SHEETS["inputs"][number], _columns(_named(result.inputs), ("path", "bytes", "sha256"), number)),
        (PAGE["about_warnings"][number], _columns(warnings, ("source", "text"), number)),
    ]


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the names of their files instead of the ways to them, which run.json has."""
    return [row | {"path": short_name(row["path"])} for row in rows]


def _values(rows: list[dict[str, Any]], number: int) -> pd.DataFrame:
    told = [row | {"verified": verified_word(row["verified"], number)} for row in rows]
    return _columns(told, ("what", "value", "source", "clause", "verified"), number)


def _columns(rows: list[dict[str, Any]], columns: tuple[str, ...], number: int) -> pd.DataFrame:
    cells = [{c: in_language(c, row.get(c), number) for c in columns} for row in rows]
    table = pd.DataFrame(cells, columns=list(columns)).astype(object)
    return table.where(table.notna(), None).rename(columns=lambda c: SHEETS[f"of.{c}"][number])

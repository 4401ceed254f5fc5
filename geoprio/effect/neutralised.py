"""What is taken out of a comparison: other thresholds, weights and methods, and what does not survive them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.effect.recount import counted, ratio, reproduced, zone_sums
from geoprio.effect.rescored import rescored
from geoprio.indicators.registry import category_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.effect.measured import Measured
    from geoprio.effect.runs import FinishedRun


def left_out(
    one: FinishedRun, two: FinishedRun, measures: Mapping[str, Measured], codes: set[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the indicators that a neutralised difference leaves out, and what is to be told of them.

    Parameters
    ----------
    one, two : FinishedRun
    measures : mapping of code to Measured
    codes : set of str
        Of all differences between the runs.
    """
    supplies = [code for code, what in measures.items() if what.category and code == f"{what.category}_supply"]
    gone = [code for code in supplies if "supply" in codes or _other_catchment(one, two, measures[code].category)]
    notes = []
    if gone and "supply" not in codes:
        zh, en = _titles(gone, measures)
        notes.append((f"服务范围随阈值而变，{zh}不参与比较", f"catchments follow the thresholds: {en} left out"))
    weighted = [code for code in gone if one.weights.get(code, 0) > 0]
    if weighted and "priority" in measures:
        zh, en = _titles(weighted, measures)
        notes.append((f"优先级含{zh}，不参与比较", f"priorities rest on {en} and are left out, too"))
    if "priority" in measures and (weighted or "relative_scale" in codes):
        gone.append("priority")
    return gone, notes


def _titles(codes: Iterable[str], measures: Mapping[str, Measured]) -> tuple[str, str]:
    titles = [measures[code].title for code in codes]
    return "、".join(t[0] for t in titles), ", ".join(t[1] for t in titles)


def _other_catchment(one: FinishedRun, two: FinishedRun, category: str) -> bool:
    """Return whether the catchment of a category is its threshold, and another one in each run."""
    given = one.project["access"].get("catchment_m")
    own = given.get(category) if isinstance(given, dict) else given
    rules = (one.rules[category], two.rules[category])
    return own is None and any(rules[0][key] != rules[1][key] for key in ("threshold", "unit"))


def neutralised(
    one: FinishedRun, two: FinishedRun, categories: tuple[str, ...], codes: set[str]
) -> tuple[FinishedRun, list[tuple[str, str]]]:
    """Return the run after as the rules, weights and method of the run before would have it.

    Parameters
    ----------
    one, two : FinishedRun
    categories : tuple of str
        Those of both.
    codes : set of str
        Of all differences between the runs.

    Returns
    -------
    FinishedRun
    notes : list of (zh, en)
        What cannot be counted again, and is unknown.
    """
    zones, notes = two.zones.copy(), []
    for category in categories if "rules" in codes else ():
        rule = one.rules[category]
        if (rule["threshold"], rule["unit"]) == (two.rules[category]["threshold"], two.rules[category]["unit"]):
            continue
        sums = zone_sums(counted(two, category, threshold=rule["threshold"], unit=rule["unit"]), zones.index)
        sound = reproduced(two, category) & (sums["known"] > 0)
        share = ratio(sums["covered"], sums["known"]).where(sound)
        zones[f"{category}_covered_share"] = share
        zones[f"{category}_uncovered"] = (sums["known"] - sums["covered"]).where(sound)
        lost = int((~reproduced(two, category)).sum())
        if lost:
            (zh, en), told = category_titles(category), "1 zone" if lost == 1 else f"{lost} zones"
            notes.append((
                f"{zh}：{lost} 个片区无法按前一次的阈值重算，记为未知",
                f"{en[:1].upper()}{en[1:]}: {told} cannot be counted again with the threshold before: unknown",
            ))  # fmt: skip
    if {"rules", "scoring"} & codes and "relative_scale" not in codes:
        try:
            zones["priority"] = rescored(two, one, zones)
        except InputError as error:
            zones["priority"] = np.nan
            notes.append(
                (f"后一次的优先级无法重算：{error}", f"priorities of the run after cannot be computed again: {error}")
            )
    return replace(two, zones=zones), notes

"""How much of a change comes from supply (facilities, streets) and how much from demand (people)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio.effect.recount import TOLERANCE, counted, ratio, reproduced, zone_sums
from geoprio.indicators.registry import category_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.effect.runs import FinishedRun

MEASURES: Final = {"covered_share": "covered", "distance_m": "metres"}
"""Indicators that are a sum over people ÷ the people of whom an answer is known, and the sum's name."""

PARTS: Final = ("supply", "demand")


@dataclass(frozen=True)
class Split:
    """The change of coverage and distance, split.

    Attributes
    ----------
    city : DataFrame
        Index `code`; `before`, `after`, `change` over all compared zones, `people_before_supply_after`,
        `people_after_supply_before` (the two mixtures), `supply`, `demand` (which sum to the change; NaN where it
        cannot be split) and `unmatched`, the share of the people in buildings that only one run has.
    zones : DataFrame
        Index (`code`, `zone_id`); the same for each zone.
    notes : tuple of (zh, en)
        What could not be split, and why.
    """

    city: pd.DataFrame
    zones: pd.DataFrame
    notes: tuple[tuple[str, str], ...]


def shapley_parts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with `change`, `supply` and `demand`.

    Parameters
    ----------
    table : DataFrame
        `before`, `after`, `people_before_supply_after`, `people_after_supply_before`.

    Returns
    -------
    DataFrame
        `supply` is the mean of what facilities change for the people before and for the people after, `demand` the
        rest of the change: the mean of what the people change under either supply.
    """
    change = table["after"] - table["before"]
    with_old_people = table["people_before_supply_after"] - table["before"]
    with_new_people = table["after"] - table["people_after_supply_before"]
    supply = (with_old_people + with_new_people) / 2
    return table.assign(change=change, supply=supply, demand=change - supply)


def split_runs(before: FinishedRun, after: FinishedRun, categories: Iterable[str], zones: pd.Index) -> Split:
    """Return the split of the change of every category's coverage and distance, from the tables of buildings.

    The people of one run are taken with the distances of the other, building by building. That equals a run on the
    mixed data where both have the same buildings: nearest facilities do not depend on people. Floating-catchment supply
    does, and needs the re-runs of `geoprio.pipeline.split_effect`.

    Parameters
    ----------
    before, after : FinishedRun
    categories : iterable of str
    zones : Index
        Zones to compare.
    """
    reason = _unusable(before, after)
    if reason is not None:
        return Split(_empty("code"), _empty("code", "zone_id"), (reason,))
    rows, tables, notes = {}, {}, []
    for category in categories:
        rule = before.rules[category]
        sides = (counted(before, category), counted(after, category, threshold=rule["threshold"], unit=rule["unit"]))
        trusted = _trusted(before, after, category, zones)
        if not trusted.all():
            off = trusted.index[~trusted]
            notes.append(_not_reproduced(category, len(off), str(off[0])))
        for measure, part in MEASURES.items():
            code = f"{category}_{measure}"
            rows[code], tables[code] = _split(sides, zones, part, trusted)
            lost = int((tables[code]["unmatched"] > TOLERANCE).sum())
        if lost:
            notes.append(_some_unmatched(category, lost))
    if not tables:
        return Split(_empty("code"), _empty("code", "zone_id"), ())
    city = pd.concat(rows.values(), keys=rows).droplevel(1).rename_axis("code")
    return Split(city, pd.concat(tables, names=["code", "zone_id"]), tuple(notes))


def _split(
    sides: tuple[pd.DataFrame, pd.DataFrame], zones: pd.Index, part: str, trusted: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the split of one indicator, for all zones (one row) and by zone."""
    one, two = sides
    # The first word says whose people, the second whose distances.
    mixed = {
        "before": one,
        "after": two,
        "people_before_supply_after": _served_by(one, two),
        "people_after_supply_before": _served_by(two, one),
    }
    sums = {name: zone_sums(found, zones) for name, found in mixed.items()}
    by_zone = pd.DataFrame({name: ratio(s[part], s["known"]) for name, s in sums.items()})
    city = pd.DataFrame({name: [_total(s, part)] for name, s in sums.items()})
    lost, lost_by_zone = _unmatched(sides, zones)
    return (
        _sound(shapley_parts(city).assign(unmatched=lost), trusted=bool(trusted.all())),
        _sound(shapley_parts(by_zone).assign(unmatched=lost_by_zone), trusted=trusted),
    )


def _sound(table: pd.DataFrame, *, trusted: pd.Series | bool) -> pd.DataFrame:
    """Return the table without parts where they do not rest on all people."""
    columns = ["people_before_supply_after", "people_after_supply_before", *PARTS]
    kept = trusted & (table["unmatched"] <= TOLERANCE)
    return table.assign(**{name: table[name].where(kept) for name in columns})


def _total(sums: pd.DataFrame, part: str) -> float:
    known = float(sums["known"].sum())
    return float(sums[part].sum()) / known if known > 0 else np.nan


def _served_by(people: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    """Return the people of one run with the access of another; unknown where the other lacks the building."""
    columns = served[["known", "covered", "metres"]].reindex(people.index)
    known = columns["known"].eq(True)  # noqa: FBT003 - missing is not known
    covered = columns["covered"].eq(True)  # noqa: FBT003 - likewise
    return people[["zone_id", "demand"]].assign(known=known, covered=covered, metres=columns["metres"].fillna(0.0))


def _unmatched(sides: tuple[pd.DataFrame, pd.DataFrame], zones: pd.Index) -> tuple[float, pd.Series]:
    """Return the larger share of people, of both runs, whose building the other run lacks: of all, and by zone."""
    city, by_zone = [], []
    for one, other in (sides, sides[::-1]):
        weight = one["demand"].where(one["zone_id"].isin(zones), 0.0)
        lone = weight.where(~one.index.isin(other.index), 0.0)
        at = one["zone_id"].astype(object)
        part, whole = (values.groupby(at).sum().reindex(zones, fill_value=0.0) for values in (lone, weight))
        by_zone.append(ratio(part, whole).fillna(0.0))
        city.append(float(lone.sum() / weight.sum()) if weight.sum() > 0 else 0.0)
    return max(city), pd.concat(by_zone, axis=1).max(axis=1)


def _trusted(before: FinishedRun, after: FinishedRun, category: str, zones: pd.Index) -> pd.Series:
    """Return whether the shares of both runs follow from their buildings.

    Where rules differ, `compare` has counted the run after again with the threshold before.
    """
    rule = before.rules[category]
    later = reproduced(after, category) | reproduced(after, category, threshold=rule["threshold"], unit=rule["unit"])
    sides = [found.reindex(zones) for found in (reproduced(before, category), later)]
    return pd.concat(sides, axis=1).all(axis=1)


def _unusable(before: FinishedRun, after: FinishedRun) -> tuple[str, str] | None:
    """Return why buildings of two runs cannot be told to be the same ones, or None."""
    if not len(before.buildings.index.intersection(after.buildings.index)):
        return ("两次没有相同编号的楼栋，变化未能分解", "the runs share no building id: changes are not split")
    if _moved(before, after):
        return (
            "同一编号的楼栋位置不同（编号多为行号），变化未能分解",
            "buildings of one id lie at different places (ids may be row numbers): changes are not split",
        )
    return None


def _moved(before: FinishedRun, after: FinishedRun, share: float = 0.01, metres: float = 1.0) -> bool:
    """Return whether more than a share of the buildings of one id lie elsewhere."""
    common = before.buildings.index.intersection(after.buildings.index)
    one, two = (run.buildings.geometry.loc[common] for run in (before, after))
    if before.crs != after.crs:
        two = two.to_crs(one.crs)
    apart = one.centroid.distance(two.centroid, align=False).to_numpy()
    return bool((apart > metres).mean() > share)


def _empty(*names: str) -> pd.DataFrame:
    index = (
        pd.MultiIndex.from_arrays([[] for _ in names], names=names) if len(names) > 1 else pd.Index([], name=names[0])
    )
    columns = ["before", "after", "people_before_supply_after", "people_after_supply_before", "change", *PARTS]
    return pd.DataFrame(columns=[*columns, "unmatched"], index=index, dtype=float)


def _not_reproduced(category: str, count: int, first: str) -> tuple[str, str]:
    (zh, en), zones = category_titles(category), "1 zone" if count == 1 else f"{count} zones"
    return (
        f"{zh}：{count} 个片区的覆盖率无法由其楼栋表复算（如 {first}），变化未分解",
        f"{en[:1].upper()}{en[1:]}: shares do not follow from their buildings in {zones} (such as {first}): not split",
    )


def _some_unmatched(category: str, count: int) -> tuple[str, str]:
    (zh, en), zones = category_titles(category), "1 zone has" if count == 1 else f"{count} zones have"
    return (
        f"{zh}：{count} 个片区有只见于一次的楼栋，其变化未分解",
        f"{en[:1].upper()}{en[1:]}: {zones} people in buildings that only one run has; their changes are not split",
    )


def newly_served(before: FinishedRun, after: FinishedRun, category: str, zones: pd.Index) -> Mapping[str, float] | None:
    """Return how many of the people before gained and lost coverage, counted by building.

    Returns
    -------
    mapping or None
        `gained`, `lost`, `kept`, `without` and `unknown`, in units of demand; None where the buildings cannot be told
        to be the same ones.
    """
    if _unusable(before, after) is not None:
        return None
    rule = before.rules[category]
    one = counted(before, category)
    two = _served_by(one, counted(after, category, threshold=rule["threshold"], unit=rule["unit"]))
    weight = one["demand"].where(one["zone_id"].isin(zones), 0.0).to_numpy(float)
    known = (one["known"] & two["known"]).to_numpy(bool)
    was, now = one["covered"].to_numpy(bool), two["covered"].to_numpy(bool)
    cases = {"gained": ~was & now, "lost": was & ~now, "kept": was & now, "without": ~was & ~now}
    found = {name: float(weight[known & case].sum()) for name, case in cases.items()}
    return found | {"unknown": float(weight[~known].sum())}

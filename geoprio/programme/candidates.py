"""Zones times measures: what can be done where, how much of it, at what cost, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.programme.conditions import column_of, failed, lacking, meets, numbers_of
from geoprio.programme.measures import Catalog, Measure, Price
from geoprio.programme.money import fen

PEOPLE: Final = "population"
"""Column of whom a measure benefits; where nobody is counted, dwellings stand in."""

# What became of a measure in a zone (`status`).
CANDIDATE: Final = "candidate"
NOT_ELIGIBLE: Final = "not_eligible"
NOTHING_TO_DO: Final = "nothing_to_do"
UNKNOWN: Final = "unknown"
NOT_FUNDABLE: Final = "not_fundable"
BLOCKED: Final = "blocked"
NO_BENEFIT: Final = "no_benefit"
LEFT_OUT: Final = "left_out"

WHOLE_UNITS: Final = ("dwelling",)
"""Units of which there are no parts, whatever a quantity says."""

STATUS_TITLES: Final = {
    CANDIDATE: ("可选", "candidate"),
    NOT_ELIGIBLE: ("不符合条件", "not eligible"),
    NOTHING_TO_DO: ("无此工程量", "nothing to do"),
    UNKNOWN: ("资料不足", "not known"),
    NOT_FUNDABLE: ("无资金可覆盖", "no money can cover it"),
    BLOCKED: ("前置措施无法实施", "a measure that it requires cannot be done"),
    NO_BENEFIT: ("无效益", "no benefit"),
    LEFT_OUT: ("人为排除", "left out by hand"),
}


def people_of(zones: pd.DataFrame, column: str) -> Floats:
    """Return whom a measure benefits in each zone, shape (zones,); dwellings where nobody is counted.

    Raises
    ------
    InputError
        If the zones have no such column; the message names what can stand in.
    """
    counted = column in zones.columns and zones[column].notna().any()
    if column == PEOPLE and not counted and "dwellings" in zones.columns:
        return numbers_of(zones, "dwellings", "people who benefit")
    if column not in zones.columns:
        others = [c for c in (PEOPLE, "dwellings", "building_count") if c in zones.columns]
        instead = f" people={others[0]!r} can stand in." if others else ""
        try:
            column_of(zones, column, "people who benefit")
        except InputError as error:
            raise InputError(f"{error}{instead}") from None
    return numbers_of(zones, column, "people who benefit")


def tabulate(catalog: Catalog, zones: pd.DataFrame, prices: Mapping[str, Price]) -> pd.DataFrame:
    """Return every measure in every zone, with quantity, cost and whether it can be done.

    Parameters
    ----------
    catalog : Catalog
    zones : DataFrame
        Index `zone_id`, unique text. Columns that conditions and quantities name; `dwellings` where known;
        `price_factor` (1 = the unit cost as it stands) where costs differ by zone.
    prices : mapping of str to Price

    Returns
    -------
    DataFrame
        A row for each zone and measure, by zone: `zone` (row in `zones`), `zone_id`, `measure`, `measure_no`,
        `quantity`, `unit`, `quantity_from` (column), `assumed` (what is assumed about quantity or cost), `cost_fen`,
        `running_fen` and `income_fen` (a year), `dwellings`, `status`, `reason`.

    Raises
    ------
    InputError
        If ids repeat, or a column that is needed is missing or holds what is no number.
    """
    if not zones.index.is_unique:
        raise InputError(f"zone {zones.index[zones.index.duplicated()][0]!r} stands there more than once.")
    blank = np.full(len(zones), np.nan)
    dwellings = numbers_of(zones, "dwellings", "zones") if "dwellings" in zones.columns else blank
    factor = np.ones(len(zones))
    if "price_factor" in zones.columns:
        factor = numbers_of(zones, "price_factor", "zones")
        if not (factor > 0).all():
            raise InputError(f"zone {zones.index[int(np.argmin(factor > 0))]!r}: price_factor must be above 0.")
    parts = [_of_measure(k, m, zones, prices[m.code], factor) for k, m in enumerate(catalog.measures)]
    table = pd.concat(parts, ignore_index=True)
    table["dwellings"] = dwellings[table["zone"].to_numpy(int)]
    return table.sort_values(["zone", "measure_no"], kind="stable", ignore_index=True)


def _of_measure(number: int, measure: Measure, zones: pd.DataFrame, price: Price, factor: Floats) -> pd.DataFrame:
    where = f"measure {measure.code!r}"
    holds, unknown = meets(measure.eligible, zones, where)
    amount, column, assumed = _quantities(measure, zones, where)
    none_known = np.isnan(amount)
    status = np.where(amount > 0, CANDIDATE, NOTHING_TO_DO).astype(object)
    reason = np.full(len(zones), "", object)
    status[none_known | unknown] = UNKNOWN
    reason[none_known] = f"none of {', '.join(q.column for q in measure.quantity)} is known"
    reason[unknown] = lacking(measure.eligible, zones)[unknown]
    status[~holds & ~unknown] = NOT_ELIGIBLE
    barred = ~holds & ~unknown
    reason[barred] = failed(measure.eligible, zones, where)[barred]
    reason[status == NOTHING_TO_DO] = nothing_of(column)[status == NOTHING_TO_DO]
    if price.assumed:
        assumed = (
            np.where(assumed == "", "", assumed + "; ") + f"unit cost: middle of an unverified span ({price.source})"
        )
    safe = np.where(none_known, 0.0, amount)
    return pd.DataFrame(
        {
            "zone": np.arange(len(zones)),
            "zone_id": zones.index.to_numpy(),
            "measure": measure.code,
            "measure_no": number,
            "quantity": amount,
            "unit": measure.unit,
            "quantity_from": column,
            "assumed": assumed,
            "cost_fen": fen(safe * price.unit_cny * factor, where),
            "running_fen": fen(safe * measure.running_cost_cny, where),
            "income_fen": fen(safe * measure.fee_income_cny, where),
            "status": status,
            "reason": reason,
        }
    )


def nothing_of(column: np.ndarray) -> np.ndarray:
    """Return why there is nothing to do, by the column that the quantity is from."""
    return np.array([f"{name} is 0" if name else "the quantity is 0" for name in column], object)


def _quantities(measure: Measure, zones: pd.DataFrame, where: str) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Quantity (NaN: unknown), the column that it is from, and what is assumed; shape (zones,)."""
    amount = np.full(len(zones), np.nan)
    column = np.full(len(zones), "", object)
    assumed = np.full(len(zones), "", object)
    for quantity in measure.quantity:
        if not quantity.column:
            values = np.ones(len(zones))
        elif quantity.column in zones.columns:
            values = numbers_of(zones, quantity.column, where)
        else:
            continue
        if (values < 0).any():
            row = int(np.argmax(values < 0))
            raise InputError(
                f"{where}: zone {zones.index[row]!r} has {quantity.column} = {values[row]:g}, below 0; mend it."
            )
        new = np.isnan(amount) & ~np.isnan(values)
        found = values[new] * quantity.factor
        # Nobody mends half a home.
        whole = quantity.whole or measure.unit in WHOLE_UNITS
        amount[new] = np.where(found > 0, np.maximum(np.rint(found), 1.0), 0.0) if whole else found
        column[new] = quantity.column
        assumed[new] = quantity.assumed
    return amount, column, assumed


@dataclass(frozen=True)
class Gains:
    """Which candidate takes away how much of which need.

    A need is the contribution of one indicator to one zone's priority, times the people there, over 100: people who
    live with the whole of it. What measures take away together is never more than the need.

    Attributes
    ----------
    item, need : ndarray of int, shape (gains,)
    points : ndarray of float, shape (gains,)
        What the item alone takes away.
    ceiling : ndarray of float, shape (needs,)
        The whole need.
    indicator : ndarray of int, shape (needs,)
        Number in `indicators`.
    indicators : tuple of str
    """

    item: Ints
    need: Ints
    points: Floats
    ceiling: Floats
    indicator: Ints
    indicators: tuple[str, ...]

    def weighted(self, scale: Floats) -> Gains:
        """Return the gains with each need, and what is taken of it, times `scale`, shape (needs,)."""
        return replace(self, points=self.points * scale[self.need], ceiling=self.ceiling * scale)

    def of_items(self, items: int) -> Floats:
        """Return what each item alone takes away, shape (items,)."""
        return np.bincount(self.item, self.points, items).astype(float)

    def kept(self, items: Ints, count: int) -> Gains:
        """Return the gains of some of `count` items, renumbered in the order of `items`; needs stay as they are."""
        new = np.full(count, -1)
        new[items] = np.arange(len(items))
        here = new[self.item] >= 0
        return replace(self, item=new[self.item][here], need=self.need[here], points=self.points[here])


def contributions(catalog: Catalog, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the contributions that the catalog's effects speak of, as far as the zones have them.

    Parameters
    ----------
    catalog : Catalog
    zones : DataFrame
        Scored zones: `priority` and `{code}_contribution`, 0 to 100.

    Returns
    -------
    DataFrame
        A column for each indicator that is there, on the index of `zones`. "priority" is what the others here leave of
        it: no need is counted twice.
    """
    codes = dict.fromkeys(e.indicator for m in catalog.measures for e in m.improves)
    columns = {code: f"{code}_contribution" for code in codes if code != "priority"}
    out = pd.DataFrame({code: zones[c] for code, c in columns.items() if c in zones.columns}, index=zones.index)
    if "priority" in codes and "priority" in zones.columns:
        out["priority"] = (zones["priority"] - out.fillna(0.0).sum(axis=1)).clip(lower=0.0)
    return out


def in_effect(catalog: Catalog, zones: pd.DataFrame) -> Catalog:
    """Return the catalog in which "priority" stands in only where the score has none of a measure's own indicators.

    Parameters
    ----------
    catalog : Catalog
    zones : DataFrame
        Scored zones with `{code}_contribution`.
    """
    measures = []
    for measure in catalog.measures:
        own = tuple(e for e in measure.improves if f"{e.indicator}_contribution" in zones.columns)
        measures.append(measure.model_copy(update={"improves": own}) if own else measure)
    return catalog.model_copy(update={"measures": tuple(measures)})


def gains(catalog: Catalog, table: pd.DataFrame, points: pd.DataFrame, people: Floats) -> Gains:
    """Return what each row of `table` takes away of which need.

    Parameters
    ----------
    catalog : Catalog
    table : DataFrame
        From `tabulate`.
    points : DataFrame
        Contributions in 0 to 100, a column for each indicator, a row for each zone; NaN: not known, taken as no need.
    people : ndarray, shape (zones,)
        People, or dwellings, who benefit; NaN counts as none.

    Raises
    ------
    InputError
        If a contribution or a number of people is negative.
    """
    indicators = tuple(str(c) for c in points.columns)
    values = np.nan_to_num(points.to_numpy(float), nan=0.0)
    crowd = np.nan_to_num(np.asarray(people, float), nan=0.0)
    if (values < 0).any() or (crowd < 0).any():
        raise InputError("contributions and people must be 0 or more.")
    ceiling = (values * crowd[:, None] / 100.0).ravel()
    zone, measure = table["zone"].to_numpy(int), table["measure_no"].to_numpy(int)
    item, need, part = [], [], []
    for number, one in enumerate(catalog.measures):
        rows = np.flatnonzero(measure == number)
        for effect in one.improves:
            if effect.indicator in indicators:
                item.append(rows)
                need.append(zone[rows] * len(indicators) + indicators.index(effect.indicator))
                part.append(np.full(len(rows), effect.closes))
    if not item:
        none = np.zeros(0, np.int64)
        return Gains(none, none, np.zeros(0), ceiling, np.tile(np.arange(len(indicators)), len(points)), indicators)
    items, needs, shares = np.concatenate(item), np.concatenate(need), np.concatenate(part)
    return Gains(
        items, needs, shares * ceiling[needs], ceiling, np.tile(np.arange(len(indicators)), len(points)), indicators
    )

"""Values that are hardly true: rules of plausibility as data, and what they doubt. No value is changed."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict

from geoprio._core.columns import POSITION_COLUMNS
from geoprio._core.positions import lon_lat
from geoprio.sources.closures import today

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoprio._core.findings import Findings
    from geoprio.city.model import City

Limit = float | Literal["this year"]

OUTLIER_COLUMNS: Final = ("source", "row", "column", "value", "beside", "rule")
EXAMPLES = 3


class OutlierRule(BaseModel):
    """A rule of plausibility: a limit that is geoprio's own convention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    tables: tuple[str, ...]
    quantity: str
    low: Limit | None = None
    """Smaller values are doubted."""
    high: Limit | None = None
    """Larger values are doubted."""
    where: dict[str, tuple[float, float]] = {}
    """Other quantities and the span, both ends included, in which they must lie."""
    title_zh: str
    title_en: str
    why_zh: str
    why_en: str


class Quantity(NamedTuple):
    """Numbers of a table, and the columns of which they are made: the first is doubted, the others stand beside."""

    numbers: pd.Series
    columns: tuple[str, ...]
    beside: pd.Series | None = None
    shown: pd.Series | None = None


@cache
def outlier_rules() -> tuple[OutlierRule, ...]:
    """Return the rules that geoprio ships, in their order."""
    text = files("geoprio.city").joinpath("outliers.toml").read_text(encoding="utf-8")
    return tuple(OutlierRule(**rule) for rule in tomllib.loads(text)["rules"])


def find_outliers(city: City, paces: Mapping[str, float], findings: Findings) -> pd.DataFrame:
    """Return the values that are hardly true, and warn of them, once for each rule and table.

    Parameters
    ----------
    city : City
    paces : mapping of str to float
        Walking speed by category, metres per minute.
    findings : Findings

    Returns
    -------
    DataFrame
        A row for each doubt: `source`, `row` (the id), `column`, `value`, `beside` (the other columns that the rule
        looked at), `rule` (all text), and `lon`, `lat`, NaN where there is no place.
    """
    walking = pd.DataFrame({"speed_m_per_min": pd.Series(dict(paces), dtype=float)})
    tables = {
        "zones": city.zones,
        # What is no home has no weight in any figure.
        "buildings": city.buildings[city.buildings["use"] != "other"],
        "facilities": city.facilities,
        "streets": city.streets,
        "walking": walking,
    }
    found = []
    for rule in outlier_rules():
        for source in rule.tables:
            doubts = _doubts(rule, source, tables[source])
            if len(doubts):
                found.append(doubts)
                findings.warn(source, _told(rule, doubts, len(tables[source])))
    if not found:
        return pd.DataFrame(columns=[*OUTLIER_COLUMNS, *POSITION_COLUMNS])
    return pd.concat(found, ignore_index=True)


def _told(rule: OutlierRule, doubts: pd.DataFrame, rows: int) -> str:
    shown = [
        f"{row} ({column} {value}{', ' if beside else ''}{beside})"
        for row, column, value, beside in doubts[["row", "column", "value", "beside"]].head(EXAMPLES).to_numpy()
    ]
    more = ", …" if len(doubts) > EXAMPLES else ""
    return f"doubtful: {rule.title_en}: {len(doubts)} of {rows}, such as {', '.join(shown)}{more}; nothing was changed"


def _doubts(rule: OutlierRule, source: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return what a rule doubts in a table."""
    what = _quantity(rule.quantity, table)
    if what is None:
        return pd.DataFrame()
    doubted = np.zeros(len(table), bool)
    values = what.numbers.to_numpy(float)
    with np.errstate(invalid="ignore"):
        if rule.low is not None:
            doubted |= values < _number(rule.low)
        if rule.high is not None:
            doubted |= values > _number(rule.high)
    beside = [] if what.beside is None else [what.beside]
    for name, (first, last) in rule.where.items():
        other = _quantity(name, table)
        if other is None:
            return pd.DataFrame()
        with np.errstate(invalid="ignore"):
            doubted &= (other.numbers.to_numpy(float) >= first) & (other.numbers.to_numpy(float) <= last)
        beside.append(_named(name, table[name]))
    at = np.flatnonzero(doubted)
    shown = what.numbers if what.shown is None else what.shown
    out = pd.DataFrame(
        {
            "source": source,
            "row": table.index[at].astype(str),
            "column": what.columns[0],
            "value": [_text(v) for v in shown.iloc[at]],
            "beside": ["; ".join(words) for words in zip(*(b.iloc[at] for b in beside), strict=True)] if beside else "",
            "rule": rule.name,
        },
        dtype="str",
    )
    places = lon_lat(table.geometry.iloc[at]) if "geometry" in table else np.full((len(at), 2), np.nan)
    return out.assign(lon=places[:, 0], lat=places[:, 1])


def _number(limit: Limit) -> float:
    return float(today()[:4]) if limit == "this year" else float(limit)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _named(name: str, values: pd.Series) -> pd.Series:
    """Return values as text, with the name of their column."""
    return pd.Series([f"{name} {_text(v)}" for v in values.tolist()], index=values.index, dtype="str")


# -------------------------------------------------------------------------------------------------------- quantities


def _quantity(name: str, table: pd.DataFrame) -> Quantity | None:
    """Return a quantity of a table; None where the table lacks what it is made of."""
    if name in QUANTITIES:
        needs, made = QUANTITIES[name]
        return made(table) if table.columns.isin(needs).sum() == len(needs) else None
    if name not in table:
        return None
    return Quantity(table[name].astype("Float64").astype(float), (name,))


def _ratio(part: str, whole: str) -> Callable[[pd.DataFrame], Quantity]:
    def made(table: pd.DataFrame) -> Quantity:
        """Return one column over another, NaN where that is not above zero."""
        below = table[whole].astype(float)
        values = table[part].astype(float) / below.where(below > 0)
        return Quantity(values, (part, whole), _named(whole, table[whole]), table[part])

    return made


def _footprint(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    area = pd.Series(table.geometry.area, index=table.index)
    # A building that is known as a point has no footprint, which is no doubt.
    return Quantity(area.where(area > 0), ("footprint_m2",))


def _floor_area_per_dwelling(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    area = _footprint(table).numbers
    homes = table["dwellings"].astype(float)
    values = area * table["floors"].astype(float) / homes.where(homes > 0)
    beside = _named("floors", table["floors"]) + ", " + _named("footprint_m2", area.round(1))
    return Quantity(values, ("dwellings", "floors"), beside, table["dwellings"])


def _zone_m2(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    return Quantity(pd.Series(table.geometry.area, index=table.index), ("zone_m2",))


def _dwellings_per_ha(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    area = _zone_m2(table).numbers
    values = table["dwellings"].astype(float) / (area.where(area > 0) / 10_000)
    return Quantity(values, ("dwellings",), _named("zone_m2", area.round(1)), table["dwellings"])


def _same_names(table: pd.DataFrame) -> Quantity:
    ids = pd.Series(table.index.astype(str), index=table.index, dtype="str")
    names = table["name"].fillna(ids)
    count = names.groupby(names).transform("size").astype(float)
    told = dict.fromkeys(ids, "")
    for _, same in ids[count > 1].groupby(names[count > 1]):
        more = ", …" if len(same) > EXAMPLES + 1 else ""
        # The first few of the others: they are among the first few and one.
        first = same.tolist()[: EXAMPLES + 1]
        told |= {row: f"zone_id {', '.join([i for i in first if i != row][:EXAMPLES])}{more}" for row in same}
    return Quantity(count, ("name",), ids.map(told).astype("str"), names)


def _at_one_point(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    used = table["status"].eq("used").to_numpy()
    points = table.geometry
    key = [table["category"].astype(str).to_numpy(), points.x.round(2).to_numpy(), points.y.round(2).to_numpy()]
    count = pd.Series(used.astype(float), index=table.index).groupby(key).transform("sum").where(used)
    words = pd.Series([f"facilities_at_this_point {n:.0f}" for n in count], index=table.index, dtype="str")
    return Quantity(count, ("name",), words, table["name"].fillna(""))


def _longest_piece(table: Any) -> Quantity:  # noqa: ANN401 - a GeoDataFrame, which mypy takes for Any
    xy, line = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    parts = np.zeros(len(table))
    same = line[1:] == line[:-1]
    pieces = np.hypot(*np.diff(xy, axis=0).T)[same]
    np.maximum.at(parts, line[1:][same], pieces)
    # Parts of one row of the file may lie apart: a step between them is no street.
    several = shapely.get_num_geometries(table.geometry.to_numpy()) > 1
    return Quantity(pd.Series(np.where(several, np.nan, parts.round(1)), index=table.index), ("longest_piece_m",))


QUANTITIES: Final[dict[str, tuple[tuple[str, ...], Callable[[pd.DataFrame], Quantity]]]] = {
    "dwellings_per_floor": (("dwellings", "floors"), _ratio("dwellings", "floors")),
    "people_per_dwelling": (("population", "dwellings"), _ratio("population", "dwellings")),
    "share_60plus": (("population_60plus", "population"), _ratio("population_60plus", "population")),
    "share_0_2": (("population_0_2", "population"), _ratio("population_0_2", "population")),
    "floor_area_per_dwelling_m2": (("dwellings", "floors", "geometry"), _floor_area_per_dwelling),
    "area_per_place_m2": (("area_m2", "capacity"), _ratio("area_m2", "capacity")),
    "footprint_m2": (("geometry",), _footprint),
    "zone_m2": (("geometry",), _zone_m2),
    "dwellings_per_ha": (("dwellings", "geometry"), _dwellings_per_ha),
    "zones_of_this_name": (("name",), _same_names),
    "facilities_at_this_point": (("category", "status", "name", "geometry"), _at_one_point),
    "longest_piece_m": (("geometry",), _longest_piece),
}
"""Quantities that are no columns: the columns that they need, and how they are made."""

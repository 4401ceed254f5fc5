"""What the outputs say of condition: for each zone what was found, what is well, and what nobody looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geoprio.indicators.condition import GATE, find_condition
from geoprio.outputs.condition_words import CONDITION
from geoprio.outputs.provenance import mark_of
from geoprio.sources.inspection import STATUS_COLUMNS
from geoprio.standards.defects import GRADE_TITLES, GRADES, SIDE_TITLES, SIDES

if TYPE_CHECKING:
    from geoprio._core.typing import Floats
    from geoprio.outputs.result import Result
    from geoprio.standards.defects import Defect

STATES: Final = ("defect", "partly", "good", "unknown")
"""What is said of a defect in a zone; partly: none was found, and not all was looked at."""
DEFECT, PARTLY, GOOD, UNKNOWN = range(4)
UNITS: Final = {"building": 1, "zone": 2}
MOST_POINTS: Final = 5_000
"""Problem points on the page, open ones first; all of them stand in the GeoPackage."""
TINY: Final = 1e-9


def looked_defects(result: Result) -> list[Defect]:
    """Return the defects of which anything is known, hazards first."""
    return [] if result.condition is None else [result.condition.defects[code] for code in result.condition.looked]


def zone_states(result: Result) -> pd.DataFrame:
    """Return what is said of each defect in each zone, as numbers of `STATES`.

    Good is what was looked at throughout and has nothing: one building that nobody looked at is enough for partly.

    Parameters
    ----------
    result : Result

    Returns
    -------
    DataFrame of int
        Index `zone_id` in the result's order; one column for each of `looked_defects`.
    """
    ids = result.zones.index
    out = pd.DataFrame(index=ids)
    if result.condition is None:
        return out
    weights = {row["code"]: row["weight"] for row in result.condition.report["defects"]}
    for defect in looked_defects(result):
        found, surveyed, points, unknown = _figures(result, defect.code).T
        unseen = unknown > TINY
        if weights.get(defect.code, "buildings") != "buildings":
            # A building without elders weighs nothing, but nobody looked at it all the same.
            unseen |= _unseen_buildings(result, defect.code)
        bad = (found > 0) | (points > 0)
        known = np.where(unseen, PARTLY, GOOD)
        out[defect.code] = np.where(bad, DEFECT, np.where(surveyed > 0, known, UNKNOWN))
    return out


def _figures(result: Result, code: str) -> Floats:
    """Return found, surveyed, open points and share not surveyed, shape (zones, 4); 0 where there are none."""
    table = result.condition.zones if result.condition is not None else pd.DataFrame()
    names = [f"{code}_{kind}" for kind in ("found", "surveyed", "points", "unknown_share")]
    return table.reindex(index=result.zones.index, columns=names).astype(float).fillna(0.0).to_numpy()


def _unseen_buildings(result: Result, code: str) -> np.ndarray:
    buildings = result.buildings
    column = f"{code}_condition"
    if column not in buildings:
        return np.zeros(len(result.zones), bool)
    zones = buildings.loc[buildings[column] == "unknown", "zone_id"]
    of_buildings = result.zones.index.isin(zones.dropna())
    return np.asarray(of_buildings & (_unit(result, code) != UNITS["zone"]))


def defect_text(result: Result, defect: Defect, row: int, number: int) -> str:
    """Return what was found of a defect in a zone: of how many buildings, how many open points, what is not known.

    Parameters
    ----------
    result : Result
    defect : Defect
    row : int
        Number of the zone in the result's order.
    number : {0, 1}
        0: Chinese, 1: English.
    """
    found, surveyed, points, unknown = _figures(result, defect.code)[row]
    unit = _unit(result, defect.code)[row]
    said = []
    if unit == UNITS["zone"]:
        said.append(CONDITION["condition.as_zone"][number])
    elif unit == UNITS["building"]:
        said.append(CONDITION["condition.of_buildings"][number].format(n=f"{found:,.0f}", all=f"{surveyed:,.0f}"))
        if unknown > TINY:
            said.append(CONDITION["condition.rest"][number].format(n=_percent(unknown)))
    if points:
        said.append(CONDITION["condition.points"][number].format(n=f"{points:,.0f}"))
    title = (defect.title_zh, defect.title_en)[number]
    between = ("，", ", ")[number]
    return f"{title}{('（', ' (')[number]}{between.join(said)}{('）', ')')[number]}" if said else title


def _percent(share: float) -> str:
    """Return a share in per cent; a little is never shown as none, nor nearly all as all."""
    figure = min(max(round(100 * share), 1), 99) if 0 < share < 1 else round(100 * share)
    return f"{figure} %"


def _unit(result: Result, code: str) -> np.ndarray:
    column = f"{code}_unit"
    if result.condition is None or column not in result.condition.zones:
        return np.zeros(len(result.zones), np.int64)
    return result.condition.zones[column].reindex(result.zones.index).map(UNITS).fillna(0).to_numpy(np.int64)


def gate_word(result: Result, zone: pd.Series[Any], number: int) -> str | None:
    """Return what the safety gate of the score says of a zone; None where there is none."""
    gate = result.project["score"]["gate"] or GATE
    if gate not in zone:
        return None
    value = zone[gate]
    return CONDITION["sheet.gate.null" if pd.isna(value) else f"sheet.gate.{str(bool(value)).lower()}"][number]


def status_rows(result: Result, row: int, number: int) -> list[tuple[str, str]]:
    """Return who runs a zone, how far that is and how far its renewal is, where that is known."""
    zone, out = result.zones.iloc[row], []
    for column, titles in STATUS_COLUMNS.items():
        value = zone.get(column)
        if pd.notna(value):
            pair = titles.get(str(value), (str(value), str(value)))
            out.append((CONDITION[column][number], pair[number]))
    return out


def zone_sections(result: Result, states: pd.DataFrame, row: int, number: int) -> list[tuple[str, str]]:
    """Return what a page says of the condition of one zone: found by class and side, then the rest by state.

    Parameters
    ----------
    result : Result
    states : DataFrame
        From `zone_states`.
    row : int
    number : {0, 1}
    """
    mine = dict(zip(states.columns, states.iloc[row], strict=True))
    out = []
    for grade in GRADES:
        for side in SIDES:
            here = [d for d in looked_defects(result) if (d.grade, d.side) == (grade, side) and mine[d.code] == DEFECT]
            if here:
                named = (CONDITION["condition.defect"], GRADE_TITLES[grade], SIDE_TITLES[side])
                head = " · ".join(pair[number] for pair in named)
                out.append((head, "; ".join(defect_text(result, d, row, number) for d in here)))
    for state in (PARTLY, UNKNOWN, GOOD):
        here = [d for d in looked_defects(result) if mine[d.code] == state]
        plain = state != PARTLY
        told = [(d.title_zh, d.title_en)[number] if plain else defect_text(result, d, row, number) for d in here]
        if told:
            out.append((CONDITION[f"condition.{STATES[state]}"][number], " · ".join(told)))
    return out


def shared_codes(result: Result) -> list[str]:
    """Return the columns of shares of condition that stand in the zones: classes and sides, then single defects."""
    groups = [f"condition_{name}_share" for name in (*GRADES, *SIDES)]
    codes = [*groups, *(f"{d.code}_share" for d in looked_defects(result))]
    return [code for code in codes if code in result.zones and result.zones[code].notna().any()]


def anchors_of(code: str, result: Result) -> tuple[float, float] | None:
    """Return good and bad of a column of condition that is shown; hazards, which nothing weighs, have them, too."""
    found = find_condition(code, result.defects)
    if found is None:
        return None
    own = next((o for o in result.overrides if o.code == code), None)
    good = found.good if own is None or own.good is None else own.good
    bad = found.bad if own is None or own.bad is None else own.bad
    return None if good is None or bad is None else (good, bad)


# --------------------------------------------------------------------------------------------------------- map page


def page_condition(result: Result) -> dict[str, Any] | None:
    """Return what the map page says of condition; None where nothing is known.

    Returns
    -------
    dict or None
        `defects`: titles, class, side, source and mark, in the order of the rows; `states`: a text of one digit for
        each defect (a number of `STATES`) by zone; `figures`: for each zone, only for defects found or looked for
        in part: number of the defect, found, surveyed, unit (0 none, 1 building, 2 compound), open points, share not
        surveyed; `facts`: the known values of management and renewal by zone; `points` and `more_points`.
    """
    looked = looked_defects(result)
    if not looked:
        return None
    states = zone_states(result)
    digits = ["".join(str(int(s)) for s in row) for row in states.to_numpy(np.int64)]
    figures: list[list[list[float | int]]] = [[] for _ in digits]
    for k, defect in enumerate(looked):
        table, unit = _figures(result, defect.code), _unit(result, defect.code)
        for row in np.flatnonzero(states[defect.code].isin([DEFECT, PARTLY])):
            found, surveyed, points, unknown = table[row].tolist()
            figures[row].append([k, int(found), int(surveyed), int(unit[row]), int(points), round(unknown, 6)])
    points, more = _points(result, [d.code for d in looked])
    return {
        "defects": [_about(d) for d in looked],
        "states": digits,
        "figures": figures,
        "facts": _facts(result),
        "points": points,
        "more_points": more,
    }


def _about(defect: Defect) -> dict[str, Any]:
    fields = defect.model_dump(include={"grade", "side", "source", "clause", "note", "limit"})
    return {**fields, "titles": (defect.title_zh, defect.title_en), "mark": mark_of(defect.verified)}


def _facts(result: Result) -> list[list[str | None]]:
    """Return the known values of `STATUS_COLUMNS` of each zone."""
    zones = result.zones
    blank = pd.Series(None, index=zones.index, dtype=object)
    columns = [zones[c].astype(object) if c in zones else blank for c in STATUS_COLUMNS]
    return [[None if pd.isna(v) else str(v) for v in row] for row in zip(*columns, strict=True)]


def _points(result: Result, codes: list[str]) -> tuple[list[list[Any]], int]:
    """Return problem points as defect, place in millionths of a degree, whether open, id; and how many are left out."""
    if result.condition is None or not len(result.condition.points):
        return [], 0
    table = result.condition.points.assign(_open=result.condition.points["status"] == "open")
    shown = table.sort_values("_open", ascending=False, kind="stable").head(MOST_POINTS)
    degrees = shapely.get_coordinates(shown.geometry.to_crs("EPSG:4326").to_numpy())
    at = np.rint(degrees * 1_000_000).astype(np.int64).tolist()
    numbers = [codes.index(code) for code in shown["defect"]]
    ids = [None if pd.isna(v) else str(v) for v in shown["problem_id"]]
    rows = zip(numbers, at, shown["_open"].astype(int).tolist(), ids, strict=True)
    return [list(row) for row in rows], len(table) - len(shown)


def page_words() -> dict[str, tuple[str, str]]:
    """Return the words of condition for the map page: its own, classes, sides and known values."""
    values = {f"{c}.{key}": pair for c, titles in STATUS_COLUMNS.items() for key, pair in titles.items()}
    classes = {f"grade.{k}": pair for k, pair in GRADE_TITLES.items()}
    return {**CONDITION, **values, **classes, **{f"side.{k}": pair for k, pair in SIDE_TITLES.items()}}

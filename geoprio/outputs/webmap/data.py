"""What the map page shows, as compact plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio.indicators.community import item_column
from geoprio.indicators.registry import category_titles, find
from geoprio.outputs.asked.needs import page_needs
from geoprio.outputs.asked.words import ON_PAGE as NEEDS_ON_PAGE
from geoprio.outputs.condition import page_condition, page_words
from geoprio.outputs.glance import fact_title, zone_facts
from geoprio.outputs.labels import COLON, COMPLETIONS, PAGE, STRAIGHT
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS, FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.planned.labels import ON_PAGE as PROGRAMME_ON_PAGE
from geoprio.outputs.planned.zones import page_programme
from geoprio.outputs.priority import priority_class, shown_points
from geoprio.outputs.provenance import is_loose, mark_of
from geoprio.outputs.quality.sections import in_language
from geoprio.outputs.titles import shown_title
from geoprio.outputs.translate import in_chinese
from geoprio.outputs.webmap.building_words import BUILDINGS, BUILDINGS_STRAIGHT
from geoprio.outputs.webmap.colorings import colorings, opening
from geoprio.outputs.webmap.nearby import nearest_and_served
from geoprio.outputs.webmap.streets import drawn_streets
from geoprio.outputs.webmap.weighing import is_plain_sum, weighing
from geoprio.outputs.webmap.words import TOOLS, TOOLS_STRAIGHT
from geoprio.score.matrix import ANCHOR_WORDS
from geoprio.score.rank import PRIORITY_DECIMALS
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from geoprio._core.typing import Floats
    from geoprio.outputs.result import Result
    from geoprio.score.matrix import Criterion
    from geoprio.standards import Profile, Rule
    from geoprio.standards.model import Sourced

STREET_VERTICES = 60_000
"""Most vertices of streets on the page."""

STREET_TOLERANCE_M = 4.0
ZONE_TOLERANCE_M = 1.0
STREET_SCALE = 100_000
"""Streets are whole steps of 1e-5 degrees, some metre."""

ZONE_SCALE = 1_000_000

OSM_CREDIT = "© OpenStreetMap contributors (ODbL)"


def map_data(result: Result, lang: str) -> dict[str, Any]:
    """Return all that the page shows, ready for JSON.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}
        Language in which the page opens.

    Returns
    -------
    dict
        Rows are lists: their fields are named where `map/state.js` reads them. What holds one entry per zone or
        facility is in the order of `zones` or `facilities`. Unknown numbers are None.
    """
    categories = tuple(result.rules)
    project = result.project["project"]
    straight = result.straight
    nearest, served = nearest_and_served(result)
    in_straight_lines = STRAIGHT | TOOLS_STRAIGHT | BUILDINGS_STRAIGHT
    completions = {f"completion.{key}": pair for key, pair in COMPLETIONS.items()}
    colored = colorings(result)
    words = {**STRAIGHT, **PAGE, **TOOLS, **BUILDINGS, **page_words(), **NEEDS_ON_PAGE, **PROGRAMME_ON_PAGE}
    shown = {
        "lang": lang,
        "words": {**words, **completions, **(in_straight_lines if straight else {})},
        "straight": straight,
        "title": project["name"],
        "credit": credit_lines(result.project),
        "breaks": CLASS_BREAKS,
        "colors": CLASS_COLORS,
        "unscoredColor": UNSCORED_COLOR,
        "missing": result.project["score"]["missing"] or "default",
        "method": _method(result),
        "gates": _gates(result),
        "baselines": _numbers(shown_points(result)[1], 1),
        "categories": [_category(c, k, result) for k, c in enumerate(categories)],
        "criteria": [_criterion(c, result) for c in result.matrix.criteria],
        "items": _items(result),
        "community": _community(result),
        "condition": page_condition(result),
        "needs": page_needs(result),
        "programme": page_programme(result),
        "answers": _answers(result),
        "exact": _numbers(result.zones["priority"].to_numpy(float), PRIORITY_DECIMALS),
        "weighing": weighing(result),
        "colorings": [_coloring(c) for c in colored],
        "opensBy": opening(colored),
        "districts": _districts(result),
        "intervals": _intervals(result),
        "nearest": nearest,
        "served": served,
        "standIns": result.zones["stand_in"].astype(int).tolist() if "stand_in" in result.zones else [],
        "rules": [_rule(rule, result.walkers[c]) for c, rule in result.rules.items()],
        "ruleFile": result.rule_file.model_dump(include={"name", "title_zh", "title_en", "issued", "note"}),
        "crs": result.quality["crs"],
        "counts": [result.quality["city"].get(f"buildings_{k}") for k in ("in_zones", "outside_zones", "unsnapped")],
        "warnings": _warnings(result.quality),
        "zones": _zones(result, categories),
        "facilities": _facilities(result.facilities, categories),
        "streets": street_steps(result.streets),
        "facts": [
            {"titles": (fact_title(name, 0), fact_title(name, 1)), "values": values}
            for name, values in zone_facts(result).items()
        ],
    }
    return shown | {"said": _said([shown[part] for part in WITH_RULES])}


OF_RULES: Final = ("source", "clause", "note")
WITH_RULES: Final = ("criteria", "rules", "ruleFile", "items", "community", "condition", "needs")
"""Parts of what is shown in which sources, clauses and notes of rules stand."""


def _said(shown: object) -> dict[str, str]:
    """Return the Chinese of the sources and notes of rules that are shown, where it is known."""
    if isinstance(shown, dict):
        texts = [v for k, v in shown.items() if k in OF_RULES and isinstance(v, str)]
        own = {text: zh for text in texts if (zh := in_chinese(text)) is not None}
        return own | {text: zh for v in shown.values() for text, zh in _said(v).items()}
    if isinstance(shown, list):
        return {text: zh for v in shown for text, zh in _said(v).items()}
    return {}


def credit_lines(project: dict[str, Any]) -> list[str]:
    """Return the attribution of a resolved project file: its own, OpenStreetMap's where used, and geoprio's."""
    roles = ("zones", "buildings", "streets", "barriers", "gates", "entrances")
    sources = [*(project[r] for r in roles if project.get(r)), *project["facilities"]]
    given = project["project"]["attribution"]
    lines = [given] if given else []
    if any(is_osm(s["path"]) for s in sources) and OSM_CREDIT not in (given or ""):
        lines.append(OSM_CREDIT)
    return [*lines, "geoprio"]


def _warnings(quality: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the warnings of the report, and what was assumed of people without anyone having verified it, in both."""
    notes = [n for n in quality["notes"] if n["level"] == "warning"]
    loose = [row for row in quality["values"] if row["kind"] == "assumption" and is_loose(row["verified"])]
    return [(_warning(n, 0), _warning(n, 1)) for n in notes] + [(_assumed(r, 0), _assumed(r, 1)) for r in loose]


def _warning(note: dict[str, str], number: int) -> str:
    source, text = (in_language(*pair, number) for pair in (("role", note["source"]), ("text", note["text"])))
    return f"{source}{COLON[number]}{text}"


def _assumed(row: dict[str, Any], number: int) -> str:
    what, value, source = (in_language(key, row[key], number) for key in ("what", "value", "source"))
    return PAGE["assumed_value"][number].format(what=what, value=value, source=source)


def _category(category: str, number: int, result: Result) -> dict[str, Any]:
    found = result.quality["categories"][category]
    statuses = found["facilities_by_status"]
    return {
        "titles": category_titles(category),
        "color": FACILITY_COLORS[number % len(FACILITY_COLORS)],
        "demand": found["demand"],
        "read": found["facilities"],
        "used": statuses.get("used", 0),
    }


def _criterion(c: Criterion, result: Result) -> dict[str, Any]:
    kind = next((k for k, words in ANCHOR_WORDS.items() if words == c.anchors), "none")
    categories = tuple(result.rules)
    return {
        "titles": shown_title(c.code, result),
        "unit": c.unit,
        "good": None if np.isnan(c.good) else c.good,
        "bad": None if np.isnan(c.bad) else c.bad,
        "weight": round(c.weight, 9),
        "completion": kind,
        "anchor": find(c.code, categories)[0].anchor if c.category else "none",
        "rule": categories.index(c.category) if c.category else None,
        "basis": None if c.category or c.rule is None else _basis(c.rule),
    }


def _basis(entry: Sourced) -> dict[str, str]:
    """Return where an indicator without a walking rule is from."""
    return {"source": entry.source, "clause": entry.clause, "mark": mark_of(entry.verified)}


def _rule(rule: Rule, walker: Profile) -> dict[str, Any]:
    fields = rule.model_dump(
        include={"threshold", "unit", "quota_per_1000", "capacity_per_1000", "source", "clause", "note", "file"}
    )
    source, clause, verified = rule.quota_from
    quota = {"source": source, "clause": clause, "mark": mark_of(verified)} if rule.has_quota else None
    return {
        **fields,
        "titles": category_titles(rule.category),
        "mark": mark_of(rule.verified),
        "quota": quota,
        "walk": _walk(walker),
    }


def _items(result: Result) -> list[dict[str, Any]]:
    """Return the items of the rule file with how many zones pass each."""
    rows = []
    for row in result.quality.get("items", []):
        kept = {k: row[k] for k in ("number", "passed", "failed", "unknown", "source", "clause", "note")}
        rows.append({**kept, "titles": (row["title_zh"], row["title_en"]), "mark": mark_of(row["verified"])})
    return rows


def _answers(result: Result) -> list[str]:
    """Return one text per zone: a letter for each item, p(ass), f(ail) or u(nknown)."""
    columns = [item_column(item) for item in result.rule_file.items if item_column(item) in result.zones]
    letters = result.zones[columns].astype(object).to_numpy()
    return ["".join(str(word)[0] for word in row) for row in letters]


def _community(result: Result) -> dict[str, Any] | None:
    """Return how far the community around a zone reaches; None without items."""
    reach = result.rule_file.community
    if reach is None or not result.rule_file.items:
        return None
    fields = reach.model_dump(include={"threshold", "unit", "source", "clause", "note"})
    return {**fields, "mark": mark_of(reach.verified)}


def _walk(walker: Profile) -> dict[str, Any]:
    fields = walker.model_dump(include={"speed_m_per_min", "source", "note"})
    return {**fields, "titles": (walker.title_zh, walker.title_en), "mark": mark_of(walker.verified)}


def _zones(result: Result, categories: tuple[str, ...]) -> list[list[Any]]:
    """Return one row per zone in rank order, unranked zones last."""
    zones = result.zones
    priority = zones["priority"].to_numpy(float)
    exact = zones[[f"{c.code}_contribution" for c in result.matrix.criteria]].to_numpy(float)
    points, baseline = shown_points(result)
    weights = np.where(np.isnan(exact), 0.0, result.matrix.weights)
    total = weights.sum(axis=1, keepdims=True)
    effective = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    urgency = np.divide(exact, 100.0 * effective, out=np.full_like(exact, np.nan), where=effective > 0)
    if _method(result) is not None:
        urgency[:] = np.nan
    # The shown priority is the sum of the shown points, so a reader who adds them up is never off by a tenth.
    shown = np.where(np.isnan(priority), np.nan, (np.nansum(points, axis=1) + baseline).round(1))
    values = result.matrix.table.reindex(zones.index).to_numpy(float)
    of_category = [[f"{c}_uncovered", f"{c}_demand", f"{c}_unknown_share"] for c in categories]
    need = np.stack([zones[columns].to_numpy(float) for columns in of_category], axis=1)
    text = [zones.index.astype(str), *(zones[c].fillna("").astype(str) for c in ("name", "zone_type", "score_status"))]
    whole = [_integers(zones[c]) for c in ("rank", "rank_in_type", "tied_with", "building_count")]
    points_at, shapes = zone_shapes(zones)
    fields = [
        *text, *whole, _numbers(shown, 1), priority_class(priority).tolist(),
        *(_digits(a) for a in (values, points, effective, urgency, need)), points_at, shapes,
    ]  # fmt: skip
    return [list(row) for row in zip(*fields, strict=True)]


def _method(result: Result) -> dict[str, str] | None:
    """Return normalization and aggregation by name where points are not 100 × weight × urgency."""
    if is_plain_sum(result):
        return None
    return {key: str(result.project["score"][key]) for key in ("normalize", "aggregate")}


def _coloring(coloring: dict[str, Any]) -> dict[str, Any]:
    classes, values = coloring["classes"].tolist(), _digits(coloring["values"])
    if coloring["basis"] == "named":
        return coloring | {"classes": classes, "values": values}
    steps = [[k, *_digits(np.array(ends, float))] for k, *ends in coloring["steps"]]
    unseen = coloring["unseen"]
    return coloring | {
        "classes": classes, "values": values, "steps": steps, "unseen": None if unseen is None else _digits(unseen),
    }  # fmt: skip


def _districts(result: Result) -> list[str | None]:
    """Return the district of each zone, None where it is not told; an empty list where none is."""
    if "district" not in result.zones or result.zones["district"].isna().all():
        return []
    return [None if pd.isna(v) else str(v) for v in result.zones["district"]]


def _intervals(result: Result) -> list[tuple[int | None, int | None, str | None]]:
    """Return the ranks between which most draws of weights put a zone, and what is said of that; often not computed."""
    zones = result.zones
    if not {"rank_p05", "rank_p95"} <= set(zones.columns):
        return []
    said = zones["robust"] if "robust" in zones else pd.Series(None, index=zones.index, dtype=object)
    words = [None if pd.isna(v) else str(v).lower() for v in said]
    return list(zip(_integers(zones["rank_p05"]), _integers(zones["rank_p95"]), words, strict=True))


def _gates(result: Result) -> list[bool | None] | None:
    """Return what the safety gate says of each zone, None = not known; None without a gate."""
    gate = result.project["score"]["gate"] or "safety_gate"
    if gate not in result.zones:
        return None
    return [None if pd.isna(v) else bool(v) for v in result.zones[gate]]


def zone_shapes(zones: gpd.GeoDataFrame) -> tuple[list[list[int]], list[list[list[list[int]]]]]:
    """Return a point inside each zone, and its polygons as rings of steps."""
    plain = zones.geometry.simplify(ZONE_TOLERANCE_M)
    degrees = plain.to_crs("EPSG:4326")
    inside = shapely.get_coordinates(shapely.point_on_surface(degrees.to_numpy()))
    shapes = []
    for shape in degrees:
        rings = [shapely.get_rings(part) for part in shapely.get_parts(shape)]
        shapes.append([[steps(shapely.get_coordinates(ring)[:-1], ZONE_SCALE) for ring in part] for part in rings])
    return on_grid(inside, ZONE_SCALE).tolist(), shapes


def _facilities(facilities: gpd.GeoDataFrame, categories: tuple[str, ...]) -> list[list[Any]]:
    at = on_grid(shapely.get_coordinates(facilities.geometry.to_crs("EPSG:4326").to_numpy()), ZONE_SCALE).tolist()
    text = [facilities[c].fillna("").astype(str) for c in ("name", "kind", "status")]
    kinds = [categories.index(c) for c in facilities["category"]]
    capacity = _digits(facilities["capacity"].to_numpy(float))
    assumed = facilities["capacity_assumed"].astype(int)
    return [list(row) for row in zip(kinds, at, *text, capacity, assumed, strict=True)]


def street_steps(streets: gpd.GeoDataFrame, budget: int | None = None) -> list[list[list[int]]]:
    """Return the lines of major, middle and minor streets as steps, thinned to `budget` vertices.

    Without one, `STREET_VERTICES` holds.
    """
    drawn = drawn_streets(streets, budget or STREET_VERTICES, STREET_TOLERANCE_M)
    out: list[list[list[int]]] = [[], [], []]
    for level, line in zip(drawn["level"], drawn.geometry.to_crs("EPSG:4326"), strict=True):
        moves = steps(shapely.get_coordinates(line), STREET_SCALE)
        if len(moves) > 2:
            out[level].append(moves)
    return out


def on_grid(coordinates: Floats, scale: int) -> np.ndarray:
    """Return degrees as whole steps of 1 / `scale`."""
    return np.rint(coordinates * scale).astype(np.int64)


def steps(coordinates: Floats, scale: int) -> list[int]:
    """Return x, y of the first vertex and then the steps to the next ones; vertices that coincide are one."""
    grid = on_grid(coordinates, scale)
    each = np.diff(grid, axis=0, prepend=0)
    moved = np.r_[True, (each[1:] != 0).any(axis=1)]
    return [int(v) for v in each[moved].ravel()]


def _integers(column: pd.Series) -> list[int | None]:
    return [None if missing else int(v) for v, missing in zip(column, column.isna(), strict=True)]


def _numbers(values: Floats, decimals: int) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), decimals) + 0.0 for v in values]


def _digits(values: Floats) -> list[Any]:
    """Return nested lists with 6 significant digits; NaN is None, whole numbers are integers."""
    if values.ndim > 1:
        return [_digits(row) for row in values]
    rounded = [None if np.isnan(v) else float(f"{v:.6g}") + 0.0 for v in values]
    return [int(v) if v is not None and v.is_integer() else v for v in rounded]

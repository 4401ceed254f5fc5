"""Read all sources of a study: each OSM file once, every other file as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.sources.categories import (
    BRIDGE_KEYS,
    KIND_KEYS,
    LIFE_KEYS,
    OPENING_KEYS,
    WALK_KEYS,
    alive,
    is_gate,
    is_off_ground,
    is_opening,
    is_walkable,
    osm_keys,
    osm_rule,
)
from geoprio.sources.classes import of_category
from geoprio.sources.closures import lifecycle_keys
from geoprio.sources.osm import AREA_TYPES, Want, is_osm, scan
from geoprio.sources.schemas import columns_used
from geoprio.sources.spec import (
    BarriersSpec,
    BuildingsSpec,
    EntrancesSpec,
    FacilitiesSpec,
    GatesSpec,
    OpeningsSpec,
    StreetsSpec,
    ZonesSpec,
)
from geoprio.sources.tables import matches, require_columns, wanted_texts, without_controls
from geoprio.sources.vector import no_idle_keys, read_vector
from geoprio.sources.windows import Window, study_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.osm import Match
    from geoprio.sources.spec import SourceSpec, Where

BUILDING_TAGS = {
    "use": "building",
    "floors": "building:levels",
    "height": "height",
    "year_built": "start_date",
    "dwellings": "building:flats",
}
"""OSM tags of the building columns."""


def read_layers(
    specs: Mapping[str, SourceSpec], base: Path, findings: Findings, reach_m: float | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """Read the sources.

    Parameters
    ----------
    specs : mapping of str to SourceSpec
        By role: ``zones``, ``buildings``, ``streets``, ``facilities[1]``, … The zones come first where large files of
        buildings shall be read near them only.
    base : Path
        The project's folder.
    reach_m : float, optional
        Of large files of buildings, only rows within this distance of the box around all zones are read, and only the
        columns that are used.

    Returns
    -------
    dict of str to GeoDataFrame
        By role, each in its own CRS with the file's columns, `where` and the category's profile applied, rows numbered
        from 1.

    Raises
    ------
    InputError, MissingError
        If a file is not there or cannot be used.
    """
    paths = {role: local_path(base, spec.path, f"[{role}]") for role, spec in specs.items()}
    raw: dict[str, gpd.GeoDataFrame] = {}
    by_file: dict[Path, list[str]] = {}
    for role, path in paths.items():
        if is_osm(path.name):
            by_file.setdefault(path, []).append(role)
    for path, roles in by_file.items():
        wants = [want_of(role, specs[role]) for role in roles]
        raw.update(zip(roles, scan(path, wants, findings), strict=True))
    layers: dict[str, gpd.GeoDataFrame] = {}
    for role, spec in specs.items():
        layers[role] = _read(role, spec, paths[role], raw.get(role), _window(spec, layers, reach_m), findings)
    return layers


def _window(spec: SourceSpec, layers: Mapping[str, gpd.GeoDataFrame], reach_m: float | None) -> Window | None:
    """Return what of a large file of buildings is wanted; None for other roles, or where the zones are not known."""
    if not isinstance(spec, BuildingsSpec) or reach_m is None or "zones" not in layers:
        return None
    bounds = study_bounds(layers["zones"], reach_m)
    return bounds and Window(bounds, lambda columns: columns_used(columns, spec))


def _read(
    role: str,
    spec: SourceSpec,
    path: Path,
    scanned: gpd.GeoDataFrame | None,
    window: Window | None,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """Return the rows of a source that its role takes, and record what was read."""
    profile = None
    if scanned is not None:
        no_idle_keys(spec, role, "OSM")
        frame = kept = without_controls(scanned, role, findings)
        if frame.empty and isinstance(spec, ZonesSpec | BuildingsSpec | StreetsSpec):
            asked = f" with where = {spec.where}" if spec.where else ""
            raise InputError(f"[{role}] {spec.path}: no feature of this kind{asked} is in it; check the extract.")
    else:
        frame = without_controls(read_vector(path, spec, role, findings, window), role, findings)
        # A list without a row has nothing to choose from, and was warned of.
        kept = frame if frame.empty else _filtered(frame, spec, role, findings)
        if isinstance(spec, FacilitiesSpec) and not frame.empty:
            kept, profile = of_category(kept, spec, role, findings)
            # Rows that the profile left out are not handed on.
            findings.place(role, frame.geometry)
    findings.sources.append(
        {"role": role, "path": spec.path, "layer": spec.layer, "crs": frame.crs.to_string(),
         "crs_from": "project" if spec.crs else "file", "encoding": "as the format says",
         "rows": len(frame), "left_by_where": len(kept), **findings.decisions.get(role, {})}
    )  # fmt: skip
    if profile:
        findings.sources[-1]["profile"] = profile
    if window is not None and window.total:
        unread = window.total - window.read
        findings.sources[-1]["rows_unread"] = unread
        findings.info(
            role,
            f"{unread} of {window.total} rows lie outside the box around all zones and their catchment, or have no "
            "geometry: not read",
        )
    return kept


def _filtered(frame: gpd.GeoDataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    require_columns(frame, spec.where, role, spec.path)
    kept = frame[matches(frame, spec.where)]
    if kept.empty and not isinstance(spec, FacilitiesSpec):
        raise InputError(
            f"[{role}] {spec.path}: where = {spec.where} keeps none of {len(frame)} rows; check the values."
        )
    if kept.empty:
        findings.info(role, f"where = {spec.where} keeps none of {len(frame)} rows")
    return kept


def want_of(role: str, spec: SourceSpec) -> Want:
    """Return what a role asks of an OSM file."""
    extra = tuple(spec.where)
    if isinstance(spec, BuildingsSpec):
        keys = (*BUILDING_TAGS.values(), *(c for c in spec.columns.model_dump().values() if c))
        rule = _both(lambda t: t.get("building", "no") != "no" and t.get("building:part", "no") == "no", spec.where)
        return Want(role, "area", rule, ("building",), _unique(*keys, *extra))
    if isinstance(spec, StreetsSpec):
        return Want(role, "line", _both(is_walkable, spec.where), ("highway",), _unique(*WALK_KEYS, *extra))
    if isinstance(spec, FacilitiesSpec):
        rule = _facility_rule(spec, role)
        first, own = osm_keys(spec.category)
        once, before = ((), ()) if extra else lifecycle_keys(spec.category)
        named = _named(spec.name, spec.kind, spec.capacity, spec.area, spec.land, spec.status)
        keys = (*KIND_KEYS, *own, *before, *LIFE_KEYS, "name", "min_age", "max_age", "nursery", *named)
        return Want(role, "any", rule, extra or (*first, *once), _unique(*keys, *extra))
    if isinstance(spec, ZonesSpec):
        return Want(role, "area", _zone_rule(spec), extra, _unique("name", "boundary", *extra, *_zone_columns(spec)))
    return _want_on_the_way(role, spec)


def _want_on_the_way(role: str, spec: SourceSpec) -> Want:
    """Return what a role asks of an OSM file that says where people can and cannot pass."""
    extra = tuple(spec.where)
    if isinstance(spec, BarriersSpec):
        _need_where(spec, role, '{barrier = ["wall", "fence"]}')
        rule = _both(lambda t: not is_off_ground(t), spec.where)
        return Want(role, "edge", rule, extra, _unique(*BRIDGE_KEYS, *extra))
    if isinstance(spec, OpeningsSpec):
        return Want(role, "all", is_opening, OPENING_KEYS, OPENING_KEYS)
    if isinstance(spec, GatesSpec):
        rule = _both(None, spec.where) if spec.where else is_gate
        return Want(role, "all", rule, extra or ("barrier",), _unique("barrier", *_named(spec.zone), *extra))
    if isinstance(spec, EntrancesSpec):
        _need_where(spec, role, '{entrance = "main"}')
        return Want(role, "any", _both(None, spec.where), extra, _unique(*_named(spec.facility), *extra))
    raise TypeError(role)


def _need_where(spec: SourceSpec, role: str, example: str) -> None:
    if not spec.where:
        raise InputError(f"[{role}] {spec.path}: an OSM file needs where = {example}, say.")


def _zone_columns(spec: ZonesSpec) -> list[str]:
    kind = None if isinstance(spec.type, str) else spec.type.column
    eligible = spec.eligible.column if spec.eligible else None
    return _named(spec.name, kind, eligible, spec.year_built, spec.safety_gate)


def _named(*columns: str | None) -> list[str]:
    """Return the columns that the project file names."""
    return [c for c in columns if c]


def _facility_rule(spec: FacilitiesSpec, role: str) -> Match:
    if spec.profile not in {None, "osm", "none"}:
        where = f"[{role}] {spec.path}"
        raise InputError(f"{where}: profile = {spec.profile!r} has no meaning for an OSM file; leave it out.")
    if spec.where:
        return _both(None, spec.where)
    rule = osm_rule(spec.category)
    if rule is None or spec.profile == "none":
        raise InputError(f"[{role}] category {spec.category!r} has no OSM tags of its own; add where = {{tag = …}}.")
    # What was or will be one is read too, and marked as closed.
    return lambda tags: rule(tags) or rule(alive(tags))


def _zone_rule(spec: ZonesSpec) -> Match:
    if not spec.where:
        raise InputError('[zones] an OSM file needs where = {landuse = "residential"} or {admin_level = "8"}, say.')
    if "admin_level" in spec.where:
        # Closed ways that carry the tags too are only pieces of the relations.
        return _both(lambda t: t.get("boundary") == "administrative" and t.get("type") in AREA_TYPES, spec.where)
    return _both(None, spec.where)


def _both(rule: Match | None, where: Where) -> Match:
    wanted = {key: wanted_texts(value) for key, value in where.items()}

    def match(tags: Mapping[str, str]) -> bool:
        """Return whether every wanted tag has one of its values, and the rule agrees."""
        for key, values in wanted.items():
            if key not in tags or ("*" not in values and tags[key] not in values):
                return False
        return rule is None or rule(tags)

    return match


def _unique(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))

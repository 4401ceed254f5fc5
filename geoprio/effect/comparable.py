"""What differs between two runs beside what is to be measured, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from geoprio._core.errors import InputError
from geoprio.effect.difference_words import MENDS, REASONS, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoprio.effect.runs import FinishedRun

Verdict = Literal["refused", "allowed", "neutralised", "measured"]

BOUNDARY: Final = 0.01
"""Share of a zone's area by which its outline may differ: less is a matter of drawing."""

ANCHORED: Final = ("threshold", "piecewise")
"""Normalizations under which a zone's priority does not hang on the other zones."""

SCORING: Final = ("missing", "normalize", "curves", "aggregate", "gate")

OF_ZONES: Final = ("year_built", "safety_gate", "eligible")
"""Keys of [zones] that name columns or years: what zones are, beside their outlines and ids."""

STATES: Final = ("condition", "inspection", "problems")
"""Sections of the project file from which the condition of buildings comes."""

WAYS: Final = ("streets", "barriers", "gates", "entrances", "elevation")
"""Sections of the project file that make up the walking network."""


@dataclass(frozen=True)
class Difference:
    """Something in which two runs differ.

    Attributes
    ----------
    code : str
        Such as ``walking``; the name by which it is allowed.
    verdict : {"refused", "allowed", "neutralised", "measured"}
        Refused: the runs are not compared. Allowed: refused by default, accepted by name; every output says so.
        Neutralised: taken out of the comparison, as `mend` says. Measured: it is what the comparison is about.
    before, after : str
        What each run says.
    reason, mend : (zh, en)
    """

    code: str
    verdict: Verdict
    before: str
    after: str
    reason: Words
    mend: Words

    @property
    def line(self) -> str:
        """One line in English."""
        return f"{self.code}: {self.reason[1]} (before: {self.before}; after: {self.after}); {self.mend[1]}"


REFUSABLE: Final = frozenset(
    (
        *("access_method", "walking", "cutoff", "reach", "network", "crs", "zone_ids", "boundary", "demand"),
        *("zone_source", "population_source", "building_source", "facility_source", "condition_source", "version"),
    )
)
"""Differences that are refused unless they are allowed by name."""


def differences(
    before: FinishedRun, after: FinishedRun, *, allow: Iterable[str] = (), tolerance: float = BOUNDARY
) -> tuple[Difference, ...]:
    """Return everything in which two runs differ beside their results.

    Parameters
    ----------
    before, after : FinishedRun
    allow : iterable of str
        Codes of differences that are accepted; they come back as ``allowed``.
    tolerance : float
        Share of a zone's area by which its outline may differ.

    Raises
    ------
    InputError
        If `allow` names what is no such difference.
    """
    allowed = set(allow)
    unknown = sorted(allowed - REFUSABLE)
    if unknown:
        known = ", ".join(sorted(REFUSABLE))
        raise InputError(
            *(f"allow: {name!r} is no difference that can be allowed; there are {known}." for name in unknown)
        )
    found = [*_walked(before, after), *_places(before, after, tolerance), *_sources(before, after)]
    found += [*_ruled(before, after), *_scored(before, after)]
    if before.version != after.version:
        found.append(_difference("version", before.version, after.version))
    if before.scenario != after.scenario or _drawn_up(before) != _drawn_up(after):
        found.append(_difference("scenario", *(_scenario(run) for run in (before, after)), verdict="measured"))
    return tuple(replace(d, verdict="allowed") if d.code in allowed else d for d in found)


def refuse(found: Iterable[Difference]) -> None:
    """Raise what is refused.

    Raises
    ------
    InputError
        With a line for each refused difference: what it is, and the mend.
    """
    lines = [f"The runs cannot be compared. {d.line}." for d in found if d.verdict == "refused"]
    if lines:
        raise InputError(*lines)


def boundary_changes(before: FinishedRun, after: FinishedRun, tolerance: float = BOUNDARY) -> dict[str, float]:
    """Return for each zone of both runs whose outline changed by how much: differing area ÷ joint area."""
    common = before.zones.index.intersection(after.zones.index, sort=False)
    one, two = before.zones.geometry.loc[common], after.zones.geometry.loc[common]
    if before.crs != after.crs:
        two = two.to_crs(one.crs)
    shapes, others = (shapely.make_valid(side.to_numpy()) for side in (one, two))
    whole = shapely.area(shapely.union(shapes, others))
    off = shapely.area(shapely.symmetric_difference(shapes, others))
    # Of zones without area (points) any difference counts as a whole one.
    moved = np.where(whole > 0, off / np.where(whole > 0, whole, 1.0), ~shapely.equals(shapes, others))
    return {str(zone): float(share) for zone, share in zip(common, moved, strict=True) if share > tolerance}


def _difference(code: str, *sides: object, verdict: Verdict | None = None) -> Difference:
    told = verdict or ("refused" if code in REFUSABLE else "neutralised")
    before, after = (_shown(side) for side in sides)
    return Difference(code, told, before, after, REASONS[code], MENDS[code])


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 160 else f"{text[:160]}…"


def _scenario(run: FinishedRun) -> str:
    """Return the scenario's name: what it changes, the run's own reports tell one by one."""
    return str(run.scenario.get("name") or "?") if run.scenario else "none"


def _drawn_up(run: FinishedRun) -> list[tuple[str, ...]]:
    """Return the hashes of the files that the parts of a run's scenario name."""
    parts = (part for key in run.scenario.get("given") or {} for part in _entries(run.scenario["given"][key]))
    # A scenario names files from its own folder, inputs are told from the project's: the last part is common.
    names = [PurePosixPath(str(part["path"]).replace("\\", "/")).name for part in parts if part.get("path")]
    return [
        tuple(sorted(e["sha256"] for e in run.inputs if PurePosixPath(e["path"]).stem == PurePosixPath(name).stem))
        for name in names
    ]


def _entries(found: object) -> list[dict[str, Any]]:
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list | tuple) else []


def _walked(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in how people walk."""
    if before.access_method != after.access_method:
        yield _difference("access_method", before.access_method, after.access_method)
    shared = [c for c in before.rules if c in after.rules]
    walk = [{c: run.walking.get(c, {}) for c in shared} for run in (before, after)]
    odd = [c for c in shared if _pace(walk[0][c]) != _pace(walk[1][c])]
    if odd:
        told = [
            "; ".join(f"{c} {side[c].get('name')} {side[c].get('speed_m_per_min')} m/min" for c in odd) for side in walk
        ]
        yield _difference("walking", *told)
    one, two = before.project["access"], after.project["access"]
    if one.get("crossing_penalty_s") != two.get("crossing_penalty_s") and not odd:
        yield _difference("walking", *(f"crossing_penalty_s = {a.get('crossing_penalty_s')}" for a in (one, two)))
    if one.get("cutoff_m") != two.get("cutoff_m"):
        yield _difference("cutoff", one.get("cutoff_m"), two.get("cutoff_m"))
    for code, keys in (("reach", ("max_snap_m", "min_component_m")), ("supply", ("supply", "catchment_m"))):
        if any(one.get(key) != two.get(key) for key in keys):
            yield _difference(code, *(", ".join(f"{key} = {a.get(key)}" for key in keys) for a in (one, two)))
    ways = [{name: hashes_of(run, name) for name in WAYS} for run in (before, after)]
    settings = [{name: _settings(run.project.get(name)) for name in WAYS} for run in (before, after)]
    if before.access_method == after.access_method == "straight_line":
        return
    odd = [n for n in WAYS if ways[0][n] != ways[1][n] or settings[0][n] != settings[1][n]]
    if odd:
        yield _difference("network", *(", ".join(f"{n} {_named(run, n)}" for n in odd) for run in (before, after)))


def _pace(walker: dict[str, Any]) -> dict[str, Any]:
    """Return what of a walking profile changes its times, without names and notes."""
    keys = ("speed_m_per_min", "slope", "downhill_gain", "steps_factor", "crossing_penalty_s")
    return {key: walker.get(key) for key in keys}


def _places(before: FinishedRun, after: FinishedRun, tolerance: float) -> Iterator[Difference]:
    """Yield what differs in the zones."""
    if before.crs != after.crs:
        yield _difference("crs", before.crs, after.crs)
    one, two = before.project["zones"], after.project["zones"]
    by_row = one.get("id") is None and two.get("id") is None and one.get("grid_m") is None
    if by_row and hashes_of(before, "zones") != hashes_of(after, "zones") and _rows(before) and _rows(after):
        yield _difference("zone_ids", _named(before, "zones"), _named(after, "zones"))
    changed = boundary_changes(before, after, tolerance)
    if changed:
        worst = sorted(changed, key=lambda zone: -changed[zone])[:10]
        told = ", ".join(f"{zone} {100 * changed[zone]:.1f} %" for zone in worst)
        more = f" and {len(changed) - len(worst)} more" if len(changed) > len(worst) else ""
        yield _difference("boundary", f"{len(changed)} zones", f"differing share of the area {told}{more}")
    yield from _zones_told(before, after)
    gone, come = (a.zones.index.difference(b.zones.index) for a, b in ((before, after), (after, before)))
    if len(gone) or len(come):
        yield _difference("zones", f"{len(gone)} only here", f"{len(come)} only here")


def _zones_told(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in what the zones' own columns say, and in who is eligible."""
    told = [{key: run.project["zones"].get(key) for key in OF_ZONES} for run in (before, after)]
    odd = [key for key in OF_ZONES if told[0][key] != told[1][key]]
    if odd:
        yield _difference("zone_source", *("; ".join(f"{k} = {_shown(side[k])}" for k in odd) for side in told))
    elif any(told[0].values()) and hashes_of(before, "zones") != hashes_of(after, "zones"):
        yield _difference("zone_data", _named(before, "zones"), _named(after, "zones"), verdict="measured")


def _rows(run: FinishedRun) -> bool:
    """Return whether zone ids are row numbers."""
    return bool(len(run.zones)) and bool(run.zones.index.str.fullmatch(r"z\d+").all())


def _sources(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in people, buildings and facilities, and where they come from."""
    if set(before.rules) != set(after.rules):
        yield _difference("categories", ", ".join(before.rules), ", ".join(after.rules))
    shared = [c for c in before.demand if c in after.demand]
    odd = [c for c in shared if before.demand[c] != after.demand[c]]
    if odd:
        yield _difference("demand", *(", ".join(f"{c} {run.demand[c]}" for c in odd) for run in (before, after)))
    for code, section, measured in (
        ("population_source", "population", "population"),
        ("population_source", "compounds", "population"),
        ("building_source", "buildings", "buildings"),
    ):
        one, two = (run.project.get(section) for run in (before, after))
        if _settings(one) != _settings(two):
            yield _difference(code, _named(before, section), _named(after, section))
        elif hashes_of(before, section) != hashes_of(after, section):
            yield _difference(measured, _named(before, section), _named(after, section), verdict="measured")
    yield from _states(before, after)
    sides = tuple(_with_facilities(run, shared) for run in (before, after))
    settings = [[_settings(f) for f in run.project["facilities"]] for run in sides]
    names = [_named(run, "facilities") for run in sides]
    if settings[0] != settings[1]:
        yield _difference("facility_source", *names)
    elif hashes_of(sides[0], "facilities") != hashes_of(sides[1], "facilities"):
        yield _difference("facilities", *names, verdict="measured")


def _with_facilities(run: FinishedRun, categories: list[str]) -> FinishedRun:
    """Return the run with the facilities of some categories alone, by category: only within one does order matter."""
    kept = [f for f in run.project.get("facilities") or () if f.get("category") in categories]
    return replace(
        run, project=run.project | {"facilities": sorted(kept, key=lambda f: categories.index(f["category"]))}
    )


def _states(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in where the condition of buildings comes from."""
    told = [{name: _sections(run, name) for name in STATES} for run in (before, after)]
    # A list of defects of one's own says how findings are judged: it is no finding.
    own = [hashes_of(run, "condition") for run in (before, after)]
    odd = [n for n in STATES if told[0][n] != told[1][n] or (n == "condition" and own[0] != own[1])]
    if odd:
        yield _difference(
            "condition_source", *(", ".join(f"{n} {_named(run, n)}" for n in odd) for run in (before, after))
        )
        return
    new = [name for name in STATES if hashes_of(before, name) != hashes_of(after, name)]
    if new:
        yield _difference(
            "condition", *(_shown(", ".join(_named(r, n) for n in new)) for r in (before, after)), verdict="measured"
        )


def _sections(run: FinishedRun, name: str) -> list[dict[str, Any] | None]:
    found = run.project.get(name)
    parts = found if isinstance(found, list | tuple) else [found] if found else []
    # Which zones were visited is a finding, not a rule.
    return [_settings({k: v for k, v in part.items() if k not in {"surveyed", "defects"}}) for part in parts]


def _ruled(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in thresholds and targets."""
    shared = [c for c in before.rules if c in after.rules]
    for code, keys in (
        ("rules", ("threshold", "unit")),
        ("quota", ("share", "quota_per_1000", "capacity_per_1000", "capacity_of", "capacity_unit")),
    ):
        sides = [{c: tuple(run.rules[c].get(key) for key in keys) for c in shared} for run in (before, after)]
        odd = [c for c in shared if sides[0][c] != sides[1][c]]
        if odd:
            yield _difference(code, *("; ".join(f"{c} {_listed(side[c])}" for c in odd) for side in sides))


def _listed(values: Iterable[object]) -> str:
    return " ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values if v not in (None, ""))


def _scored(before: FinishedRun, after: FinishedRun) -> Iterator[Difference]:
    """Yield what differs in weights and method, and whether priorities stand for themselves."""
    told = [scoring(run) for run in (before, after)]
    if told[0] != told[1]:
        keys = [k for k in told[0] if told[0][k] != told[1][k]]
        yield _difference("scoring", *("; ".join(f"{k} {_shown(side[k])}" for k in keys) for side in told))
    if not is_absolute(before):
        score = before.project["score"]
        way = f"{score['normalize']}, {score['aggregate']}"
        yield _difference("relative_scale", way, way)


def scoring(run: FinishedRun) -> dict[str, Any]:
    """Return all that turns the indicators of a run into priorities."""
    anchors = {c["code"]: (c["weight"], c["good"], c["bad"]) for c in run.criteria if c["weight"] > 0}
    return {"weights and anchors": anchors} | {key: run.project["score"].get(key) for key in SCORING}


def is_absolute(run: FinishedRun) -> bool:
    """Return whether a zone's priority depends on the zone alone, so that two runs share one scale."""
    score = run.project["score"]
    return score["normalize"] in ANCHORED and score["aggregate"] != "promethee2"


def _settings(section: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return how a source is read, without the names of its files."""
    if section is None:
        return None
    kept = {key: value for key, value in section.items() if key not in {"path", "matches", "tiles", "groups"}}
    return kept | {"groups": sorted(section.get("groups") or ())}


def _paths(run: FinishedRun, section: str) -> list[str]:
    """Return the files that a section of the project file names, in its order."""
    found = run.project.get(section)
    parts = found if isinstance(found, list | tuple) else [found] if found else []
    names: list[str] = []
    for part in parts:
        names += [part.get(key) or "" for key in ("path", "matches", "defects")] + list(part.get("tiles") or ())
        names += [name for group in (part.get("groups") or {}).values() for name in group or ()]
    return list(dict.fromkeys(name for name in names if name))


def _named(run: FinishedRun, section: str) -> str:
    return ", ".join(_paths(run, section)) or "none"


def hashes_of(run: FinishedRun, section: str) -> list[tuple[str, ...]]:
    """Return the hashes of the files that a section names, whatever their names are."""
    found = []
    for text in _paths(run, section):
        path = PurePosixPath(text.replace("\\", "/"))
        shape = path.suffix.lower() == ".shp"
        parts = [
            entry["sha256"]
            for entry in run.inputs
            if (other := PurePosixPath(entry["path"])) == path
            or (shape and other.with_suffix("") == path.with_suffix("") and other.suffix.lower() in SHAPE)
        ]
        found.append(tuple(sorted(parts)) or (f"unknown: {text}",))
    return found


SHAPE: Final = frozenset((".shp", ".dbf", ".shx", ".prj", ".cpg"))

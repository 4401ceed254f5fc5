"""Condition in a run: checked before anything is read, found with the other indicators, joined to the zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.indicators.condition import (
    GATE,
    check_anchors,
    condition,
    find_condition,
    name_clashes,
    study_defects,
)
from geoprio.sources.inspection import unknown_defects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geoprio._core.findings import Findings
    from geoprio.city import City
    from geoprio.config import Project
    from geoprio.indicators.condition import Condition
    from geoprio.pipeline.study import Study
    from geoprio.score import Criterion
    from geoprio.sources.inspection import InspectionSpec, ProblemsSpec
    from geoprio.standards.defects import Defects


def asked_defects(config: Project, base: Path, categories: tuple[str, ...]) -> Defects:
    """Return the defects of a study; all that its project file says of condition is checked, nothing is read.

    Raises
    ------
    InputError, MissingError
        If a defect, gate or column's meaning is not known, a file is not there, a category has the name of a defect, or
        [[indicators]] sets for a column of condition what it does not have; one line for each.
    """
    eligible = config.zones.eligible
    defects = study_defects(config.condition, base, eligible.built_before if eligible else None)
    problems = [f"[[facilities]] {text}" for text in name_clashes(categories, defects)]
    problems += check_anchors(config.indicators, defects)
    sources = list(_sources(config))
    problems += [text for role, spec in sources for text in unknown_defects(spec, defects, role)]
    if problems:
        raise InputError(*problems)
    for role, spec in sources:
        local_path(base, spec.path, f"[{role}]")
    return defects


def _sources(config: Project) -> Iterator[tuple[str, InspectionSpec | ProblemsSpec]]:
    """Return what tells of condition, with the names by which messages call it."""
    one = len(config.inspection) == 1
    yield from (("inspection" if one else f"inspection[{n}]", s) for n, s in enumerate(config.inspection, 1))
    yield from ((f"problems[{n}]", s) for n, s in enumerate(config.problems, 1))


def found_condition(city: City, study: Study, base: Path, findings: Findings) -> Condition:
    """Return the condition of all zones and buildings.

    Raises
    ------
    InputError, MissingError
        If a source cannot be used, or something is weighted of which no source tells.
    """
    config = study.config
    found = condition(
        city, config.condition, study.defects, base, findings, inspections=config.inspection, problems=config.problems
    )
    _check_told(found, study.criteria)
    return found


def _check_told(found: Condition, criteria: Iterable[Criterion]) -> None:
    """Refuse weights of what nothing tells of."""
    weighted = [c.code for c in criteria if find_condition(c.code, found.defects) is not None]
    silent = [code for code in weighted if code not in found.zones or found.zones[code].isna().all()]
    if silent:
        raise InputError(
            *(
                f"[score] {code}: nothing that was read tells of it; add [[inspection]], [[problems]] or columns that "
                "do, such as year_built and floors, or leave it out."
                for code in silent
            )
        )


def with_condition(zones: gpd.GeoDataFrame, found: Condition, study: Study) -> gpd.GeoDataFrame:
    """Return zones with the columns of condition of which anything is known.

    A class or side is told where more was read than attributes, which alone are no picture of it, or where it is
    weighted. A safety gate in the file of the zones holds beside the one that was found: a hazard in either is one.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`, with all other indicators.
    found : Condition
    study : Study

    Raises
    ------
    InputError
        If a zone has a column of the same name.
    """
    table, config = found.zones, study.config
    weighted = {c.code for c in study.criteria}
    looked = bool(config.inspection or config.problems)
    kept = [c for c in table if c in weighted or _is_told(table[c], looked=looked)]
    if config.condition.gates is not None and GATE not in kept:
        kept.append(GATE)
    if GATE in kept and GATE in zones:
        own, seen = zones[GATE].astype("boolean"), table[GATE]
        zones = zones.assign(**{GATE: (own | seen.fillna(value=False)).where(own.notna(), seen)})
        kept.remove(GATE)
    clash = [c for c in kept if c in zones]
    if clash:
        raise InputError(f"[condition] the zones have a column {clash[0]!r} already; call the defect otherwise.")
    return zones.join(table[kept])


def with_weighted(zones: pd.DataFrame, found: Condition, criteria: Iterable[Criterion]) -> pd.DataFrame:
    """Return zones with the columns of condition that other weights need and nothing showed so far.

    Raises
    ------
    InputError
        If nothing tells of one.
    """
    _check_told(found, criteria)
    lacking = [c.code for c in criteria if c.code in found.zones and c.code not in zones]
    return zones.join(found.zones[lacking]) if lacking else zones


def _is_told(column: pd.Series, *, looked: bool) -> bool:
    """Return whether a column says anything that a reader would miss."""
    group = str(column.name).startswith("condition_")
    return bool(column.notna().any()) and (looked or not group)

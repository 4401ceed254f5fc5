"""Sites chosen for a programme: columns of the zones that a measure's quantity can name."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.config import SitesSpec
from geoprio.pipeline.siting import chosen_amounts

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio.outputs.result import Result
    from geoprio.pipeline.running import Walked
    from geoprio.programme import ProgrammeSites, ProgrammeSpec

OWN = {"column", "category", "number", "threshold", "size"}


def with_sites(
    result: Result, walked: Walked | None, spec: ProgrammeSpec
) -> tuple[Result, dict[str, gpd.GeoDataFrame]]:
    """Return the result whose zones tell what of the chosen sites lies in them, and these sites by column.

    Geometry stays the last column of the zones.

    Parameters
    ----------
    result : Result
    walked : Walked or None
        Without it, the zones must have the columns already.
    spec : ProgrammeSpec

    Raises
    ------
    InputError, MissingError
        If the sites cannot be used, the zones have a column of that name, or nobody has walked.
    """
    columns, sited, notes, rejects = {}, {}, list(result.quality["notes"]), [result.rejects]
    for asked in spec.siting:
        if asked.column in result.zones and walked is None:
            continue
        if walked is None:
            raise InputError("[[programme.siting]] needs the project's streets: give the project file, not a result.")
        if asked.column in result.zones:
            raise InputError(f"[[programme.siting]] column = {asked.column!r}: the zones have such a column already.")
        given = asked.model_dump(exclude=OWN)
        path = local_path(result.folder, asked.path, "[[programme.siting]] path")
        sites = SitesSpec.model_validate(given | {"path": str(path)})
        columns[asked.column], told = chosen_amounts(
            walked, asked.category, sites, asked.number, asked.threshold, asked.size, result.zones.index
        )
        sited[asked.column] = told["chosen"]
        notes += [*told["notes"], _told(asked, told["chosen"])]
        rejects.append(pd.DataFrame(told["rejects"]).reindex(columns=result.rejects.columns))
    if not columns:
        return result, {}
    zones = result.zones.drop(columns="geometry").assign(**columns, geometry=result.zones.geometry)
    told_of = dataclasses.replace(
        result,
        zones=zones.set_geometry("geometry"),
        quality=result.quality | {"notes": notes},
        rejects=pd.concat([r for r in rejects if len(r)] or [result.rejects], ignore_index=True),
    )
    return told_of, sited


def _told(asked: ProgrammeSites, chosen: pd.DataFrame) -> dict[str, str]:
    """Return which sites were chosen, as a note."""
    there = [f"{name} ({zone})" for name, zone in zip(chosen.index, chosen["zone_id"], strict=True) if pd.notna(zone)]
    outside = len(chosen) - len(there)
    text = f"{asked.category}: chosen sites by zone: {', '.join(there) or 'none'}"
    text += f"; {outside} outside every zone, which no measure can open" if outside else ""
    return {"level": "info", "source": "programme", "text": text}

"""What the changes of a scenario have in common: where they stand, and what they hit."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geoprio._core.errors import InputError
from geoprio.sources.spec import SourceSpec
from geoprio.sources.vector import stated_places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.config import Project, Scenario

NEAR_IDS = 3


@dataclass
class Changes:
    """Collects what each change of a scenario hits.

    Attributes
    ----------
    scenario : Scenario
    base : Path
        The scenario's folder.
    config : Project
    findings : Findings
    rows : list of dict
        `part` (such as ``close``), `number` (from 1), `what` in words and `rows` (how many it hit).
    """

    scenario: Scenario
    base: Path
    config: Project
    findings: Findings
    rows: list[dict[str, Any]] = field(default_factory=list)

    def hit(self, part: str, number: int, rows: int, what: str) -> None:
        """Record how many rows a change hit.

        Raises
        ------
        InputError
            If it hit nothing.
        """
        if not rows:
            raise self.error(part, number, f"{what}: this changes nothing; mend it or leave it out")
        self.rows.append({"part": part, "number": number, "what": what, "rows": rows})
        self.findings.info("scenario", f"{place(part, number)}: {what}")

    def error(self, part: str, number: int, text: str) -> InputError:
        """Return an error at one of the changes."""
        return InputError(f"scenario {self.scenario.name!r}: {place(part, number)}: {text}.")

    def drawn(self, shape: shapely.Geometry, crs: str | None, part: str, number: int) -> gpd.GeoDataFrame:
        """Return a shape of the scenario as the one row of a source, in the CRS that it states.

        Raises
        ------
        InputError
            If the coordinates do not fit the CRS.
        """
        spec = SourceSpec(path="(inline)", crs=crs or self.scenario.crs)
        frame = gpd.GeoDataFrame(geometry=[shape], index=[number])
        role = f"scenario {place(part, number)}"
        return stated_places(frame, spec, role, self.findings)


def place(part: str, number: int) -> str:
    """Return where a change stands in its file."""
    return f"{part}[{number}]"


def near_ids(given: str, known: Iterable[object]) -> str:
    """Return a hint that names the known ids nearest to one that is not there."""
    texts = [str(k) for k in known]
    close = difflib.get_close_matches(given, texts, n=NEAR_IDS, cutoff=0.5)
    shown, word = (close, "near it are") if close else (texts[:NEAR_IDS], "there are")
    return f"{word} {', '.join(map(repr, shown))}" if shown else "there is none at all"

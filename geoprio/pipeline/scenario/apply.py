"""Apply a scenario to a city that was read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoprio._core.files import sha256
from geoprio.config import Project, Scenario, load_scenario
from geoprio.config.scenario import PARTS
from geoprio.pipeline.scenario.changes import Changes
from geoprio.pipeline.scenario.facilities import change_facilities
from geoprio.pipeline.scenario.people import change_population, install_lifts
from geoprio.pipeline.scenario.ways import add_paths, open_gates, remove_barriers
from geoprio.pipeline.study import parts_of

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio.city import City

STEPS = (change_facilities, add_paths, remove_barriers, open_gates, install_lifts, change_population)
TITLE = "{project} · 情景（scenario）：{scenario}"


@dataclass(frozen=True)
class Applied:
    """A scenario, and where it was read.

    Attributes
    ----------
    scenario : Scenario
    base : Path
        The folder that its paths are relative to.
    file : Path or None
        None for one that was made in Python.
    """

    scenario: Scenario
    base: Path
    file: Path | None

    def titled(self, config: Project) -> Project:
        """Return the project with a name that says that it is a scenario."""
        name = TITLE.format(project=config.project.name, scenario=self.scenario.name or "?")
        return config.model_copy(update={"project": config.project.model_copy(update={"name": name})})

    def inputs(self, folder: Path) -> list[dict[str, Any]]:
        """Return path, size and hash of the scenario's file and of every file that it names.

        Parameters
        ----------
        folder : Path
            The project's; paths are told relative to it.
        """
        files = [*([self.file] if self.file else []), *(self.base / name for name in self.scenario.files)]
        parts = dict.fromkeys(part for file in files for part in parts_of(file))
        return [{"path": _relative(f, folder), "bytes": f.stat().st_size, "sha256": sha256(f)} for f in parts]

    def report(self, of: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return what the report and the manifest tell: the scenario as it was given, and what each change hit.

        Parameters
        ----------
        of : str
            Name of the project without the scenario.
        rows : list of dict
            From `apply_scenario`.
        """
        given = self.scenario.model_dump(mode="json", exclude_defaults=True)
        return {
            "name": self.scenario.name,
            "description": self.scenario.description,
            "of": of,
            "changes": rows,
            "given": {key: given[key] for key in ("crs", *PARTS) if key in given},
        }


def read_scenario(scenario: Scenario | str | Path, folder: Path) -> Applied:
    """Return a scenario from its file, or as it stands.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Paths of a `Scenario` are relative to `folder`, those of a file to the file.
    folder : Path
        The project's.

    Raises
    ------
    MissingError, InputError
        As `geoprio.config.load_scenario` does.
    """
    if isinstance(scenario, Scenario):
        return Applied(scenario, folder, None)
    path = Path(scenario)
    return Applied(load_scenario(path), path.parent, path)


def apply_scenario(
    city: City, applied: Applied, config: Project, findings: Findings
) -> tuple[City, list[dict[str, Any]]]:
    """Return the city as the scenario has it, and what each change hit.

    Parameters
    ----------
    city : City
        As it was read, with its people.
    applied : Applied
    config : Project
    findings : Findings
        Is told of each change.

    Returns
    -------
    City
        A new one.
    rows : list of dict
        `part`, `number`, `what` and `rows` of each change, in the order in which they were made.

    Raises
    ------
    InputError, MissingError
        If a change cannot be made or hits nothing.
    """
    changes = Changes(applied.scenario, applied.base, config, findings)
    for step in STEPS:
        city = step(city, changes)
    return city, changes.rows


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:
        # On Windows there is no way from one drive to another.
        return file.name

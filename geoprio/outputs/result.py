"""The result of a run: tables, their explanation, and how to save them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Bools, Progress
    from geoprio.indicators import IndicatorSpec
    from geoprio.indicators.condition import Condition
    from geoprio.indicators.needs import NeedIndicator, Needs
    from geoprio.outputs.webmap.shown import Shown
    from geoprio.programme import Programme
    from geoprio.score import DecisionMatrix
    from geoprio.standards import Profile, Rule, Rules
    from geoprio.standards.defects import Defect


@dataclass(frozen=True)
class Checked:
    """What a check found: the data-quality report, and the layers under its map.

    Attributes
    ----------
    zones, buildings, streets : GeoDataFrame
        As in `geoprio.city.City`.
    quality : dict
        The data-quality report.
    project : dict
        The resolved project file.
    """

    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    quality: dict[str, Any]
    project: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What a run found.

    Attributes
    ----------
    zones : GeoDataFrame
        Index `zone_id`, in rank order, unranked zones last; indicators, `priority`, `rank`, contributions, and
        geometry in the working CRS.
    buildings : GeoDataFrame
        Index `building_id`; `zone_id`, attributes, access per category, geometry.
    facilities : GeoDataFrame
        Index `facility_id`; category, name, capacity, status, point.
    streets : GeoDataFrame
        Lines with their kind; no rows where the project names no streets.
    rejects : DataFrame
        Rows and values set aside, with reason and mend.
    matrix : DecisionMatrix
        Values, anchors and weights behind the priority.
    rule_file : Rules
        The rule file that was used.
    rules : dict of str to Rule
        The rule that held for each category.
    walkers : dict of str to Profile
        How those walk whom each category serves.
    quality : dict
        The data-quality report.
    project : dict
        The resolved project file.
    inputs : list of dict
        Path, size and SHA-256 of each input file.
    folder : Path
        The project's folder.
    timings : dict of str to float
        Seconds per stage.
    on_real_component : ndarray of bool, shape (buildings,), or None
        Whether a building's street component has at least 1 km, so that unreachable is an answer.
    condition : Condition or None
        What is wrong where, with the problem points.
    needs : Needs or None
        What residents say and decided; None where the project names no survey, meetings or votes.
    programme : Programme or None
        What is done where within the money, once `plan` has chosen it.
    """

    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    rejects: pd.DataFrame
    matrix: DecisionMatrix
    rule_file: Rules
    rules: dict[str, Rule]
    walkers: dict[str, Profile]
    overrides: tuple[IndicatorSpec, ...]
    quality: dict[str, Any]
    project: dict[str, Any]
    inputs: list[dict[str, Any]]
    folder: Path
    timings: dict[str, float]
    on_real_component: Bools | None = None
    condition: Condition | None = None
    needs: Needs | None = None
    programme: Programme | None = None

    @property
    def defects(self) -> Mapping[str, Defect]:
        """What can be wrong with buildings and compounds, by code."""
        return {} if self.condition is None else self.condition.defects

    def find_need(self, code: str) -> NeedIndicator | None:
        """Return the column of what residents say that has this name; None where it is none that a score can weigh."""
        found = self.needs
        return None if found is None or code not in found.columns else found.indicator(code)

    @property
    def need_codes(self) -> list[str]:
        """Columns of what residents say that a score can weigh."""
        return [] if self.needs is None else [c for c in map(str, self.needs.columns) if self.find_need(c)]

    @property
    def project_list(self) -> pd.DataFrame | None:
        """The list of projects (项目清单) under the present ranking; None where no condition and no needs are known."""
        from geoprio.outputs.asked.projects import projects  # noqa: PLC0415 - made when somebody asks for it

        return projects(self)

    def __repr__(self) -> str:
        from geoprio.outputs.notebook import result_text  # noqa: PLC0415 - nothing is shown in most runs

        return result_text(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: counts and the first zones."""
        from geoprio.outputs.notebook import result_html  # noqa: PLC0415 - nothing is shown in most runs

        return result_html(self)

    @property
    def straight(self) -> bool:
        """Whether distances are straight lines: no streets were walked on."""
        return bool(self.quality["access_method"] == "straight_line")

    def save(
        self,
        out: str | Path,
        *,
        force: bool = False,
        lang: str = "zh",
        sheets: int | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write all outputs to the folder `out`, whole or not at all.

        Parameters
        ----------
        out : str or Path
            A new folder; with `force` one that geoprio wrote before.
        lang : {"zh", "en"}
            Language in which map and report open.
        sheets : int, optional
            Write a page for each of this many zones from the top of the ranking; default: as the project file says.
        progress : callable, optional
            Told the name of each file as it is written.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        OutputError
            If the folder must not be touched.
        """
        from geoprio.outputs.write import write_all  # noqa: PLC0415 - drawing libraries load only when saving

        return write_all(self, Path(out), force=force, lang=lang, sheets=sheets, progress=progress)

    def show(self, lang: str = "zh", *, height: int = 640) -> Shown:
        """Return the map page for a notebook, which draws it in a frame of its own.

        Parameters
        ----------
        lang : {"zh", "en"}
            Language in which the page opens.
        height : int
            Of the frame, in pixels.

        Raises
        ------
        ValueError
            If `lang` is neither zh nor en.
        """
        from geoprio.outputs.webmap.page import render_map  # noqa: PLC0415 - as above
        from geoprio.outputs.webmap.shown import Shown  # noqa: PLC0415 - drawing libraries load only when drawing

        return Shown(render_map(self, lang), self.project["project"]["name"], height)

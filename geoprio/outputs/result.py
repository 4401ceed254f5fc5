"""The result of a run: tables, their explanation, and how to save them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Progress
    from geoprio.indicators import IndicatorSpec
    from geoprio.score import DecisionMatrix
    from geoprio.standards import Profile, Rule, Rules


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
        Lines with their kind.
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

    def save(self, out: str | Path, *, force: bool = False, lang: str = "zh", progress: Progress | None = None) -> Path:
        """Write all outputs to the folder `out`, whole or not at all.

        Parameters
        ----------
        out : str or Path
            A new folder; with `force` one that geoprio wrote before.
        lang : {"zh", "en"}
            Language in which map and report open.
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

        return write_all(self, Path(out), force=force, lang=lang, progress=progress)

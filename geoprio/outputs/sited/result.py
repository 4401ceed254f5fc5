"""Chosen sites: what was found, and how to save it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.columns import BEYOND_CUTOFF, REACHED, UNREACHABLE

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Bools, Progress
    from geoprio.outputs.result import Result
    from geoprio.programme import Siting


@dataclass(frozen=True)
class Sited:
    """Where new facilities of a category serve most.

    Attributes
    ----------
    before, after : Result
        The city as it is, and with the chosen sites: a run of its own, through the scenario.
    category, method : str
    threshold : float
    unit : str
        ``m`` or ``min``.
    chosen : GeoDataFrame
        Index `site_id`, the site that brings most first; `order`, `name`, `kind`, `capacity`, `cost`, `zone_id`,
        `newly_covered` (demand that this site adds to those before it), `newly_share` (of all demand in zones),
        `covered_alone` (if it were the only new one), `within` (all demand within the threshold), point.
    candidates : GeoDataFrame
        Index `site_id`; all sites that could be chosen, with `covered_alone`.
    homes : GeoDataFrame
        Index `building_id`, of buildings with demand in zones; `demand`, `state` (``served`` before, ``newly`` served,
        ``unserved``, ``unknown``), point.
    zones : DataFrame
        Index `zone_id`; `name`, `covered_before`, `covered_after` (shares), `newly_covered` (demand).
    siting : Siting
        What the solver says: objective, bound and gap.
    asked : dict
        The question, as plain data.
    demand : float
        All demand in zones.
    scenario_text : str
        The scenario file that opens the chosen sites.
    inputs : list of dict
        Path, size and SHA-256 of each input file.
    """

    before: Result
    after: Result
    category: str
    method: str
    threshold: float
    unit: str
    chosen: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    siting: Siting
    asked: dict[str, Any]
    demand: float
    scenario_text: str
    inputs: list[dict[str, Any]]

    @property
    def gain(self) -> float:
        """Demand that is newly covered."""
        return float(self.chosen["newly_covered"].sum())

    def covered(self) -> tuple[float, float]:
        """Return the demand that is covered before and after."""
        served = float(self.homes.loc[self.homes["state"] == "served", "demand"].sum())
        return served, served + self.gain

    def known(self) -> tuple[float, float]:
        """Return the demand of which it is known whether it is covered, before and after, as the map counts it."""
        weight = self.homes["demand"].to_numpy(float)
        before, after = (
            weight[_answered(run, self.category, self.homes.index)].sum() for run in (self.before, self.after)
        )
        return float(before), float(after)

    def shares(self) -> tuple[float, float]:
        """Return the covered share before and after, of the demand with a known answer; NaN where there is none."""
        pairs = zip(self.covered(), self.known(), strict=True)
        before, after = (part / whole if whole > 0 else float("nan") for part, whole in pairs)
        return before, after

    def report(self) -> dict[str, Any]:
        """Return all that was found as plain data; the same for the same inputs."""
        from geoprio.outputs.sited.write import site_report  # noqa: PLC0415 - nothing is written in most uses

        return site_report(self)

    def save(self, out: str | Path, *, force: bool = False, lang: str = "zh", progress: Progress | None = None) -> Path:
        """Write map, tables, layers, the scenario and the run with it (``after/``) to the folder `out`.

        Parameters
        ----------
        out : str or Path
            A new folder; with `force` one that geoprio wrote before.
        lang : {"zh", "en"}
        progress : callable, optional
            Told the name of each file as it is written.

        Raises
        ------
        OutputError
            If the folder must not be touched.
        """
        from geoprio.outputs.sited.write import write_sited  # noqa: PLC0415 - drawing libraries load only when saving

        return write_sited(self, Path(out), force=force, lang=lang, progress=progress)


def _answered(run: Result, category: str, homes: pd.Index) -> Bools:
    """Return of which buildings a run knows whether they are covered: those off every street are not among them."""
    status = run.buildings[f"{category}_status"]
    real = np.ones(len(status), bool) if run.on_real_component is None else run.on_real_component
    known = status.isin((REACHED, BEYOND_CUTOFF)) | (status.eq(UNREACHABLE) & real)
    answered: Bools = known.reindex(homes).to_numpy(bool)
    return answered

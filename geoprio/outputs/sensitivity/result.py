"""How sure a ranking is: what was found, and how to save it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.version import __version__
from geoprio.score.compare import compare_zones
from geoprio.score.counterfactual import indicators_to_move, weights_to_move
from geoprio.score.sensitivity import OUTCOMES
from geoprio.score.sensitivity_spec import CONCENTRATION

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Progress
    from geoprio.outputs.result import Result
    from geoprio.score.compare import Comparison
    from geoprio.score.counterfactual import IndicatorChange, WeightChange
    from geoprio.score.sensitivity import RankingStudy
    from geoprio.score.sensitivity_spec import SensitivitySpec
    from geoprio.score.standing import Standing

AROUND = 2
"""Zones on each side of the line whose nearest way across it is told."""


@dataclass(frozen=True)
class Edge:
    """What would carry a zone over the line of the first n.

    Attributes
    ----------
    zone : str
    rank : int
    weights : WeightChange or None
        None where the method or unknown values do not allow it.
    indicators : IndicatorChange
    """

    zone: str
    rank: int
    weights: WeightChange | None
    indicators: IndicatorChange


@dataclass(frozen=True)
class Sensitivity:
    """How sure the ranking of a result is, and why.

    Attributes
    ----------
    result : Result
        With the columns `rank_p05`, `rank_p95`, `rank_mean`, `first_share` and `robust` in its zones.
    study : RankingStudy
        Ranks under uncertainty, and what moves them.
    spec : SensitivitySpec
        What was asked for.
    standing : Standing
        Where the zones stand today.
    idle : tuple of str
        What of the data changes no weighted indicator, and was not varied.
    data_varied : bool
        Whether other speeds, thresholds and catchments could be tried at all.
    """

    result: Result
    study: RankingStudy
    spec: SensitivitySpec
    standing: Standing
    idle: tuple[str, ...]
    data_varied: bool

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """The zones of the result, in rank order."""
        return self.result.zones

    @property
    def first(self) -> int:
        """How many ranks count as among the first."""
        return self.study.found.first

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The zones around the line, in rank order; none where all are among the first."""
        zones = self.study.table.index
        if self.first >= len(zones):
            return ()
        around = range(max(0, self.first - AROUND), min(len(zones), self.first + AROUND))
        return tuple(self._edge(str(zones[k]), k + 1) for k in around)

    @property
    def model_ids(self) -> list[str]:
        """Ids of the ranked zones in the order of `study.found`."""
        return [str(zone) for zone in self.study.ids]

    def _edge(self, zone: str, rank: int) -> Edge:
        weights = weights_to_move(self.standing, zone, self.first) if self.movable else None
        return Edge(zone, rank, weights, indicators_to_move(self.standing, zone, self.first))

    @property
    def gaps(self) -> int:
        """How many ranked zones lack an indicator that others have."""
        known = self.standing.urgencies.notna().to_numpy()
        return int((~known[:, known.any(axis=0)].all(axis=1)).sum())

    @property
    def movable(self) -> bool:
        """Whether the nearest weights can be told."""
        return self.standing.priority_of is None and not self.gaps

    @cached_property
    def first_two(self) -> Comparison | None:
        """The first zone beside the runner-up; None where only one is ranked."""
        if len(self.study.table) < 2:
            return None
        codes = self.result.matrix.codes
        points = self.zones[[f"{code}_contribution" for code in codes]].set_axis(list(codes), axis=1)
        one, other = (str(zone) for zone in self.study.table.index[:2])
        baseline = self.zones.get("baseline")
        titles, names = self.standing.titles, self.standing.names
        return compare_zones(points, one, other, baseline=baseline, titles=titles, names=names)

    def report(self) -> dict[str, Any]:
        """Return all that was found as plain data; the same for the same inputs."""
        study, found = self.study, self.study.found
        zones = study.table.join(self.zones[["name", "priority"]])
        return {
            "program": "geoprio",
            "version": __version__,
            "asked": self.spec.model_dump(mode="json"),
            "used": {
                "draws": found.draws,
                "first_n": self.first,
                "weights": study.sampler.how,
                "concentration": (self.spec.concentration or CONCENTRATION) if self.spec.weights == "around" else None,
                "given_weights": _floats(study.weights),
                "methods": list(study.model.methods.levels),
                "data": {f.name: list(f.levels) for f in study.model.data if len(f.levels) > 1},
                "not_varied": list(self.idle) if self.data_varied else ["data"],
                "rank_resolution": found.resolution,
            },
            "counts": {k: int((zones["robust"] == k).sum()) for k in ("robustly_in", "contested", "robustly_out")},
            "zones": [{"zone_id": str(z), **_row(row)} for z, row in zones.iterrows()],
            "effects": {
                name: {part: _table(getattr(study, part).table(k)) for part in ("effects", "stages", "total")}
                for k, name in enumerate(OUTCOMES)
            },
            "moves": [_row(row) for _, row in study.moves.iterrows()],
            "edges": [_told(edge) for edge in self.edges],
            "first_two": None if self.first_two is None else _pair(self.first_two),
        }

    def save(
        self,
        out: str | Path,
        *,
        force: bool = False,
        lang: str = "zh",
        sheets: int | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write all that `Result.save` writes, with sensitivity.json, sensitivity.md and figures beside it.

        Parameters
        ----------
        out, force, lang, sheets, progress
            As in `Result.save`.

        Raises
        ------
        OutputError
            If the folder must not be touched.
        """
        from geoprio.outputs.sensitivity.write import write_sensitivity  # noqa: PLC0415 - drawing loads only when saving
        from geoprio.outputs.write import write_all  # noqa: PLC0415 - drawing libraries load only when saving

        def more(folder: Path) -> None:
            """Write what stands beside the outputs of a run."""
            write_sensitivity(self, folder, lang)

        return write_all(self.result, Path(out), force=force, lang=lang, sheets=sheets, progress=progress, more=more)


def _floats(values: pd.Series) -> dict[str, float]:
    return {str(key): float(value) for key, value in values.items()}


def _row(row: pd.Series) -> dict[str, Any]:
    """Return a row as plain data; what is not known is None."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, str):
            out[str(key)] = value
        elif value is None or value != value:  # noqa: PLR0124 - NaN is not itself
            out[str(key)] = None
        else:
            out[str(key)] = int(value) if float(value).is_integer() and str(key).startswith("rank_p") else float(value)
    return out | ({"rank": int(row["rank"])} if "rank" in row else {})


def _table(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{"factor": str(factor), **_row(row)} for factor, row in table.iterrows()]


def _told(edge: Edge) -> dict[str, Any]:
    moved = edge.weights
    weights = None
    if moved is not None:
        weights = {
            "weights": None if moved.weights is None else _floats(moved.weights),
            "moved": None if np.isnan(moved.moved) else moved.moved,
            "proven": moved.proven,
            "words": list(moved.words),
        }
    table = edge.indicators.table
    indicators = [{"code": str(code), **_row(row)} for code, row in table.iterrows()]
    return {
        "zone_id": edge.zone,
        "rank": edge.rank,
        "enters": edge.indicators.enters,
        "weights": weights,
        "indicators": indicators,
        "words": list(edge.indicators.words),
    }


def _pair(found: Comparison) -> dict[str, Any]:
    rows = [{"code": str(code), **_row(row)} for code, row in found.table.iterrows()]
    return {"one": found.one, "other": found.other, "difference": found.difference, "table": rows,
            "words": list(found.words)}  # fmt: skip

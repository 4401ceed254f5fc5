"""A run that is finished: its tables and what they rest on, from a folder or from memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from geoprio._core.errors import InputError, MissingError
from geoprio._core.files import MANIFEST, sha256
from geoprio._core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.score import DecisionMatrix
    from geoprio.standards import Profile, Rule

QUALITY: Final = "quality.json"
NEEDS: Final = "needs.json"
PACKAGE: Final = "geoprio.gpkg"
TABLES: Final = {"zones": "zone_id", "buildings": "building_id", "facilities": "facility_id"}
"""Tables of a run, each with the name of its index."""

MOST_JSON: Final = 200_000_000
"""Bytes of a JSON file that is read."""
MOST_ROWS: Final = 50_000_000
"""Rows of a table that is read."""

KEYS: Final = ("project", "working_crs", "access_method", "inputs", "rules", "walking", "criteria", "files")


class ResultLike(Protocol):
    """What of a `geoprio.Result` is looked at; results stand in a layer above this one."""

    @property
    def zones(self) -> gpd.GeoDataFrame:
        """Zones, as in `Result`."""

    @property
    def buildings(self) -> gpd.GeoDataFrame:
        """Buildings, as in `Result`."""

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """Facilities, as in `Result`."""

    @property
    def matrix(self) -> DecisionMatrix:
        """The weighted values."""

    @property
    def rules(self) -> dict[str, Rule]:
        """The rule of each category."""

    @property
    def walkers(self) -> dict[str, Profile]:
        """Who walks, by category."""

    @property
    def quality(self) -> dict[str, Any]:
        """The data-quality report."""

    @property
    def project(self) -> dict[str, Any]:
        """The resolved project file."""

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Path, size and hash of each input."""


@dataclass(frozen=True)
class FinishedRun:
    """What a run found, and what that rests on.

    Attributes
    ----------
    name : str
        What outputs call it.
    zones : GeoDataFrame
        Index `zone_id`; geometry in the working CRS.
    buildings : GeoDataFrame
        Index `building_id`; likewise.
    facilities : GeoDataFrame
        Index `facility_id`; likewise.
    project : dict
        The resolved project file.
    rules, walking : dict of str to dict
        By category: threshold, unit, share and quotas; how people walk.
    criteria : tuple of dict
        `code`, `weight`, `good`, `bad` (None where there is none), `unit` of each weighted indicator.
    categories : dict of str to dict
        By category: `demand` (the kind) and `facilities_by_status`.
    inputs : tuple of dict
        `path`, `bytes`, `sha256` of each file that the run read.
    crs, access_method : str
    unverified : tuple of str
        Categories whose thresholds were not checked against an official text.
    version : str
        Of the program that computed it.
    scenario : dict
        Name, description and changes of the scenario that was computed; empty for a run of what there is.
    defects : dict of str to dict
        By code of what was looked for in buildings and zones: `title_zh`, `title_en`, `grade`, `side`.
    answers : dict of str to dict of str to dict
        By question and need of the survey: `title`, `n`, `share`, `low`, `high` of the whole city; empty without one.
    means : dict of str to dict
        By question with scores: `scores`, `city` (`n`, `mean`, `error`, `degrees`) and `zones` (rows of the same with
        `zone_id`, where enough answered).
    streets : GeoDataFrame or None
        Lines with their `kind`, in the working CRS: a background for maps, thinned. None where the run kept none, or
        its GeoPackage was edited since.
    """

    name: str
    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    project: dict[str, Any]
    rules: dict[str, dict[str, Any]]
    walking: dict[str, dict[str, Any]]
    criteria: tuple[dict[str, Any], ...]
    categories: dict[str, dict[str, Any]]
    inputs: tuple[dict[str, Any], ...]
    crs: str
    access_method: str
    unverified: tuple[str, ...] = ()
    version: str = ""
    scenario: dict[str, Any] = field(default_factory=dict)
    defects: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    means: dict[str, dict[str, Any]] = field(default_factory=dict)
    streets: gpd.GeoDataFrame | None = field(default=None, repr=False)

    @property
    def demand(self) -> dict[str, str]:
        """Kind of demand by category, such as ``population_60plus``."""
        return {category: str(found["demand"]) for category, found in self.categories.items()}

    @property
    def without_facility(self) -> frozenset[str]:
        """Categories of which no facility is used."""
        used = {c: found.get("facilities_by_status", {}).get("used", 0) for c, found in self.categories.items()}
        return frozenset(c for c, n in used.items() if not n)

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each indicator."""
        return {str(c["code"]): float(c["weight"]) for c in self.criteria}


def load_run(folder: str | Path) -> FinishedRun:
    """Return the run in a folder that `geoprio run` wrote.

    Only `run.json`, `quality.json` and the tables are read; each must be as its hash in `run.json` says.

    Raises
    ------
    MissingError
        If the folder or one of these files is not there.
    InputError
        If it is no folder of a run, or a file was changed since.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingError(f"{folder}: no such folder; name one that geoprio run wrote.")
    manifest = _manifest(folder)
    listed = {str(entry["path"]): entry for entry in manifest["files"]}
    for name in (*(f"{table}.parquet" for table in TABLES), QUALITY):
        _check_file(folder, name, listed)
    quality = _json(folder / QUALITY)
    categories = quality.get("categories")
    if not isinstance(categories, dict):
        raise InputError(f"{folder / QUALITY}: it names no categories; run the project again.")
    crs = str(manifest["working_crs"])
    tables = {name: _table(folder / f"{name}.parquet", index, crs) for name, index in TABLES.items()}
    return FinishedRun(
        name=folder.resolve().name,
        **tables,
        project=manifest["project"],
        rules={str(rule["category"]): rule for rule in manifest["rules"]},
        walking=manifest["walking"],
        criteria=tuple(manifest["criteria"]),
        categories=categories,
        inputs=tuple(manifest["inputs"]),
        crs=crs,
        access_method=str(manifest["access_method"]),
        unverified=tuple(str(c) for c in manifest.get("unverified", ())),
        version=str(manifest.get("version", "")),
        scenario=dict(manifest.get("scenario") or {}),
        defects=_defects(quality, f"{folder / QUALITY}"),
        streets=_streets(folder, listed, crs),
        **_answers(folder, listed),
    )


def _defects(quality: Mapping[str, Any], place: str) -> dict[str, dict[str, Any]]:
    """Return what was looked for in buildings and zones, by code; nothing for a run that looked for nothing."""
    try:
        rows = (quality.get("condition") or {}).get("defects") or ()
        keys = ("title_zh", "title_en", "grade", "side")
        return {str(row["code"]): {key: str(row[key]) for key in keys} for row in rows}
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{place}: not as geoprio run writes it ({type(error).__name__}: {error}).") from None


def _streets(folder: Path, listed: Mapping[str, Mapping[str, Any]], crs: str) -> gpd.GeoDataFrame | None:
    """Return the drawn streets of a run; None without any: they are a background, and nothing is computed from them."""
    path = folder / PACKAGE
    try:
        # QGIS writes into a package when it is looked at: that is no reason to refuse the run.
        _check_file(folder, PACKAGE, listed)
        if "streets" not in pyogrio.list_layers(path)[:, 0]:
            return None
        lines = gpd.read_file(path, layer="streets", columns=["kind"])
    except (InputError, MissingError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return None
    return lines.to_crs(crs) if len(lines) and "kind" in lines else None


def _answers(folder: Path, listed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the whole city said, by question and need, and means; nothing for a run without a survey."""
    if NEEDS not in listed:
        return {}
    _check_file(folder, NEEDS, listed)
    try:
        asked = _json(folder / NEEDS).get("questions") or ()
        return {
            "answers": {str(q["code"]): {str(row["need"]): dict(row) for row in q["city"]} for q in asked},
            "means": {str(q["code"]): dict(q["means"]) for q in asked if q.get("means")},
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder / NEEDS}: not as geoprio run writes it ({type(error).__name__}: {error}).") from None


def run_of(result: ResultLike, name: str) -> FinishedRun:
    """Return a `geoprio.Result` in memory as a finished run.

    Parameters
    ----------
    result : Result
    name : str
        What outputs call it.
    """
    numbers = ("weight", "good", "bad")
    criteria = [
        {"code": c.code, "unit": c.unit, "anchors": c.anchors} | {key: _plain(getattr(c, key)) for key in numbers}
        for c in result.matrix.criteria
    ]
    return FinishedRun(
        name=name,
        zones=result.zones,
        buildings=result.buildings,
        facilities=result.facilities,
        project=result.project,
        rules={c: rule.model_dump(mode="json") for c, rule in result.rules.items()},
        walking={c: walker.model_dump(mode="json") for c, walker in result.walkers.items()},
        criteria=tuple(criteria),
        categories=result.quality["categories"],
        inputs=tuple(result.inputs),
        crs=str(result.quality["crs"]),
        access_method=str(result.quality["access_method"]),
        unverified=tuple(c for c, rule in result.rules.items() if rule.verified is not True),
        version=__version__,
        scenario=dict(result.quality.get("scenario") or {}),
        defects=_defects(result.quality, name),
        answers={
            q.code: {str(need): {"need": need, **row} for need, row in q.city.to_dict("index").items()}
            for q in getattr(getattr(result, "needs", None), "questions", ())
        },
        means={
            q.code: q.means.plain()
            for q in getattr(getattr(result, "needs", None), "questions", ())
            if q.means is not None
        },
        streets=_lines(getattr(result, "streets", None)),
    )


def _lines(streets: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    return streets if streets is not None and len(streets) else None


def _plain(value: float) -> float | None:
    return float(value) if value == value else None  # noqa: PLR0124 - NaN alone differs from itself


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise MissingError(f"{folder}: it holds no {MANIFEST}; name a folder that geoprio run wrote.")
    found = _json(path)
    if found.get("program") != "geoprio":
        raise InputError(f"{path}: it is not geoprio's; name a folder that geoprio run wrote.")
    if found.get("command", "run") != "run":
        raise InputError(
            f"{folder}: geoprio {found['command']} wrote it, which computes no access; name a folder of geoprio run."
        )
    lacking = [key for key in KEYS if key not in found]
    if lacking:
        raise InputError(f"{path}: it does not say {', '.join(lacking)}; run the project again.")
    try:
        shape = _shaped(found)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not as geoprio run writes it ({type(error).__name__}: {error}).") from None
    if not shape:
        raise InputError(f"{path}: not as geoprio run writes it; run the project again.")
    return found


def _shaped(found: Mapping[str, Any]) -> bool:
    """Return whether the parts that are read later are there in the right form."""
    files = all(isinstance(f["path"], str) and f["sha256"] and f["bytes"] >= 0 for f in found["files"])
    inputs = all(isinstance(f["path"], str) and f["sha256"] for f in found["inputs"])
    rules = all(isinstance(r["category"], str) and r["threshold"] > 0 and r["unit"] for r in found["rules"])
    criteria = all(isinstance(c["code"], str) and c["weight"] >= 0 for c in found["criteria"])
    parts = all(isinstance(found["project"][key], dict) for key in ("project", "zones", "access", "score"))
    access, score = found["project"]["access"], found["project"]["score"]
    parts = (
        parts and access["cutoff_m"] > 0 and isinstance(score["normalize"], str) and isinstance(score["aggregate"], str)
    )
    dicts = all(isinstance(part, dict) for part in (found["walking"], found.get("scenario") or {}))
    return files and inputs and rules and criteria and parts and dicts


def _json(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MOST_JSON:
        raise InputError(f"{path}: larger than {MOST_JSON:,} bytes; it is not of geoprio's making.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}); run the project again.") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: not as geoprio run writes it; run the project again.")
    return found


def _check_file(folder: Path, name: str, listed: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that a file is there, no link, and the same as when the run ended."""
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise MissingError(f"{folder}: {name} is not there; run the project again.")
    if name not in listed:
        raise InputError(f"{folder / MANIFEST}: it does not list {name}; run the project again.")
    if path.stat().st_size != listed[name]["bytes"] or sha256(path) != listed[name]["sha256"]:
        raise InputError(f"{path}: changed since the run (its hash differs from {MANIFEST}); run the project again.")


def _table(path: Path, index: str, crs: str) -> gpd.GeoDataFrame:
    """Return a table of a run in the working CRS."""
    try:
        rows = pq.read_metadata(path).num_rows
        if rows > MOST_ROWS:
            raise InputError(f"{path}: {rows:,} rows; at most {MOST_ROWS:,} are read.")
        table = gpd.read_parquet(path)
    except (pa.ArrowException, ValueError, KeyError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a table that geoprio wrote ({type(error).__name__}); run it again.") from None
    # A shop may be of two categories: facilities are rows of id and category.
    if table.index.name != index or not (table.index.is_unique or index == TABLES["facilities"]):
        raise InputError(f"{path}: its index is not {index}, each once; run the project again.")
    table.index = pd.Index(table.index.astype(str), dtype="str", name=index)
    return table.to_crs(crs)

"""run.json: what went in, what held, what was written."""

from __future__ import annotations

import datetime as dt
import math
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from geoprio._core.files import sha256
from geoprio._core.version import __version__
from geoprio.outputs.provenance import is_loose

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    from geoprio.outputs.result import Result
    from geoprio.score import Criterion

LIBRARIES = (
    "exactextract",
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "osmium",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyogrio",
    "pyproj",
    "python-calamine",
    "rapidfuzz",
    "rasterio",
    "scikit-learn",
    "scipy",
    "shapely",
    "typst",
    "xlrd",
    "xlsxwriter",
)


def manifest(result: Result, folder: Path, lang: str, timings: dict[str, float]) -> dict[str, Any]:
    """Return the manifest of the files in `folder`.

    Returns
    -------
    dict
        All but `created` and `timings` is the same for every repetition of a run.
    """
    return {
        "program": "geoprio",
        "version": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "lang": lang,
        "project": result.project,
        "working_crs": result.quality["crs"],
        "access_method": result.quality["access_method"],
        **({"scenario": result.quality["scenario"]} if "scenario" in result.quality else {}),
        "inputs": result.inputs,
        "rule_file": {k: getattr(result.rule_file, k) for k in ("name", "title_zh", "title_en", "issued", "note")},
        "rules": [rule.model_dump(mode="json") for rule in result.rules.values()],
        "rule_files": result.rule_file.files,
        "unverified": [c for c, rule in result.rules.items() if is_loose(rule.verified)],
        "walking": {c: walker.model_dump(mode="json") for c, walker in result.walkers.items()},
        "unverified_walking": [c for c, walker in result.walkers.items() if is_loose(walker.verified)],
        "community": _entry(result.rule_file.community) if result.rule_file.items else None,
        "items": [_entry(item) for item in result.rule_file.items],
        "unverified_items": [i.code for i in result.rule_file.items if i.asks and is_loose(i.verified)],
        "unverified_values": [row for row in result.quality["values"] if is_loose(row["verified"])],
        "criteria": [
            {"code": c.code, "weight": c.weight, **_anchors(c), "anchors": c.anchors, "unit": c.unit}
            for c in result.matrix.criteria
        ],
        "files": [
            {"path": p.relative_to(folder).as_posix(), "bytes": p.stat().st_size, "sha256": sha256(p)}
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        ],
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "timings": timings,
    }


def _anchors(c: Criterion) -> dict[str, float | None]:
    """Return good and bad; None where the normalization needs none."""
    return {name: None if math.isnan(v) else v for name, v in (("good", c.good), ("bad", c.bad))}


def _entry(entry: BaseModel | None) -> dict[str, Any] | None:
    """Return an entry of the rule file as plain data."""
    return None if entry is None else entry.model_dump(mode="json")

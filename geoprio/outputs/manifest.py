"""run.json: what went in, what held, what was written."""

from __future__ import annotations

import datetime as dt
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from geoprio._core.files import sha256
from geoprio._core.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.outputs.result import Result

LIBRARIES = (
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
    "rasterio",
    "scipy",
    "shapely",
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
        "inputs": result.inputs,
        "rule_file": {k: getattr(result.rule_file, k) for k in ("name", "title_zh", "title_en", "issued", "note")},
        "rules": [rule.model_dump(mode="json") for rule in result.rules.values()],
        "unverified": [c for c, rule in result.rules.items() if rule.verified is not True],
        "walking": {c: walker.model_dump(mode="json") for c, walker in result.walkers.items()},
        "unverified_walking": [c for c, walker in result.walkers.items() if walker.verified is not True],
        "criteria": [
            {"code": c.code, "weight": c.weight, "good": c.good, "bad": c.bad, "anchors": c.anchors, "unit": c.unit}
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

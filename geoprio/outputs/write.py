"""Write all outputs of a run into one folder, whole or not at all."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from geoprio._core.errors import InputError
from geoprio._core.files import MANIFEST, whole_folder
from geoprio._core.version import __version__
from geoprio.outputs.manifest import manifest
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.qgis import embed_styles
from geoprio.outputs.report import quality_markdown
from geoprio.outputs.tables import RESTS_ON_RULES, write_csv, write_layers, write_parquet, write_rows
from geoprio.outputs.webmap import render_map

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.typing import Progress
    from geoprio.outputs.result import Result

LANGUAGES = ("zh", "en")


def write_all(result: Result, out: Path, *, force: bool, lang: str, progress: Progress | None = None) -> Path:
    """Write map, GeoPackage, tables, report and manifest to the folder `out`.

    Raises
    ------
    InputError
        If `lang` is neither zh nor en.
    OutputError
        If the folder must not be touched.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang = {lang!r} is not one of {', '.join(LANGUAGES)}.")
    tell = progress or (lambda _: None)
    began = time.perf_counter()
    with whole_folder(out, force=force, protected=result.folder) as folder:
        tell("map.html")
        write_text(folder / "map.html", render_map(result, lang))
        tell("geoprio.gpkg")
        write_layers(result, folder / "geoprio.gpkg")
        embed_styles(result, folder / "geoprio.gpkg", lang)
        tell("tables")
        for name in ("zones", "buildings", "facilities"):
            table = getattr(result, name)
            told = unverified_text(result.quality["values"]) if name in RESTS_ON_RULES else ""
            write_parquet(table.drop(columns=["x", "y"], errors="ignore"), folder / f"{name}.parquet", told)
        write_csv(result.zones, folder / "zones.csv")
        tell("report")
        write_quality(result.quality, result.project["project"]["name"], folder, lang)
        timings = {**result.timings, "write": round(time.perf_counter() - began, 3)}
        write_text(folder / MANIFEST, json_text(manifest(result, folder, lang, timings)))
    return out


def write_check(report: dict[str, Any], title: str, out: Path, *, force: bool, lang: str, protected: Path) -> None:
    """Write the report of `check` to the folder `out`, with a manifest that lets ``--force`` replace it later."""
    with whole_folder(out, force=force, protected=protected) as folder:
        write_quality(report, title, folder, lang)
        files = [{"path": p.name} for p in sorted(folder.iterdir())]
        write_text(
            folder / MANIFEST,
            json_text({"program": "geoprio", "version": __version__, "command": "check", "files": files}),
        )


def write_quality(report: dict[str, Any], title: str, folder: Path, lang: str) -> None:
    """Write quality.json and quality.md, and compounds_review.csv where matches of a list are doubtful."""
    write_text(folder / "quality.json", json_text(report))
    write_text(folder / "quality.md", quality_markdown(report, title, lang))
    doubtful = report.get("compounds", {}).get("review")
    if doubtful:
        write_rows(doubtful, folder / "compounds_review.csv")


def json_text(data: object) -> str:
    """Return data as readable JSON; infinite or missing numbers are refused, not written as NaN."""
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 with plain line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")

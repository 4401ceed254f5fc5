"""Write all outputs of a run into one folder, whole or not at all."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from geoprio._core.errors import InputError
from geoprio._core.files import MANIFEST, whole_folder
from geoprio._core.version import __version__
from geoprio.outputs.asked.needs import need_report
from geoprio.outputs.asked.projects import write_projects
from geoprio.outputs.manifest import manifest
from geoprio.outputs.qgis.embedded import embed_styles
from geoprio.outputs.qgis.project import write_project
from geoprio.outputs.qgis.styles import layer_styles
from geoprio.outputs.quality.page import quality_html
from geoprio.outputs.quality.text import quality_markdown
from geoprio.outputs.raster import PRIORITY_RASTER, write_raster
from geoprio.outputs.sheets import write_sheets
from geoprio.outputs.tables import rests_on, write_csv, write_layers, write_parquet, write_rows
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.files import write_map
from geoprio.outputs.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geoprio._core.typing import Progress
    from geoprio.outputs.result import Checked, Result

LANGUAGES = ("zh", "en")


def write_all(
    result: Result,
    out: Path,
    *,
    force: bool,
    lang: str,
    sheets: int | None = None,
    progress: Progress | None = None,
    more: Callable[[Path], None] | None = None,
    more_name: str = "sensitivity",
) -> Path:
    """Write map, GeoPackage, tables, report and manifest to the folder `out`, and sheets when asked for.

    `more` writes what else belongs into the folder, before the manifest lists its files.

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
        write_map(result, folder, lang)
        tell("geoprio.gpkg")
        styles = layer_styles(result, write_layers(result, folder / "geoprio.gpkg"), lang)
        embed_styles(styles, folder / "geoprio.gpkg")
        write_project(result, styles, folder / "geoprio.qgz", lang)
        if (cell_m := result.project["outputs"]["raster_m"]) is not None:
            tell(PRIORITY_RASTER)
            write_raster(result, cell_m, folder / PRIORITY_RASTER)
        tell("tables")
        for name in ("zones", "buildings", "facilities"):
            table = getattr(result, name)
            told = rests_on(result, name)
            write_parquet(table.drop(columns=["x", "y"], errors="ignore"), folder / f"{name}.parquet", told)
        write_csv(result.zones, folder / "zones.csv")
        write_workbook(result, folder / "zones.xlsx", lang)
        write_projects(result, folder, lang)
        needs = need_report(result)
        if needs is not None:
            write_text(folder / "needs.json", json_text(needs))
        asked = result.project["outputs"]["sheets"] if sheets is None else sheets
        if asked:
            tell("sheets")
            write_sheets(result, folder / "sheets", lang, first=None if asked == "all" else asked)
        if result.project["outputs"]["figures"]:
            tell("figures")
            write_figures(result, folder / "figures", lang)
        tell("report")
        write_report(result, folder, lang)
        if more is not None:
            tell(more_name)
            more(folder)
        timings = {**result.timings, "write": round(time.perf_counter() - began, 3)}
        write_text(folder / MANIFEST, json_text(manifest(result, folder, lang, timings)))
    return out


def write_figures(result: Result, folder: Path, lang: str) -> None:
    """Write the pictures for reports into `folder`."""
    from geoprio.outputs.figures import priority_map, save_figure  # noqa: PLC0415 - matplotlib loads only when asked for

    folder.mkdir()
    save_figure(priority_map(result, lang), folder / "priority")


def write_check(checked: Checked, out: Path, *, force: bool, lang: str, protected: Path) -> None:
    """Write the report of `check` to the folder `out`, with a manifest that lets ``--force`` replace it later."""
    with whole_folder(out, force=force, protected=protected) as folder:
        write_report(checked, folder, lang)
        files = [{"path": p.name} for p in sorted(folder.iterdir())]
        write_text(
            folder / MANIFEST,
            json_text({"program": "geoprio", "version": __version__, "command": "check", "files": files}),
        )


def write_report(found: Checked | Result, folder: Path, lang: str) -> None:
    """Write the data-quality report of a check or a run: quality.json, quality.md and quality.html."""
    name = found.project["project"]["name"]
    write_quality(found.quality, name, folder, lang)
    layers = (found.zones, found.buildings, found.streets)
    page = quality_html(found.quality, name, *layers, lang, credit_lines(found.project))
    write_text(folder / "quality.html", page)


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

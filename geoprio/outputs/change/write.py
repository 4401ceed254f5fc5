"""Write a comparison of two runs into one folder, whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyogrio

from geoprio._core.errors import InputError
from geoprio._core.files import MANIFEST, check_output, sha256, whole_folder
from geoprio._core.version import __version__
from geoprio.outputs.change.evaluation import evaluation_plain, evaluation_tables
from geoprio.outputs.change.pdf import write_change_pdf
from geoprio.outputs.change.report import change_html
from geoprio.outputs.change.swipe import swipe_html
from geoprio.outputs.change.tables import in_words, plain, tables
from geoprio.outputs.change.words import WORDS, heading
from geoprio.outputs.qgis.embedded import embed_styles
from geoprio.outputs.qgis.styles import Style, diverging_style
from geoprio.outputs.tables import fixed_time, rounded, write_parquet
from geoprio.outputs.workbook import write_tables
from geoprio.outputs.write import LANGUAGES, json_text, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd

    from geoprio._core.typing import Progress
    from geoprio.effect.change import Change
    from geoprio.effect.done import PlanDone
    from geoprio.effect.finding import Evaluation
    from geoprio.effect.measured import Measured

LAYER: Final = "change"
STEPS: Final = {"share": (0.01, 0.1), "points": (1.0, 10.0), "m": (10.0, 100.0)}
"""Changes up to the first are drawn as the same, beyond the second as large ones; by unit."""
UNITS: Final = {"points": ("分", "points")}


def write_change(
    change: Change,
    out: str | Path,
    *,
    done: PlanDone | None = None,
    evaluation: Evaluation | None = None,
    set_aside: pd.DataFrame | None = None,
    force: bool = False,
    lang: str = "zh",
    protected: Iterable[str | Path] = (),
    progress: Progress | None = None,
) -> Path:
    """Write layers, tables, data and the report of a comparison to the folder `out`.

    Parameters
    ----------
    change : Change
    out : str or Path
        A new folder; with `force` one that geoprio wrote before.
    done : PlanDone, optional
        Promised projects beside done ones.
    evaluation : Evaluation, optional
        What residents say before and after, by a registered plan.
    set_aside : DataFrame, optional
        Answers that the evaluation does not count, with reason and mend.
    force : bool
    lang : {"zh", "en"}
        Language of workbook, field titles and of the page as it opens.
    protected : iterable of str or Path
        Folders that are never replaced, such as those of the runs.
    progress : callable, optional
        Told the name of each file as it is written.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If `lang` is neither zh nor en.
    OutputError
        If the folder must not be touched.
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang = {lang!r} is not one of {', '.join(LANGUAGES)}.")
    number, out = int(lang == "en"), Path(out)
    tell = progress or (lambda _: None)
    kept = [Path(folder) for folder in protected] or [out.parent]
    for folder in kept:
        check_output(out, force=force, protected=folder)
    with whole_folder(out, force=force, protected=kept[0]) as folder:
        tell("change.parquet")
        write_parquet(change.wide, folder / "change.parquet", {"notes": "\n".join(en for _, en in change.notes)})
        tell("change.gpkg")
        _write_layer(change, folder / "change.gpkg", number)
        tell("change.xlsx")
        asked = evaluation_tables(evaluation, number, set_aside)
        _write_workbook(change, done, asked, folder / "change.xlsx", number)
        tell("change.json")
        write_text(folder / "change.json", json_text(plain(change, done) | _told(evaluation, set_aside)))
        tell("report.html")
        write_text(folder / "report.html", change_html(change, done, lang, evaluation))
        tell("swipe.html")
        write_text(folder / "swipe.html", swipe_html(change, lang))
        tell("report.pdf")
        write_change_pdf(change, done, evaluation, folder / "report.pdf", lang)
        write_text(folder / MANIFEST, json_text(_manifest(change, folder, lang)))
    return out


def _write_layer(change: Change, path: Path, number: int) -> None:
    """Write the layer with its style: the change of the priority, else of the first indicator that is valued."""
    wide = rounded(change.wide).reset_index()
    told = "\n".join(pair[number] for pair in change.notes)
    with fixed_time():
        pyogrio.write_dataframe(
            wide, path, layer=LAYER, driver="GPKG", promote_to_multi=True, dataset_options={"VERSION": "1.2"},
            layer_options={"DESCRIPTION": told} if told else {},
        )  # fmt: skip
    shown = shown_measure(change)
    if shown is None:
        return
    unit = UNITS.get(shown.unit, (shown.unit, shown.unit))[number]
    steps = STEPS.get(shown.unit, (0.0, 0.0))
    renderer = diverging_style(f"{shown.code}_change", shown.direction, steps, unit, number)
    aliases = _aliases(change, wide, number)
    embed_styles({LAYER: Style(renderer, aliases=aliases, display='"name"' if "name" in wide else '"zone_id"')}, path)


def shown_measure(change: Change) -> Measured | None:
    """Return the indicator that maps show first."""
    valued = [m for m in change.measures.values() if m.direction]
    return next((m for m in valued if m.code == "priority"), valued[0] if valued else None)


def _aliases(change: Change, wide: gpd.GeoDataFrame, number: int) -> dict[str, str]:
    names = {str(c): heading(str(c), number, change.people_unit) for c in wide.columns if c != "geometry"}
    for code, what in change.measures.items():
        for part in ("before", "after", "change", "verdict", "change_low", "change_high"):
            names[f"{code}_{part}"] = f"{what.title[number]} · {heading(part, number)}"
    return names


def _told(evaluation: Evaluation | None, set_aside: pd.DataFrame | None) -> dict[str, object]:
    return {} if evaluation is None else {"evaluation": evaluation_plain(evaluation, set_aside)}


def _write_workbook(
    change: Change,
    done: PlanDone | None,
    asked: Mapping[str, tuple[pd.DataFrame, frozenset[str]]],
    path: Path,
    number: int,
) -> None:
    sheets = dict(asked)
    sheets |= {WORDS[key][number]: in_words(key, table, change, number) for key, table in tables(change, done).items()}
    notes = [*change.notes, *(done.notes if done is not None else ())]
    if notes:
        from pandas import DataFrame  # noqa: PLC0415 - pandas is loaded by now; this keeps the module's top light

        sheets[WORDS["notes"][number]] = (DataFrame({WORDS["note"][number]: [n[number] for n in notes]}), frozenset())
    write_tables(sheets, path, f"{change.before.name} → {change.after.name}")


def _manifest(change: Change, folder: Path, lang: str) -> dict[str, object]:
    return {
        "program": "geoprio",
        "command": "compare",
        "version": __version__,
        "lang": lang,
        "before": change.before.name,
        "after": change.after.name,
        "allowed": [d.code for d in change.differences if d.verdict == "allowed"],
        "files": [
            {"path": p.relative_to(folder).as_posix(), "bytes": p.stat().st_size, "sha256": sha256(p)}
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        ],
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }

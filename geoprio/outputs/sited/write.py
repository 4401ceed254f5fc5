"""Write what siting found: page, tables, layers, the scenario, and the run with it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio

from geoprio._core.errors import InputError
from geoprio._core.files import MANIFEST, sha256, whole_folder
from geoprio._core.positions import lon_lat
from geoprio._core.version import __version__
from geoprio.indicators.registry import category_titles
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.qgis.embedded import embed_styles
from geoprio.outputs.qgis.styles import Style, categorized_points
from geoprio.outputs.quality.facts import plain_rows
from geoprio.outputs.sited.locations import sited_map
from geoprio.outputs.sited.words import COLUMNS, DEMAND_KINDS, METHODS, STATES, USES, WORDS, word
from geoprio.outputs.tables import fixed_time, rounded, write_rows
from geoprio.outputs.template import template
from geoprio.outputs.titles import TITLES
from geoprio.outputs.translate import in_both
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.page import HTML_LANG, asset, refuse_remote
from geoprio.outputs.workbook import FIXED_CREATED
from geoprio.outputs.write import json_text, write_all, write_text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.typing import Progress
    from geoprio.outputs.sited.result import Sited

SITE_COLUMNS = (
    *("order", "site_id", "name", "kind", "capacity", "cost", "zone_id", "zone", "newly_covered", "newly_share"),
    *("covered_alone", "within", "lon", "lat"),
)
CHOSEN_COLOR, OTHER_COLOR = "#111111", "#777777"
SHARES = ("newly_share", "covered_before", "covered_after")


def write_sited(found: Sited, out: Path, *, force: bool, lang: str, progress: Progress | None = None) -> Path:
    """Write the folder `out`, whole or not at all.

    Raises
    ------
    InputError
        If `lang` is neither zh nor en.
    OutputError
        If the folder must not be touched.
    """
    if lang not in HTML_LANG:
        raise InputError(f"lang = {lang!r} is not one of {', '.join(HTML_LANG)}.")
    tell = progress or (lambda _: None)
    began = time.perf_counter()
    sites, zones = site_table(found), zone_table(found)
    with whole_folder(out, force=force, protected=found.before.folder) as folder:
        tell("site.html")
        write_text(folder / "site.html", sited_html(found, lang))
        tell("tables")
        if len(sites):
            write_rows(plain_rows(sites), folder / "sites.csv")
        write_rows(plain_rows(zones), folder / "zones.csv")
        _write_workbook(found, sites, zones, folder / "sites.xlsx", lang)
        tell("sites.gpkg")
        _write_layers(found, folder / "sites.gpkg", lang)
        write_text(folder / "site.json", json_text(site_report(found)))
        if len(sites):
            write_text(folder / "scenario.toml", found.scenario_text)
            write_all(found.after, folder / "after", force=False, lang=lang, progress=progress)
        seconds = {**found.before.timings, "write": round(time.perf_counter() - began, 3)}
        write_text(folder / MANIFEST, json_text(_manifest(found, folder, lang, seconds)))
    return out


def site_table(found: Sited) -> pd.DataFrame:
    """Return the chosen sites as they are written, one row each, the one that brings most first."""
    table = rounded(found.chosen)
    at = lon_lat(found.chosen.geometry)
    names = found.before.zones["name"]
    out = pd.DataFrame(table.drop(columns="geometry")).reset_index()
    zone = out["zone_id"].map(names).fillna("")
    out = out.assign(zone=zone, zone_id=out["zone_id"].fillna(""), lon=at[:, 0], lat=at[:, 1])
    return out[list(SITE_COLUMNS)].rename(columns=_unit_names(found))


def _unit_names(found: Sited) -> dict[str, str]:
    """Return new names of columns: costs with their unit, where it is known."""
    return {"cost": "cost_cny"} if found.asked["cost_unit"] == "CNY" else {}


def zone_table(found: Sited) -> pd.DataFrame:
    """Return every zone with its covered share before and after, those that gain most first."""
    table = pd.DataFrame(rounded(found.zones).drop(columns="geometry")).reset_index()
    return table.sort_values(["newly_covered", "zone_id"], ascending=[False, True]).reset_index(drop=True)


def site_report(found: Sited) -> dict[str, Any]:
    """Return all that was found as plain data."""
    before, after = found.covered()
    siting = found.siting
    return {
        "program": "geoprio",
        "version": __version__,
        "asked": found.asked,
        "demand_kind": found.before.quality["categories"][found.category]["demand"],
        "demand": found.demand,
        "covered_before": before,
        "covered_after": after,
        **dict(zip(("known_before", "known_after"), found.known(), strict=True)),
        **{
            f"share_{k}": s if np.isfinite(s) else None
            for k, s in zip(("before", "after"), found.shares(), strict=True)
        },
        "gain": found.gain,
        "gain_share": found.gain / found.demand if found.demand > 0 else 0.0,
        "objective": siting.objective,
        "bound": siting.bound if np.isfinite(siting.bound) else None,
        "gap": siting.gap if np.isfinite(siting.gap) else None,
        "solved_by": siting.method,
        "why": [list(pair) for pair in siting.why],
        "sites": plain_rows(site_table(found)),
        "zones": plain_rows(zone_table(found)),
    }


def sited_html(found: Sited, lang: str = "zh") -> str:
    """Return the page of the chosen sites: facts, a map, tables; it needs no other file and runs no script.

    Parameters
    ----------
    found : Sited
    lang : {"zh", "en"}
    """
    number = 1 if lang == "en" else 0
    refuse_remote(asset("sited.html.j2"))
    drawn = sited_map(found)
    counts = found.homes["state"].value_counts()
    key = [(STATES[s][number], STATES[s][2], f"{counts[s]:,}") for s in STATES if s in counts]
    others = len(found.candidates) - len(found.chosen)
    key += [(WORDS["chosen"][number], CHOSEN_COLOR, f"{len(found.chosen)}")]
    key += [(WORDS["existing"][number], "#0072b2", f"{len(drawn['existing'])}")]
    key += [(WORDS["others"][number], OTHER_COLOR, f"{others:,}")]
    loose = unverified_text(found.before.quality["values"], number)
    page: str = template("sited.html.j2").render(
        html_lang=HTML_LANG[lang],
        title=word("title", number, category=category_titles(found.category)[number]),
        project=found.before.project["project"]["name"],
        head=_head(found, number),
        facts=_facts(found, number),
        remarks=_remarks(found, number),
        key=key,
        m=drawn,
        bar=word("scale", number, n=f"{drawn['bar'][1]:,}"),
        tables=_tables(found, number),
        loose=f"{WORDS['unverified'][number]}{loose}" if loose else "",
        credit=" · ".join(credit_lines(found.before.project)),
    )
    return page


def _head(found: Sited, number: int) -> str:
    unit = WORDS[found.unit][number]
    limit = word("straight" if found.before.straight else "walk", number, n=f"{found.threshold:g}", unit=unit)
    return word("head", number, n=str(len(found.chosen)), method=METHODS[found.method][number], limit=limit)


def _facts(found: Sited, number: int) -> list[tuple[str, str]]:
    before, after = found.covered()
    shares = [_percent(share) for share in found.shares()]
    kind = found.before.quality["categories"][found.category]["demand"]
    siting = found.siting
    proof = word(
        "proved" if found.method == "cover" else "proved_least", number,
        value=f"{siting.objective:,.1f}", bound=f"{siting.bound:,.1f}", gap=f"{100 * siting.gap:.2f} %",
    )  # fmt: skip
    change = word(
        "from_to", number, a=f"{before:,.1f}", b=f"{after:,.1f}", x=shares[0], y=shares[1],
    )  # fmt: skip
    unknown = found.demand - found.known()[1]
    title = DEMAND_KINDS.get(kind) or TITLES.get(kind, (kind, kind))
    return [
        (word("all_demand", number, kind=title[number]), f"{found.demand:,.1f}"),
        *([(WORDS["unknown_demand"][number], f"{unknown:,.1f}")] if unknown > 0 else []),
        (WORDS["covered"][number], change),
        (WORDS["proof"][number], proof),
        (WORDS["candidates"][number], f"{len(found.candidates):,}"),
        *_costs(found, number),
    ]


def _costs(found: Sited, number: int) -> list[tuple[str, str]]:
    """Return what the chosen sites cost together, where the costs of all and their unit are known."""
    cost = found.chosen["cost"]
    if cost.empty or cost.isna().any() or not _unit_names(found):
        return []
    return [(WORDS["all_costs"][number], f"{cost.sum():,.0f}")]


def _remarks(found: Sited, number: int) -> list[str]:
    said = [why[number] for why in found.siting.why]
    rule = found.before.rules[found.category]
    if found.threshold != rule.threshold:
        said.append(word("threshold_other", number, n=f"{rule.threshold:g} {WORDS[rule.unit][number]}"))
    said += [told[number] for note in found.asked["notes"] if note["level"] == "warning"
             if isinstance(told := in_both(note["text"]), tuple)]  # fmt: skip
    if found.chosen.empty:
        return [*said, WORDS["none" if found.asked["reached"] > 0 else "none_near"][number]]
    asked = found.asked["number"]
    if asked is not None and len(found.chosen) < asked:
        said.append(word("fewer", number, n=str(len(found.chosen))))
    return [*said, WORDS["note"][number]]


def _tables(found: Sited, number: int) -> list[dict[str, Any]]:
    sites, zones = site_table(found), zone_table(found)
    shown = _with_kinds(found, sites, number).drop(columns=["zone_id", "lon", "lat"])
    may_be_empty = shown.columns.intersection(["name", "kind", "capacity", "cost", "cost_cny"])
    empty = [c for c in may_be_empty if shown[c].replace("", np.nan).isna().all()]
    gaining = zones[zones["newly_covered"] > 0]
    return [
        _table(WORDS["chosen"][number], shown.drop(columns=empty), number),
        _table(WORDS["gains"][number], gaining, number),
    ]


def _with_kinds(found: Sited, sites: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the sites with the use of buildings in words; the kinds of a file stand as they do there."""
    if isinstance(found.asked["sites"], str):
        return sites
    return sites.assign(kind=[USES[k][number] if k in USES else k for k in sites["kind"]])


def _table(title: str, table: pd.DataFrame, number: int) -> dict[str, Any]:
    numeric = [pd.api.types.is_numeric_dtype(table[c]) for c in table]
    rows = [
        [(_cell(str(c), v), n) for c, v, n in zip(table.columns, row, numeric, strict=True)]
        for row in table.itertuples(index=False)
    ]
    head = [(COLUMNS[str(c)][number], n) for c, n in zip(table.columns, numeric, strict=True)]
    return {"title": title, "head": head, "rows": rows}


def _cell(column: str, value: Any) -> str:  # noqa: ANN401 - whatever stands in a table
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if column in SHARES:
        return _percent(float(value))
    if column in {"capacity", "cost", "cost_cny"}:
        # Beds and money are no estimates: their tenths would be noise.
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if np.isfinite(share) else "–"


def _write_workbook(found: Sited, sites: pd.DataFrame, zones: pd.DataFrame, path: Path, lang: str) -> None:
    import xlsxwriter  # noqa: PLC0415 - loads only where a workbook is written

    number = 1 if lang == "en" else 0
    created: dt.datetime = FIXED_CREATED
    # Strings that look like formulas or addresses stay strings.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": created, "title": found.before.project["project"]["name"], "author": "geoprio"})
        head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#1F4E6B", "font_color": "#FFFFFF"})
        share = book.add_format({"num_format": "0.0%"})
        plain = book.add_format({"num_format": "#,##0.0###"})
        whole = book.add_format({"num_format": "0"})
        for key, table in (("sheet_sites", _with_kinds(found, sites, number)), ("sheet_zones", zones)):
            sheet = book.add_worksheet(WORDS[key][number])
            sheet.freeze_panes(1, 0)
            for k, column in enumerate(table):
                sheet.write_string(0, k, COLUMNS[str(column)][number], head)
                sheet.set_column(k, k, 14)
                style = share if column in SHARES else whole if column == "order" else plain
                for row, value in enumerate(table[column].tolist(), 1):
                    if isinstance(value, int | float):
                        if value == value:  # noqa: PLR0124 - NaN, an unknown number, stays blank
                            sheet.write_number(row, k, value, style)
                    else:
                        sheet.write_string(row, k, str(value))
        sheet = book.add_worksheet(WORDS["sheet_about"][number])
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        about = [(WORDS["chosen"][number], _head(found, number)), *_facts(found, number)]
        about += [("", text) for text in _remarks(found, number)]
        loose = unverified_text(found.before.quality["values"], number)
        about += [(WORDS["unverified"][number], loose)] if loose else []
        for row, (term, text) in enumerate(about):
            sheet.write_string(row, 0, term)
            sheet.write_string(row, 1, text)


def _write_layers(found: Sited, path: Path, lang: str) -> None:
    """Write the GeoPackage of sites, candidates, homes and zones, with styles that QGIS takes by itself."""
    number = 1 if lang == "en" else 0
    names = found.before.zones["name"]
    chosen = rounded(found.chosen).assign(zone=found.chosen["zone_id"].map(names), is_chosen="chosen")
    others = rounded(found.candidates.drop(index=found.chosen.index)).assign(is_chosen="other")
    chosen, others = (table.rename(columns=_unit_names(found)) for table in (chosen, others))
    layers: dict[str, gpd.GeoDataFrame] = {
        "zones": rounded(found.zones).reset_index(),
        "homes": rounded(found.homes).reset_index(),
        "candidates": others.reset_index(),
        "sites": chosen.reset_index(),
    }
    with fixed_time():
        for name, table in layers.items():
            if name == "zones" or len(table):
                options = {} if path.exists() else {"VERSION": "1.2"}
                pyogrio.write_dataframe(
                    table, path, layer=name, driver="GPKG", append=path.exists(), promote_to_multi=name == "zones",
                    dataset_options=options,
                )  # fmt: skip
    aliases = {
        name: {c: COLUMNS.get(str(c), (str(c), str(c)))[number] for c in table if c != "geometry"}
        for name, table in layers.items()
    }
    states = [(s, titles[number], titles[2], 1.4) for s, titles in STATES.items()]
    styles = {
        "homes": Style(categorized_points("state", states), aliases=aliases["homes"]),
        "candidates": Style(
            categorized_points("is_chosen", [("other", WORDS["others"][number], OTHER_COLOR, 1.6)]),
            aliases=aliases["candidates"],
        ),
        "sites": Style(
            categorized_points("is_chosen", [("chosen", WORDS["chosen"][number], CHOSEN_COLOR, 4.2)]),
            aliases=aliases["sites"],
            display='"site_id"',
        ),
    }
    with closing(sqlite3.connect(path)) as db:
        there = {row[0] for row in db.execute("SELECT table_name FROM gpkg_contents")}
    embed_styles({name: style for name, style in styles.items() if name in there}, path)


def _manifest(found: Sited, folder: Path, lang: str, timings: dict[str, float]) -> dict[str, Any]:
    return {
        "program": "geoprio",
        "version": __version__,
        "command": "site",
        "lang": lang,
        "project": found.before.project,
        "asked": found.asked,
        "inputs": found.inputs,
        "files": [
            {"path": p.relative_to(folder).as_posix(), "bytes": p.stat().st_size, "sha256": sha256(p)}
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        ],
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "timings": timings,
    }

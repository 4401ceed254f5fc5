"""One page for each neighbourhood (一小区一策): where it is, why it ranks there, what is near, what is missing."""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.indicators.community import item_column
from geoprio.indicators.registry import category_titles
from geoprio.outputs.asked.needs import page_needs, sheet_needs
from geoprio.outputs.asked.words import NEEDS
from geoprio.outputs.condition import gate_word, status_rows, zone_sections, zone_states
from geoprio.outputs.condition_words import CONDITION
from geoprio.outputs.definitions import verified_word
from geoprio.outputs.fonts import CJK_FONTS
from geoprio.outputs.glance import fact_title, zone_facts
from geoprio.outputs.labels import PAGE, SHEET, STRAIGHT
from geoprio.outputs.locator import Locator
from geoprio.outputs.palette import FACILITY_COLORS
from geoprio.outputs.planned.whole import in_whole_yuan
from geoprio.outputs.planned.zones import sheet_programme
from geoprio.outputs.priority import shown_points
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.quality.sections import in_language
from geoprio.outputs.titles import item_titles, shown_title
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.nearby import walks
from geoprio.outputs.webmap.streets import drawn_streets
from geoprio.outputs.webmap.words import TOOLS, TOOLS_STRAIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.outputs.result import Result
    from geoprio.standards import Item

LATIN_FONT = "Libertinus Serif"
"""Comes with the typesetter; the last resort."""

STREET_VERTICES = 400_000
LONGEST_NAME = 60
"""Characters of a name that are printed."""

NEAREST = 2
"""Facilities named for each category."""


def write_sheets(result: Result, folder: Path, lang: str = "zh", *, first: int | None = None) -> list[Path]:
    """Write a PDF page for each ranked zone into `folder`, named by rank and id.

    Parameters
    ----------
    result : Result
    folder : Path
        Made if it is not there.
    lang : {"zh", "en"}
    first : int, optional
        Only this many zones from the top of the ranking.

    Returns
    -------
    list of Path
        In rank order. Equal results give equal bytes on machines with the same fonts.

    Raises
    ------
    InputError
        If no face with Chinese type is installed and the texts need one.
    """
    import typst  # noqa: PLC0415 - loads only where sheets are written

    number = 1 if lang == "en" else 0
    fonts = pdf_fonts(typst.Fonts().families(), needed=lang == "zh")
    ranked = np.flatnonzero(result.zones["rank"].notna())[:first]
    page = _Pages(result, number, fonts)
    compiler, template = typst.Compiler(), files("geoprio.outputs").joinpath("assets/sheet.typ").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for row in ranked:
        data = json.dumps(page.data(int(row)), ensure_ascii=False, allow_nan=False)
        # A fixed time keeps the bytes equal.
        path = folder / page.file_name(int(row))
        compiler.compile(template, output=str(path), sys_inputs={"data": data}, format="pdf", timestamp=0)  # type: ignore[type-var]  # bytes are a template, too
        written.append(path)
    return written


def pdf_fonts(installed: list[str], *, needed: bool) -> list[str]:
    """Return the faces of a PDF, the first that has a character goes.

    Raises
    ------
    InputError
        If none of them has Chinese type, and it is needed.
    """
    found = [name for name in CJK_FONTS if name in installed]
    if needed and not found:
        raise InputError(
            "PDF pages in Chinese need a font with Chinese type, and none is installed; install one "
            "(Debian: fonts-wqy-microhei or fonts-noto-cjk) or write them with --lang en."
        )
    return [*found, LATIN_FONT]


class _Pages:
    """What the sheets of one result say."""

    def __init__(self, result: Result, number: int, fonts: list[str]) -> None:
        self._result, self._number, self._fonts = result, number, fonts
        self._categories = tuple(result.rules)
        streets = drawn_streets(result.streets, STREET_VERTICES, 1.0)
        self._locator = Locator(result.zones, streets, result.buildings, result.facilities, self._categories)
        self._walks = {category: walks(result, category) for category in self._categories}
        self._known = zone_facts(result)
        self._points, self._baseline = shown_points(result)
        self._values = result.matrix.table.reindex(result.zones.index).to_numpy(float)
        self._ranked = int(result.zones["rank"].notna().sum())
        self._states = zone_states(result)
        self._needs = page_needs(result)
        self._programme = None if result.programme is None else in_whole_yuan(result.programme)
        self._loose = unverified_text(result.quality["values"], number)

    def file_name(self, row: int) -> str:
        """Return a name for the zone's file; what a file system may not take is left out of the id."""
        zones = self._result.zones
        plain = re.sub(r"[^\w.-]+", "_", str(zones.index[row]), flags=re.UNICODE).strip("._")[:60]
        digits = len(str(self._ranked))
        return f"{int(zones['rank'].iloc[row]):0{digits}d}_{plain or 'zone'}.pdf"

    def data(self, row: int) -> dict[str, Any]:
        """Return all that the page of one zone shows."""
        zone = self._result.zones.iloc[row]
        word = {key: pair[self._number] for key, pair in SHEET.items()}
        kind = PAGE[f"type.{zone['zone_type']}"][self._number]
        name = _plain(str(zone["name"]) if pd.notna(zone["name"]) else str(zone.name))
        shown = float((np.nansum(self._points[row]) + self._baseline[row]).round(1))
        return {
            "lang": ("zh", "en")[self._number],
            "fonts": self._fonts,
            "study": self._result.project["project"]["name"],
            "paper": f"{word['kind']} · {PAGE['paper'][self._number]}",
            "title": name,
            "subtitle": f"{kind} · {_plain(str(zone.name))}",
            "rank_word": word["rank"],
            "rank": f"{int(zone['rank'])} / {self._ranked}",
            "priority": f"{PAGE['priority'][self._number]} {shown:.1f}",
            "map": self._locator.draw(row),
            "map_alt": name,
            "facts_title": word["facts"],
            "facts": self._facts(row),
            "legend": [
                (FACILITY_COLORS[k % len(FACILITY_COLORS)], category_titles(c)[self._number])
                for k, c in enumerate(self._categories)
            ],
            "why_title": PAGE["why"][self._number],
            "criteria": self._criteria(row),
            "access_title": word["access"],
            "access_head": [word[f"head.{k}"] for k in ("category", "standard", "covered", "uncovered", "nearest")],
            "access": [self._access(c, row) for c in self._categories],
            "items_title": PAGE["items"][self._number],
            "items": self._items(zone),
            "condition_title": CONDITION["condition"][self._number],
            "condition": self._condition(row),
            "condition_hint": CONDITION["condition.hint"][self._number],
            "needs_title": NEEDS["needs"][self._number],
            "needs": sheet_needs(self._needs, row, self._number),
            "needs_hint": NEEDS["needs.hint"][self._number],
            "programme": sheet_programme(self._programme, str(zone.name), self._number),
            "notes_title": word["notes"],
            "notes": self._notes(),
            "footer": PAGE["about_paper"][self._number],
            "page": " · ".join(credit_lines(self._result.project)),
        }

    def _condition(self, row: int) -> list[tuple[str, str]]:
        """Return who runs the zone, what was found by class and side, and what nobody surveyed."""
        told = zone_sections(self._result, self._states, row, self._number)
        return [*status_rows(self._result, row, self._number), *told]

    def _notes(self) -> list[str]:
        """Return what a reader must know: how far is measured, and what nobody verified."""
        straight = [": ".join(STRAIGHT[k][self._number] for k in ("straight_line", "straight_line_hint"))]
        loose = [f"{SHEET['unverified'][self._number]} {self._loose}"]
        near = [SHEET["nearest_note"][self._number]]
        return [*near, *(straight if self._result.straight else []), *(loose if self._loose else [])]

    def _facts(self, row: int) -> list[tuple[str, str]]:
        zone = self._result.zones.iloc[row]
        rows = [(PAGE["buildings"][self._number], f"{int(zone['building_count']):,}")]
        for name, values in self._known.items():
            pair = values[row]
            told = PAGE["unknown"][self._number] if pair is None else _plain(pair[self._number])
            rows.append((fact_title(name, self._number), told))
        if "robust" in zone and pd.notna(zone["robust"]):
            mark = PAGE[f"robust.{zone['robust']}"][self._number]
            between = f"{int(zone['rank_p05'])}–{int(zone['rank_p95'])}"
            rows.append((SHEET["interval"][self._number], f"{between} · {mark}"))
        if (gate := gate_word(self._result, zone, self._number)) is not None:
            rows.append((PAGE["gate"][self._number], gate))
        if int(zone["tied_with"]):
            rows.append((PAGE["tied"][self._number], PAGE["tied_with"][self._number].format(n=int(zone["tied_with"]))))
        rows.append((SHEET["in_type"][self._number], str(int(zone["rank_in_type"]))))
        for category in self._categories:
            kind = self._result.quality["categories"][category]["demand"]
            unit = PAGE[f"demand.{kind}"][self._number]
            text = f"{_whole(zone[f'{category}_demand'])} {unit}"
            rows.append((f"{category_titles(category)[self._number]} · {SHEET['demand'][self._number]}", text))
        return rows

    def _criteria(self, row: int) -> list[dict[str, Any]]:
        """Return the weighted indicators, the one that adds most first."""
        told = []
        for k, c in enumerate(self._result.matrix.criteria):
            points = self._points[row, k]
            unknown = bool(np.isnan(points))
            value = PAGE["unknown"][self._number] if unknown else _amount(self._values[row, k], c.unit, self._number)
            weight = f"{100 * c.weight:.4g} %"
            key = "detail_plain" if np.isnan(c.good) or np.isnan(c.bad) else "detail"
            good, bad = (_amount(end, c.unit, self._number) for end in (c.good, c.bad))
            detail = SHEET[key][self._number].format(value=value, good=good, bad=bad, weight=weight)
            share = 0.0 if unknown else float(np.clip(points / (100.0 * c.weight), 0.0, 1.0))
            title = shown_title(c.code, self._result)[self._number]
            shown = "–" if unknown else f"{points:.1f}"
            told.append({"title": title, "detail": detail, "share": share, "points": shown})
        order = np.argsort(-np.nan_to_num(self._points[row]), kind="stable")
        return [told[k] for k in order]

    def _access(self, category: str, row: int) -> list[str]:
        zone = self._result.zones.iloc[row]
        rule = self._result.rules[category]
        words = STRAIGHT if self._result.straight else PAGE
        standard = words["walk_m" if rule.unit == "m" else "walk_min"][self._number].format(n=f"{rule.threshold:g}")
        source, clause = (in_language("source", part, self._number) for part in (rule.source, rule.clause))
        clause = " ".join(str(part) for part in (source, clause) if part)
        mark = verified_word(rule.verified, self._number)
        share = zone[f"{category}_covered_share"]
        covered = PAGE["unknown"][self._number] if pd.isna(share) else f"{100 * share:.0f} %"
        return [
            category_titles(category)[self._number],
            f"{standard}\n{clause} ({mark})",
            covered,
            _whole(zone[f"{category}_uncovered"]),
            self._nearest(category, row),
        ]

    def _nearest(self, category: str, row: int) -> str:
        """Return the facilities that are nearest to most homes of the zone, with their mean walk, as the map has it."""
        best = self._walks[category]
        best = best[best["zone"] == row].head(NEAREST)
        if best.empty:
            return (TOOLS_STRAIGHT if self._result.straight else TOOLS)["nearest_none"][self._number]
        words = (TOOLS_STRAIGHT if self._result.straight else TOOLS)["nearest_of"][self._number]
        names = self._result.facilities["name"]
        of = int(self._walks[category].loc[self._walks[category]["zone"] == row, "size"].sum())
        told = []
        for walk in best.itertuples():
            name = names.iloc[walk.facility]
            known = _plain(str(name)).strip() if pd.notna(name) else ""
            metres = PAGE["metres"][self._number].format(n=f"{walk.mean_m:,.0f}")
            told.append(words.format(name=known or self._unnamed(category), m=metres, n=walk.size, all=of))
        return "\n".join(told)

    def _unnamed(self, category: str) -> str:
        """Return what a facility without a name is called: what it is."""
        return f"{category_titles(category)[self._number]}{PAGE['unnamed'][self._number]}"

    def _items(self, zone: pd.Series[Any]) -> list[tuple[str, str]]:
        """Return what failed and what is unknown of the rule file's items, with clause and verification."""
        rows: list[tuple[str, str]] = []
        for answer, title in (("fail", "items_failed"), ("unknown", "unknown"), ("pass", "items_passed")):
            found = [i for i in self._result.rule_file.items if zone.get(item_column(i)) == answer]
            names = [self._item(i) if answer == "fail" else item_titles(i)[self._number] for i in found]
            if found:
                rows.append((f"{PAGE[title][self._number]} {len(found)}: ", " · ".join(names)))
        return rows

    def _item(self, item: Item) -> str:
        """Return an item with its clause and whether anyone verified it."""
        clause = str(in_language("source", item.clause, self._number) or "")
        rest = ", ".join(part for part in (clause, verified_word(item.verified, self._number)) if part)
        return f"{item_titles(item)[self._number]} ({rest})"


def _plain(name: str) -> str:
    """Return a name as it is printed: without characters that turn or hide text, and not too long for the page."""
    shown = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf"})
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def _whole(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:,.0f}"


def _amount(value: float, unit: str, number: int) -> str:
    """Return a figure in its unit as people read it."""
    if unit == "share":
        return f"{100 * value:.1f}".removesuffix(".0") + " %"
    return PAGE["metres"][number].format(n=f"{value:,.0f}") if unit == "m" else f"{value:,.3g}"

"""The tables of the data-quality report, as its text and its page both show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geoprio._core.files import short_name
from geoprio.outputs.asked.words import NEEDS, PERSONAL
from geoprio.outputs.quality.words import (
    Pair,
    beside_word,
    cell_word,
    column_word,
    joined,
    report_word,
    role_word,
)
from geoprio.outputs.translate import in_both
from geoprio.standards.defects import GRADE_TITLES, SIDE_TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Cell = str | Pair
Row = dict[str, Cell]

SOURCE_COLUMNS: Final = (
    *("role", "path", "layer", "rows_unread", "rows", "left_by_where", "profile", "used"),
    *("rows_set_aside", "values_set_aside", "crs", "crs_from", "converted_from", "encoding"),
)
DATUM_COLUMNS: Final = (
    *("path", "sources", "candidate", "stated", "points", "near_building", "near_street"),
    "better_beyond_doubt",
)
VALUE_COLUMNS: Final = ("kind", "what", "value", "source", "clause", "verified", "file")
ITEM_COLUMNS: Final = ("number", "title", "passed", "failed", "unknown", "not_read", "source", "verified", "file")
PEOPLE_COLUMNS: Final = (
    *("column", "from", "total", "placed", "moved", "unplaced"),
    *("buildings_with_own", "homes_unknown", "in_buildings"),
)
STRAIGHT_COLUMNS: Final = (
    *("category", "median_detour", "threshold_m", "buildings"),
    *("within_in_a_straight_line", "within_by_street"),
)
DEFECT_COLUMNS: Final = (
    *("title", "grade", "side", "buildings_found", "buildings_surveyed", "buildings_drawn"),
    *("compounds_found", "compounds_surveyed", "zones_without_answer", "open_points", "solved_points", "verified"),
)
REJECT_COLUMNS: Final = ("row", "column", "value")
OUTLIER_COLUMNS: Final = ("source", "row", "column", "value", "beside", "why")
REVIEW_COLUMNS: Final = (
    *("list_row", "list_name", "list_address", "candidate_no", "zone_id", "zone_name", "score", "method", "why"),
)

SHARES: Final = frozenset((
    "share", "near_building", "near_street", "zone_area_in_extent", "join_rate", "main_component_share",
    "miss", "uncovered",
))  # fmt: skip
"""Figures that are shown in per cent."""
OPTIONAL: Final = frozenset((
    "layer", "rows_unread", "profile", "converted_from", "clause", "not_read", "list_address", "open_points",
    "solved_points",
))  # fmt: skip
"""Columns that are left out where no row has them."""

HINTED: Final = ("attributes", "categories", "condition", "extents", "personal", "review", "sources")
"""Tables with a sentence below their heading."""
NEARLY: Final = 0.0005
"""Shares that would be rounded to none or all are not."""


@dataclass(frozen=True)
class Section:
    """A table with its heading.

    Attributes
    ----------
    key : str
    title : Pair
    columns : tuple of str
        Keys of `rows`; their headings are those of `column_word`, or of `heads`.
    rows : list of dict
        Texts, or pairs of texts in zh and en.
    hint : Pair or None
        A sentence below the heading.
    figures : frozenset of str
        Columns of numbers.
    """

    key: str
    title: Pair
    columns: tuple[str, ...]
    rows: list[Row]
    hint: Pair | None = None
    figures: frozenset[str] = frozenset()
    heads: tuple[tuple[str, str], ...] = ()

    def head(self, column: str) -> Pair:
        """Return the heading of a column."""
        return column_word(dict(self.heads).get(column, column))


def sections(report: Mapping[str, Any]) -> list[Section]:
    """Return the tables of a report that have rows, in the order in which they are read.

    What was set aside, the doubtful values and the notes are not among them: text and page show them each in its way.
    """
    coverage = report.get("coverage", {})
    categories = [{"category": c, "what": k, "value": v} for c, r in report["categories"].items() for k, v in r.items()]
    snapping = [{"points": k, **row} for k, row in report.get("snapping", {}).items()]
    straight = [{"category": c, **row} for c, row in report.get("straight_line", {}).items()]
    people = [{"column": c, **f} for c, f in report.get("population", {}).get("columns", {}).items()]
    compounds = report.get("compounds", {})
    joins = {k: v for k, v in compounds.items() if k != "review"}
    found = [
        _section("sources", [_file(row) for row in report["sources"]], SOURCE_COLUMNS),
        _section("attributes", coverage.get("attributes", []), ("table", "column", "known", "of", "share")),
        _section(
            "extents", [_extent(r) for r in coverage.get("extents", [])],
            ("table", "objects", "zone_area_in_extent", "zones_without", "density"),
        ),
        _section("city", _pairs(report["city"]), ("what", "value")),
        _section("streets", _pairs(report["network"]), ("what", "value")),
        _section("datum", [_file(row) for row in report.get("datum_evidence", [])], DATUM_COLUMNS),
        _section("compounds", _pairs(joins), ("what", "value")),
        _section("review", [_review(r) for r in compounds.get("review", [])], REVIEW_COLUMNS),
        _section("people", people, PEOPLE_COLUMNS),
        _section("categories", categories, ("category", "what", "value")),
        _section("snapping", snapping, ("points", "snapped", "unsnapped", "median_m", "p95_m", "farthest_m")),
        _section("straight", straight, STRAIGHT_COLUMNS),
        *_of_residents(report),
        _section("items", [_item(r) for r in report.get("items", [])], ITEM_COLUMNS),
        _section("condition", [_defect(r) for r in report.get("condition", {}).get("defects", [])], DEFECT_COLUMNS),
        _section("values", report.get("values", []), VALUE_COLUMNS),
    ]  # fmt: skip
    return [s for s in found if s.rows]


def _of_residents(report: Mapping[str, Any]) -> list[Section]:
    """Return what was read of residents: of the survey, of personal columns, of meetings and votes."""
    survey = report.get("survey", {})
    figures = {k: v for k, v in survey.items() if k not in {"personal", "weighting", "format"}}
    personal = [row | {"kind": PERSONAL.get(row["kind"], row["kind"])} for row in survey.get("personal", [])]
    held = []
    for role in ("meetings", "owner_votes"):
        for key, value in report.get(role, {}).items():
            told = _verdicts(value) if key == "verdicts" else short_name(value) if key == "path" else value
            held.append({"role": role, "what": key, "value": told})
    return [
        _section("survey", _pairs(figures | survey.get("weighting", {})), ("what", "value")),
        _section("personal", personal, ("column", "kind", "why", "cells")),
        _section("votes", held, ("role", "what", "value")),
    ]


def _verdicts(counts: Mapping[str, int]) -> Pair:
    """Return how many votes have each verdict."""
    zh, en = (
        apart.join(f"{NEEDS[f'votes.{verdict}'][i]} {n}" for verdict, n in counts.items())
        for i, apart in enumerate(("、", ", "))
    )
    return zh, en


def outlier_rows(report: Mapping[str, Any]) -> list[Row]:
    """Return the doubtful values with the reason for the doubt; columns `OUTLIER_COLUMNS`, `rule`."""
    rules = {rule["name"]: rule for rule in report.get("outlier_rules", [])}
    return [
        {
            "source": role_word(row["source"]),
            "row": row["row"],
            "column": cell_word(row["column"]),
            "value": row["value"],
            "beside": beside_word(row["beside"]),
            "rule": (rules[row["rule"]]["title_zh"], rules[row["rule"]]["title_en"]),
            "why": (rules[row["rule"]]["why_zh"], rules[row["rule"]]["why_en"]),
        }
        for row in report.get("outliers", [])
    ]


def rule_rows(report: Mapping[str, Any]) -> list[Row]:
    """Return the rules of plausibility: `rule`, `why` and how many values each doubts (`doubted`)."""
    return [
        {
            "rule": (rule["title_zh"], rule["title_en"]),
            "why": (rule["why_zh"], rule["why_en"]),
            "doubted": shown(rule["doubted"]),
        }
        for rule in report.get("outlier_rules", [])
    ]


def reason_rows(report: Mapping[str, Any]) -> list[Row]:
    """Return the reasons for which rows and values were set aside: `source`, `reason`, `set_aside`, `mend`."""
    return [
        {
            "source": role_word(row["source"]),
            "reason": in_both(row["reason"]),
            "set_aside": shown(row["rows"]),
            "mend": in_both(row["mend"]),
        }
        for row in report["rejects_by_reason"]
    ]


def note_rows(notes: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return notes: `level`, `source`, `text`."""
    return [
        {"level": cell_word(n["level"]), "source": role_word(n["source"]), "text": in_both(n["text"])} for n in notes
    ]


def shown(value: object, *, share: bool = False) -> Cell:
    """Return a value as it is shown: numbers grouped, shares in per cent, yes and no, words of geoprio in both.

    Examples
    --------
    >>> shown(12345.678), shown(0.25, share=True), shown(None), shown(True)
    ('12,345.678', '25 %', '', ('是', 'yes'))
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return cell_word(str(value))
    if share and isinstance(value, int | float) and (0 < value < NEARLY or 1 - NEARLY < value < 1):
        return "< 0.1 %" if value < NEARLY else "> 99.9 %"
    if isinstance(value, int | float):
        number = f"{100 * value if share else value:,.{1 if share else 3}f}"
        return (number.rstrip("0").rstrip(".") if "." in number else number) + (" %" if share else "")
    if isinstance(value, dict):
        return joined(joined([cell_word(str(k)), shown(v)], " ") for k, v in value.items())
    return str(value)


def _section(key: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Section:
    used = tuple(c for c in columns if c not in OPTIONAL or any(r.get(c) not in {None, "", 0} for r in map(dict, rows)))
    figures = frozenset(
        c
        for c in used
        if rows and all(isinstance(r.get(c), int | float | None) and not isinstance(r.get(c), bool) for r in rows)
    )
    hints = {k: f"{k}_hint" for k in HINTED}
    heads = {"snapping": (("points", "source"),), "personal": (("why", "told_by"),)}.get(key, ())
    return Section(
        key,
        report_word(key),
        used,
        [{c: _cell(c, row.get(c)) for c in used} for row in rows],
        report_word(hints[key]) if key in hints else None,
        figures,
        heads,
    )


def _cell(column: str, value: object) -> Cell:
    if isinstance(value, tuple):
        zh, en = value
        return str(zh), str(en)
    if isinstance(value, str) and column in IN_WORDS:
        return IN_WORDS[column](value)
    return shown(value, share=column in SHARES)


def _source_list(text: str) -> Cell:
    return joined(role_word(role) for role in text.split(", "))


def _told(text: str) -> Cell:
    """Return a word or a sentence of geoprio's own in both languages."""
    word = cell_word(text)
    return in_both(text) if word == text else word


IN_WORDS: Final[dict[str, Callable[[str], Cell]]] = {
    "role": role_word, "sources": _source_list, "table": role_word, "category": role_word, "points": role_word,
    "what": role_word, "kind": cell_word, "column": cell_word, "crs_from": cell_word, "encoding": _told,
    "verified": cell_word, "source": in_both, "method": cell_word, "value": _told, "why": in_both,
    "from": in_both, "unit": cell_word, "text": in_both,
}  # fmt: skip
"""Columns whose texts are geoprio's own words, and where their translation is found."""


def in_language(column: str, value: object, number: int) -> object:
    """Return a cell in zh (0), texts of geoprio's own in words; in en (1) it is as it stands, codes among it."""
    if number:
        return value
    told = IN_WORDS[column](value) if isinstance(value, str) and column in IN_WORDS else value
    return told[0] if isinstance(told, tuple) else told


def _file(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the file's name instead of the way to it, which the JSON report has."""
    return {**row, "path": short_name(row["path"])} if isinstance(row.get("path"), str) else dict(row)


def _pairs(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"what": k, "value": shown(v, share=True) if k in SHARES else v} for k, v in figures.items()]


def _extent(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = {"buildings": ("栋/km²", "buildings per km²"), "km": ("千米/km²", "km per km²")}
    zh, en = unit.get(row["unit"], ("处/km²", "facilities per km²"))
    figure = f"{row['per_km2']:,.4g}" if row["per_km2"] < 1000 else f"{row['per_km2']:,.0f}"
    return {**row, "table": row["layer"], "objects": row["rows"], "density": (f"{figure} {zh}", f"{figure} {en}")}


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "title": (row["title_zh"], row["title_en"]), "not_read": ", ".join(row["not_read"])}


def _defect(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"title": (row["title_zh"], row["title_en"])}
    return {**row, **told, "grade": GRADE_TITLES[row["grade"]], "side": SIDE_TITLES[row["side"]]}


def _review(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "candidate_no": row["candidate"], "list_row": str(row["list_row"])}

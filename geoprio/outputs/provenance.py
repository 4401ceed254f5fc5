"""Which values of standards and walking profiles a result rests on, and which of them nobody verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geoprio.outputs.quality.sections import in_language
from geoprio.score.matrix import ANCHOR_WORDS
from geoprio.standards import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoprio.score.matrix import Criterion
    from geoprio.standards import Item, Profile, Rules, Verified
    from geoprio.standards.model import Sourced

QUOTAS = (ANCHOR_WORDS["quota"], ANCHOR_WORDS["supply"])
"""Anchors that come from a rule's quota or capacity."""


def values_used(
    rule_file: Rules,
    rules: Mapping[str, Rule],
    walkers: Mapping[str, Profile],
    criteria: Iterable[Criterion],
    people: Mapping[str, Any] | None = None,
    *,
    straight: bool = False,
) -> list[dict[str, Any]]:
    """Return every value of a standard, walking profile or assumption that a run used.

    Parameters
    ----------
    rule_file : Rules
    rules, walkers : mapping by category
    criteria : iterable of Criterion
    people : mapping, optional
        `City.people`, with what was assumed of them.
    straight : bool
        Whether the thresholds were held against straight lines instead of walks.

    Returns
    -------
    list of dict
        `kind` (``threshold``, ``pace``, ``quota``, ``assumption``, ``community`` or ``item``; a run adds
        ``condition``), `what` (the category,
        item or column), `value` in words, `source`, `clause`, `verified` (true, false or "secondary") and `file`, the
        rule file in which the value stands (empty for paces and assumptions).
    """
    rows, way = [], "straight line" if straight else "walk"
    for category, rule in rules.items():
        share = f" for {100 * rule.share:g} %" if rule.share < 1 else ""
        rows.append(_row("threshold", category, f"{way} of at most {rule.threshold:g} {rule.unit}{share}", rule))
    for category, walker in walkers.items():
        pace = f"pace of {walker.speed_m_per_min:g} m/min ({walker.name})"
        rows.append(_row("pace", category, pace, walker))
    for c in criteria:
        if c.anchors in QUOTAS and isinstance(c.rule, Rule):
            source, clause, verified = c.rule.quota_from
            row = _row("quota", c.category, f"{c.good:g} {_per(c, c.rule)}", c.rule)
            rows.append(row | {"source": source, "clause": clause, "verified": verified})
    rows += [_assumed(entry) for entry in (people or {}).get("assumptions", [])]
    if rule_file.items and rule_file.community is not None:
        reach = rule_file.community
        around = "the zone alone" if reach.threshold is None else f"{reach.threshold:g} {reach.unit} around a zone"
        rows.append(_row("community", "items", around, reach))
    return [*rows, *(_row("item", item.code, _asked(item), item) for item in rule_file.items if item.asks)]


def _row(kind: str, what: str, value: str, entry: Sourced | Profile) -> dict[str, Any]:
    where = {name: getattr(entry, name, "") for name in ("source", "clause", "verified", "file")}
    return {"kind": kind, "what": what, "value": value, **where}


def _assumed(entry: Mapping[str, Any]) -> dict[str, Any]:
    value = f"{entry['value']:g} ({entry['title_en']})"
    named = {"source": entry["source"], "clause": "", "verified": entry["verified"], "file": ""}
    return {"kind": "assumption", "what": entry["column"], "value": value, **named}


def _per(criterion: Criterion, rule: Rule) -> str:
    if criterion.anchors == ANCHOR_WORDS["quota"]:
        return "facilities per 1,000 people"
    return f"{rule.capacity_unit or 'capacity'} per 1,000 {rule.capacity_of or 'of those served'}"


def _asked(item: Item) -> str:
    """Return what an item asks for, in words."""
    asks = []
    for ask in item.asks:
        sizes = [f"{size:g} m²{what}" for size, what in ((ask.area_m2, ""), (ask.land_m2, " of land")) if size]
        asks.append(" ".join((f"{ask.count} of {' or '.join(ask.of)}", *(f"with {size}" for size in sizes))))
    return (" or " if item.need == "any" else "; ").join(asks)


def mark_of(verified: Verified) -> str:
    """Return the mark of a value as a word: verified, secondary or unverified."""
    return "secondary" if verified == "secondary" else "verified" if verified else "unverified"


def is_loose(verified: Verified) -> bool:
    """Return whether a value was not read in the official text."""
    return verified is not True


def unverified_text(rows: Iterable[Mapping[str, Any]], number: int = 1) -> str:
    """Return one line that names every unverified value of `values_used`, by source; empty where all were verified.

    Parameters
    ----------
    rows : iterable of mapping
    number : int
        Language: 0 zh, 1 en.
    """
    by_source: dict[str, list[str]] = {}
    for row in rows:
        if is_loose(row["verified"]):
            what, value = (in_language(key, row[key], number) for key in ("what", "value"))
            short = f"{ITEM[number]}{what}" if row["kind"] == "item" else f"{what} {value}"
            by_source.setdefault(_named(row, number), []).append(short)
    within, between, (opening, closing) = BETWEEN[number]
    return between.join(f"{within.join(values)}{opening}{source}{closing}" for source, values in by_source.items())


ITEM: Final = ("项目 ", "item ")
BETWEEN: Final = (("、", "；", "（）"), (", ", "; ", (" (", ")")))
"""What stands between values of one source, between sources, and around the source."""
MARKS: Final = {"secondary": ("转引", "quoted elsewhere"), "unverified": ("未核实", "not verified")}


def _named(row: Mapping[str, Any], number: int) -> str:
    mark = MARKS[mark_of(row["verified"])][number]
    source = str(in_language("source", row["source"], number))
    return BETWEEN[number][0].join(part for part in (source, row["clause"], mark) if part)

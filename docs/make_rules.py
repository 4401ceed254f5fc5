"""Write the tables of docs/rules.md anew from the rule files that ship: `python docs/make_rules.py`."""
# ruff: noqa: INP001 - a script, no package

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoprio.standards import load_rules, shipped_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio.standards import Ask, Item, Rule, Rules, Value

PAGE = Path(__file__).with_name("rules.md")
BEGIN = "<!-- From here on written by docs/make_rules.py; change the rule files instead. -->"


def page(text: str) -> str:
    """Return the text of the page with its tables written anew."""
    return f"{text.partition(BEGIN)[0]}{BEGIN}\n\n{tables()}"


def tables() -> str:
    """Return the overview, and for every rule file what stands in it."""
    files = [load_rules(name, PAGE.parent) for name in shipped_rules()]
    heads = ("file", "title", "标题", "issued", "extends")
    rows = [(f"[`{f.name}`](#{f.name})", f.title_en, f.title_zh, f.issued, ", ".join(f.extends)) for f in files]
    return "\n\n".join(["## Files", _table(heads, rows), *(_file(f) for f in files)]) + "\n"


def _file(rules: Rules) -> str:
    own = {part: [e for e in getattr(rules, part) if e.file == rules.name] for part in ("rules", "items", "values")}
    parts = [f"## {rules.name}", f"{rules.title_en} · {rules.title_zh}", rules.note]
    if own["rules"]:
        parts.append(_table(("category", "walk", "quota", "source", "verified", "note"), map(_rule, own["rules"])))
    if rules.community is not None and rules.community.file == rules.name:
        reach = rules.community
        parts.append(
            f"Around a zone: {reach.threshold:g} {reach.unit}, for {100 * reach.share:g} % of its demand "
            f"({reach.source}; {_mark(reach.verified)}). {reach.note}"
        )
    if own["items"]:
        parts.append(_table(("item", "项目", "asks for", "source", "verified", "note"), map(_item, own["items"])))
    if own["values"]:
        parts.append("Told, and not computed with:")
        parts.append(_table(("value", "取值", "amount", "source", "verified", "note"), map(_value, own["values"])))
    return "\n\n".join(parts)


def _rule(rule: Rule) -> tuple[str, ...]:
    verified = _mark(rule.verified)
    if rule.quota_source:
        verified += f"; quota: {_mark(rule.quota_from[2])}"
    return rule.category, f"≤ {rule.threshold:g} {rule.unit}", _quota(rule), _source(rule), verified, rule.note


def _quota(rule: Rule) -> str:
    said = []
    if rule.quota_per_1000 is not None:
        said.append(f"{rule.quota_per_1000:.3g} per 1,000 people")
    if rule.capacity_per_1000 is not None:
        per = f"{rule.capacity_per_1000:g} {rule.capacity_unit} per 1,000 of {rule.capacity_of}"
        said.append(f"{per} ({rule.quota_from[0]})")
    return "; ".join(said)


def _item(item: Item) -> tuple[str, ...]:
    asks = (" or " if item.need == "any" else "; ").join(_ask(ask) for ask in item.asks) or "–"
    if item.partly:
        asks += "; and more that facilities do not tell"
    return f"{item.number}. {item.title_en} (`{item.code}`)", item.title_zh, asks, *_told(item)


def _ask(ask: Ask) -> str:
    sizes = [f"{size:g} m²{what}" for size, what in ((ask.area_m2, ""), (ask.land_m2, " of land")) if size]
    return f"{ask.count} × {' or '.join(f'`{name}`' for name in ask.of)}" + (
        f", {' and '.join(sizes)}" if sizes else ""
    )


def _value(value: Value) -> tuple[str, ...]:
    return value.title_en, value.title_zh, f"{_amount(value)} {value.unit}", *_told(value)


def _amount(value: Value) -> str:
    if value.least is None:
        return f"≤ {value.most:,g}"
    if value.most is None:
        return f"≥ {value.least:,g}"
    return f"{value.least:,g}" if value.least == value.most else f"{value.least:,g} to {value.most:,g}"


def _told(entry: Item | Value) -> tuple[str, ...]:
    return _source(entry), _mark(entry.verified), entry.note


def _source(entry: Rule | Item | Value) -> str:
    return f"{entry.source}, {entry.clause}" if entry.clause else entry.source


def _mark(verified: object) -> str:
    return "secondary" if verified == "secondary" else "yes" if verified else "no"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    """Return a table in Markdown; columns without any content are left out."""
    found = [tuple(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    kept = [k for k in range(len(heads)) if any(row[k] for row in found)]
    lines = [[heads[k] for k in kept], ["---"] * len(kept), *([row[k] for k in kept] for row in found)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")

"""Notes, reasons and mends in Chinese: the sentences of geoprio, whatever names and numbers stand in them."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from geoprio.city.outliers import outlier_rules
from geoprio.outputs.asked.words import PERSONAL
from geoprio.outputs.quality.words import code_titles
from geoprio.sources.schemas import load_schemas
from geoprio.standards.defects import load_defects

SLOT = re.compile(r"\{(\d*|\*)\}")
WITHIN, ACROSS = r"((?:(?!; ).)+?)", "(.+?)"
"""What a slot takes: nothing beyond the part of the sentence, or all."""
OF_DEFECTS = "defects of which something is known: "
CODE = re.compile(r"(.+ = )?([a-z][a-z0-9_]*)")
"""A code of geoprio, alone or told of a word of the data."""
DROPPED = re.compile(r"(.+) \(([a-z ]+), by (.+)\)")
"""A personal column with what it holds and what told that."""


@cache
def _known() -> tuple[dict[str, str], list[tuple[str, re.Pattern[str], str]]]:
    """Return sentences without slots, and those with slots as (fixed beginning, pattern, translation)."""
    fixed = _entries("standards_zh.toml")
    open_ = []
    for en, zh in _entries("notes_zh.toml").items():
        if not SLOT.search(en):
            fixed[en] = zh
            continue
        parts = SLOT.split(en)
        pattern = "".join(
            (ACROSS if part == "*" else WITHIN) if k % 2 else re.escape(part) for k, part in enumerate(parts)
        )
        open_.append((parts[0], re.compile(pattern, re.DOTALL), zh))
    fixed |= {schema.title_en: schema.title_zh for schema in load_schemas()}
    for rule in outlier_rules():
        begin = f"doubtful: {rule.title_en}: "
        pattern = re.escape(begin) + r"(\d+) of (\d+), such as (.+); nothing was changed"
        open_.append(
            (begin, re.compile(pattern, re.DOTALL), f"存疑：{rule.title_zh}：{{1}} 中有 {{0}}，如 {{2}}；未作改动")
        )
    return fixed, open_


def _entries(name: str) -> dict[str, str]:
    """Return all sentences of a file of translations, whatever part they stand in."""
    text = files("geoprio.outputs").joinpath(name).read_text(encoding="utf-8")
    return {en: zh for part in tomllib.loads(text).values() for en, zh in part.items()}


def in_chinese(text: str) -> str | None:
    """Return a sentence of geoprio in Chinese; None where its translation is not known.

    A sentence that is put together of several, by "; ", is translated part by part.
    """
    whole = _one(text)
    if whole is not None:
        return whole
    parts = text.split("; ")
    if len(parts) == 1:
        return None
    found = [_one(part) for part in parts]
    return "；".join(p for p in found if p is not None) if all(p is not None for p in found) else None


def in_both(text: str) -> tuple[str, str] | str:
    """Return a sentence in zh and en, codes in words; the English one alone where no translation is known."""
    zh = in_chinese(text)
    return text if zh is None else (zh, _in_words(text))


def _in_words(text: str) -> str:
    """Return an English sentence about defects with their titles instead of their codes."""
    code, colon, rest = text.partition(": ")
    if colon and code in load_defects():
        return f"{load_defects()[code].title_en}: {rest}"
    if not text.startswith(OF_DEFECTS):
        return text
    codes = text.removeprefix(OF_DEFECTS).split(", ")
    titles = [code_titles(code) for code in codes]
    return OF_DEFECTS + "; ".join(code if t is None else t[1] for code, t in zip(codes, titles, strict=True))


@cache
def _one(text: str) -> str | None:
    fixed, open_ = _known()
    if text in fixed:
        return fixed[text]
    for begin, pattern, zh in open_:
        if text.startswith(begin):
            match = pattern.fullmatch(text)
            if match:
                said = [_filling(word) for word in match.groups()]
                # Each slot of the translation names the one of the sentence, so that the order may differ.
                parts = SLOT.split(zh)
                return "".join(said[int(part)] if k % 2 else part for k, part in enumerate(parts))
    return None


def _filling(word: str) -> str:
    """Return what fills a slot in Chinese: a sentence that is known, such as the reason of a reason, or codes."""
    if " " in word:
        known = _one(word)
        if known is not None:
            return known
    dropped = [DROPPED.fullmatch(part) for part in re.split(r"(?<=\)), ", word)]
    if None not in dropped:
        return "、".join(
            f"{d[1]}（{PERSONAL.get(d[2], (d[2],))[0]}，据{_filling(d[3])}）" for d in dropped if d is not None
        )
    parts = [CODE.fullmatch(part) for part in word.split(", ")]
    titles = [None if part is None else code_titles(part[2]) for part in parts]
    if None in titles:
        return word
    return "、".join(
        f"{p[1] or ''}{t[0]}" for p, t in zip(parts, titles, strict=True) if p is not None and t is not None
    )

"""A project file as text: keys with the reason for each, and nothing in a name that could break out of its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoprio.config.draft.said import Said

Value = str | int | float | bool | list[str] | dict[str, "Value"]

WIDTH: Final = 110
"""Columns of a comment; a Chinese character takes two."""
BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
DOUBTFUL: Final = {"en": "? doubtful: ", "zh": "？存疑："}
"""How a comment begins that somebody should look at."""
ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Kinds of characters that move, hide or break text: control, formatting (right-to-left marks), line separators."""


@dataclass(frozen=True)
class Remark:
    """A line of reason."""

    said: Said
    doubtful: bool = False


@dataclass
class Line:
    """A key of the project file with the reasons for its value."""

    key: str
    value: Value
    why: tuple[Remark, ...] = ()


@dataclass
class Section:
    """A table of the project file.

    Attributes
    ----------
    head : str
        Such as ``[zones]`` or ``[[facilities]]``; empty: remarks alone.
    active : bool
        Whether it counts; else its lines are comments, to be taken in by removing their marks.
    """

    head: str
    remarks: list[Remark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    active: bool = True

    def add(self, key: str, value: Value | None, *why: Remark) -> None:
        """Add a key; a missing value adds nothing."""
        if value is not None and value not in ({}, []):
            self.lines.append(Line(key, value, why))

    def get(self, key: str) -> Value | None:
        """Return the value of a key, or None."""
        return next((line.value for line in self.lines if line.key == key), None)


def render(sections: Iterable[Section], lang: str) -> str:
    """Return the sections as the text of a project file, with the comments in a language."""
    blocks = ["\n".join(_section(section, lang)) for section in sections]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(section: Section, lang: str) -> Iterator[str]:
    mark = "" if section.active else "# "
    if section.head:
        yield mark + section.head
    for remark in section.remarks:
        yield from comment(remark, lang)
    for line in section.lines:
        for remark in line.why:
            yield from comment(remark, lang)
        yield f"{mark}{key_text(line.key)} = {value_text(line.value)}"


def comment(remark: Remark, lang: str) -> Iterator[str]:
    """Return the lines of a comment; a doubtful one begins with the mark of its language."""
    text = (DOUBTFUL[lang] if remark.doubtful else "") + harmless(remark.said.text(lang))
    for number, line in enumerate(_wrapped(text)):
        yield f"# {line}" if number == 0 else f"#   {line}"


def harmless(text: str, *, keep: bool = False) -> str:
    """Return text in one line, with every character that is not seen as its number, such as u202e.

    Parameters
    ----------
    keep : bool
        Whether blanks stay as they are.
    """
    line = "".join(" " if c in "\t\r\n" else c for c in text) if keep else " ".join(text.split())
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in UNSEEN else c for c in line)


def _wrapped(text: str) -> list[str]:
    """Return lines of at most `WIDTH` columns: English breaks at blanks, Chinese anywhere."""
    lines, line, width = [], "", 0
    for word in re.findall(r"[\x21-\u2e7f]+ ?|.", text):
        size = sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in word)
        if line and width + size > WIDTH and word not in "，。；：、）”":
            lines.append(line.rstrip())
            line, width = "", 0
        line, width = line + (word if line else word.lstrip()), width + size
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


def key_text(key: str) -> str:
    """Return a key as TOML."""
    return key if BARE.fullmatch(key) else quoted(key)


def value_text(value: Value) -> str:
    """Return a value as TOML on one line.

    Examples
    --------
    >>> print(value_text({"类型": ["a'b", "c"]}))
    { "类型" = ["a'b", "c"] }
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(quoted(v) for v in value)}]"
    return repr(value)


def quoted(text: str) -> str:
    """Return text as a basic string of TOML; what would end it, or is not seen, is escaped.

    Raises
    ------
    ValueError
        If it holds half a surrogate pair, which no TOML can.
    """
    return f'"{"".join(_escaped(c) for c in text)}"'


def _escaped(char: str) -> str:
    if char in ESCAPES:
        return ESCAPES[char]
    kind = unicodedata.category(char)
    if kind == "Cs":
        raise ValueError(f"half a surrogate pair, {ord(char):#06x}, cannot be written")
    if kind not in UNSEEN:
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"

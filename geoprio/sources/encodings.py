"""In which encoding a text was saved: decided from the bytes, told, and never guessed where two could fit.

The order for a CSV: a byte-order mark, strict UTF-8, GB18030 (which holds GBK and GB2312), lines of both. For the
table of a Shapefile (.dbf): its `.cpg`, its language byte, strict UTF-8, GB18030. Any other encoding has to be named
in the project file.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoprio._core.findings import Findings

UTF8: Final = "utf-8"
GB: Final = "gb18030"
REPLACEMENT: Final = "\ufffd"
"""Stands where an earlier program could not read a character; the character is lost."""

COMMON_SHARE: Final = 0.8
"""Text is taken for GB18030 only if at least this share of its non-ASCII characters are those of GB2312.

Text of another encoding (Big5, Latin) often decodes as GB18030 too, but into rare characters."""

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, the longer ones first."""


@dataclass(frozen=True)
class Decision:
    """An encoding and why it was taken.

    Attributes
    ----------
    encoding : str or None
        Python's name; None where values of several encodings are mixed.
    why : str
        For the report.
    whole : bool
        Whether every text ends with a whole character.
    """

    encoding: str | None
    why: str
    whole: bool = True

    @property
    def label(self) -> str:
        """What the data-quality report shows."""
        return f"{self.encoding or 'mixed'} ({self.why})"


def known_encoding(name: str, where: str) -> str:
    """Return Python's name of an encoding of text.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise InputError(f"{where}: encoding {name!r} is not known; try gb18030 or utf-8.") from None


def decode(data: bytes, encoding: str | None, where: str, role: str, findings: Findings) -> tuple[str, Decision]:
    """Return the text of a file and the decision on its encoding.

    Parameters
    ----------
    data : bytes
    encoding : str or None
        What the project file says.
    where : str
        Names the file in messages.
    role : str
        Takes the notes.

    Raises
    ------
    InputError
        If the bytes are no text (NUL), do not fit the encoding that is asked for or marked, are cut off within a
        character, or fit neither UTF-8 nor GB18030.
    """
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    asked = known_encoding(encoding, where) if encoding is not None else None
    wide = (asked or marked or UTF8).startswith(("utf-16", "utf-32"))
    if not wide:
        _no_nul(data, where)
    if asked is not None:
        text, decision = _as_asked(data, asked, where), Decision(asked, "project file")
    elif marked is not None and wide:
        text, decision = _as_asked(data, marked, where), Decision(marked, "byte-order mark")
    else:
        text, decision = _detected(data.removeprefix(codecs.BOM_UTF8), where, role, findings, marked=marked is not None)
    lost = text.count(REPLACEMENT)
    if lost:
        findings.warn(role, f"{where}: {lost} characters were lost (�) before the file came here; export it again")
    return text.removeprefix("\ufeff"), decision


def _no_nul(data: bytes, where: str, lines: int = 0) -> None:
    """Refuse a NUL byte; `lines` stand before the data."""
    at = data.find(b"\0")
    if at >= 0:
        raise InputError(
            f"{where}: a NUL byte in line {lines + data.count(bytes([10]), 0, at) + 1}: it is no text, or UTF-16 "
            "without a byte-order mark; save it again in UTF-8."
        )


def _as_asked(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fits = _fitting(data.splitlines())
        hint = f"it looks like {fits}" if fits and fits != encoding else "name the one that it was saved in"
        raise InputError(
            f'{where}: it is not {encoding} (line {line}: {_sample(data, error.start)}); {hint}: set encoding = "…" or '
            "leave it out."
        ) from None


def _detected(data: bytes, where: str, role: str, findings: Findings, *, marked: bool) -> tuple[str, Decision]:
    try:
        return data.decode(UTF8), Decision(UTF8, "byte-order mark" if marked else _plain_why(data))
    except UnicodeDecodeError as error:
        _not_cut_off(data, error, where)
    lines = data.splitlines(keepends=True)
    kinds = [kind_of(line) for line in lines]
    bad = next((i for i, kind in enumerate(kinds) if kind == ""), None)
    if bad is not None:
        if bad == len(lines) - 1:
            _last_line(data, where)
        raise InputError(
            f'{where}: line {bad + 1} is neither UTF-8 nor GB18030 ({_sample(lines[bad], 0)}); set encoding = "…" to '
            "the one that it was saved in (such as big5, cp1252)."
        )
    chinese = [line.decode(GB) for line, kind in zip(lines, kinds, strict=True) if kind == GB]
    if not plausible(chinese):
        raise InputError(
            f"{where}: it is not UTF-8, and as GB18030 it reads {_shown(chinese)!r}, mostly rare characters; set "
            'encoding = "…" to the one that it was saved in (such as big5, cp1252), or to gb18030 if that is right.'
        )
    mixed = kinds.count(UTF8)
    text = "".join(line.decode(GB if kind == GB else UTF8) for line, kind in zip(lines, kinds, strict=True))
    if not mixed:
        return text, Decision(GB, "not UTF-8")
    counts = f"{mixed} lines in UTF-8, {len(chinese)} in GB18030"
    findings.warn(role, f"{where}: {counts}: two files were joined; each line was read in its own encoding")
    return text, Decision(None, counts)


def _last_line(data: bytes, where: str) -> None:
    try:
        data.decode(GB)
    except UnicodeDecodeError as error:
        _not_cut_off(data, error, where)


def _plain_why(data: bytes) -> str:
    return "plain ASCII" if data.isascii() else "strict"


def kind_of(line: bytes) -> str | None:
    """Return the encoding that a line is in: utf-8, gb18030, None where it is plain ASCII, "" where neither fits.

    Two bytes of GBK can be a letter of UTF-8 (Greek, Cyrillic, Hebrew …) by chance. So a line that fits both counts
    as UTF-8 only if it has a character beyond those, such as a Chinese one.
    """
    if line.isascii():
        return None
    fits_gb = _fits(line, GB)
    try:
        text = line.decode(UTF8)
    except UnicodeDecodeError:
        return GB if fits_gb else ""
    return GB if fits_gb and max(text) < "\u0800" else UTF8


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _fitting(parts: Iterable[bytes]) -> str | None:
    """Return the one encoding of the two that all parts fit, or None."""
    found = [p for p in parts if not p.isascii()]
    if all(_fits(p, UTF8) for p in found):
        return UTF8
    if all(_fits(p, GB) for p in found) and plausible(p.decode(GB) for p in found):
        return GB
    return None


def _not_cut_off(data: bytes, error: UnicodeDecodeError, where: str) -> None:
    at_end = error.end == len(data) and error.reason in {"unexpected end of data", "incomplete multibyte sequence"}
    # Plain ASCII before it says nothing about the encoding.
    if at_end and not data[: error.start].isascii():
        raise InputError(f"{where}: it ends within a character: the file is cut off; copy it again.")


def plausible(texts: Iterable[str]) -> bool:
    """Return whether text decoded as GB18030 reads like Chinese: mostly characters of GB2312."""
    foreign = [c for text in texts for c in text if c > "\x7f"]
    return bool(foreign) and sum(_fits_gb2312(c) for c in foreign) >= COMMON_SHARE * len(foreign)


def _fits_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _sample(data: bytes, at: int) -> str:
    line = data[data.rfind(b"\n", 0, at) + 1 :][:60].splitlines()
    return repr(line[0] if line else data[at : at + 20])


def _shown(texts: list[str]) -> str:
    return " ".join("".join(c for c in text if c > "\x7f")[:12] for text in texts[:3])


def check_utf8(path: Path, where: str) -> None:
    """Check that a file that can only be UTF-8, such as GeoJSON, is.

    Raises
    ------
    InputError
        With the encoding that it looks like; also if it holds a NUL byte.
    """
    decoder = codecs.getincrementaldecoder(UTF8)()
    lines = 0
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                _no_nul(block, where, lines)
                lines += block.count(b"\n")
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            looks = " (it looks like GB18030)" if _fitting(file.read().splitlines()) == GB else ""
        else:
            return
    raise InputError(f"{where}: it is not UTF-8{looks}, which this format has to be; export it again as UTF-8.")

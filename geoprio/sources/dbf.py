"""In which encoding the table of a Shapefile (.dbf) was saved, and its text where rows were saved in several."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.sources.encodings import GB, REPLACEMENT, UTF8, Decision, kind_of, known_encoding, plausible
from geoprio.sources.shapefile import sibling

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings

LANGUAGES: Final = {0x4D: GB, 0x7A: GB, 0x4F: "big5", 0x78: "big5"}
"""Language bytes of Chinese tables: code pages 936 and 950, after the tables of FoxPro and ArcPad's help."""
WEAK: Final = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252"}
"""Language bytes that programs write without knowing: they count only where nothing else fits."""
BYTES: Final = "ISO-8859-1"
"""Carries every byte unchanged."""
ONE_BYTE: Final = re.compile(r"cp125\d|cp437|cp850|iso8859-\d+|latin")
"""Encodings that any bytes fit."""
NAME_BYTES: Final = 10
"""Longest name of a column."""


@dataclass(frozen=True)
class _Text:
    """A text of the table that is not ASCII; `full` where it fills its column, so that it may be cut off."""

    data: bytes
    full: bool

    def fits(self, encoding: str) -> bool:
        """Return whether it decodes; a character cut in half at the end of a full column does not count."""
        if not self.full:
            return self.whole(encoding)
        try:
            codecs.getincrementaldecoder(encoding)().decode(self.data)
        except UnicodeDecodeError:
            return False
        return True

    def whole(self, encoding: str) -> bool:
        """Return whether it decodes to its last byte."""
        try:
            self.data.decode(encoding)
        except UnicodeDecodeError:
            return False
        return True

    def is_utf8(self) -> bool:
        """Return whether it is UTF-8 and not two bytes of GBK by chance."""
        return self.fits(UTF8) and kind_of(self.data.decode(UTF8, "ignore").encode()) == UTF8


def table_encoding(shp: Path, asked: str | None, role: str, findings: Findings) -> Decision:
    """Return the encoding of a Shapefile's table; where its values have to be read one by one, the decision says so.

    Parameters
    ----------
    shp : Path
    asked : str or None
        What the project file says; it comes before all that the files say.
    role : str
        Takes the notes.

    Raises
    ------
    InputError
        If the table is cut off, or its text does not fit the encoding that is asked for or that the `.cpg` names,
        or fits none.
    """
    where = f"[{role}] {shp.name}"
    dbf = sibling(shp, ".dbf")
    if dbf is None:
        return Decision(UTF8, "no .dbf")
    language, texts = _foreign_texts(dbf, where)
    if asked is not None:
        return _asked(texts, known_encoding(asked, where), where, role, findings)
    if not texts:
        return Decision(UTF8, "plain ASCII")
    named = _of_cpg(shp, role, findings)
    if named is not None:
        decision: Decision | None = _named(texts, named, where, role, findings)
    else:
        decision = _of_language(texts, language, dbf.name, role, findings) or _detected(texts, where, role, findings)
    decision = decision or _weak(texts, language, where, role, findings)
    if decision is None:
        raise InputError(
            f'{where}: its text, such as {texts[0].data!r}, is neither UTF-8 nor GB18030; set encoding = "…" to the '
            "one that it was saved in (such as big5, cp1252)."
        )
    return _without_halves(decision, texts, role, findings)


def _foreign_texts(dbf: Path, where: str) -> tuple[int, list[_Text]]:
    """Return the language byte, and the different texts that are not ASCII: names of columns and character values."""
    data = dbf.read_bytes()
    if len(data) < 33:
        raise InputError(f"{where}: its .dbf is cut off; copy all files of the Shapefile again.")
    rows, start, width = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if len(data) < start + rows * width:
        there = max(len(data) - start, 0) // max(width, 1)
        raise InputError(
            f"{where}: its .dbf is cut off: it should hold {rows} rows and has {there}; copy all files again."
        )
    table = np.frombuffer(data, np.uint8, rows * width, start).reshape(rows, width)
    found: list[_Text] = []
    at = 1
    for head in range(32, start - 1, 32):
        field = data[head : head + 32]
        if len(field) < 32 or field[0] == 0x0D:
            break
        name = field[:11].split(b"\0")[0]
        found += [] if name.isascii() else [_Text(name, len(name) >= NAME_BYTES)]
        if field[11:12] == b"C":
            found += _column(table[:, at : at + field[16]])
        at += field[16]
    return data[29], found


def _column(cells: np.ndarray) -> list[_Text]:
    foreign = np.ascontiguousarray(cells[(cells >= 0x80).any(axis=1)])
    size = cells.shape[1]
    if not len(foreign) or not size:
        return []
    values = [bytes(v).rstrip(b" \0") for v in np.unique(foreign.view(f"S{size}"))]
    return [_Text(v, len(v) == size) for v in values]


def _of_cpg(shp: Path, role: str, findings: Findings) -> str | None:
    """Return Python's name of the encoding that the .cpg names; None without one, or where it is not known."""
    cpg = sibling(shp, ".cpg")
    label = cpg.read_bytes()[:200].decode("ascii", "replace").strip().lower() if cpg else ""
    if not label:
        return None
    digits = re.sub(r"^(ldid/|cp|windows-|ansi|oem)[ _-]?", "", label)
    if digits in {"65001", "utf8"}:
        return UTF8
    if digits in {"936", "54936", "gbk", "gb2312", "gb18030", "euc-cn"}:
        return GB
    for name in (label, f"cp{digits}", re.sub(r"^8859[-_]?", "iso8859-", digits)):
        try:
            return codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
    findings.warn(role, f"{shp.name}: its .cpg names {label!r}, which is no known encoding; it was left aside")
    return None


def _asked(texts: list[_Text], encoding: str, where: str, role: str, findings: Findings) -> Decision:
    bad = next((t for t in texts if not t.fits(encoding)), None)
    if bad is not None:
        looks = _looks_like(texts)
        hint = f"; it looks like {looks}" if looks else ""
        raise InputError(
            f"{where}: the text {bad.data!r} is not {encoding}{hint}; set another encoding or leave it out."
        )
    return _without_halves(Decision(encoding, "project file"), texts, role, findings)


def _looks_like(texts: list[_Text]) -> str | None:
    """Return the one of the two encodings that all texts fit, and read like Chinese in."""
    if all(t.is_utf8() for t in texts):
        return UTF8
    if all(t.fits(GB) for t in texts) and plausible(t.data.decode(GB, "ignore") for t in texts):
        return GB
    return UTF8 if all(t.fits(UTF8) for t in texts) else None


def _named(texts: list[_Text], encoding: str, where: str, role: str, findings: Findings) -> Decision:
    """Return the encoding of the .cpg, or refuse it where it does not fit."""
    looks = _looks_like(texts)
    bad = next((t for t in texts if not t.fits(encoding)), None)
    # GBK's bytes are letters of Latin, UTF-8's often rare characters of GBK: both decode, and are wrong.
    other = looks == UTF8 != encoding or (looks == GB and ONE_BYTE.match(encoding))
    if bad is None and not other:
        return Decision(encoding, ".cpg")
    if looks is None:
        mixed = _detected(texts, where, role, findings)
        if mixed is not None:
            return mixed
    hint = f"; it looks like {looks}" if looks else ""
    raise InputError(
        f"{where}: its .cpg says {encoding}, but the text {(bad or texts[0]).data!r} is not{hint}; "
        f'set encoding = "{looks or "…"}" or mend the .cpg.'
    )


def _of_language(texts: list[_Text], language: int, name: str, role: str, findings: Findings) -> Decision | None:
    """Return the encoding of the language byte, if it names one that the text fits."""
    encoding = LANGUAGES.get(language)
    if encoding is None:
        return None
    if all(t.fits(encoding) for t in texts) and _looks_like(texts) != UTF8:
        return Decision(encoding, f"language byte 0x{language:02X} of the .dbf")
    findings.warn(role, f"{name}: its language byte says {encoding}, which its text is not; it was left aside")
    return None


def _weak(texts: list[_Text], language: int, where: str, role: str, findings: Findings) -> Decision | None:
    """Return the encoding of a language byte that is no proof, with a warning."""
    encoding = WEAK.get(language)
    if encoding is None or not all(t.fits(encoding) for t in texts):
        return None
    findings.warn(
        role,
        f"{where}: its text is neither UTF-8 nor GB18030; taken as {encoding}, as its language byte has it, so that it "
        f"reads {texts[0].data.decode(encoding)!r}; if that is wrong, set encoding",
    )
    return Decision(encoding, f"language byte 0x{language:02X} of the .dbf; neither UTF-8 nor GB18030")


def _detected(texts: list[_Text], where: str, role: str, findings: Findings) -> Decision | None:
    looks = _looks_like(texts)
    if looks:
        return Decision(looks, "no .cpg; strict" if looks == UTF8 else "no .cpg; not UTF-8")
    chinese = [t for t in texts if not t.is_utf8()]
    fits = all(t.fits(GB) for t in chinese) and plausible(t.data.decode(GB, "ignore") for t in chinese)
    if not fits or len(chinese) == len(texts):
        return None
    counts = f"{len(texts) - len(chinese)} texts in UTF-8, {len(chinese)} in GB18030"
    findings.warn(role, f"{where}: {counts}: two files were joined; each text was read in its own encoding")
    return Decision(None, counts)


def _without_halves(decision: Decision, texts: list[_Text], role: str, findings: Findings) -> Decision:
    """Return the decision; where a text was cut within a character, that its values are read one by one."""
    halves = sum(not t.whole(decision.encoding) for t in texts) if decision.encoding else 0
    if not halves:
        return decision
    findings.info(role, f"{halves} texts fill their column and end within a character: it is left out")
    return replace(decision, whole=False)


def read_one_by_one(frame: gpd.GeoDataFrame, encoding: str | None) -> gpd.GeoDataFrame:
    """Return a table that was read byte for byte (`BYTES`) as text.

    Parameters
    ----------
    frame : GeoDataFrame
    encoding : str or None
        None: each text in UTF-8 or GB18030, as it fits. A character cut in half at the end is left out.
    """

    def text(carried: str) -> str:
        """Return one text as it was meant."""
        data = carried.encode(BYTES)
        own = encoding or (UTF8 if _Text(data, full=True).is_utf8() else GB)
        return data.decode(own, "ignore")

    out = frame.rename(columns={c: text(str(c)) for c in frame.columns})
    for name in out.columns:
        if name != out.geometry.name and pd.api.types.is_string_dtype(out[name]):
            known = {value: text(value) for value in out[name].dropna().unique()}
            out[name] = out[name].map(known).astype("str")
    return out


def count_lost(frame: pd.DataFrame, role: str, path: str, findings: Findings) -> None:
    """Warn of texts in which an earlier program lost characters."""
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    lost = sum(int(frame[name].str.contains(REPLACEMENT, regex=False, na=False).sum()) for name in texts)
    if lost:
        findings.warn(role, f"{path}: {lost} texts lost characters (�) before the file came here; export it again")

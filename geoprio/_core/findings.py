"""What was noticed on the way: sources read, rows set aside, warnings and problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoprio._core.columns import POSITION_COLUMNS, REJECT_COLUMNS
from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

Position = tuple[float, float]
MOST_REASONS = 3
"""Reasons that an error tells of rows that were set aside."""
NOWHERE: Position = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Note:
    """A remark for the data-quality report; `level` is ``"info"`` or ``"warning"``."""

    level: str
    source: str
    text: str


@dataclass
class Findings:
    """Collects what reading and building notice, in order.

    Attributes
    ----------
    notes : list of Note
    sources : list of dict
        One record for each source read: role, path, rows read, used, set aside, CRS and encoding decisions.
    decisions : dict
        By role: what reading decided, such as the encoding; it becomes a part of the source's record.
    """

    notes: list[Note] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _rejects: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    # One for each reject; None as long as nobody has said where it lies.
    _at: list[Position | None] = field(default_factory=list)

    def info(self, source: str, text: str) -> None:
        """Note something that a reader of the report should know."""
        self.notes.append(Note("info", source, text))

    def warn(self, source: str, text: str) -> None:
        """Note something that may make the result wrong; ``--strict`` turns it into an error."""
        self.notes.append(Note("warning", source, text))

    def decide(self, role: str, key: str, value: object) -> None:
        """Record what was decided on reading a source, for its record in the report."""
        self.decisions.setdefault(role, {})[key] = value

    def raise_warnings(self) -> None:
        """Raise the warnings as errors (the ``--strict`` way).

        Raises
        ------
        InputError
            If there was any warning, with one line for each.
        """
        if self.warnings:
            raise InputError(*(f"--strict: {n.source}: {n.text}" for n in self.warnings))

    def note_rows(self) -> list[dict[str, str]]:
        """Return the notes as rows of the report."""
        return [{"level": n.level, "source": n.source, "text": n.text} for n in self.notes]

    @property
    def warnings(self) -> list[Note]:
        """The notes of level ``"warning"``."""
        return [n for n in self.notes if n.level == "warning"]

    def used(self, role: str, rows: int) -> None:
        """Record how many rows of a source the city uses."""
        for source in self.sources:
            if source["role"] == role:
                source["used"] = rows

    def reject(
        self,
        source: str,
        rows: Iterable[object],
        reason: str,
        mend: str,
        *,
        column: str = "",
        values: Iterable[object] | None = None,
        at: gpd.GeoSeries | None = None,
    ) -> int:
        """Set rows (or single values, where `column` is given) aside with a reason; return how many.

        `at` holds a shape for each row, in its order. Without it `place` may tell later where the rows lie.
        """
        rows = list(rows)
        shown = [""] * len(rows) if values is None else [str(v) for v in values]
        self._rejects.extend((source, str(r), column, v, reason, mend) for r, v in zip(rows, shown, strict=True))
        self._at.extend([None] * len(rows) if at is None else _positions(at))
        return len(rows)

    def lacks(self, source: str, *, values: bool = True) -> list[str]:
        """Return why rows of a source were set aside, as lines for an error: the most frequent reasons first.

        Parameters
        ----------
        source : str
            As in `reject`.
        values : bool
            Whether the example of each reason may show what stands there; not where it may be personal.
        """
        found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for role, row, column, value, reason, mend in self._rejects:
            if role == source:
                found.setdefault((reason, mend), []).append((row, column, value))
        ranked = sorted(found.items(), key=lambda item: -len(item[1]))[:MOST_REASONS]
        lines = []
        for (reason, mend), rows in ranked:
            row, column, value = rows[0]
            what = f", {column} = {value!r}" if column and value and values else f", {column}" if column else ""
            count = "" if len(rows) == 1 else f"{len(rows)} rows, such as "
            lines.append(f"{reason}: {count}row {row}{what}; {mend}.")
        return lines

    def place(self, source: str, shapes: gpd.GeoSeries) -> None:
        """Say where the rows of a source lie, for those set aside so far of which it is not known.

        Parameters
        ----------
        source : str
            As in `reject`.
        shapes : GeoSeries
            Index: the rows, as they were rejected.
        """
        open_ = [i for i, r in enumerate(self._rejects) if self._at[i] is None and r[0] == source]
        if not open_:
            return
        wanted = {self._rejects[i][1] for i in open_}
        there = {str(label): n for n, label in enumerate(shapes.index) if str(label) in wanted}
        found = dict(zip(there, _positions(shapes.iloc[list(there.values())]), strict=True))
        for i in open_:
            at = found.get(self._rejects[i][1], NOWHERE)
            # What is not known here may be known to another table of the source.
            self._at[i] = at if at[0] == at[0] else None

    def rejects(self) -> pd.DataFrame:
        """Rows and values set aside.

        Returns
        -------
        DataFrame
            Columns source, row, column, value, reason, mend (all text), and lon, lat: where the row lies, WGS 84
            degrees, NaN where that is not known.
        """
        import pandas as pd  # noqa: PLC0415 - keeps this module light for the command line

        table = pd.DataFrame(self._rejects, columns=list(REJECT_COLUMNS), dtype="str")
        at = pd.DataFrame([p or NOWHERE for p in self._at], columns=list(POSITION_COLUMNS), dtype=float)
        return table.join(at)


def _positions(shapes: gpd.GeoSeries) -> list[Position]:
    """Return a point in degrees for each shape, NaN where it has none."""
    from geoprio._core.positions import lon_lat  # noqa: PLC0415 - keeps this module light for the command line

    return [(lon, lat) for lon, lat in lon_lat(shapes).tolist()]

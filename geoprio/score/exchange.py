"""Decision matrices as JSON and CSV files, and back without loss."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio._core.findings import Findings
from geoprio.score.matrix import Criterion, DecisionMatrix
from geoprio.sources.encodings import decode
from geoprio.standards import Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "geoprio decision matrix 1"

TEXTS = ("category", "title_zh", "title_en", "unit", "anchors")
NUMBERS = ("direction", "weight", "good", "bad")
META = (*NUMBERS, *TEXTS, "rule")
"""What a file says of each indicator; in a CSV each is a row, named with a # before it."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def read_matrix(path: Path) -> DecisionMatrix:
    """Return the matrix in a .json or .csv file.

    Raises
    ------
    InputError, MissingError
        If the file is not there or holds no matrix; naming row, column and value.
    """
    read: Callable[[str, str], DecisionMatrix] = _kind(path, {".json": _from_json, ".csv": _from_csv})
    found = local_path(path.parent, path.name, "matrix")
    text, _ = decode(found.read_bytes(), None, path.name, "matrix", Findings())
    try:
        return read(text, path.name)
    except ValidationError as error:
        raise InputError(*(f"{path.name}: rule, {e['loc']}: {e['msg']}." for e in error.errors())) from None


def write_matrix(matrix: DecisionMatrix, path: Path) -> Path:
    """Write the matrix to a .json or .csv file: UTF-8, formulas in text cells of a CSV neutralised.

    Raises
    ------
    InputError
        If the name ends otherwise.
    """
    path.write_bytes(_kind(path, {".json": _to_json, ".csv": _to_csv})(matrix))
    return path


def _kind(path: Path, kinds: dict[str, Any]) -> Any:  # noqa: ANN401 - a reader or a writer
    if path.suffix.lower() not in kinds:
        raise InputError(f"{path.name}: a matrix is kept as .json or .csv; name such a file.")
    return kinds[path.suffix.lower()]


def _said(c: Criterion) -> dict[str, Any]:
    """Return what is known of a criterion as plain data; None where there is none."""
    numbers = {name: getattr(c, name) for name in NUMBERS}
    told = {name: None if math.isnan(v) else v for name, v in numbers.items()}
    rule = None if c.rule is None else c.rule.model_dump(mode="json")
    return told | {name: getattr(c, name) for name in TEXTS} | {"rule": rule}


def _criterion(code: str, said: dict[str, Any], equal: float, where: str) -> Criterion:
    """Return the criterion of what a file says; weights that are not there are equal."""
    if said.get("direction") not in (1, -1):
        raise InputError(f"{where}: {code!r} has direction {said.get('direction')!r}; write 1 or -1.")
    good, bad = (math.nan if said.get(name) is None else float(said[name]) for name in ("good", "bad"))
    weight = equal if said.get("weight") is None else float(said["weight"])
    category, zh, en, unit, anchors = (str(said.get(name) or "") for name in TEXTS)
    rule = None if said.get("rule") is None else Rule.model_validate(said["rule"])
    return Criterion(code, category, zh, en, unit, int(said["direction"]), good, bad, anchors, weight, rule)


def _matrix(ids: list[str], rows: list[list[float]], criteria: list[Criterion], where: str) -> DecisionMatrix:
    index = pd.Index(ids, dtype="str", name="zone_id")
    table = pd.DataFrame(rows, index=index, columns=[c.code for c in criteria], dtype=float)
    try:
        return DecisionMatrix(table, tuple(criteria))
    except InputError as error:
        raise InputError(*(f"{where}: {problem}" for problem in error.problems)) from None


def _to_json(matrix: DecisionMatrix) -> bytes:
    data = {
        "format": FORMAT,
        "criteria": [{"code": c.code, **_said(c)} for c in matrix.criteria],
        "zones": [
            {"id": str(zone), "values": [None if math.isnan(v) else v for v in row]}
            for zone, row in zip(matrix.ids, matrix.values.tolist(), strict=True)
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def _from_json(text: str, where: str) -> DecisionMatrix:
    try:
        data = json.loads(text)
        form = data["format"]
        said = [(str(c["code"]), c) for c in data["criteria"]]
        criteria = [_criterion(code, c, 1 / len(said), where) for code, c in said]
        ids = [str(zone["id"]) for zone in data["zones"]]
        rows = [[math.nan if v is None else float(v) for v in zone["values"]] for zone in data["zones"]]
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{where}: not a decision matrix in JSON ({type(error).__name__}: {error}).") from None
    if form != FORMAT:
        raise InputError(f"{where}: format {form!r} is not {FORMAT!r}; write it again.")
    for zone, row in zip(ids, rows, strict=True):
        if len(row) != len(criteria):
            raise InputError(f"{where}: zone {zone!r} has {len(row)} values for {len(criteria)} indicators.")
    return _matrix(ids, rows, criteria, where)


def _to_csv(matrix: DecisionMatrix) -> bytes:
    said = [_said(c) for c in matrix.criteria]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["zone_id", *(_shielded(code) for code in matrix.codes)])
    for name in META:
        writer.writerow([f"#{name}", *(_cell(s[name]) for s in said)])
    for zone, row in zip(matrix.ids, matrix.values.tolist(), strict=True):
        writer.writerow([_shielded(str(zone)), *("" if math.isnan(v) else repr(v) for v in row)])
    return out.getvalue().encode("utf-8-sig")


def _from_csv(text: str, where: str) -> DecisionMatrix:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{where}: not a CSV ({error}).") from None
    if not rows or rows[0][:1] != ["zone_id"]:
        raise InputError(f"{where}: the first row must be zone_id and the indicators; it is {rows[0] if rows else []}.")
    codes = [_bare(cell) for cell in rows[0][1:]]
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            raise InputError(f"{where}: row {line} has {len(row)} cells, the header {len(rows[0])}.")
    said: dict[str, list[str]] = {}
    body = rows[1:]
    # A zone may be called #weight: of each name only the first row, above all zones, speaks of the indicators.
    while body and body[0][0][:1] == "#" and body[0][0][1:] in META and body[0][0][1:] not in said:
        said[body[0][0][1:]] = body[0][1:]
        body = body[1:]
    first = 2 + len(said)
    criteria = [
        _criterion(
            code, {name: _read(name, cells[k], code, where) for name, cells in said.items()}, 1 / len(codes), where
        )
        for k, code in enumerate(codes)
    ]
    values = [
        [_number(cell, f"{where}: row {line}, column {code!r}") for code, cell in zip(codes, row[1:], strict=True)]
        for line, row in enumerate(body, first)
    ]
    return _matrix([_bare(row[0]) for row in body], values, criteria, where)


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever is said of a criterion
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return repr(value) if isinstance(value, int | float) else _shielded(value)


def _read(name: str, cell: str, code: str, where: str) -> Any:  # noqa: ANN401 - whatever is said of a criterion
    if name in TEXTS:
        return _bare(cell)
    if not cell:
        return None
    if name == "rule":
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            raise InputError(f"{where}: row #rule, column {code!r}: {cell!r} is not JSON; leave it blank.") from None
    return _number(cell, f"{where}: row #{name}, column {code!r}")


def _number(cell: str, where: str) -> float:
    if not cell.strip():
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: {cell!r} is no number; leave unknown ones blank.")
    return number


def _shielded(text: str) -> str:
    """Return text that no spreadsheet runs as a formula, and that `_bare` gives back."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell

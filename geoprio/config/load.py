"""Read a project file, and say what is wrong with it in the user's words."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from geoprio._core.errors import InputError, MissingError
from geoprio.config.schema import Project

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000


def load_project(path: str | Path) -> Project:
    """Return the project that a TOML file describes.

    Raises
    ------
    MissingError
        If the file is not there.
    InputError
        If it is not TOML, or has unknown keys or values that cannot be used: one line for each.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name}: it is larger than {MAX_BYTES:,} bytes; is it a project file?")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: it is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise MissingError(f"project file {str(path)!r} cannot be read: {error.strerror}.") from None
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise InputError(f"{path.name}: not valid TOML: it is nested too deeply.") from None
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise InputError(f"{path.name}: not valid TOML: a number has too many digits.") from None
        unquoted = re.search(r"(key part|Invalid statement).*line (\d+)", str(error))
        odd = unquoted and not text.splitlines()[int(unquoted[2]) - 1].isascii()
        hint = ' (a key with other letters than a-z needs quotes: "类别" = …)' if odd else ""
        raise InputError(f"{path.name}: not valid TOML: {error}{hint}.") from None
    try:
        project = Project.model_validate(data)
    except ValidationError as error:
        raise InputError(*(f"{path.name}: {line}" for line in _lines(error.errors()))) from None
    if project.project.name:
        return project
    return project.model_copy(update={"project": project.project.model_copy(update={"name": path.stem})})


def schema_text() -> str:
    """Return the JSON schema of the project file."""
    return json.dumps(Project.model_json_schema(), ensure_ascii=False, indent=2)


def _lines(errors: list[ErrorDetails]) -> list[str]:
    """Return one line per place: a value that fits none of several kinds has an error for each of them."""
    first: dict[str, ErrorDetails] = {}
    for error in errors:
        place = _dotted(error["loc"])
        extra = error["type"] == "extra_forbidden"
        for other in [p for p in first if extra and place.startswith(f"{p}.")]:
            del first[other]
        if not any(place.startswith(f"{p}.") and first[p]["type"] != "extra_forbidden" for p in first):
            first.setdefault(place, error)
    # A list is too short when its one item is broken: the item's own error says more.
    inner = {p: e for p, e in first.items() if not any(q.startswith((f"{p}.", f"{p}[")) for q in first)}
    return [_in_words(error) for error in inner.values()]


def _in_words(error: ErrorDetails) -> str:
    loc = error["loc"]
    where = _dotted(loc)
    if error["type"] == "extra_forbidden":
        known = _known_keys(Project, loc[:-1])
        close = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}."
        return f"key {where} is not known; {hint}"
    if error["type"] == "missing":
        return f"{where} is missing; add it."
    given = "" if isinstance(error["input"], dict | list) else f" (given: {error['input']!r})"
    head = f"{where}: " if where else ""
    return f"{head}{error['msg'].removeprefix('Value error, ')}{given}."


def _dotted(loc: tuple[int | str, ...]) -> str:
    """Return a place in the file as a person would write it: facilities[2].category."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif not re.fullmatch(r"str|int|float|bool|ColumnChoice|(list|dict|literal)\[.*", part):
            text += f".{part}" if text else str(part)
    return text


def _known_keys(model: Any, loc: tuple[int | str, ...]) -> list[str]:  # noqa: ANN401 - walks types
    """Return the keys of the part of the model that `loc` leads to."""
    for part in loc:
        if isinstance(part, int) or part == "ColumnChoice":
            continue
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            model = field.annotation if field else None
        inner = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        if inner:
            model = inner[0]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []

"""Read a project file, and say what is wrong with it in the user's words."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from geoprio._core.errors import InputError, MissingError
from geoprio.config.scenario import Scenario
from geoprio.config.schema import Project

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Part = TypeVar("Part", bound=BaseModel)

MAX_BYTES = 1_000_000
TAG = re.compile(r"dict\[(\w+)\]")
"""How an entry that may be of several kinds says of which it is; see `geoprio.config.scenario`."""


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
    project = _read(path, Project, "project")
    if project.project.name:
        return project
    return project.model_copy(update={"project": project.project.model_copy(update={"name": path.stem})})


def load_scenario(path: str | Path) -> Scenario:
    """Return the scenario that a TOML file describes.

    Raises
    ------
    MissingError, InputError
        As `load_project` does.
    """
    path = Path(path)
    scenario = _read(path, Scenario, "scenario")
    return scenario if scenario.name else scenario.model_copy(update={"name": path.stem})


def _read(path: Path, model: type[Part], what: str) -> Part:
    """Return what a TOML file says, as a model."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name}: it is larger than {MAX_BYTES:,} bytes; is it a {what} file?")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: it is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise MissingError(f"{what} file {str(path)!r} cannot be read: {error.strerror}.") from None
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
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(*(f"{path.name}: {line}" for line in _lines(error.errors(), model))) from None


def schema_text(*, scenario: bool = False) -> str:
    """Return the JSON schema of the project file, or of a scenario file."""
    model = Scenario if scenario else Project
    return json.dumps(model.model_json_schema(), ensure_ascii=False, indent=2)


def _lines(errors: list[ErrorDetails], model: type[BaseModel]) -> list[str]:
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
    return [_in_words(error, model) for error in inner.values()]


def _in_words(error: ErrorDetails, model: type[BaseModel]) -> str:
    loc = error["loc"]
    where = _dotted(loc)
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
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
        inner = _models(model)
        if isinstance(part, int) or part == "ColumnChoice":
            continue
        if tag := TAG.fullmatch(part):
            model = next((m for m in inner if m.__name__ == tag[1]), model)
        else:
            field = inner[0].model_fields.get(part) if inner else None
            model = field.annotation if field else None
    found = _models(model)
    return list(found[0].model_fields) if found else []


def _models(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - walks types
    """Return the models that stand in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]

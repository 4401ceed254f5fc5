"""Read a rule file, and those that it extends."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import InputError
from geoprio._core.files import local_path
from geoprio.standards.assumptions import ASSUMPTIONS_FILE
from geoprio.standards.model import Rules
from geoprio.standards.profiles import PROFILES_FILE

WHERE = "[score] rules"
NO_RULES = frozenset((PROFILES_FILE, ASSUMPTIONS_FILE))
"""TOML files beside the rule files that hold something else."""

MAX_BYTES = 1_000_000
KEYS = {"rules": "category", "items": "code", "values": "code"}
"""Parts of a rule file that are lists, and what names an entry."""


def shipped_rules() -> list[str]:
    """Names of the rule files that come with geoprio, sorted."""
    names = [f.name for f in files("geoprio.standards").iterdir() if f.name not in {PROFILES_FILE, ASSUMPTIONS_FILE}]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def load_rules(name: str, base: Path) -> Rules:
    """Return the rules called `name`, or those in the file `name` relative to `base`.

    What a file takes over from those that it `extends` keeps its source, its mark and its `file`. An entry of the
    file's own replaces one of the same category or code as a whole: a rule is never mixed from two sources.

    Raises
    ------
    InputError
        If no such rules ship, the file is not a valid rule file, or files extend each other in a circle.
    MissingError
        If no such file is there.
    """
    return _load(name, base, "", WHERE, ())


def _load(name: str, base: Path, folder: str, where: str, above: tuple[str, ...]) -> Rules:
    """Return rules; `folder` is that of the naming file, relative to `base`, and `above` the files that led here."""
    label, text = _read(name, base, folder, where)
    if label in above:
        raise InputError(f"rule files extend each other in a circle: {' → '.join((*above, label))}; break it.")
    own = _parse(text, label)
    inner = os.path.dirname(label) if label.endswith(".toml") else folder  # noqa: PTH120 - a label, not a path
    bases = [_load(n, base, inner, f"rule file {label!r}: extends", (*above, label)) for n in own.extends]
    if not bases:
        return own
    return own.model_copy(update=_merged([*bases, own]))


def _read(name: str, base: Path, folder: str, where: str) -> tuple[str, str]:
    """Return what a rule file is called in the outputs, and its text."""
    shipped = shipped_rules()
    if name in shipped:
        return name, files("geoprio.standards").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    if not name.endswith(".toml"):
        close = get_close_matches(name, shipped, n=1, cutoff=0.5)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise InputError(f"{where} = {name!r} is not one of {', '.join(shipped)}, nor a .toml file{hint}.")
    path = local_path(base / folder, name, where)
    label = Path(os.path.normpath(Path(folder) / name)).as_posix()
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"rule file {label!r}: it is larger than {MAX_BYTES:,} bytes; is it a rule file?")
    try:
        return label, path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"rule file {label!r}: it is not UTF-8; save it as UTF-8.") from None


def _parse(text: str, label: str) -> Rules:
    """Return the file's own rules, each with the file that it stands in."""
    try:
        data = tomllib.loads(text)
        _refuse_set(data)
        for entry in _entries(data):
            entry["file"] = label
        return Rules.model_validate({**data, "files": (label,)})
    except ValidationError as error:
        raise InputError(*(f"rule file {label!r}: {_in_words(e)}" for e in error.errors())) from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise InputError(f"rule file {label!r}: {error}.") from None
    except RecursionError:
        raise InputError(f"rule file {label!r}: it is nested too deeply.") from None


def _entries(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables of a rule file that name a source."""
    lists = [data[part] for part in KEYS if isinstance(data.get(part), list)]
    found = [*(entry for rows in lists for entry in rows), data.get("community")]
    return [entry for entry in found if isinstance(entry, dict)]


def _refuse_set(data: dict[str, Any]) -> None:
    """Refuse keys that are set by reading."""
    if "files" in data:
        raise ValueError("key files is set by geoprio; leave it out")
    if any("file" in entry for entry in _entries(data)):
        raise ValueError("key file is set by geoprio; leave it out")


def _in_words(error: Any) -> str:  # noqa: ANN401 - pydantic's error
    place = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in error["loc"]).removeprefix(".")
    given = "" if isinstance(error["input"], dict | list | tuple) else f" (given: {error['input']!r})"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}{given}." if place else f"{message}."


def _merged(parts: list[Rules]) -> dict[str, Any]:
    """Return the lists of several rule files put together: the later entry of a name takes the place of the earlier."""
    out: dict[str, Any] = {"files": tuple(dict.fromkeys(f for part in parts for f in part.files))}
    for attribute, key in KEYS.items():
        rows = {getattr(entry, key): entry for part in parts for entry in getattr(part, attribute)}
        out[attribute] = tuple(rows.values())
    out["community"] = next((p.community for p in reversed(parts) if p.community is not None), None)
    return out


def missing_rule(rules: Rules, category: str) -> str:
    """Return the message for a category without a rule."""
    known = ", ".join(r.category for r in rules.rules) or "none"
    hint = "" if category in CATEGORIES else " A category of your own needs one."
    return (
        f"[score] rules {rules.name!r} has no threshold for category {category!r} (it has {known}).{hint} "
        f'Add [[indicators]] code = "{category}_covered_share", threshold_m = …, or use a rule file that has one.'
    )

"""What a draft says, in Chinese and English."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True)
class Said:
    """A sentence that can be told in each language.

    Attributes
    ----------
    key : str
        Of ``texts.toml``.
    values : dict
        What stands in its gaps; a `Said` is told in the same language, a list is joined by commas.
    """

    key: str
    values: dict[str, Any]

    def text(self, lang: str) -> str:
        """Return the sentence."""
        return _texts()[self.key][lang].format(**{k: _told(v, lang) for k, v in self.values.items()})


def say(key: str, **values: Any) -> Said:  # noqa: ANN401 - whatever the sentence has gaps for
    """Return a sentence of ``texts.toml`` with its gaps filled.

    Raises
    ------
    KeyError
        If there is no such sentence.
    """
    if key not in _texts():
        raise KeyError(key)
    return Said(key, values)


def _told(value: object, lang: str) -> object:
    if isinstance(value, Said):
        return value.text(lang)
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(_told(v, lang)) for v in value)
    return value


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = files(__package__).joinpath("texts.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found

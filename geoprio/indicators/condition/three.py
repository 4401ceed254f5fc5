"""Answers with three values: good, unknown, defect. What nobody looked at is unknown, and never good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geoprio._core.typing import Ints

GOOD, UNKNOWN, DEFECT = range(3)
"""In this order the greatest of several answers is that to "any of them?"."""
WORDS: Final = ("good", "unknown", "defect")
WORD_TITLES: Final = {"good": ("完好", "good"), "unknown": ("未调查", "not surveyed"), "defect": ("有问题", "defect")}


def codes(answers: pd.Series) -> Ints:
    """Return nullable booleans (True: defect) as codes; missing is unknown.

    Examples
    --------
    >>> codes(pd.Series([True, None, False], dtype="boolean")).tolist()
    [2, 1, 0]
    """
    values = answers.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(values), UNKNOWN, np.where(values > 0, DEFECT, GOOD)).astype(np.int8)


def flags(answers: Ints) -> pd.arrays.BooleanArray:
    """Return codes as nullable booleans: True for a defect, missing for unknown."""
    return pd.arrays.BooleanArray(answers == DEFECT, answers == UNKNOWN)


def any_of(answers: Ints) -> Ints:
    """Return whether any of several answers names a defect; good only where all are.

    Parameters
    ----------
    answers : ndarray of int, shape (questions, units)
        None at all leave all units unknown.
    """
    if not len(answers):
        return np.full(answers.shape[1], UNKNOWN, np.int8)
    worst: Ints = answers.max(axis=0)
    return worst


def first_known(first: Ints, second: Ints) -> Ints:
    """Return the first answer where it is known, else the second."""
    return np.where(first == UNKNOWN, second, first)


def words(answers: Ints) -> pd.api.extensions.ExtensionArray:
    """Return codes as the words good, unknown, defect."""
    return pd.array(np.array(WORDS, dtype=object)[answers], dtype="str")

"""Facilities whose capacity nobody knows count as 1: a caveat where they stand beside known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoprio.indicators.registry import category_titles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio.effect.runs import FinishedRun

Words = tuple[str, str]


def mixed_capacities(one: FinishedRun, two: FinishedRun, categories: Iterable[str]) -> list[Words]:
    """Return the caveat on categories in which assumed and known capacities are added up, if there are any.

    Parameters
    ----------
    one, two : FinishedRun
    categories : iterable of str

    Returns
    -------
    list of (zh, en)
    """
    told = []
    for category in categories:
        parts = [_used(run, category) for run in (one, two)]
        assumed = [int(part["capacity_assumed"].fillna(value=False).astype(bool).sum()) for part in parts]
        if not any(assumed) or all(n == len(part) for n, part in zip(assumed, parts, strict=True)):
            continue
        (zh, en), sizes = category_titles(category), [len(part) for part in parts]
        told.append((
            f"{zh}前{sizes[0]}处中{assumed[0]}处、后{sizes[1]}处中{assumed[1]}处",
            f"{en} {assumed[0]} of {sizes[0]} before, {assumed[1]} of {sizes[1]} after",
        ))  # fmt: skip
    if not told:
        return []
    return [(
        f"供给要小心解读：容量未知的设施按假定值计，与容量已知的相加，口径不一（{'；'.join(t[0] for t in told)}）",
        (
            "Read supply with care: facilities of unknown capacity count with an assumed one and are added to known "
            f"capacities ({'; '.join(t[1] for t in told)})"
        ),
    )]  # fmt: skip


def _used(run: FinishedRun, category: str) -> pd.DataFrame:
    table = pd.DataFrame(run.facilities)
    if "capacity_assumed" not in table:
        return table.iloc[:0].assign(capacity_assumed=pd.Series(dtype="boolean"))
    return table[(table["category"] == category) & (table["status"] == "used")]

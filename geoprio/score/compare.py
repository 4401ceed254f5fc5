"""What makes the difference between two zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.score.explain import rounded_parts
from geoprio.score.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.score.wording import Words

BASELINE = "baseline"
"""Row of what no indicator contributes: the reference's priority under methods other than the weighted sum."""

EVEN = 0.05
"""Points below which two zones are said to be even: they are shown with one decimal."""


@dataclass(frozen=True)
class Comparison:
    """Two zones side by side.

    Attributes
    ----------
    one, other : str
        Zone ids.
    table : DataFrame
        Index: indicator codes (and ``baseline`` where there is one), the largest difference first; `one`, `other`
        (points; NaN = unknown), `difference` (one − other; unknown counts no points), `unknown` (in which of the
        zones: ``""``, ``one``, ``other``, ``both``).
    difference : float
        Of the priorities; the sum of `table.difference`.
    words : (zh, en)
    """

    one: str
    other: str
    table: pd.DataFrame
    difference: float
    words: tuple[str, str]


def compare_zones(
    contributions: pd.DataFrame,
    one: str,
    other: str,
    *,
    baseline: pd.Series | None = None,
    titles: Mapping[str, tuple[str, str]] | None = None,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """Return which indicators make the difference between the priorities of two zones.

    Parameters
    ----------
    contributions : DataFrame
        Index `zone_id`, a column for each indicator, points of priority; NaN = unknown: the zone's other indicators
        carry its weight.
    one, other : str
    baseline : Series of float, optional
        What a zone's contributions are added to; needed where it is not 0.
    titles : mapping of str to (zh, en), optional
    names : mapping of str to str, optional
        By zone.

    Raises
    ------
    InputError
        If a zone is not in the table, has no contribution at all, or is compared with itself.
    """
    problems = [f"zone {zone!r} is not in the table." for zone in (one, other) if zone not in contributions.index]
    if one == other:
        problems.append(f"zone {one!r} is compared with itself; name two zones.")
    if problems:
        raise InputError(*problems)
    parts = contributions.loc[[one, other]].astype(float).T
    bare = [zone for zone in (one, other) if parts[zone].isna().all()]
    if bare:
        raise InputError(*(f"zone {zone!r} has no score, so that there is nothing to compare." for zone in bare))
    parts.columns = pd.Index(["one", "other"])
    if baseline is not None:
        parts.loc[BASELINE] = baseline[[one, other]].to_numpy(float)
    gap = parts["one"].fillna(0.0) - parts["other"].fillna(0.0)
    lacks = parts.isna()
    unknown = np.select([lacks.all(axis=1), lacks["one"], lacks["other"]], ["both", "one", "other"], "")
    table = parts.assign(difference=gap, unknown=pd.array(unknown, dtype="str"))
    table = table.iloc[np.argsort(-gap.abs().to_numpy(), kind="stable")].rename_axis("code")
    shown = (names or {}).get(one) or one, (names or {}).get(other) or other
    words = _words(table, shown, titles or {})
    return Comparison(one, other, table, float(gap.sum()), words)


def _words(table: pd.DataFrame, names: tuple[str, str], titles: Mapping[str, tuple[str, str]]) -> Words:
    """Return what raises one zone over the other, and what speaks against it."""
    # From the zone that is ahead, so that "more" is always what the sentence is about.
    gap = table["difference"]
    ahead, behind = names if gap.sum() >= 0 else names[::-1]
    signed = gap if gap.sum() >= 0 else -gap
    total = float(signed.sum())
    parts = _shown(signed)
    over = [(code, p) for code, p in parts.items() if p > 0]
    under = [(code, -p) for code, p in parts.items() if p < 0]
    if total < EVEN:
        zh = f"{ahead}与{behind}的优先级相同（相差不足 0.1 分）"
        en = f"{ahead} and {behind} have the same priority (less than 0.1 points apart)"
    else:
        zh, en = f"{ahead}比{behind}高 {total:.1f} 分", f"{ahead} is {total:.1f} points above {behind}"
    for side, zh_lead, en_lead in ((over, "高在", "more points for"), (under, "低在", "fewer for")):
        if side:
            names_of = listed([_part(str(code), p, titles) for code, p in side])
            zh, en = f"{zh}；{zh_lead}{names_of[0]}", f"{en}; {en_lead} {names_of[1]}"
    gaps = [quoted(titles.get(str(c), (str(c),) * 2)) for c in table.index[table["unknown"].isin(("one", "other"))]]
    if gaps:
        zh += f"；{listed(gaps)[0]}只有一方已知，另一方由其余指标分担其权重"
        en += (
            f"; {listed(gaps)[1]} is known of one of them only: the other's weight for it goes to its other indicators"
        )
    return f"{zh}。", f"{en}."


def _part(code: str, points: float, titles: Mapping[str, tuple[str, str]]) -> Words:
    known = {BASELINE: ("基准", "the baseline")} | dict(titles)
    zh, en = quoted(known.get(code, (code, code)))
    return f"{zh}（{points:.1f} 分）", f"{en} ({points:.1f})"


def _shown(signed: pd.Series) -> dict[object, float]:
    """Return the differences with one decimal such that they add up to the difference that is shown."""
    up, down = signed.clip(lower=0.0), (-signed).clip(lower=0.0)
    gains, losses = (rounded_parts(side.to_numpy(float)[None])[0] for side in (up, down))
    # Rounding both sides can leave them a tenth apart from the total: the largest part takes it. The total is rounded
    # as the sentence writes it: of the decimal value, so that 0.45 is 0.5; numpy rounds 4.5 tenths to 4.
    off = round(round(float(signed.sum()), 1) - float(gains.sum() - losses.sum()), 1)
    if off and up.any():
        gains[np.argmax(up.to_numpy(float))] += off
    return dict(zip(signed.index, np.round(gains - losses, 1).tolist(), strict=True))

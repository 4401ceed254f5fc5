"""Why zones rank differently in two runs: data, weights, method or the safety gate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import factorial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.score.aggregate import weighted_parts
from geoprio.score.normalize import urgency
from geoprio.score.rank import PRIORITY_DECIMALS, rank_zones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from geoprio._core.typing import Floats
    from geoprio.score.matrix import Criterion
    from geoprio.score.wording import Words

    Method = Callable[[pd.DataFrame, Mapping[str, float]], pd.Series]

CAUSES: Final = ("data", "weights", "method")
"""Of a change of priority."""

RANK_CAUSES: Final = (*CAUSES, "gate")
"""Of a change of rank: a gate puts zones ahead of all priorities, and changes none."""

CAUSE_WORDS: Final = {
    "data": ("数据", "data"),
    "weights": ("权重", "weights"),
    "method": ("方法", "method"),
    "gate": ("安全隐患优先", "the safety gate"),
    "zones": ("参评片区的增减", "zones that came or went"),
}


@dataclass(frozen=True)
class Run:
    """One run, taken apart into what can change.

    Attributes
    ----------
    table : DataFrame
        Data: index `zone_id`, indicators in their own units, NaN = unknown; the ranked zones. Indicators without
        weight may be there too.
    weights : mapping of str to float
        By indicator; a missing one weighs nothing.
    method : callable
        (table, weights) → priority as a Series on the index of the table, NaN where a zone gets none. Anchors,
        normalisation and aggregation belong to the method.
    gate : Series of nullable boolean, optional
        Which zones are dealt with ahead of all priorities; missing = not known.
    """

    table: pd.DataFrame
    weights: Mapping[str, float]
    method: Method
    gate: pd.Series | None = None


@dataclass(frozen=True)
class RunDiff:
    """What moved each zone between two runs.

    Attributes
    ----------
    table : DataFrame
        Index: zones ranked in both; `priority_before`, `priority_after`, `priority_data`, `priority_weights`,
        `priority_method` (these three sum to after − before); `rank_before`, `rank_after`, `rank_data`,
        `rank_weights`, `rank_method`, `rank_gate`, `rank_zones` (these five sum to after − before; below 0 = up the
        list; `rank_zones` is the part of zones that entered or left). NaN where a mixture of the runs gives no
        priority.
    entered, left : tuple of str
        Zones ranked in one run only, in the order of their ranks there.
    words : dict of str to (zh, en)
        One sentence for each zone of the table.
    """

    table: pd.DataFrame
    entered: tuple[str, ...]
    left: tuple[str, ...]
    words: dict[str, tuple[str, str]]


def weighted_sum_method(criteria: Iterable[Criterion], others: Iterable[Criterion] = ()) -> Method:
    """Return the two-anchor weighted sum as a method of a run.

    Parameters
    ----------
    criteria : iterable of Criterion
        Of the run: their anchors.
    others : iterable of Criterion
        Of the run that it is compared with: the anchors of indicators that the first one does not weigh, so that
        new weights can be laid on the old method.

    Returns
    -------
    callable
        It raises InputError for a weighted indicator without anchors or values.
    """
    anchors = {c.code: (c.good, c.bad) for c in (*others, *criteria)}

    def method(values: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
        """Return the priority of each zone; an unknown indicator's weight goes to the zone's others."""
        used = {code: w for code, w in weights.items() if w > 0}
        lacking = [code for code in used if code not in values or code not in anchors]
        if lacking:
            raise InputError(
                *(f"{code!r} is weighted in one run, but the other run has no such indicator." for code in lacking)
            )
        good, bad = (np.array([anchors[code][side] for code in used]) for side in (0, 1))
        w = np.array(list(used.values()))
        parts = weighted_parts(urgency(values[list(used)].to_numpy(float), good, bad), w / w.sum())
        known = np.isfinite(parts).any(axis=1)
        return pd.Series(np.where(known, np.nansum(parts, axis=1), np.nan), index=values.index)

    return method


def diff_runs(before: Run, after: Run, *, names: Mapping[str, str] | None = None) -> RunDiff:
    """Attribute each zone's change of priority and rank to data, weights and method, and of rank to the gate.

    All eight mixtures of the two runs are scored, and ranked under either gate; a cause's part is its Shapley value,
    the mean of what it changes over the orders in which the causes can be exchanged. Mixtures rank the zones that both
    runs know; what remains of the change of rank comes from zones that entered or left. Ties go by zone id.

    Raises
    ------
    InputError
        If the runs share no ranked zone, or a weighted indicator is missing from the other run's data.
    """
    ends = before.method(before.table, before.weights), after.method(after.table, after.weights)
    ranks = tuple(_ranks(priority, run.gate) for priority, run in zip(ends, (before, after), strict=True))
    common = ranks[0].index.intersection(ranks[1].index, sort=False)
    if common.empty:
        raise InputError("the two runs share no ranked zone; compare runs with the same zone ids.")
    runs = (before, after)
    priorities: dict[tuple[int, ...], Floats] = {}
    places: dict[tuple[int, ...], Floats] = {}
    for mix in product((0, 1), repeat=len(CAUSES)):
        data, weights, method = (runs[k] for k in mix)
        priority = method.method(data.table.loc[common], weights.weights)
        priorities[mix] = priority.reindex(common).to_numpy(float)
        for k, run in enumerate(runs):
            places[*mix, k] = _ranks(priority, run.gate).reindex(common).to_numpy(float)
    columns = {"priority_before": priorities[0, 0, 0], "priority_after": priorities[1, 1, 1]}
    columns |= {f"priority_{cause}": part for cause, part in _parts(priorities, CAUSES).items()}
    columns |= {f"rank_{end}": r[common].to_numpy(float) for end, r in zip(("before", "after"), ranks, strict=True)}
    columns |= {f"rank_{cause}": part for cause, part in _parts(places, RANK_CAUSES).items()}
    moved = columns["rank_after"] - columns["rank_before"]
    columns["rank_zones"] = moved - (places[1, 1, 1, 1] - places[0, 0, 0, 0])
    table = pd.DataFrame(columns, index=common).astype({"rank_before": int, "rank_after": int})
    table = table.sort_values("rank_after")
    words = {str(zone): _words(row, (names or {}).get(str(zone)) or str(zone)) for zone, row in table.iterrows()}
    gone, come = (r.index.difference(common, sort=False) for r in ranks)
    entered, left = (tuple(r[ids].sort_values().index) for r, ids in ((ranks[1], come), (ranks[0], gone)))
    return RunDiff(table, entered, left, words)


def _ranks(priority: pd.Series, gate: pd.Series | None) -> pd.Series:
    """Return the ranks of the zones that have a priority."""
    none = pd.Series(0.0, index=priority.index)
    ranks = rank_zones(priority, none, pd.Series("", index=priority.index), gate)["rank"]
    return ranks.dropna().astype(int)


def _parts(of: Mapping[tuple[int, ...], Floats], causes: tuple[str, ...]) -> dict[str, Floats]:
    """Return the Shapley value of each cause from the values of all mixtures."""
    n = len(causes)
    parts = {}
    for k, cause in enumerate(causes):
        total = np.zeros_like(of[(0,) * n])
        for mix in of:
            if not mix[k]:
                size = sum(mix)
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                total += weight * (of[(*mix[:k], 1, *mix[k + 1 :])] - of[mix])
        parts[cause] = total
    return parts


def _words(row: pd.Series, name: str) -> Words:
    """Return where a zone went and what moved it, the largest cause first."""
    was, now = int(row["rank_before"]), int(row["rank_after"])
    points = row["priority_after"] - row["priority_before"]
    if was == now:
        zh, en = f"{name}仍为第 {now} 名", f"{name} stays at rank {now}"
    else:
        zh = f"{name}由第 {was} 名{'升' if now < was else '降'}至第 {now} 名"
        en = f"{name} went {'up' if now < was else 'down'} from rank {was} to {now}"
    zh, en = f"{zh}（优先级 {points:+.1f} 分）", f"{en} (priority {points:+.1f})"
    parts = {cause: row[f"rank_{cause}"] for cause in (*RANK_CAUSES, "zones")}
    if not np.isfinite(list(parts.values())).all():
        tail = (
            "；原因无法分解：有的组合得不出优先级",
            "; the causes cannot be told apart: a mixture of the runs gives no priority",
        )
        return f"{zh}{tail[0]}。", f"{en}{tail[1]}."
    causes = sorted((c for c in parts if abs(parts[c]) > 10**-PRIORITY_DECIMALS), key=lambda c: -abs(parts[c]))
    if causes:
        zh += "：" + "，".join(f"{CAUSE_WORDS[c][0]} {-parts[c]:+.3g} 位" for c in causes)
        en += ": " + ", ".join(f"{CAUSE_WORDS[c][1]} {-parts[c]:+.3g} places" for c in causes)
    return f"{zh}。", f"{en}."

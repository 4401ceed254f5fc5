"""What stands out in each type of neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.score.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio.score.wording import Words

SUFFIX = "_stands_out"

STANDS_OUT = 0.5
"""Standard deviations from the mean of all zones above which an indicator is named."""

NAMED = 3
"""Indicators that are named on either side."""


def profiles(urgencies: pd.DataFrame, priority: pd.Series, labels: pd.Series) -> pd.DataFrame:
    """Return size, mean priority, mean urgencies and what stands out, per type.

    Parameters
    ----------
    urgencies : DataFrame
        Index `zone_id`; NaN = unknown, left out of the means.
    priority : Series
    labels : Series of int
        On the index of `urgencies`.

    Returns
    -------
    DataFrame
        Index `type`; `zones`, `priority`, and per indicator its mean and `{code}_stands_out` (in standard deviations
        over all zones; NaN where these do not differ).
    """
    by = labels.to_numpy(int)
    means = urgencies.groupby(by).mean()
    spread = urgencies.std(ddof=0)
    out = (means - urgencies.mean()) / spread.where(spread > 1e-9)
    counted = pd.DataFrame({"zones": np.bincount(by)[means.index], "priority": 0.0}, index=means.index)
    counted["priority"] = priority[urgencies.index].groupby(by).mean()
    columns = [counted]
    for code in urgencies:
        columns += [means[[code]], out[[code]].rename(columns={code: f"{code}{SUFFIX}"})]
    return pd.concat(columns, axis=1).rename_axis("type")


def profile_words(profile: pd.DataFrame, codes: list[str], titles: Mapping[str, tuple[str, str]]) -> dict[int, Words]:
    """Return one sentence per type: its size, its priority, and in what it is worse or better off than the mean."""
    words = {}
    for number, row in profile.iterrows():
        zh = f"第 {number} 类：{row['zones']:.0f} 个片区，平均优先级 {row['priority']:.1f}"
        count = "1 zone" if row["zones"] == 1 else f"{row['zones']:.0f} zones"
        en = f"Type {number}: {count}, mean priority {row['priority']:.1f}"
        said = row[[f"{c}{SUFFIX}" for c in codes]].astype(float)
        said.index = pd.Index(codes)
        for side, zh_lead, en_lead in ((1, "比平均紧迫", "worse off in"), (-1, "好于平均", "better off in")):
            found = (side * said)[side * said >= STANDS_OUT].sort_values(ascending=False, kind="stable")[:NAMED]
            if len(found):
                parts = [_part(str(c), float(row[c]), titles) for c in found.index]
                zh, en = f"{zh}；{zh_lead}：{listed(parts)[0]}", f"{en}; {en_lead} {listed(parts)[1]}"
        if not (said.abs() >= STANDS_OUT).any():
            zh, en = f"{zh}；各项均接近平均", f"{en}; near the mean in everything"
        words[int(str(number))] = f"{zh}。", f"{en}."
    return words


def _part(code: str, urgency: float, titles: Mapping[str, tuple[str, str]]) -> Words:
    zh, en = quoted(titles.get(code, (code, code)))
    return f"{zh}（紧迫度 {urgency:.2f}）", f"{en} (urgency {urgency:.2f})"

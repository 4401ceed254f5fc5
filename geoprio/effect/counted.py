"""What two finished runs counted, as a change that an evaluation can tell: without any error of asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoprio.effect.surveys import WaveChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoprio._core.typing import Bools, Floats


def counted_change(values: Floats, treated: Bools) -> WaveChange:
    """Return the mean of the renewed zones that both runs know, before and after.

    Parameters
    ----------
    values : ndarray of float, shape (zones, 2)
        Before and after; NaN where not known.
    treated : ndarray of bool, shape (zones,)

    Returns
    -------
    WaveChange
        `n_before`, `n_after` and `n_both` count zones. Interval, error and p are NaN: nothing was drawn, so that only
        the comparison with other zones has an error.
    """
    both = treated & np.isfinite(values).all(axis=1)
    n, nothing = int(both.sum()), np.full(1, np.nan)
    one, two = (values[both, k].mean(keepdims=True) if n else nothing for k in (0, 1))
    return WaveChange(one, two, two - one, nothing, nothing, nothing, nothing, np.zeros(1), n, n, n)


def counted_zones(values: Floats, ids: Sequence[str]) -> pd.DataFrame:
    """Return a row for each zone with the columns of `zone_changes`; none is sure, since none has an interval.

    Parameters
    ----------
    values : ndarray of float, shape (zones, 2)
    ids : sequence of str
    """
    told = np.isfinite(values).all(axis=1)
    before, after = (np.where(told, values[:, k], np.nan) for k in (0, 1))
    table = pd.DataFrame(
        {"status": np.where(told, "told", "few"), "before": before, "after": after, "change": after - before},
        index=pd.Index(ids, name="zone_id"),
    )
    unknown = ("n_before", "n_after", "low", "high", "shrunk", "shrunk_low", "shrunk_high", "p", "q")
    return table.assign(**dict.fromkeys(unknown, np.nan), verdict="unsure")

"""Sums on pages are whole yuan, and all of them are the true ones rounded up or down."""

import numpy as np
import pytest

from geoprio.outputs.planned.whole import rounded
from geoprio.outputs.planned.zones import money


def beside(whole, fen):
    """Return whether whole yuan are one of the two numbers beside sums in fen."""
    return ((whole * 100 - fen < 100) & (fen - whole * 100 < 100)).all()


@pytest.mark.parametrize("seed", range(40))
def test_every_sum_is_rounded_up_or_down(seed):
    r = np.random.default_rng(seed)
    rows, sources = int(r.integers(1, 60)), int(r.integers(1, 7))
    paid = r.integers(0, 1_000_000, (rows, sources)) * (r.random((rows, sources)) < 0.6)
    zone, year = r.integers(0, max(rows // 3, 1), rows), r.integers(1, 4, rows)
    whole = rounded(paid, zone, year)
    assert beside(whole, paid)
    assert beside(whole.sum(axis=1), paid.sum(axis=1))
    assert beside(whole.sum(axis=0), paid.sum(axis=0))
    assert beside(whole.sum(), paid.sum())
    for t in np.unique(year):
        assert beside(whole[year == t].sum(axis=0), paid[year == t].sum(axis=0))
    for z in np.unique(zone):
        assert beside(whole[zone == z].sum(), paid[zone == z].sum())


def test_whole_yuan_stay_and_a_lone_part_goes_to_the_nearest():
    paid = np.array([[1200, 300], [0, 4500]])
    assert rounded(paid, np.array([0, 1]), np.array([1, 1])).tolist() == [[12, 3], [0, 45]]
    assert rounded(np.array([[149]]), np.array([0]), np.array([1])).tolist() == [[1]]
    assert rounded(np.array([[151]]), np.array([0]), np.array([1])).tolist() == [[2]]
    # A budget that is spent to the fen is not shown as exceeded.
    thirds = np.array([[33333], [33333], [33334]])
    assert rounded(thirds, np.arange(3), np.ones(3, int)).sum() == 1000


def test_money_has_no_fen_and_no_minus_zero():
    assert (money(123456789), money(-5), money(0), money(150), money(-151)) == ("1,234,568", "0", "0", "2", "-2")

"""Measures of inequality against a published library, closed forms and their own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.effect.equity import below, concentration, erreygers, gini, palma, theil

amounts = st.lists(st.integers(0, 50).map(float), min_size=2, max_size=12)
pairs = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), st.integers(0, 9)), min_size=2, max_size=12).map(
    lambda rows: [np.array(column, float) for column in zip(*rows, strict=True)]
)
held = pairs.filter(lambda found: (found[0] * found[1]).sum() > 0)


@given(amounts.filter(any))
@settings(deadline=None, max_examples=60)
def test_gini_is_that_of_pysal(values):
    from inequality.gini import Gini

    # PySAL tells it by the ranks of a list; it is the same number.
    assert gini(values) == pytest.approx(Gini(np.array(values)).g, abs=1e-12)


@given(amounts.filter(any), st.data())
@settings(deadline=None, max_examples=60)
def test_theil_is_that_of_pysal(values, data):
    from inequality.theil import Theil, TheilD

    # PySAL adds a tiny number to every value; positive values keep that without effect.
    x = np.array(values) + 1
    groups = np.array(data.draw(st.lists(st.sampled_from("abc"), min_size=len(x), max_size=len(x))))
    found = theil(x, groups)
    assert found.total == pytest.approx(float(Theil(x).T), abs=1e-9)
    parts = TheilD(x, groups)
    assert found.between == pytest.approx(float(np.ravel(parts.bg)[0]), abs=1e-9)
    assert found.within == pytest.approx(float(np.ravel(parts.wg)[0]), abs=1e-9)


@given(held)
@settings(deadline=None, max_examples=60)
def test_weights_are_people(rows):
    x, w, order = rows
    each = np.repeat(np.arange(len(x)), w.astype(int))
    assert gini(x, w) == pytest.approx(gini(x[each]), abs=1e-12)
    assert concentration(x, order, w) == pytest.approx(concentration(x[each], order[each]), abs=1e-12)
    told = theil(x, order, w)
    assert told.total == pytest.approx(theil(x[each], order[each]).total, abs=1e-12)
    assert told.within + told.between == pytest.approx(told.total, abs=1e-12)
    one, all_of_them = palma(x, w), palma(x[each])
    assert one == pytest.approx(all_of_them, rel=1e-9, nan_ok=True)
    assert below(x, 20, 1, w) == pytest.approx((x[each] > 20).mean())


@given(held, st.integers(2, 9))
@settings(deadline=None, max_examples=60)
def test_laws(rows, factor):
    x, w, order = rows
    assert -1e-12 <= gini(x, w) <= 1
    assert abs(concentration(x, order, w)) <= gini(x, w) + 1e-12
    # Ranked by the values themselves, the concentration index is the Gini coefficient; reversed, it changes its sign.
    assert concentration(x, x, w) == pytest.approx(gini(x, w), abs=1e-12)
    assert concentration(x, -order, w) == pytest.approx(-concentration(x, order, w), abs=1e-12)
    # Twice as much for all is as even as before.
    assert gini(factor * x, w) == pytest.approx(gini(x, w), abs=1e-12)
    assert theil(factor * x, order, w).total == pytest.approx(theil(x, order, w).total, abs=1e-12)
    # Erreygers: what is covered and what is not mirror each other.
    share = x / 50
    assert erreygers(share, order, w) == pytest.approx(-erreygers(1 - share, order, w), abs=1e-12)


def test_closed_forms():
    # One of n has all: 1 − 1/n; the formulas of textbooks for 1, 2, 3, 4: 1/4.
    assert gini([0, 0, 0, 5]) == pytest.approx(0.75)
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)
    assert theil([0, 0, 0, 5], ["a"] * 4).total == pytest.approx(np.log(4))
    assert theil([1, 1, 3, 3], ["a", "a", "b", "b"]).within == pytest.approx(0)
    # Ten people who have 1 … 10: the tenth with most has 10, the four with least 1 + 2 + 3 + 4.
    assert palma(range(1, 11)) == pytest.approx(1.0)
    # Five people: half of the person with most is a tenth of all; two with least are four tenths.
    assert palma([1, 1, 2, 2, 4]) == pytest.approx(2 / 2)
    assert palma([0, 0, 0, 0, 4]) != palma([0, 0, 0, 0, 4])
    # Ranks 1/4 and 3/4: 2 · ½ · (½·(−¼) ·(…)) worked by hand: covariance 0.25, mean 0.5.
    assert concentration([0, 1], [1, 2]) == pytest.approx(0.5)
    assert erreygers([0, 1], [1, 2]) == pytest.approx(1.0)
    assert concentration([0, 1], [1, 1]) == pytest.approx(0.0)
    assert below([100, 300, 500], 300, 1, [1, 1, 2]) == pytest.approx(0.5)
    assert below([0.2, 1.0], 1.0, -1) == pytest.approx(0.5)


def test_nobody_has_anything():
    none = [gini([0, 0]), concentration([0, 0], [1, 2]), palma([0, 0]), theil([0, 0], ["a", "b"]).total, gini([], [])]
    assert np.isnan(none).all()
    assert erreygers([0, 0], [1, 2]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gini([1, -1]), "values: -1"),
        (lambda: gini([1, np.nan]), "values: nan"),
        (lambda: gini([1, 2], [1]), "shapes"),
        (lambda: gini([1, 2], [1, -3]), "weights: -3"),
        (lambda: concentration([1, 2], [1, np.nan]), "known rank"),
        (lambda: erreygers([1.5, 0], [1, 2]), "no share"),
        (lambda: theil([1, 2], ["a"]), "groups"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()

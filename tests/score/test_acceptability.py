"""Ranks under uncertainty against lengths of weight intervals and against a brute-force twin in numpy."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.score import smaa
from geoprio.score.acceptability import label
from geoprio.score.draws import dirichlet_weights, fixed_weights, uniform_weights
from geoprio.score.rank import rank_zones
from geoprio.score.rankings import Factor, per_draw, rank_model
from geoprio.score.smaa import acceptability

CORNERS = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
DRAWS = 20_000
CLOSE = 5 * 0.5 / DRAWS**0.5
"""Five standard errors of a share of one half."""


def exact_shares(zones: list[tuple[Fraction, Fraction]]) -> np.ndarray:
    """Return zone × rank acceptability under weights (t, 1 − t), t even in [0, 1]: lengths between crossings."""
    cuts = {Fraction(0), Fraction(1)}
    for k, (a, b) in enumerate(zones):
        for c, d in zones[:k]:
            slope = (a - b) - (c - d)
            if slope and 0 < (d - b) / slope < 1:
                cuts.add((d - b) / slope)
    shares = np.zeros((len(zones), len(zones)))
    for low, high in pairwise(sorted(cuts)):
        t = (low + high) / 2
        order = sorted(range(len(zones)), key=lambda k: (-(t * zones[k][0] + (1 - t) * zones[k][1]), k))
        for rank, zone in enumerate(order):
            shares[zone, rank] += float(high - low)
    return shares


def test_two_criteria_by_hand():
    found = acceptability(rank_model(CORNERS), uniform_weights(2, seed=4), first=1, draws=DRAWS, pairs=[2, 0])
    expected = [[0.4, 0.1, 0.5], [0.4, 0.1, 0.5], [0.2, 0.8, 0.0]]
    np.testing.assert_allclose(found.shares, expected, atol=CLOSE)
    np.testing.assert_allclose(found.rank_mean, [2.1, 2.1, 1.8], atol=2 * CLOSE)
    np.testing.assert_allclose(found.central_weights, [[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]], atol=CLOSE)
    assert found.rank_p05.tolist() == [1, 1, 1]
    assert found.rank_p95.tolist() == [3, 3, 2]
    assert found.confidence.tolist() == [1, 1, 1]
    assert found.p_first.tolist() == found.lead.tolist() == found.shares[:, 0].tolist()
    # The third zone is ahead of the first while t < 0.6.
    np.testing.assert_allclose(found.pairwise, [[0, 0.6], [0.4, 0]], atol=CLOSE)
    assert found.pair_zones.tolist() == [2, 0]
    assert found.robust().tolist() == ["contested"] * 3
    assert found.resolution == 1


@pytest.mark.parametrize("seed", range(3))
def test_two_criteria_against_lengths_of_intervals(seed):
    levels = np.random.default_rng(seed).permutation(41)[:14].reshape(7, 2)
    zones = [(Fraction(int(a), 40), Fraction(int(b), 40)) for a, b in levels]
    found = acceptability(rank_model(levels / 40), uniform_weights(2, seed), first=3, draws=DRAWS)
    exact = exact_shares(zones)
    np.testing.assert_allclose(found.shares, exact, atol=CLOSE)
    np.testing.assert_allclose(found.p_first, exact[:, :3].sum(axis=1), atol=CLOSE)


def test_data_and_methods_by_hand():
    """In a quarter of the cases the third zone is less urgent; then it never leads."""
    other = np.array([[1.0, 0.0], [0.0, 1.0], [0.45, 0.45]])
    model = rank_model([CORNERS, other], data=[Factor("speed", ("slow", "fast"), (3, 1))])
    found = acceptability(model, uniform_weights(2), first=1, draws=DRAWS)
    np.testing.assert_allclose(found.lead, [0.425, 0.425, 0.15], atol=CLOSE)
    assert found.confidence.tolist() == [1, 1, 0.75]
    central = (0.75 * 0.4 * 0.8 + 0.25 * 0.5 * 0.75) / 0.425
    np.testing.assert_allclose(found.central_weights[0], [central, 1 - central], atol=CLOSE)
    best = per_draw(lambda u, w: (w * u).max(axis=1))
    model = rank_model(CORNERS, methods={"sum": None, "best": best, "given": np.array([3.0, 2, 1])})
    found = acceptability(model, fixed_weights([2, 8]), first=1, draws=9)
    assert (found.shares * 9).tolist() == [[3, 0, 6], [6, 3, 0], [0, 6, 3]]


def brute(model_parts, weights):
    """Return ranks (draws, zones) by numpy's sort."""
    urgencies, unserved, tier, place = model_parts
    rows = []
    for w in weights:
        known = ~np.isnan(urgencies)
        score, have = np.zeros(len(urgencies)), np.zeros(len(urgencies))
        demand = np.zeros(len(urgencies))
        for j in range(urgencies.shape[1]):
            score += 100.0 * w[j] * np.where(known[:, j], urgencies[:, j], 0.0)
            have += known[:, j] * w[j]
            demand += w[j] * unserved[:, j]
        score = np.where(known.all(axis=1), score, score / np.where(have > 0, have, 1.0))
        order = np.lexsort((place, -demand, -np.rint(score * 1e9), tier))
        rank = np.empty(len(order), int)
        rank[order] = np.arange(1, len(order) + 1)
        rows.append(rank)
    return np.array(rows)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_against_a_brute_force_twin(data):
    n, m = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    # Few levels, so that zones tie.
    urgencies = rng.integers(0, data.draw(st.integers(1, 5)), (n, m)) / 4.0
    if data.draw(st.booleans()) and m > 1:
        urgencies[rng.random((n, m)) < 0.3] = np.nan
        urgencies[:, 0] = 0.5
    unserved = rng.integers(0, 2, (n, m)) * data.draw(st.sampled_from([0.0, 7.0]))
    tier, place = rng.integers(0, data.draw(st.integers(1, 3)), n), rng.permutation(n)
    sampler = uniform_weights(m, data.draw(st.integers(0, 99)))
    draws, first = data.draw(st.integers(1, 50)), data.draw(st.integers(1, n))
    model = rank_model(urgencies, unserved=unserved, tier=tier, place=place)
    found = acceptability(model, sampler, first=first, draws=draws, pairs=np.arange(n))
    weights = sampler.draw(draws)
    ranks = brute((urgencies, unserved, tier, place), weights)
    assert model.ranks(weights[0]).tolist() == ranks[0].tolist()
    np.testing.assert_array_equal(found.counts, [np.bincount(r, minlength=n + 1)[1:] for r in ranks.T])
    np.testing.assert_allclose(found.rank_mean, ranks.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.p_first, (ranks <= first).mean(axis=0), rtol=1e-12)
    for q, own in ((0.05, found.rank_p05), (0.95, found.rank_p95)):
        assert own.tolist() == np.quantile(ranks, q, axis=0, method="inverted_cdf").tolist()
    ahead = (ranks[:, :, None] < ranks[:, None, :]).mean(axis=0)
    np.testing.assert_allclose(found.pairwise, ahead, rtol=1e-12)
    for zone in range(n):
        leading = weights[ranks[:, zone] == 1]
        expected = leading.mean(axis=0) if len(leading) else np.full(m, np.nan)
        np.testing.assert_allclose(found.central_weights[zone], expected, rtol=1e-12)


def test_ranks_are_those_of_the_main_job():
    """Also where many zones tie, and in crowded and empty slots."""
    rng = np.random.default_rng(5)
    u = np.where(rng.random((300, 3)) < 0.6, rng.integers(0, 3, (300, 3)) / 2, 1e-7 * rng.random((300, 3)))
    gap = rng.integers(0, 3, (300, 3)).astype(float)
    ids = pd.Index([f"z{k}" for k in rng.permutation(300)])
    w = np.array([0.5, 0.3, 0.2])
    place = np.argsort(np.argsort(ids.to_numpy().astype(object)))
    expected = rank_zones(pd.Series(100 * u @ w, ids), pd.Series(gap @ w, ids), pd.Series("other", ids))["rank"]
    assert rank_model(u, unserved=gap, place=place).ranks(w * 7).tolist() == expected.tolist()


def test_many_zones_are_counted_in_bins(monkeypatch):
    n, draws = 251, 300
    u = np.random.default_rng(1).random((n, 3))
    args = rank_model(u), dirichlet_weights([0.2, 0.3, 0.5], 9, seed=3)
    exact = acceptability(*args, first=20, draws=draws)
    monkeypatch.setattr(smaa, "FULL_ZONES", 250)
    for memory, resolution in ((1 << 28, 2), (0, 3)):
        monkeypatch.setattr(smaa, "COUNTER_BYTES", memory)
        found = acceptability(*args, first=20, draws=draws)
        assert found.counts.shape == (n, 100)
        assert found.bin_first[0] == 1
        assert found.bin_last[-1] == n
        assert (found.bin_first[1:] == found.bin_last[:-1] + 1).all()
        for k, (a, b) in enumerate(zip(found.bin_first, found.bin_last, strict=True)):
            assert (found.counts[:, k] == exact.counts[:, a - 1 : b].sum(axis=1)).all()
        for name in ("rank_mean", "p_first", "lead", "confidence"):
            np.testing.assert_array_equal(getattr(found, name), getattr(exact, name))
        assert found.resolution == resolution
        for low, high in ((found.rank_p05, exact.rank_p05), (exact.rank_p95, found.rank_p95)):
            assert ((low <= high) & (high - low < resolution)).all()


def test_table_and_labels():
    found = acceptability(rank_model(CORNERS), uniform_weights(2), first=2, draws=200)
    table = found.table(pd.Index(["a", "b", "c"], name="zone_id"))
    assert table["robust"].tolist() == ["contested", "contested", "robustly_in"]
    assert table.columns[:3].tolist() == ["rank_mean", "rank_p05", "rank_p95"]
    assert label(np.array([0.95, 0.94, 0.05, 0.06])).tolist() == [
        "robustly_in",
        "contested",
        "robustly_out",
        "contested",
    ]
    assert label(np.array([0.8, 0.2]), sure=0.8).tolist() == ["robustly_in", "robustly_out"]
    assert found.error.max() < 0.05


BAD = {
    "must all be the same": lambda: rank_model(np.empty((0, 2))),
    "between 0 and 1": lambda: rank_model(CORNERS * 2),
    "row 1 knows no criterion": lambda: rank_model([[0.1], [np.nan]] * np.ones((2, 2))),
    "unserved: values must be finite": lambda: rank_model(CORNERS, unserved=CORNERS * np.nan),
    "does not fit": lambda: rank_model(CORNERS, unserved=CORNERS[:2]),
    "tier must be one number": lambda: rank_model(CORNERS, tier=np.zeros(2, int)),
    "2 speed levels do not make 1": lambda: rank_model(CORNERS, data=[Factor("speed", ("a", "b"))]),
    "are not one for each of 3 zones": lambda: rank_model(CORNERS, methods={"a": np.zeros(2)}),
    "each once": lambda: Factor("speed", ("a", "a")),
    "probabilities are all 0": lambda: Factor("speed", ("a", "b"), (0, 0)),
    "one probability of 0 or more": lambda: Factor("speed", ("a", "b"), (1, -1)),
    "weights must be 2 numbers": lambda: rank_model(CORNERS).ranks([1, 2, 3]),
    "gave scores of shape": lambda: rank_model(CORNERS, methods={"a": lambda u, _: u}).ranks([1, 1]),
    "not finite": lambda: rank_model(CORNERS, methods={"a": np.array([0, 1, np.nan])}).ranks([1, 1]),
    "knows none": lambda: rank_model(np.array([[1, np.nan], [1, 1]])).ranks([0, 1]),
    "draws 3 weights": lambda: acceptability(rank_model(CORNERS), uniform_weights(3), first=1),
    "first = 4": lambda: acceptability(rank_model(CORNERS), uniform_weights(2), first=4),
    "draws = 0": lambda: acceptability(rank_model(CORNERS), uniform_weights(2), first=1, draws=0),
    "pairs: positions": lambda: acceptability(rank_model(CORNERS), uniform_weights(2), first=1, pairs=[3]),
    "pairs: give at most": lambda: acceptability(rank_model(CORNERS), uniform_weights(2), first=1, pairs=[1, 1]),
    "leave none": lambda: acceptability(rank_model([CORNERS] * 3), uniform_weights(2), first=1, draws=2),
    "sure = 0.5": lambda: label(np.zeros(1), 0.5),
    "do not fit 3": lambda: acceptability(rank_model(CORNERS), uniform_weights(2), first=1, draws=1).table(
        pd.Index([1])
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_used_is_named(message):
    with pytest.raises(InputError, match=message):
        BAD[message]()


def test_progress_is_told():
    said = []
    acceptability(rank_model(CORNERS), uniform_weights(2), first=1, draws=1500, progress=said.append)
    assert said == ["1,024 of 1,500 draws", "1,500 of 1,500 draws"]

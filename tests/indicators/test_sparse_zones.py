"""Weighting by many zones of few answers: the city's interval holds the truth all the same."""

import numpy as np
import pytest

from geoprio.indicators.needs import rake, weighted_shares
from geoprio.indicators.needs.shares import regressed, wilson_of_share

DRAWS = 500
ZONES, CELLS = 25, 4


def town(rng):
    """Return residents and answers by zone and group, and who wants two things: by zone, and everywhere alike."""
    people = rng.integers(100, 900, ZONES)[:, None] * np.array([0.3, 0.3, 0.25, 0.15])
    answers = people * rng.uniform(0.3, 1.7, ZONES)[:, None] * np.array([0.3, 0.6, 1.0, 1.6])
    by_zone = 1 / (1 + np.exp(-(rng.normal(-0.5, 1.0, ZONES)[:, None] + 0.4 * np.arange(CELLS))))
    return people, answers / answers.sum(), np.stack([by_zone, np.full_like(by_zone, 0.3)])


def plain_interval(hits, weight, groups):
    """Return Wilson's interval from the residuals as they are, each zone's few answers explained by themselves."""
    explained, _, used = regressed(hits, weight, groups)
    n, share = len(hits), weight @ hits / weight.sum()
    variance = n / (n - used) * (weight[:, None] ** 2 * (hits - explained) ** 2).sum(axis=0) / weight.sum() ** 2
    return wilson_of_share(share, share * (1 - share) / variance)


def test_intervals_cover_where_zones_have_few_answers():
    rng = np.random.default_rng(17)
    people, odds, wants = town(rng)
    covered = np.zeros((DRAWS, 2, 2), bool)
    off = np.zeros((DRAWS, 2))
    for i in range(DRAWS):
        zone, cell = np.divmod(rng.choice(odds.size, size=240, p=odds.ravel()), CELLS)
        groups = np.stack([cell, zone], axis=1)
        heard = people * (np.bincount(zone, minlength=ZONES) > 0)[:, None]
        truth = (heard * wants).sum(axis=(1, 2)) / heard.sum()
        hits = rng.random((240, 2)) < wants[:, zone, cell].T
        weight = rake(groups, [heard.sum(axis=0), heard.sum(axis=1)]).weight
        found = weighted_shares(hits, np.ones(240, bool), weight, calibrated=groups)
        low, high = plain_interval(hits.astype(float), weight, groups)
        covered[i] = (found.low <= truth) & (truth <= found.high), (low <= truth) & (truth <= high)
        off[i] = found.share - truth
    told, plain = covered.mean(axis=0)
    assert np.abs(off.mean(axis=0)).max() < 0.01
    assert (told >= 0.93).all()
    assert (told <= 0.975).all()
    assert (plain < 0.92).all(), "the plain residuals are too small here"


def test_jackknifed_residuals_are_those_of_leaving_each_answer_out():
    rng = np.random.default_rng(3)
    groups = np.stack([rng.integers(0, 3, 30), rng.integers(0, 4, 30)], axis=1)
    weight, hits = rng.uniform(0.5, 3, 30), (rng.random((30, 1)) < 0.4).astype(float)
    explained, leverage, used = regressed(hits, weight, groups)
    assert used == 6
    assert leverage.sum() == pytest.approx(used)
    left = ((hits - explained) / (1 - leverage)[:, None])[:, 0]
    design = np.hstack([(c[:, None] == np.unique(c)).astype(float) for c in groups.T])
    for i in range(30):
        rest = np.arange(30) != i
        root = np.sqrt(weight[rest])
        fit = np.linalg.lstsq(design[rest] * root[:, None], hits[rest, 0] * root, rcond=None)[0]
        assert left[i] == pytest.approx(hits[i, 0] - design[i] @ fit, abs=1e-8)


def test_an_answer_alone_in_its_zone_is_no_certainty():
    hits = np.array([[True], [False], [True], [False], [True]])
    zone = np.arange(5)[:, None]
    found = weighted_shares(hits, np.ones(5, bool), np.ones(5), calibrated=zone)
    assert found.n_effective[0] <= 5
    assert found.high[0] - found.low[0] > 0.5

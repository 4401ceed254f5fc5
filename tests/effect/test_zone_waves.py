import numpy as np
import pytest

from geoprio.effect.surveys import Wave
from geoprio.effect.zone_changes import zone_changes, zone_means


def wave(value, zone, *, weight=None, person=None):
    value = np.asarray(value, float)
    weight = np.ones(len(value)) if weight is None else weight
    return Wave(value[:, None], np.ones(len(value), bool), weight, np.asarray(zone), None, person)


def test_zones_of_few_answers_tell_nothing():
    zone = np.repeat(np.arange(5), [4, 5, 8, 8, 8])
    rng = np.random.default_rng(0)
    one, two = wave(rng.random(33) < 0.5, zone), wave(rng.random(33) < 0.5, zone)
    found = zone_changes(one, two, 6)
    assert found["status"].tolist() == ["few", "told", "told", "told", "told", "few"]
    hidden = found.loc[[0, 5]].drop(columns=["status", "verdict", "shrunk", "shrunk_low", "shrunk_high"])
    assert hidden.isna().all(axis=None)
    assert found.loc[0, "shrunk"] == pytest.approx(found.loc[5, "shrunk"])
    assert found["shrunk"].between(found["change"].min(), found["change"].max()).all()
    with pytest.raises(ValueError, match="minimum is 4"):
        zone_changes(one, two, 6, minimum=4)
    with pytest.raises(ValueError, match="in which zone"):
        zone_means(Wave(np.zeros((1, 1)), np.ones(1, bool), np.ones(1)), 1)


def test_means_of_zones_by_hand():
    found = zone_means(wave([1, 0, 1, 1], [0, 0, 1, -1], weight=np.array([3.0, 1, 1, 9])), 3)
    assert found.mean[:, 0] == pytest.approx([0.75, 1.0, np.nan], nan_ok=True)
    assert found.worth == pytest.approx([16 / 10, 1, 0])
    assert found.n.tolist() == [2, 1, 0]
    # Where all of four households answered, their share is known.
    sure = zone_means(wave([1, 0, 1, 1], [0] * 4), 1, population=np.array([4.0]))
    assert sure.variance[0, 0] < 1e-8


def test_zones_with_scores_and_few_zones():
    rng = np.random.default_rng(2)
    zone = np.repeat([0, 1], 30)
    found = zone_changes(wave(rng.normal(3, 1, 60), zone), wave(rng.normal(3, 1, 60) + 2 * zone, zone), 2)
    assert found["verdict"].tolist() == ["unsure", "up"]
    assert (found["shrunk"] == found["change"]).all()


def city(rng, *, paired, changes):
    zones = len(changes)
    before = rng.uniform(0.3, 0.55, zones)
    zone = np.repeat(np.arange(zones), rng.integers(8, 40, zones))
    luck = rng.random(len(zone))
    again = np.where(rng.random(len(zone)) < 0.6, luck, rng.random(len(zone))) if paired else rng.random(len(zone))
    person = np.arange(len(zone)) if paired else None
    one = wave(luck < before[zone], zone, person=person)
    two = wave(again < (before + changes)[zone], zone, person=person)
    return zone_changes(one, two, zones)


@pytest.mark.parametrize("paired", [False, True])
def test_intervals_of_zones_cover(paired):
    rng = np.random.default_rng(11 + paired)
    own, near = [], []
    for _ in range(500):
        changes = rng.normal(0.1, 0.1, 40)
        found = city(rng, paired=paired, changes=changes)
        own.append(((found["low"] <= changes) & (changes <= found["high"])).mean())
        near.append(((found["shrunk_low"] <= changes) & (changes <= found["shrunk_high"])).mean())
    assert 0.93 <= np.mean(own) <= 0.97
    assert 0.93 <= np.mean(near) <= 0.97


def test_intervals_of_zones_that_all_changed_alike_are_wide_rather_than_narrow():
    rng = np.random.default_rng(41)
    inside = []
    for _ in range(100):
        found = city(rng, paired=False, changes=np.full(40, 0.1))
        inside.append(found["shrunk_low"].le(0.1).mul(found["shrunk_high"].ge(0.1)).mean())
    assert np.mean(inside) >= 0.95


def test_of_the_zones_that_changed_for_sure_few_did_not():
    rng = np.random.default_rng(21)
    false, found_at_all = [], []
    for _ in range(500):
        changes = np.where(np.arange(40) < 30, 0.0, 0.35)
        sure = (city(rng, paired=False, changes=changes)["verdict"] != "unsure").to_numpy()
        false.append((sure & (changes == 0)).sum() / max(sure.sum(), 1))
        found_at_all.append(sure[30:].mean())
    assert np.mean(false) < 0.05
    assert np.mean(found_at_all) > 0.3


def test_shrunk_changes_are_nearer_to_the_truth():
    rng = np.random.default_rng(31)
    changes = rng.normal(0.1, 0.05, 60)
    found = city(rng, paired=False, changes=changes)
    assert ((found["shrunk"] - changes) ** 2).mean() < 0.6 * ((found["change"] - changes) ** 2).mean()

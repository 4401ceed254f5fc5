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


def inside(found, truth, kind=""):
    return ((found[f"{kind}low"] <= truth) & (truth <= found[f"{kind}high"])).mean()


@pytest.mark.parametrize(("each", "again"), [(5, 5), (5, 8), (5, 30), (12, 12)])
def test_intervals_of_zones_with_very_few_answers_cover(each, again):
    rng = np.random.default_rng(each + again)
    own, near, level = [], [], []
    for _ in range(40):
        share = rng.uniform(0.05, 0.95, (2, 400))
        zone = [np.repeat(np.arange(400), n) for n in (each, again)]
        found = zone_changes(*(wave(rng.random(len(z)) < s[z], z) for s, z in zip(share, zone, strict=True)), 400)
        own.append(inside(found, share[1] - share[0]))
        near.append(inside(found, share[1] - share[0], "shrunk_"))
        alike = zone_changes(*(wave(rng.random(len(z)) < share[0][z], z) for z in zone), 400)
        level.append((alike["p"] <= 0.05).mean())
        assert (alike["verdict"] != "unsure").mean() < 0.01
    assert 0.93 <= np.mean(own) <= 0.97
    assert 0.93 <= np.mean(near) <= 0.98
    assert np.mean(level) <= 0.05


def test_zones_that_all_agree_by_luck_do_not_pull_the_city_along():
    # From 1 of 10 to 9 of 10 everywhere: zones of 0 of 8 and 8 of 8 seem to know it best.
    rng = np.random.default_rng(51)
    zone = np.repeat(np.arange(400), 8)
    found = zone_changes(wave(rng.random(3200) < 0.1, zone), wave(rng.random(3200) < 0.9, zone), 400)
    assert found["shrunk"].mean() == pytest.approx(0.8, abs=0.03)
    assert inside(found, 0.8, "shrunk_") > 0.95
    assert found["high"].max() <= 1


def test_without_any_change_hardly_a_city_has_a_zone_that_changed_for_sure():
    rng = np.random.default_rng(61)
    any_sure = []
    for _ in range(500):
        # Some zones with a handful of answers, others with many, and not the same ones twice.
        share = rng.uniform(0.2, 0.8, 40)
        zone = [np.repeat(np.arange(40), rng.integers(5, 61, 40)) for _ in range(2)]
        found = zone_changes(*(wave(rng.random(len(z)) < share[z], z) for z in zone), 40)
        any_sure.append((found["verdict"] != "unsure").any())
    assert np.mean(any_sure) <= 0.05


def test_scores_of_zones_that_are_not_of_one_mind_to_the_same_degree():
    rng = np.random.default_rng(71)
    own, by_spread, false = [], [], []
    for _ in range(150):
        spread = rng.choice([0.5, 1.3], 40)
        mean = rng.normal(3, 0.4, 40)
        zone = [np.repeat(np.arange(40), rng.integers(6, 30, 40)) for _ in range(2)]
        weight = [rng.choice([0.5, 1.0, 2.0], len(z)) for z in zone]
        waves = [wave(rng.normal(mean[z], spread[z]), z, weight=w) for z, w in zip(zone, weight, strict=True)]
        found = zone_changes(*waves, 40)
        covered = (found["low"] <= 0) & (found["high"] >= 0)
        own.append(covered.mean())
        by_spread.append(covered[spread > 1].mean())
        false.append((found["verdict"] != "unsure").any())
    assert 0.93 <= np.mean(own) <= 0.97
    assert np.mean(by_spread) > 0.91
    assert np.mean(false) <= 0.08


def test_the_spread_within_zones_is_not_lost_to_weights():
    rng = np.random.default_rng(81)
    zone = np.repeat(np.arange(4000), 5)
    found = zone_means(wave(rng.normal(size=20000), zone, weight=rng.choice([0.2, 1.0, 4.0], 20000)), 4000)
    assert (found.pooled[:, 0] * found.worth).mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("known", [True, False])
def test_of_few_households_those_asked_twice_by_chance_are_no_pairs(known):
    rng = np.random.default_rng(91 + known)
    zones, homes, asked = 30, 40, 20
    own = []
    for _ in range(60):
        trait = rng.normal(size=(zones, homes))
        one, two = (trait + 0.4 * rng.normal(size=(zones, homes)) + lift for lift in (0, 0.3))
        who = [np.argsort(rng.random((zones, homes)), axis=1)[:, :asked] for _ in range(2)]
        zone = np.repeat(np.arange(zones), asked)
        keys = [(w + homes * np.arange(zones)[:, None]).ravel() if known else None for w in who]
        waves = [wave(np.take_along_axis(y, w, 1).ravel(), zone, person=k) for y, w, k in zip((one, two), who, keys,
                                                                                              strict=True)]  # fmt: skip
        found = zone_changes(*waves, zones, population=np.full(zones, float(homes)))
        own.append(inside(found, (two - one).mean(axis=1)))
    assert 0.93 <= np.mean(own) <= 0.97


def test_the_same_people_saying_the_same_again_and_answers_that_weigh_nothing():
    rng = np.random.default_rng(3)
    zone, yes = np.repeat(np.arange(4), 8), rng.random(32) < 0.5
    keys = np.arange(32)
    found = zone_changes(wave(yes, zone, person=keys), wave(yes, zone, person=keys), 4)
    assert (found["change"] == 0).all()
    assert (found["low"] < 0).all()
    assert (found["p"] == 1).all()
    weight = np.where(zone == 0, 0.0, 1.0)
    found = zone_changes(wave(yes, zone, weight=weight), wave(~yes, zone), 4)
    assert found["status"].tolist() == ["few", "told", "told", "told"]
    # A wave that knows of one zone only, and a single zone.
    found = zone_changes(wave(yes, zone * 0), wave(yes, zone), 4)
    assert found["status"].tolist() == ["told", "few", "few", "few"]
    assert found.loc[1:, ["n_before", "before", "change", "p", "shrunk"]].isna().all(axis=None)

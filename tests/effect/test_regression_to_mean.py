import numpy as np
import pytest
from scipy.stats import truncnorm

from geoprio.effect.regression import fit_normal, gardner_heady, regression_to_mean


@pytest.mark.parametrize("measures", [1, 3])
@pytest.mark.parametrize("above", [True, False])
def test_the_expected_change_beyond_a_cutoff_is_the_truncated_normals(measures, above):
    center, between, within, cutoff = 60.0, 80.0, 40.0, 55.0
    total = between + within / measures
    bounds = ((cutoff - center) / np.sqrt(total), np.inf) if above else (-np.inf, (cutoff - center) / np.sqrt(total))
    seen = truncnorm.mean(*bounds, loc=center, scale=np.sqrt(total))
    # What is true of them lies nearer to the center by the reliability.
    comes_back = (between / total - 1) * (seen - center)
    found = gardner_heady(center, between, within, cutoff, measures=measures, above=above)
    assert found == pytest.approx(comes_back)
    assert (found < 0) == above


def test_of_precise_measures_nothing_comes_back():
    value = np.array([0.1, 0.4, 0.5, 0.9, np.nan])
    prior = fit_normal(value, np.full(5, 1e-9))
    near, error = prior.predict(value, np.full(5, 1e-9))
    assert near[:4] == pytest.approx(value[:4], abs=1e-6)
    assert near[4] == pytest.approx(prior.center)
    assert error[4] > 10 * error[0]
    assert prior.between == pytest.approx(value[:4].var(ddof=1), rel=2.0)


def test_of_bare_noise_nearly_everything_comes_back():
    rng = np.random.default_rng(1)
    value = rng.normal(0.5, 0.1, 300)
    prior = fit_normal(value, np.full(300, 0.01))
    assert prior.reliability(np.full(300, 0.01)).mean() < 0.2
    assert prior.center == pytest.approx(value.mean())


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="2 zones are measured"):
        fit_normal(np.array([1.0, 2.0, np.nan]), np.ones(3))
    with pytest.raises(ValueError, match="above zero"):
        fit_normal(np.arange(4.0), np.zeros(4))
    chosen = np.array([True, False, False, False])
    with pytest.raises(ValueError, match="1 of the chosen"):
        regression_to_mean(np.arange(4.0), np.arange(4.0), chosen, np.ones(4))


def evaluated(rng, *, effect, zones=120, renewed=30, drift=0.03):
    """Zones measured with error, the worst chosen, measured again."""
    variance = 0.08**2 * rng.uniform(0.5, 1.5, zones)
    truth = rng.normal(0.6, 0.1, zones)
    before = truth + rng.normal(size=zones) * np.sqrt(variance)
    chosen = np.zeros(zones, bool)
    chosen[np.argsort(before)[:renewed]] = True
    truth = truth + effect * chosen + rng.normal(0, drift, zones)
    after = truth + rng.normal(size=zones) * np.sqrt(variance)
    return regression_to_mean(before, after, chosen, variance)


@pytest.mark.parametrize("effect", [0.0, 0.08])
def test_the_worst_zones_show_no_effect_that_is_not_there(effect):
    rng = np.random.default_rng(7)
    found = [evaluated(rng, effect=effect) for _ in range(1000)]
    raw, adjusted = (np.array([getattr(f, name) for f in found]) for name in ("raw", "adjusted"))
    covered = np.mean([f.low <= effect <= f.high for f in found])
    assert raw.mean() > effect + 0.05
    assert np.mean([f.raw > effect + 2 * f.error for f in found]) > 0.8
    assert 0.93 <= covered <= 0.97
    assert abs(adjusted.mean() - effect) < 3 * adjusted.std() / np.sqrt(len(found))
    assert np.mean([f.flagged for f in found]) == 1
    assert all(f.raw - f.expected == pytest.approx(f.adjusted) for f in found)


def test_zones_chosen_by_lot_are_left_alone():
    rng = np.random.default_rng(9)
    truth = rng.normal(0.6, 0.1, 200)
    before, after = (truth + rng.normal(0, 0.05, 200) for _ in range(2))
    chosen = rng.permutation(200) < 60
    found = regression_to_mean(before, after, chosen, np.full(200, 0.05**2))
    assert abs(found.expected) < 0.01
    assert found.low < 0 < found.high


def panel(rng, *, effect, zones=120, renewed=30, alike=0.8):
    """The same people asked twice: part of the luck of whom one asked comes again."""
    variance = 0.08**2 * rng.uniform(0.5, 1.5, zones)
    truth = rng.normal(0.6, 0.1, zones)
    luck = rng.normal(size=(3, zones)) * np.sqrt(variance * np.array([alike, 1 - alike, 1 - alike])[:, None])
    before = truth + luck[0] + luck[1]
    chosen = np.zeros(zones, bool)
    chosen[np.argsort(before)[:renewed]] = True
    after = truth + effect * chosen + luck[0] + luck[2]
    return before, after, chosen, variance, alike * variance


@pytest.mark.parametrize("effect", [0.0, 0.08])
def test_of_the_same_people_less_comes_back(effect):
    rng = np.random.default_rng(15)
    worlds = [panel(rng, effect=effect) for _ in range(600)]
    found = [regression_to_mean(*world[:4], again=world[4]) for world in worlds]
    adjusted = np.array([f.adjusted for f in found])
    assert abs(adjusted.mean() - effect) < 3 * adjusted.std() / np.sqrt(len(found))
    assert 0.93 <= np.mean([f.low <= effect <= f.high for f in found]) <= 0.97
    # As if they were other people, the programme would seem to do harm.
    wrong = [regression_to_mean(*world[:4]) for world in worlds]
    assert np.mean([f.high < effect for f in wrong]) > 0.9

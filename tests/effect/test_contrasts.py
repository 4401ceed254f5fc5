import numpy as np
import pytest
from scipy.linalg import inv, sqrtm
from scipy.stats import ttest_ind
from statsmodels.regression.linear_model import OLS

from geoprio.effect.checks import without_luck
from geoprio.effect.contrasts import difference_in_differences

AFTER = np.array([False, False, True, True])


def panel(rng, *, renewed=20, others=35, effect=0.7, slope=0.0):
    """Zones with their own level, waves of the city, and errors that last from wave to wave."""
    zones = renewed + others
    treated = np.arange(zones) < renewed
    noise = rng.normal(size=(zones, 4))
    noise[:, 1:] += 0.5 * noise[:, :-1]
    value = rng.normal(0, 2, (zones, 1)) + np.array([0.0, 0.3, 0.1, 0.8]) + noise
    value += slope * treated[:, None] * np.arange(4)
    value[treated] += effect * AFTER
    return value, treated


def test_it_is_the_panel_regression_with_zones_and_waves():
    value, treated = panel(np.random.default_rng(1))
    found = difference_in_differences(value, AFTER, treated)
    zones = len(value)
    rows = np.repeat(np.arange(zones), 4)
    waves = np.tile(np.arange(4), zones)
    design = np.column_stack([
        (rows[:, None] == np.arange(zones)), (waves[:, None] == np.arange(1, 4)), treated[rows] & AFTER[waves]
    ]).astype(float)  # fmt: skip
    twin = OLS(value.ravel(), design).fit()
    assert found.effect == pytest.approx(twin.params[-1])
    clustered = twin.get_robustcov_results("cluster", groups=rows)
    assert found.error == pytest.approx(clustered.bse[-1], rel=0.2)


def test_its_error_is_welchs():
    value, treated = panel(np.random.default_rng(2))
    found = difference_in_differences(value, AFTER, treated)
    change = value[:, AFTER].mean(axis=1) - value[:, ~AFTER].mean(axis=1)
    theirs = ttest_ind(change[treated], change[~treated], equal_var=False)
    assert found.effect / found.error == pytest.approx(theirs.statistic)
    n, m = 20, 35
    # Satterthwaite's degrees of freedom for equal variances, in closed form.
    assert found.degrees == pytest.approx((1 / n + 1 / m) ** 2 / (1 / (n**2 * (n - 1)) + 1 / (m**2 * (m - 1))))
    assert (found.treated_change - found.other_change) == pytest.approx(found.effect)
    assert (found.n_treated, found.n_other, found.clusters, found.few) == (20, 35, (20, 35), False)


def test_degrees_of_freedom_with_a_covariate_are_those_of_the_quadratic_form():
    value, treated = panel(np.random.default_rng(4), renewed=6, others=12)
    more = np.random.default_rng(5).normal(size=(18, 1))
    found = difference_in_differences(value, AFTER, treated, covariates=more)
    design = np.column_stack([np.ones(18), treated, more[:, 0]])
    left = np.eye(18) - design @ np.linalg.inv(design.T @ design) @ design.T
    rows = np.linalg.inv(design.T @ design)[1] @ design.T
    form = sum(rows[i] ** 2 / left[i, i] * np.outer(left[i], left[i]) for i in range(18))
    values = np.linalg.eigvalsh(form)
    assert found.degrees == pytest.approx(values.sum() ** 2 / (values**2).sum())


def test_zones_that_lack_a_wave_are_told():
    value, treated = panel(np.random.default_rng(3))
    value[4, 1] = np.nan
    found = difference_in_differences(value, AFTER, treated)
    assert found.left_out.tolist() == [4]
    assert found.n_treated == 19
    lone = difference_in_differences(value, AFTER, np.arange(55) == 0)
    assert np.isnan([lone.effect, lone.low, lone.p, lone.parallel_p]).all()
    assert lone.few


def test_waves_are_in_order():
    value, treated = panel(np.random.default_rng(3))
    for after in (AFTER[::-1], np.ones(4, bool), np.zeros(4, bool)):
        with pytest.raises(ValueError, match="in the order of time"):
            difference_in_differences(value, after, treated)
    with pytest.raises(ValueError, match="one entry"):
        difference_in_differences(value, AFTER[1:], treated)


def test_its_error_is_statsmodels_hc2_with_a_covariate():
    value, treated = panel(np.random.default_rng(6), renewed=7, others=15)
    more = value[:, :1] + np.random.default_rng(7).normal(size=(22, 1))
    found = difference_in_differences(value, AFTER, treated, covariates=more)
    change = value[:, AFTER].mean(axis=1) - value[:, ~AFTER].mean(axis=1)
    twin = OLS(change, np.column_stack([np.ones(22), treated, more[:, 0]])).fit(cov_type="HC2")
    assert (found.effect, found.error) == pytest.approx((twin.params[1], twin.bse[1]))


def test_errors_by_cluster_are_cr2_by_its_definition():
    rng = np.random.default_rng(8)
    office = np.repeat(np.arange(9), [1, 5, 2, 7, 3, 3, 1, 4, 6])
    value, treated = panel(rng, renewed=int((office < 4).sum()), others=int((office >= 4).sum()))
    more = rng.normal(size=(len(office), 1))
    found = difference_in_differences(value, AFTER, treated, covariates=more, cluster=office)
    x = np.column_stack([np.ones(len(office)), treated, more[:, 0]])
    y = value[:, AFTER].mean(axis=1) - value[:, ~AFTER].mean(axis=1)
    inverse = np.linalg.inv(x.T @ x)
    keep = np.eye(len(y)) - x @ inverse @ x.T
    form = np.zeros((len(y), len(y)))
    for g in range(9):
        rows = office == g
        half = np.real(inv(sqrtm(keep[np.ix_(rows, rows)])))
        pull = keep[:, rows] @ half @ x[rows] @ inverse[:, 1]
        form += np.outer(pull, pull)
    assert found.error == pytest.approx(np.sqrt(y @ form @ y))
    assert found.degrees == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form))


def test_nothing_is_told_where_nothing_can_be_compared():
    value, treated = panel(np.random.default_rng(9))
    # The measure at the choice says who was renewed: no effect can be told from it.
    lost = difference_in_differences(value, AFTER, treated, covariates=np.where(treated, 1.0, 0.2)[:, None])
    assert np.isnan([lost.effect, lost.low, lost.high, lost.p]).all()
    # An interval without any width would be a claim.
    alike = difference_in_differences(np.where(treated[:, None] & AFTER, 0.3, 0.1), AFTER, treated)
    assert alike.effect == pytest.approx(0.2)
    assert np.isnan([alike.low, alike.high, alike.error, alike.p]).all()
    # A zone with a covariate of its own leaves the other one to tell the effect, without any error to be seen.
    own = (np.arange(55) == 0).astype(float)[:, None]
    hung = difference_in_differences(value[:, :], AFTER, np.arange(55) < 2, covariates=own)
    assert np.isnan([hung.low, hung.high, hung.p]).all()


def test_different_ways_before_are_seen():
    rng = np.random.default_rng(5)
    alike = [difference_in_differences(*_in_order(panel(rng))).parallel_p for _ in range(500)]
    unlike = [difference_in_differences(*_in_order(panel(rng, slope=1.5))).parallel_p for _ in range(50)]
    assert np.mean(np.array(alike) < 0.05) < 0.08
    assert np.mean(np.array(unlike) < 0.05) > 0.9


def _in_order(drawn):
    value, treated = drawn
    return value, AFTER, treated


@pytest.mark.parametrize(("renewed", "others"), [(5, 40), (20, 35)])
def test_a_known_effect_is_found(renewed, others):
    rng = np.random.default_rng(renewed)
    found = [difference_in_differences(*_in_order(panel(rng, renewed=renewed, others=others))) for _ in range(600)]
    effects = np.array([f.effect for f in found])
    assert 0.93 <= np.mean([f.low <= 0.7 <= f.high for f in found]) <= 0.97
    assert abs(effects.mean() - 0.7) < 3 * effects.std() / np.sqrt(600)


def test_whole_street_offices_were_chosen():
    rng = np.random.default_rng(13)
    office = np.repeat(np.arange(40), 4)
    treated = office < 20
    effects, covered, alone = [], [], []
    for _ in range(500):
        value = rng.normal(size=(160, 2))
        value[:, 1] += rng.normal(size=40)[office] + 0.5 * treated
        found = difference_in_differences(value, AFTER[1:3], treated, cluster=office)
        naive = difference_in_differences(value, AFTER[1:3], treated)
        effects.append(found.effect)
        covered.append(found.low <= 0.5 <= found.high)
        alone.append(naive.low <= 0.5 <= naive.high)
    assert found.clusters == (20, 20)
    assert found.degrees == pytest.approx(38)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(alone) < 0.9
    assert abs(np.mean(effects) - 0.5) < 3 * np.std(effects) / np.sqrt(500)


@pytest.mark.parametrize("offices", [(5, 35), (8, 8), (15, 15)])
def test_few_offices_of_unequal_size(offices):
    rng = np.random.default_rng(offices[0])
    effects, covered = [], []
    for _ in range(2000):
        office = np.repeat(np.arange(sum(offices)), rng.integers(1, 15, sum(offices)))
        treated = office < offices[0]
        change = rng.normal(size=len(office)) + rng.normal(size=sum(offices))[office] + 0.5 * treated
        found = difference_in_differences(
            np.column_stack([np.zeros(len(office)), change]), AFTER[1:3], treated, cluster=office
        )
        covered.append(found.low <= 0.5 <= found.high)
        effects.append(found.effect)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert abs(np.mean(effects) - 0.5) < 3 * np.std(effects) / np.sqrt(2000)


@pytest.mark.parametrize(("renewed", "others"), [(8, 8), (15, 15), (40, 40), (8, 60)])
@pytest.mark.parametrize("effect", [0.0, 0.1])
def test_zones_of_unequal_size_by_few_answers(renewed, others, effect):
    rng = np.random.default_rng(1000 * renewed + others)
    zones = renewed + others
    treated = np.arange(zones) < renewed
    effects, covered = [], []
    for _ in range(600):
        each, level = rng.integers(5, 60, zones), rng.beta(8, 8, zones) * 0.7
        later = level + 0.05 + effect * treated + rng.normal(0, 0.03, zones)
        value = np.column_stack([rng.binomial(each, np.clip(x, 0, 1)) / each for x in (level, later)])
        found = difference_in_differences(value, AFTER[1:3], treated)
        effects.append(found.effect)
        covered.append(found.low <= effect <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert abs(np.mean(effects) - effect) < 3 * np.std(effects) / np.sqrt(600) + 0.001


def test_zones_chosen_as_the_worst_need_their_measure_at_the_choice():
    rng = np.random.default_rng(17)
    bare, fair, covered = [], [], []
    for _ in range(500):
        truth = rng.normal(0, 1, 80)
        before, after = (truth + rng.normal(0, 0.8, 80) for _ in range(2))
        worst = np.zeros(80, bool)
        worst[np.argsort(before)[:25]] = True
        value = np.column_stack([before, after])
        bare.append(difference_in_differences(value, AFTER[1:3], worst).effect)
        found = difference_in_differences(value, AFTER[1:3], worst, covariates=before[:, None])
        fair.append(found.effect)
        covered.append(found.low <= 0 <= found.high)
    assert np.mean(bare) > 0.5
    assert abs(np.mean(fair)) < 3 * np.std(fair) / np.sqrt(500)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_a_zone_with_few_answers_comes_back_further():
    rng = np.random.default_rng(14)
    effects, covered, bare = [], [], []
    for _ in range(800):
        each, truth = rng.integers(5, 60, 80), rng.beta(8, 6, 80)
        before, after = (rng.binomial(each, truth) / each for _ in range(2))
        worst = np.zeros(80, bool)
        worst[np.argsort(before + 1e-6 * rng.random(80))[:30]] = True
        likely = without_luck(before, (before * (1 - before) * each / (each - 1)).mean() / each)
        found, raw = (
            difference_in_differences(np.column_stack([x, after]), AFTER[1:3], worst,
                                      covariates=x[:, None])
            for x in (likely, before)
        )  # fmt: skip
        effects.append(found.effect)
        bare.append(raw.effect)
        covered.append(found.low <= 0 <= found.high)
    assert abs(np.mean(effects)) < 3 * np.std(effects) / np.sqrt(800)
    assert 0.93 <= np.mean(covered) <= 0.97
    # A line through the bare measure takes the one zone's luck for the other's.
    assert abs(np.mean(bare)) > 5 * np.std(bare) / np.sqrt(800)

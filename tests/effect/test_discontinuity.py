import numpy as np
import pytest

from geoprio.effect.discontinuity import ik_bandwidth, regression_discontinuity


def data():
    """Numbers that need no generator: multiples of two irrational numbers, modulo 1."""
    i = np.arange(300)
    x = ((i * 0.6180339887498949) % 1) * 4 - 2
    return 0.4 * np.sin(2 * x) + 0.5 * (x >= 0) + ((i * 0.7548776662466927) % 1) - 0.5, x


@pytest.mark.parametrize(
    ("bandwidth", "effect", "robust", "error", "zones"),
    [(0.9, 0.60541984, 0.54315309, 0.1729936, (67, 68)), (1.5, 0.76522575, 0.5087229, 0.12850659, (112, 113))],
)
def test_it_is_what_rdrobust_gives(bandwidth, effect, robust, error, zones):
    # rdrobust 2.1.1 for Python: rdrobust(y, x, c=0, h=h, b=h, kernel="tri", vce="hc3", masspoints="off").
    found = regression_discontinuity(*data(), 0.0, bandwidth=bandwidth)
    assert (found.effect, found.robust, found.error) == pytest.approx((effect, robust, error), abs=1e-7)
    assert (found.n_other, found.n_funded) == zones
    assert found.status == "told"


def test_units_and_sides_do_not_matter():
    y, x = data()
    found = regression_discontinuity(y, x, 0.0)
    scaled = regression_discontinuity(100 * y, 7 * x + 3, 3.0)
    assert scaled.bandwidth == pytest.approx(7 * found.bandwidth)
    assert (scaled.low, scaled.high) == pytest.approx((100 * found.low, 100 * found.high))
    # By rank, the lower ones are funded.
    mirrored = regression_discontinuity(y, -x, 0.0, funded_above=False)
    assert mirrored == found or mirrored.robust == pytest.approx(found.robust)


def test_the_bandwidth_goes_to_the_best_one():
    # With many zones the optimum is C (2 s2 / (f (m+ - m-)^2))^(1/5) n^(-1/5); here curvatures are 4 and -2.
    rng = np.random.default_rng(5)
    n, sigma = 200_000, 0.5
    x = rng.uniform(-1, 1, n)
    y = np.where(x >= 0, 2 * x**2, -(x**2)) + rng.normal(0, sigma, n)
    best = 3.4375 * (2 * sigma**2 / (0.5 * 6**2)) ** 0.2 * n**-0.2
    assert ik_bandwidth(y, x) == pytest.approx(best, rel=0.15)
    assert np.isnan(ik_bandwidth(np.ones(20), np.arange(20.0) - 10))


def test_too_few_zones_near_the_line():
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-1, 0, 60), rng.uniform(0, 1, 6)])
    found = regression_discontinuity(rng.normal(size=66), x, 0.0)
    assert found.status == "few"
    assert np.isnan([found.effect, found.robust, found.low, found.high, found.p, found.bandwidth]).all()
    wide = regression_discontinuity(rng.normal(size=66), x, 0.0, bandwidth=0.05)
    assert wide.status == "few"
    assert wide.n_funded < 10
    with pytest.raises(ValueError, match="above zero"):
        regression_discontinuity(x, x, 0.0, bandwidth=0.0)


def test_zones_pushed_over_the_line_are_seen():
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 1, 200)
    honest = regression_discontinuity(x, x, 0.0)
    pushed = np.where((x < 0) & (x > -0.12), x + 0.12, x)
    crowded = regression_discontinuity(x, pushed, 0.0)
    assert honest.crowding_p > 0.05 > crowded.crowding_p
    # Ranks are spread evenly whatever was done.
    assert np.isnan(regression_discontinuity(x, np.arange(1.0, 201), 100.0, funded_above=False).crowding_p)
    ring = regression_discontinuity(x, pushed, 0.0, donut=0.1)
    assert ring.donut == 0.1
    assert ring.n_funded < crowded.n_funded + 20


@pytest.mark.parametrize("levels", [1, 2, 4])
def test_a_few_points_of_a_scale_are_no_running_variable(levels):
    rng = np.random.default_rng(levels)
    x = rng.integers(-levels, levels, 200).astype(float)
    found = regression_discontinuity(0.1 * x + rng.normal(0, 0.3, 200), x, 0.0)
    assert found.status == "coarse"
    assert np.isnan([found.robust, found.low, found.high, found.p]).all()
    # Nor is it crowding that all zones with the last funded value are funded.
    fine = rng.integers(-20, 21, 200).astype(float)
    assert np.isnan(regression_discontinuity(rng.normal(size=200), fine, 0.0).crowding_p)


def test_heaps_at_the_line_are_seen_all_the_same():
    x = np.random.default_rng(3).uniform(-1, 1, 90)
    x[(x < 0) & (x > -0.35)] = 0.0
    assert regression_discontinuity(x, x, 0.0, bandwidth=1.0).crowding_p < 0.05


def test_zones_without_any_scatter_have_no_interval():
    x = np.random.default_rng(4).uniform(-1, 1, 90)
    found = regression_discontinuity(2 * x + 0.5 * (x >= 0), x, 0.0, bandwidth=0.8)
    assert found.robust == pytest.approx(0.5)
    assert np.isnan([found.low, found.high, found.p, found.error]).all()


def test_a_donut_takes_the_zones_on_its_edge_from_both_sides():
    rank = np.arange(1.0, 101)
    y = np.random.default_rng(5).normal(size=100)
    ring = regression_discontinuity(y, rank, 40.0, funded_above=False, donut=1.0, bandwidth=20.0)
    whole = regression_discontinuity(y, rank, 40.0, funded_above=False, bandwidth=20.0)
    assert (whole.n_funded - ring.n_funded, whole.n_other - ring.n_other) == (2, 1)


def test_zones_that_are_not_known_are_counted():
    y, x = data()
    assert regression_discontinuity(y, x, 0.0).unknown == 0
    assert regression_discontinuity(np.where(np.arange(300) < 7, np.nan, y), x, 0.0).unknown == 7


def test_who_was_renewed_is_told():
    y, x = data()
    treated = x >= 0
    assert regression_discontinuity(y, x, 0.0, treated=treated, bandwidth=1.0).followed == 1
    treated[np.argsort(np.abs(x))[:10]] = False
    assert regression_discontinuity(y, x, 0.0, treated=treated, bandwidth=1.0).followed < 1


@pytest.mark.parametrize("zones", [80, 250])
@pytest.mark.parametrize("bend", [0.0, 0.3])
def test_a_known_jump_is_found(zones, bend):
    rng = np.random.default_rng(zones + int(10 * bend))
    jumps, covered = [], []
    for _ in range(600):
        x = rng.normal(size=zones)
        y = 0.4 * x + bend * np.sin(2 * x) + 0.5 * (x >= 0) + rng.normal(0, 0.3, zones)
        found = regression_discontinuity(y, x, 0.0)
        if found.status == "told":
            jumps.append(found.robust)
            covered.append(found.low <= 0.5 <= found.high)
    assert len(jumps) >= 500
    assert 0.93 <= np.mean(covered) <= 0.97
    assert abs(np.mean(jumps) - 0.5) < 3 * np.std(jumps) / np.sqrt(len(jumps)) + 0.01


@pytest.mark.parametrize("zones", [80, 150, 400])
@pytest.mark.parametrize("jump", [0.0, 0.3])
def test_a_moderate_bend_is_no_jump(zones, jump):
    rng = np.random.default_rng(zones + 1)
    jumps, covered = [], []
    for _ in range(600):
        x = rng.uniform(-1, 1, zones)
        bend = np.where(x >= 0, 0.8 * x**2, -0.4 * x**2)
        found = regression_discontinuity(0.5 * x + bend + jump * (x >= 0) + rng.normal(0, 0.3, zones), x, 0.0)
        if found.status == "told":
            jumps.append(found.robust)
            covered.append(found.low <= jump <= found.high)
    assert len(jumps) >= 550
    assert 0.93 <= np.mean(covered) <= 0.97
    assert abs(np.mean(jumps) - jump) < 3 * np.std(jumps) / np.sqrt(len(jumps))


def test_the_line_is_the_value_of_the_last_that_was_funded():
    rng = np.random.default_rng(29)
    covered = []
    for _ in range(600):
        x = rng.uniform(0, 100, 80)
        line = float(np.sort(x)[-30])
        found = regression_discontinuity(0.005 * x + rng.normal(0, 0.1, 80) + 0.1 * (x >= line), x, line)
        covered.append(found.low <= 0.1 <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_the_worst_measured_show_no_jump_that_is_not_there():
    rng = np.random.default_rng(23)
    covered = []
    for _ in range(500):
        truth = rng.normal(0, 1, 150)
        before, after = (truth + rng.normal(0, 0.8, 150) for _ in range(2))
        found = regression_discontinuity(after - before, before, float(np.median(before)), funded_above=False)
        covered.append(found.low <= 0 <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.97

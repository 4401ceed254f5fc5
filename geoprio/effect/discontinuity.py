"""Regression discontinuity at the funding line: zones just funded against zones just not funded.

Near the line zones are alike but for the money. The jump is measured by local straight lines from both sides; its
interval comes from local parabolas within the same bandwidth, so that a bend is not taken for a jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import binomtest, t

from geoprio.indicators.needs.shares import CONFIDENCE, kish_n

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats

LEAST: Final = 10
"""Zones on each side within the bandwidth; fewer tell no jump."""
LEAST_VALUES: Final = 5
"""Different values of the running variable on each side within the bandwidth; through fewer goes any parabola."""
SAME: Final = 1e-9
"""Parts of a whole below which numbers differ by rounding alone."""
NEAREST: Final = 20
"""Zones next to the line that tell whether zones were pushed over it."""
PILOT: Final = 1.84
CURVES: Final = 3.56
REGULAR: Final = 2160.0
TRIANGLE: Final = 3.4375
FLATTEST: Final = 0.01
"""Constants of Imbens and Kalyanaraman (2012): pilot and curvature bandwidths, regularization, kernel, least third
derivative squared."""


@dataclass(frozen=True)
class Jump:
    """A regression discontinuity.

    Attributes
    ----------
    status : str
        ``told``; ``few`` where fewer than ten zones lie on a side within the bandwidth, ``coarse`` where they have
        fewer than five different values of the running variable: then numbers are NaN.
    effect : float
        The jump by local straight lines.
    robust : float
        The jump without the bias that a bend makes: the middle of the interval.
    low, high, error, p : float
        Interval, standard error and p of `robust`; NaN where zones do not scatter about the lines at all.
    bandwidth : float
        In the unit of the running variable.
    n_funded, n_other : int
        Zones within the bandwidth.
    worth : tuple of float
        How many equally weighted zones theirs are worth (funded, other): those at the line count most.
    crowding_p : float
        Of as many zones of the nearest on either side as there are: a small one says that zones were pushed over the
        line. NaN where the running variable is a rank, which is spread evenly whatever was done, or has so few
        different values that the line itself lies on one of many zones.
    donut : float
        Zones as close to the line were left out.
    followed : float
        Part of the zones within the bandwidth that got what their side of the line says; NaN where not told.
    unknown : int
        Zones left out since their outcome or running variable is not known.
    """

    status: str
    effect: float
    robust: float
    low: float
    high: float
    error: float
    p: float
    bandwidth: float
    n_funded: int
    n_other: int
    worth: tuple[float, float]
    crowding_p: float
    donut: float
    followed: float
    unknown: int


def regression_discontinuity(
    outcome: Floats,
    running: Floats,
    line: float,
    *,
    funded_above: bool = True,
    treated: Bools | None = None,
    bandwidth: float | None = None,
    donut: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Jump:
    """Return the jump of the outcome at the funding line.

    Parameters
    ----------
    outcome : ndarray of float, shape (zones,)
        After the programme, or the change, which varies less; NaN is left out.
    running : ndarray of float, shape (zones,)
        What the money went by, as it was before: priority or rank.
    line : float
        The last value that was funded.
    funded_above : bool
        True for priorities, False for ranks (1 = first).
    treated : ndarray of bool, shape (zones,), optional
        Who was in fact renewed. The jump is that of being on the funded side, whoever was.
    bandwidth : float, optional
        Default: Imbens and Kalyanaraman's, with outcome and running variable scaled to a standard deviation of 1 so
        that it does not depend on their units.
    donut : float
        Zones as close to the line are left out, where it is known to have been moved a little.
    confidence : float

    Returns
    -------
    Jump
        With the same bandwidth and kernel for both, the bias-corrected local line is the local parabola, and its
        error that of the robust interval. Variances are HC3; Student's with the zones less six degrees of freedom.

    Raises
    ------
    ValueError
        If the bandwidth is not above zero or the donut below it.

    References
    ----------
    G. Imbens and K. Kalyanaraman, Optimal bandwidth choice for the regression discontinuity estimator, Review of
    Economic Studies 79 (2012), 933-959; S. Calonico, M. D. Cattaneo and R. Titiunik, Robust nonparametric confidence
    intervals for regression-discontinuity designs, Econometrica 82 (2014), 2295-2326 (remark 7). Crowding by a
    binomial test next to the line: M. D. Cattaneo, R. Titiunik and G. Vazquez-Bare, Stata Journal 17 (2017), 372-404.
    """
    if donut < 0 or (bandwidth is not None and not bandwidth > 0):
        raise ValueError("the bandwidth is above zero, the donut not below it")
    known = np.isfinite(outcome) & np.isfinite(running)
    x = (running[known] - line) * (1.0 if funded_above else -1.0)
    y, right = outcome[known], x >= 0
    crowding = _crowding(x)
    use = (np.abs(x) > donut) | (donut == 0)
    h, halves, lost = bandwidth, (right & use, ~right & use), int((~known).sum())
    coarse = min(len(np.unique(x[s])) for s in halves) < LEAST_VALUES
    if h is None:
        h = ik_bandwidth(y[use], x[use]) if min(s.sum() for s in halves) >= LEAST and not coarse else np.nan
    weight = np.where(use & np.isfinite(h), np.maximum(1 - np.abs(x) / h, 0.0), 0.0)
    near = weight > 0
    sides = (near & right, near & ~right)
    counts = (int(sides[0].sum()), int(sides[1].sum()))
    worth = (kish_n(weight[sides[0]]), kish_n(weight[sides[1]]))
    followed = np.nan if treated is None or not near.any() else float((treated[known] == right)[near].mean())
    coarse = coarse or (min(counts) >= LEAST and min(len(np.unique(x[s])) for s in sides) < LEAST_VALUES)
    if coarse or min(counts) < LEAST:
        status = "coarse" if coarse and min(s.sum() for s in halves) >= LEAST else "few"
        return Jump(status, *(np.nan,) * 6, float(h), *counts, worth, crowding, donut, followed, lost)
    line_fit = [_at_line(y[s], x[s], weight[s], 1)[0] for s in sides]
    bent = [_at_line(y[s], x[s], weight[s], 2) for s in sides]
    robust, error = bent[0][0] - bent[1][0], float(np.sqrt(bent[0][1] + bent[1][1]))
    degrees = sum(counts) - 6
    # Zones without any scatter tell no error: an interval without any width would be a claim.
    error = error if error > SAME * float(np.abs(y[near]).max()) else np.nan
    half = float(t.ppf((1 + confidence) / 2, degrees)) * error
    p = float(2 * t.sf(abs(robust) / error, degrees))
    return Jump("told", line_fit[0] - line_fit[1], robust, robust - half, robust + half, error, p, float(h), *counts,
                worth, crowding, donut, followed, lost)  # fmt: skip


def _at_line(y: Floats, x: Floats, weight: Floats, order: int) -> tuple[float, float]:
    """Return a local polynomial's value at the line, and its HC3 variance."""
    design = np.vander(x / np.abs(x).max() if np.abs(x).max() > 0 else x, order + 1, increasing=True)
    root = np.sqrt(weight)[:, None]
    pull = np.linalg.pinv(design * root) * root.T
    left = np.maximum(1 - np.einsum("ij,ji->i", design, pull), 1e-12)
    coefficient = pull @ y
    miss = y - design @ coefficient
    return float(coefficient[0]), float((pull[0] ** 2 * miss**2 / left**2).sum())


def ik_bandwidth(outcome: Floats, running: Floats) -> float:
    """Return the bandwidth of local straight lines with a triangular kernel at 0.

    Parameters
    ----------
    outcome, running : ndarray of float, shape (n,)
        At least five on each side of 0, where 0 and above is one side; they are scaled by their standard deviations.

    Returns
    -------
    float
        In the unit of `running`; NaN where either does not vary.

    References
    ----------
    Imbens and Kalyanaraman (2012), section 4.2.
    """
    size, height = float(running.std(ddof=1)), float(outcome.std(ddof=1))
    if not (size > 0 and height > 0):
        return float("nan")
    x, y, n = running / size, outcome / height, len(running)
    sides = (x >= 0, x < 0)
    pilot = PILOT * n ** (-1 / 5)
    # Where nobody is that close to the line, its nearest stand for it.
    pilot = max(pilot, *(float(np.sort(np.abs(x[s]))[min(4, s.sum() - 1)]) for s in sides))
    close = [s & (np.abs(x) <= pilot) for s in sides]
    density = sum(int(s.sum()) for s in close) / (2 * n * pilot)
    variance = [max(float(y[s].var(ddof=1)), 1e-12) for s in close]
    third = _third_derivative(y, x, sides)
    curves, regular = [], []
    for side, spread in zip(sides, variance, strict=True):
        count = int(side.sum())
        wide = CURVES * (spread / (density * max(third**2, FLATTEST))) ** (1 / 7) * count ** (-1 / 7)
        wide = max(wide, float(np.sort(np.abs(x[side]))[min(4, count - 1)]))
        inside = side & (np.abs(x) <= wide)
        curves.append(2 * float(np.polynomial.polynomial.polyfit(x[inside], y[inside], 2)[2]))
        regular.append(REGULAR * spread / (int(inside.sum()) * wide**4))
    bend = (curves[0] - curves[1]) ** 2 + sum(regular)
    return float(TRIANGLE * (sum(variance) / (density * bend)) ** (1 / 5) * n ** (-1 / 5) * size)


def _third_derivative(y: Floats, x: Floats, sides: tuple[Bools, Bools]) -> float:
    """Return the third derivative of a cubic with a jump, through the inner halves of both sides."""
    low, high = float(np.median(x[sides[1]])), float(np.median(x[sides[0]]))
    inner = (x >= low) & (x <= high)
    design = np.column_stack([np.vander(x[inner], 4, increasing=True), sides[0][inner]])
    return 6 * float(np.linalg.lstsq(design, y[inner], rcond=None)[0][3])


def _crowding(x: Floats) -> float:
    """Return the p of as many of the nearest zones on either side as there are; NaN for ranks and too few zones."""
    # With many zones at each value all those at the line lie on its one side, whatever was done.
    if len(x) < NEAREST or _is_rank(x) or len(np.unique(x)) < len(x) / 2:
        return float("nan")
    nearest = np.argsort(np.abs(x), kind="stable")[:NEAREST]
    return float(binomtest(int((x[nearest] >= 0).sum()), NEAREST, 0.5).pvalue)


def _is_rank(x: Floats) -> bool:
    steps = np.diff(np.sort(x))
    return bool((steps >= 1 - 1e-9).all() and np.isclose(steps, np.round(steps)).all())

"""Formulas of shares: the central grant by factors, and who pays for a lift by floor."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.programme.conditions import Frozen
from geoprio.programme.money import split
from geoprio.standards import Verified

GRANT_FACTORS = ("area", "households", "buildings", "compounds")
GRANT_WEIGHTS: Mapping[str, float] = {"area": 0.4, "households": 0.4, "buildings": 0.1, "compounds": 0.1}
"""Rules of 2019 (sc.sina.com.cn 2020-10-16); those of the rules of 2024 are not in the reports: unverified."""
PERFORMANCE_SHARE = 0.2
"""Part given by performance since the rules of 2024 (info.lgmi.com 9085; secondary)."""


def grant_shares(
    factors: Mapping[str, Floats],
    difficulty: Floats,
    performance: Floats | None = None,
    *,
    weights: Mapping[str, float] = GRANT_WEIGHTS,
    performance_share: float = PERFORMANCE_SHARE,
) -> Floats:
    """Return the share of the central grant that each place gets.

    ``(1 − p) · F + p · F·q / Σ F·q`` with ``F = Σ_k w_k · x_k·c / Σ x_k·c``: tasks times fiscal difficulty, and a
    part that rewards performance on as many tasks. How the tasks enter that part is geoprio's reading of "combined
    with"; the official text was not at hand.

    Parameters
    ----------
    factors : mapping of str to ndarray, shape (places,)
        Tasks: any of area, households, buildings, compounds.
    difficulty : ndarray, shape (places,)
        Coefficient of fiscal difficulty.
    performance : ndarray, shape (places,), optional
        Coefficient of performance; without it everything goes by tasks.
    weights : mapping of str to float
        By factor; scaled to sum 1 over the factors that are given.
    performance_share : float

    Returns
    -------
    ndarray, shape (places,)
        Sums to 1.

    References
    ----------
    2019 and 2020: sc.sina.com.cn 2020-10-16. 2024: info.lgmi.com 9085, finet.hk 661ca05c. None is an official text.

    Raises
    ------
    InputError
        If a factor or coefficient is negative, no number or zero everywhere, or a factor has no weight.
    """
    used = {name: weights.get(name, 0.0) for name in factors}
    total = sum(used.values())
    if not factors or total <= 0 or any(w <= 0 for w in used.values()):
        raise InputError(f"central grant: each of the factors {', '.join(factors) or '(none)'} needs a weight above 0.")
    if not 0 <= performance_share <= 1:
        raise InputError(f"central grant: performance_share is {performance_share!r}; give 0 to 1.")
    by_tasks = np.zeros(len(difficulty))
    for name, tasks in factors.items():
        by_tasks += used[name] / total * _shares(tasks, difficulty, name)
    if performance is None:
        return by_tasks
    return (1 - performance_share) * by_tasks + performance_share * _shares(by_tasks, performance, "performance")


def _shares(amounts: Floats, coefficient: Floats, name: str) -> Floats:
    product = np.asarray(amounts, float) * np.asarray(coefficient, float)
    if not (np.isfinite(product).all() and (product >= 0).all() and product.sum() > 0):
        raise InputError(f"central grant: {name} times its coefficient must be 0 or more, and above 0 somewhere.")
    shares: Floats = product / product.sum()
    return shares


class FloorTable(Frozen):
    """What each floor bears of a lift's cost."""

    code: str = Field(min_length=1)
    title_zh: str = ""
    title_en: str = ""
    kind: Literal["percent", "coefficient"]
    """Percent of the whole for each floor, which sum to 100; or a coefficient for each square meter of a flat."""
    by_floor: dict[int, float]
    source: str = Field(min_length=1)
    verified: Verified = False
    note: str = ""
    low_income_refund: float = Field(default=0.0, ge=0, le=1)
    """Share of their payment that owners with low income get back."""

    @model_validator(mode="after")
    def _sums_to_100(self) -> Self:
        shares = list(self.by_floor.values())
        if not shares or min(shares) < 0 or sum(shares) <= 0:
            raise ValueError("the floors' shares are 0 or more, and above 0 somewhere")
        if self.kind == "percent" and abs(sum(shares) - 100) > 1e-6:
            raise ValueError(f"the floors' shares sum to {sum(shares):g}, not to 100")
        return self


def load_floor_tables() -> dict[str, FloorTable]:
    """Return the tables that come with geoprio, by code."""
    text = files("geoprio.programme").joinpath("lifts.toml").read_text(encoding="utf-8")
    tables = [FloorTable.model_validate(entry) for entry in tomllib.loads(text)["tables"]]
    return {table.code: table for table in tables}


def lift_payments(table: FloorTable, total_fen: int, floors: Ints, areas_m2: Floats | None = None) -> Ints:
    """Return what each flat of a staircase pays for its lift, in fen; it sums to `total_fen`.

    Parameters
    ----------
    table : FloorTable
    total_fen : int
        What the residents of the staircase have to pay together.
    floors : ndarray of int, shape (flats,)
        Floor of each flat, from 1.
    areas_m2 : ndarray, shape (flats,), optional
        Floor area of each flat; needed for a table of coefficients. The flats of a floor share its percentage alike.

    Raises
    ------
    InputError
        If a floor has no share in the table, floors with a share have no flat, or areas are missing.
    """
    unknown = sorted({int(f) for f in floors} - table.by_floor.keys())
    if unknown:
        raise InputError(f"lift table {table.code}: no share for floor {unknown[0]}; give a table that has it.")
    shares = np.array([table.by_floor[int(f)] for f in floors], float)
    if table.kind == "coefficient":
        if areas_m2 is None or not (np.asarray(areas_m2, float) > 0).all():
            raise InputError(f"lift table {table.code}: it counts by floor area; give that of each flat, above 0.")
        parts = shares * np.asarray(areas_m2, float)
    else:
        lost = sorted(f for f, s in table.by_floor.items() if s > 0 and f not in set(floors.tolist()))
        if lost:
            raise InputError(
                f"lift table {table.code}: floor {lost[0]} bears a share but has no flat; give another table."
            )
        flats = {int(f): int(n) for f, n in zip(*np.unique(floors, return_counts=True), strict=True)}
        parts = shares / np.array([flats[int(f)] for f in floors])
    if parts.sum() <= 0:
        raise InputError(f"lift table {table.code}: none of these floors bears a share.")
    return split(total_fen, parts)

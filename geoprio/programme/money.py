"""Money in whole fen (1/100 yuan): sums that add up exactly."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.sources.parsers import amounts
from geoprio.sources.parsers.words import Refused

FEN = 100
"""Fen in a yuan."""
MOST_FEN = 10**16
"""A hundred thousand billion yuan; beyond it, floats no longer tell single fen."""


def yuan_of(value: Any) -> Any:  # noqa: ANN401 - what a file holds; pydantic checks what is no text
    """Return a sum of money that is written as text in yuan; anything else as it is.

    Raises
    ------
    InputError
        If the text is no sum of money.

    Examples
    --------
    >>> yuan_of("2000万"), yuan_of("1.2亿元"), yuan_of("20,000,000"), yuan_of(5)
    (20000000.0, 120000000.0, 20000000.0, 5)
    """
    if not isinstance(value, str):
        return value
    try:
        return amounts.money(value, 1.0).value
    except Refused:
        raise InputError(
            f'{value!r} is not a sum of money; give yuan, such as 20000000, "2000万" or "0.2亿元".'
        ) from None


Yuan = Annotated[float, BeforeValidator(yuan_of, json_schema_input_type=float | str)]
"""Yuan: a number, or text such as "2000万"."""


def fen(yuan: float | Floats, where: str = "money") -> Ints:
    """Return yuan as whole fen (int64), rounded half to even.

    Raises
    ------
    InputError
        If an amount is negative, no number, or above 10¹⁴ yuan.
    """
    amounts = np.asarray(yuan, float) * FEN
    if not (np.isfinite(amounts).all() and (amounts >= 0).all() and (amounts <= MOST_FEN).all()):
        raise InputError(f"{where}: amounts of money must be numbers from 0 to 10^14 yuan.")
    whole: Ints = np.rint(amounts).astype(np.int64)
    return whole


def split(total: int, parts: Floats | Ints) -> Ints:
    """Return `total` split in proportion to `parts` by largest remainder; it sums to `total` exactly.

    Parameters
    ----------
    total : int
        Fen.
    parts : ndarray, shape (parts,)
        0 or more, not all 0; a part of 0 gets nothing. Of equal remainders the first is rounded up.

    Returns
    -------
    ndarray of int64, shape (parts,)
    """
    weights = np.asarray(parts, float)
    ideal = total * (weights / weights.sum())
    whole: Ints = np.floor(ideal).astype(np.int64)
    left = int(total - whole.sum())
    rest = np.where(weights > 0, ideal - whole, -1.0)
    order = np.argsort(-rest, kind="stable")
    # Float errors of huge totals can leave more than one unit for each part, or a few too many.
    for k in range(abs(left)):
        whole[order[k % np.count_nonzero(weights > 0)] if left > 0 else int(np.argmax(whole))] += 1 if left > 0 else -1
    return whole


def spread(rows: Ints, columns: Ints) -> Ints:
    """Return whole amounts whose rows and columns sum to what is asked, nearly in proportion.

    Parameters
    ----------
    rows : ndarray of int64, shape (rows,)
        Sum of each row, 0 or more.
    columns : ndarray of int64, shape (columns,)
        Sum of each column; together as much as the rows.

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        None below 0; a column of 0 gets nothing.
    """
    out = np.zeros((len(rows), len(columns)), np.int64)
    if len(columns) == 1:
        out[:, 0] = rows
        return out
    left = [int(c) for c in columns]
    whole = sum(left)
    for r, amount in enumerate(rows.tolist()):
        if amount == 0:
            continue
        # Exact: whole parts and remainders of amount * left / whole in integers of any size.
        parts = [divmod(amount * c, whole) for c in left]
        taken = [q for q, _ in parts]
        short = amount - sum(taken)
        for k in sorted(range(len(parts)), key=lambda k: (-parts[k][1], k))[:short]:
            taken[k] += 1
        left = [c - t for c, t in zip(left, taken, strict=True)]
        whole -= amount
        out[r] = taken
    return out

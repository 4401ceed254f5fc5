"""Array types used in signatures."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
"""Whole numbers of any width."""
Bools = NDArray[np.bool_]

Progress = Callable[[str], None]
"""Told the name of each stage as it begins."""

"""What geoprio writes: the result and its files."""

from geoprio.outputs.result import Result
from geoprio.outputs.sensitivity import Sensitivity

__all__ = ["Result", "Sensitivity"]

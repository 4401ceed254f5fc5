"""What geoprio writes: the result and its files."""

from geoprio.outputs.planned import Planned
from geoprio.outputs.result import Result
from geoprio.outputs.sensitivity import Sensitivity
from geoprio.outputs.sited import Sited

__all__ = ["Planned", "Result", "Sensitivity", "Sited"]

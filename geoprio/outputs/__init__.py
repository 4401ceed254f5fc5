"""What geoprio writes: the result and its files."""

from geoprio.outputs.planned.result import Planned
from geoprio.outputs.result import Result
from geoprio.outputs.sensitivity.result import Sensitivity
from geoprio.outputs.sited.result import Sited

__all__ = ["Planned", "Result", "Sensitivity", "Sited"]

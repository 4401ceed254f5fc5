"""The one place where all stages meet."""

from geoprio.pipeline.running import check, inspect, rescore, run
from geoprio.pipeline.uncertainty import sensitivity
from geoprio.pipeline.weighing import weigh

__all__ = ["check", "inspect", "rescore", "run", "sensitivity", "weigh"]

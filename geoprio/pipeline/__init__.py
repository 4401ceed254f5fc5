"""The one place where all stages meet."""

from geoprio.pipeline.change_ranges import change_ranges
from geoprio.pipeline.comparing import Effect, split_effect
from geoprio.pipeline.evaluating import evaluation
from geoprio.pipeline.planning import plan
from geoprio.pipeline.running import check, inspect, rescore, run
from geoprio.pipeline.siting import site, site_quantities
from geoprio.pipeline.uncertainty import sensitivity
from geoprio.pipeline.weighing import weigh

__all__ = [
    "Effect",
    "change_ranges",
    "check",
    "evaluation",
    "inspect",
    "plan",
    "rescore",
    "run",
    "sensitivity",
    "site",
    "site_quantities",
    "split_effect",
    "weigh",
]

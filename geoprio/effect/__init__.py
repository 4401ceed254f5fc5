"""Did it work: finished runs compared, and what residents said before and after."""

from geoprio.effect.answers import Answers
from geoprio.effect.change import Change, compare
from geoprio.effect.comparable import Difference, differences
from geoprio.effect.contrasts import Contrast, difference_in_differences
from geoprio.effect.discontinuity import Jump, regression_discontinuity
from geoprio.effect.evaluation import evaluate
from geoprio.effect.finding import Evaluation, Finding
from geoprio.effect.preregistered import (
    Line,
    Outcome,
    Plan,
    Treated,
    check_plan,
    preregister,
    read_plan,
    register,
    registered_hash,
    unplanned,
)
from geoprio.effect.regression import Regression, gardner_heady, regression_to_mean
from geoprio.effect.runs import FinishedRun, load_run, run_of
from geoprio.effect.surveys import Wave, WaveChange, mean_change, share_change, shares_of
from geoprio.effect.told import evaluation_sentences
from geoprio.effect.zone_changes import zone_changes
from geoprio.indicators.needs.means import scores_of

__all__ = [
    "Answers",
    "Change",
    "Contrast",
    "Difference",
    "Evaluation",
    "Finding",
    "FinishedRun",
    "Jump",
    "Line",
    "Outcome",
    "Plan",
    "Regression",
    "Treated",
    "Wave",
    "WaveChange",
    "check_plan",
    "compare",
    "difference_in_differences",
    "differences",
    "evaluate",
    "evaluation_sentences",
    "gardner_heady",
    "load_run",
    "mean_change",
    "preregister",
    "read_plan",
    "register",
    "registered_hash",
    "regression_discontinuity",
    "regression_to_mean",
    "run_of",
    "scores_of",
    "share_change",
    "shares_of",
    "unplanned",
    "zone_changes",
]

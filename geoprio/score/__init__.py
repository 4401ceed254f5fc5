"""Combine indicators into an explainable priority and a rank."""

from geoprio.score.matrix import Criterion, DecisionMatrix, build_criteria, build_matrix, check_quotas
from geoprio.score.methods import Method
from geoprio.score.score import ScoreSpec, score_zones
from geoprio.score.sensitivity_spec import SensitivitySpec
from geoprio.score.weigh import starting_weights, weigh_matrix

__all__ = [
    "Criterion",
    "DecisionMatrix",
    "Method",
    "ScoreSpec",
    "SensitivitySpec",
    "build_criteria",
    "build_matrix",
    "check_quotas",
    "score_zones",
    "starting_weights",
    "weigh_matrix",
]

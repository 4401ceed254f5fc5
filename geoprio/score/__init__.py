"""Combine indicators into an explainable priority and a rank."""

from geoprio.score.matrix import Criterion, DecisionMatrix, build_criteria, build_matrix, check_quotas
from geoprio.score.score import ScoreSpec, score_zones

__all__ = ["Criterion", "DecisionMatrix", "ScoreSpec", "build_criteria", "build_matrix", "check_quotas", "score_zones"]

"""Combine indicators into an explainable priority and a rank."""

from geoprio.score.matrix import Criterion, DecisionMatrix, build_matrix
from geoprio.score.score import ScoreSpec, score_zones

__all__ = ["Criterion", "DecisionMatrix", "ScoreSpec", "build_matrix", "score_zones"]

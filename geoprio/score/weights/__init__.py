"""Weights: given, equal, asked of people, or computed from the values."""

from geoprio.score.weights.elicit import rank_order_centroid, swing
from geoprio.score.weights.given import default_weights, equal, scaled
from geoprio.score.weights.objective import critic, critic_blind, entropy, pca, standard_deviation, tell_correlated
from geoprio.score.weights.pairwise import (
    RANDOM_INDEX,
    Ahp,
    BestWorst,
    GroupAhp,
    Revisit,
    ahp,
    best_worst,
    group_ahp,
    judgement_matrix,
    kendall_w,
)

__all__ = [
    "RANDOM_INDEX",
    "Ahp",
    "BestWorst",
    "GroupAhp",
    "Revisit",
    "ahp",
    "best_worst",
    "critic",
    "critic_blind",
    "default_weights",
    "entropy",
    "equal",
    "group_ahp",
    "judgement_matrix",
    "kendall_w",
    "pca",
    "rank_order_centroid",
    "scaled",
    "standard_deviation",
    "swing",
    "tell_correlated",
]

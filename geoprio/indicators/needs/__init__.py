"""What residents say they need: shares, weights and votes, each with what it is worth."""

from geoprio.indicators.needs.columns import NeedIndicator, find_need, need_column, need_finder
from geoprio.indicators.needs.found import Needs, NeedVoice, QuestionFound, find_needs, mapped_indicators
from geoprio.indicators.needs.priorities import Agreement, NeedWeights, agreement, need_weights, to_indicators
from geoprio.indicators.needs.shares import Shares, finite_n, kish_n, weighted_shares, wilson
from geoprio.indicators.needs.shrinkage import Prior, draw_shares, fit_prior, shrunk
from geoprio.indicators.needs.study import ZoneShares, city_shares, group_agreement, menu, weigh, zone_shares
from geoprio.indicators.needs.votes import VoteCheck, check_votes, meeting_support
from geoprio.indicators.needs.weighting import Weighting, post_stratify, rake

__all__ = [
    "Agreement",
    "NeedIndicator",
    "NeedVoice",
    "NeedWeights",
    "Needs",
    "Prior",
    "QuestionFound",
    "Shares",
    "VoteCheck",
    "Weighting",
    "ZoneShares",
    "agreement",
    "check_votes",
    "city_shares",
    "draw_shares",
    "find_need",
    "find_needs",
    "finite_n",
    "fit_prior",
    "group_agreement",
    "kish_n",
    "mapped_indicators",
    "meeting_support",
    "menu",
    "need_column",
    "need_finder",
    "need_weights",
    "post_stratify",
    "rake",
    "shrunk",
    "to_indicators",
    "weigh",
    "weighted_shares",
    "wilson",
    "zone_shares",
]

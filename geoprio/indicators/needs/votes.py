"""Whether owners have decided, and what a courtyard meeting (坝坝会) voted: counts of votes, never samples."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats
    from geoprio.standards.votes import Matter, VoteRule

VERDICTS: Final = ("passed", "failed", "no_quorum", "unknown")
ROUNDING: Final = 1e-9
"""Areas are sums of decimals: a part that is short by less is reached."""


@dataclass(frozen=True)
class VoteCheck:
    """What became of votes; arrays of shape (votes,).

    Attributes
    ----------
    verdict : ndarray of str
        ``passed``, ``failed`` (by area or by heads), ``no_quorum`` or ``unknown`` (a number is missing, and the others
        do not decide it).
    area_voted, heads_voted : ndarray of float
        Parts of all area and of all owners that voted; NaN where not known.
    area_for, heads_for : ndarray of float
        Parts for it of those that voted.
    heads_lacking, area_lacking : ndarray of float
        How many more owners, and how much more area, would have to agree for it to pass with those who voted now, and
        with a quorum where there is none (0 where it passed).
    """

    verdict: np.ndarray
    area_voted: Floats
    heads_voted: Floats
    area_for: Floats
    heads_for: Floats
    heads_lacking: Floats
    area_lacking: Floats


def check_votes(heads: Floats, area: Floats, rule: VoteRule, matter: Matter) -> VoteCheck:
    """Return whether owners have decided: quorum and majority, both by area and by heads.

    Parameters
    ----------
    heads, area : ndarray of float, shape (votes, 3)
        All owners, those who voted, those for it; and the same in exclusive area (m2). NaN where not known.
    rule : VoteRule
    matter : Matter
        One of the rule's: it names the majority.

    Raises
    ------
    ValueError
        If more are for it than voted, or more voted than there are.

    References
    ----------
    Civil Code of China, article 278, as quoted in the rule file.
    """
    for counts in (heads, area):
        if (counts < 0).any() or (counts[:, 1] > counts[:, 0] * (1 + ROUNDING)).any():
            raise ValueError("more voted than there are")
        if (counts[:, 2] > counts[:, 1] * (1 + ROUNDING)).any():
            raise ValueError("more are for it than voted")
    quorum, won = [], []
    for counts in (heads, area):
        quorum.append(_reaches(counts[:, 1], counts[:, 0], rule.quorum, inclusive=rule.quorum_inclusive))
        won.append(_reaches(counts[:, 2], counts[:, 1], matter.majority, inclusive=matter.inclusive))
    there, enough = np.minimum(*quorum), np.minimum(*won)
    verdict = np.select([there == 0, (there == 1) & (enough == 0), (there == 1) & (enough == 1)],
                        ["no_quorum", "failed", "passed"], "unknown")  # fmt: skip
    (heads_voted, heads_for, heads_lacking), (area_voted, area_for, area_lacking) = (
        _parts(counts, rule, matter, whole=counts is heads) for counts in (heads, area)
    )
    done = verdict == "passed"
    return VoteCheck(
        verdict, area_voted, heads_voted, area_for, heads_for,
        np.where(done, 0.0, heads_lacking), np.where(done, 0.0, area_lacking),
    )  # fmt: skip


def _reaches(part: Floats, whole: Floats, wanted: Fraction, *, inclusive: bool) -> Floats:
    """Return 1 where a part of the whole is reached, 0 where not, NaN where that is not known."""
    # Compared as products of whole numbers: two thirds of 99 owners are 66, exactly.
    ours, theirs = part * wanted.denominator, whole * wanted.numerator
    reached = ours >= theirs * (1 - ROUNDING) if inclusive else ours > theirs * (1 + ROUNDING)
    known = np.isfinite(part) & np.isfinite(whole) & (whole > 0)
    return np.where(known, reached, np.nan)


def _parts(counts: Floats, rule: VoteRule, matter: Matter, *, whole: bool) -> tuple[Floats, Floats, Floats]:
    """Return the parts that voted and that are for it, and how much is lacking."""
    everyone, voted, agree = counts.T
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(everyone > 0, voted / everyone, np.nan), np.where(voted > 0, agree / voted, np.nan)
    # Those who are to come for a quorum are counted as voting.
    least = _least(everyone, rule.quorum, inclusive=rule.quorum_inclusive, whole=whole)
    needed = _least(np.maximum(voted, least), matter.majority, inclusive=matter.inclusive, whole=whole)
    return *parts, np.maximum(needed - agree, 0.0)


def _least(of: Floats, part: Fraction, *, inclusive: bool, whole: bool) -> Floats:
    """Return the least number that reaches a part; for heads a whole one, for areas the bound itself."""
    bound = of * part.numerator / part.denominator
    if not whole:
        return bound
    return np.ceil(bound - ROUNDING) if inclusive else np.floor(bound + ROUNDING) + 1


def meeting_support(agree: Floats, present: Floats) -> tuple[Floats, Bools]:
    """Return the share of those present at a meeting who voted for a measure, and where it is known.

    It has no interval: who comes to a meeting is not drawn from the residents, and the share says nothing about those
    who were not there. It is not to be added to the answers of a survey.

    Parameters
    ----------
    agree, present : ndarray of float
        Numbers of people; NaN where not known.
    """
    known = np.isfinite(agree) & np.isfinite(present) & (present > 0)
    share = np.divide(agree, present, out=np.full(len(agree), np.nan), where=known)
    return share, known

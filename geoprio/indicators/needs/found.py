"""All that residents say, from the files of a project to tables by zone: the one call that a run makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geoprio._core.errors import InputError
from geoprio.city.survey import zone_numbers
from geoprio.indicators.needs.columns import (
    ANCHORS,
    PASSED,
    PASSED_ANCHORS,
    WEIGHED,
    NeedIndicator,
    need_column,
    share_columns,
    share_titles,
    vote_columns,
)
from geoprio.indicators.needs.means import Means, question_means
from geoprio.indicators.needs.priorities import NeedWeights, need_weights, to_indicators
from geoprio.indicators.needs.records import meeting_table, vote_table
from geoprio.indicators.needs.study import (
    NONE,
    TOLD,
    ZoneShares,
    city_shares,
    group_agreement,
    menu,
    weigh,
    zone_shares,
)
from geoprio.sources.survey import read_survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats, Ints
    from geoprio.indicators.needs.weighting import Weighting
    from geoprio.sources.survey import MeetingsSpec, OwnerVotesSpec, Question, Survey, SurveySpec

AT_ONCE: Final = 2_000_000
"""Random numbers that are held at a time."""
MUCH: Final = 0.05
"""Residents of groups that nobody answered for, or shares missed by so much, are warned of: geoprio's own."""


@dataclass(frozen=True)
class QuestionFound:
    """What the answers to one question say; nothing of a single respondent.

    Attributes
    ----------
    code, about : str
    needs, titles : tuple of str
    city : DataFrame
        From `city_shares`.
    zones : ZoneShares
    menu : DataFrame
        From `menu`; no rows where nobody answered.
    groups : list of dict
        From `group_agreement`.
    means : Means or None
        None where the project file gives no scores.
    """

    code: str
    about: str
    needs: tuple[str, ...]
    titles: tuple[str, ...]
    city: pd.DataFrame
    zones: ZoneShares
    menu: pd.DataFrame
    groups: list[dict[str, Any]]
    means: Means | None = None


@dataclass(frozen=True)
class NeedVoice:
    """Who names each need, as weights of indicators are drawn from it.

    Attributes
    ----------
    question : str
    needs, titles : tuple of str
    indicators : tuple of str
    share : ndarray of float, shape (needs, indicators)
        Which part of a need each indicator stands for.
    found : NeedWeights
        Of the needs.
    hits : ndarray of float, shape (m, needs)
        Different answers (or zones, where only some were asked) by the weight that they give each need.
    times : ndarray of int, shape (m,)
        How many there are of each.
    """

    question: str
    needs: tuple[str, ...]
    titles: tuple[str, ...]
    indicators: tuple[str, ...]
    share: Floats
    found: NeedWeights = field(repr=False)
    hits: Floats = field(repr=False)
    times: Ints = field(repr=False)

    @property
    def unheard(self) -> tuple[str, ...]:
        """Needs that are named and have no indicator."""
        none = ~(self.share > 0).any(axis=1) & (self.found.weight > 0)
        return tuple(n for n, lacks in zip(self.needs, none, strict=True) if lacks)

    def weights(self) -> dict[str, float]:
        """Return the weights of the indicators, sum 1.

        Raises
        ------
        InputError
            If no need that is named has an indicator.
        """
        try:
            found = to_indicators(self.found.weight, self.share)
        except ValueError as error:
            raise InputError(f"[survey.indicators]: {error}; name one of {', '.join(self.needs)}.") from None
        return dict(zip(self.indicators, found.tolist(), strict=True))

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """Return weights of the indicators that other samples might have given, shape (count, indicators).

        By the Bayesian bootstrap: answers that are alike share one gamma number, which is the sum of their exponential
        ones.
        """
        step = max(1, AT_ONCE // max(1, len(self.times)))
        parts = [
            generator.standard_gamma(self.times, (min(step, count - at), len(self.times))) @ self.hits
            for at in range(0, count, step)
        ]
        return to_indicators(np.vstack(parts), self.share)


@dataclass(frozen=True)
class Needs:
    """What residents say and decided; nothing in it tells who said it.

    Attributes
    ----------
    ids : Index of str
        The zones, in the order of every array by zone.
    columns : DataFrame
        Index `zone_id`: columns for the table of the zones.
    titles : dict
        zh and en title of each of them.
    questions : tuple of QuestionFound
    voice : NeedVoice or None
        None where no question is about problems or measures, or nobody names a need.
    meetings, votes : DataFrame or None
        From `meeting_table` and `vote_table`.
    report : dict
        For the data-quality report.
    rules_used : list of dict
        The vote rule with its mark, as `outputs.provenance.values_used` lists values.
    """

    ids: pd.Index
    columns: pd.DataFrame
    titles: dict[str, tuple[str, str]]
    questions: tuple[QuestionFound, ...]
    voice: NeedVoice | None
    meetings: pd.DataFrame | None
    votes: pd.DataFrame | None
    report: dict[str, Any]
    rules_used: list[dict[str, Any]]

    def indicator(self, code: str) -> NeedIndicator | None:
        """Return the indicator that a column is; None where a score cannot weigh it."""
        if code != PASSED and not (code.endswith(f"_{WEIGHED}") and code in self.titles):
            return None
        return NeedIndicator(code, *self.titles[code], PASSED_ANCHORS if code == PASSED else ANCHORS)

    def menu(self) -> pd.DataFrame:
        """Return the menus of all questions about measures and problems in one table, each need of a zone once."""
        order = {"measure": 0, "problem": 1}
        told = sorted((q for q in self.questions if q.about in order), key=lambda q: order[q.about])
        parts = [q.menu.assign(question=q.code) for q in told if len(q.menu)]
        if not parts:
            return pd.DataFrame()
        return pd.concat(parts, ignore_index=True).drop_duplicates(["zone_id", "need"], ignore_index=True)

    def draws(self, number: int, seed: int = 0) -> list[pd.DataFrame]:
        """Return so many draws of the columns that a score can weigh: other shares that the answers allow."""
        drawn: list[dict[str, Floats]] = [{} for _ in range(number)]
        for question in self.questions:
            if not question.zones.priors:
                continue
            values = question.zones.draws(number, seed)
            for k, part in enumerate(drawn):
                part |= {need_column(question.code, n): values[k, :, j] for j, n in enumerate(question.needs)}
        return [pd.DataFrame(part, index=self.ids) for part in drawn]


def find_needs(
    survey: SurveySpec | None,
    meetings: MeetingsSpec | None,
    votes: OwnerVotesSpec | None,
    base: Path,
    zones: gpd.GeoDataFrame,
    findings: Findings,
    *,
    households: Floats | None = None,
) -> Needs:
    """Return what residents say, from the files that a project names.

    Parameters
    ----------
    survey, meetings, votes : specs, optional
    base : Path
        The project's folder.
    zones : GeoDataFrame
        Index `zone_id`; `name`.
    findings : Findings
    households : ndarray of float, shape (zones,), optional
        NaN where not known.

    Raises
    ------
    InputError, MissingError
        If a file cannot be used.
    """
    questions: tuple[QuestionFound, ...] = ()
    tables, titles, report, rules = [], {}, {}, []
    voice, held, votes_held, words = None, None, None, {}
    if survey is not None:
        read = read_survey(survey, base, findings)
        questions, voice, report["survey"] = _answers(read, survey, zones, findings, households)
        tables += [share_columns(q, f.zones, zones.index) for q, f in zip(read.questions, questions, strict=True)]
        titles = {name: pair for q in read.questions for name, pair in share_titles(q).items()}
        words = {n: t for q in reversed(questions) for n, t in zip(q.needs, q.titles, strict=True)}
    if meetings is not None:
        held, report["meetings"] = meeting_table(meetings, base, zones, words, findings, _said(survey, words))
    if votes is not None:
        votes_held, report["owner_votes"], rule = vote_table(votes, base, zones, words, findings, _said(survey, words))
        columns, told = vote_columns(votes_held, zones.index, words)
        tables.append(columns)
        titles |= told
        rules = [
            {"kind": "vote", "what": "owner_votes", "value": f"quorum {rule.quorum}, majority {m.majority} ({m.name})",
             "source": rule.source, "clause": rule.clause, "verified": rule.verified, "file": ""}
            for m in rule.matters if (votes_held["matter"] == m.name).any()
        ]  # fmt: skip
    columns = pd.concat(tables, axis=1) if tables else pd.DataFrame(index=zones.index)
    twice = columns.columns[columns.columns.duplicated()]
    if len(twice):
        raise InputError(f"[survey] two columns would be called {twice[0]!r}; give a question or need another code.")
    return Needs(zones.index, columns, titles, questions, voice, held, votes_held, report, rules)


def _said(survey: SurveySpec | None, words: dict[str, str]) -> dict[str, str]:
    """Return need by what the survey calls it: a meeting that votes on the same words votes on the same need."""
    options = [] if survey is None else [(w, n) for q in survey.questions for w, n in q.options.items() if n]
    return {**{word: need for need, word in words.items()}, **dict(options)}


def _answers(
    read: Survey, spec: SurveySpec, zones: gpd.GeoDataFrame, findings: Findings, households: Floats | None
) -> tuple[tuple[QuestionFound, ...], NeedVoice | None, dict[str, Any]]:
    """Return what the answers say; the texts in which compounds were named end here."""
    at, joined = zone_numbers(read.zone, zones, spec.zones, "survey", findings, minimum=spec.minimum)
    try:
        weighting, groups = weigh(read.groups, spec, read.weight, zone=at, population=households)
    except ValueError as error:
        raise InputError(f"[survey] the answers cannot be weighted: {error}; mend the shares or cells.") from None
    _tell_weights(weighting, findings)
    read = _of_residents(read, weighting.weight, findings)
    known = households if households is not None else np.full(len(zones), np.nan)
    population = float(known.sum()) if np.isfinite(known).all() and known.sum() > 0 else None
    found, counted = [], []
    scores = {asked.code: asked.scores for asked in spec.questions}
    for q in read.questions:
        shares = zone_shares(q, at, len(zones), weighting.weight, population=households, minimum=spec.minimum)
        told = int((shares.status == "told").sum())
        few = int((shares.status == "few").sum())
        findings.info(
            "survey",
            f"{q.code}: {int(q.answered.sum())} answers; {told} zones are told, {few} have fewer than {spec.minimum} "
            f"answers and tell nothing, {len(zones) - told - few} have none",
        )
        rest = _without_rest(q, at, shares.status, spec.minimum, findings)
        counted.append(rest)
        found.append(QuestionFound(
            q.code, q.about, q.needs, q.titles, city_shares(rest, weighting.weight, groups, population), shares,
            menu(q, shares, zones.index),
            group_agreement(rest, {str(k): v for k, v in read.groups.items()}, weighting.weight, spec.minimum),
            question_means(q, scores[q.code], at, zones.index, weighting.weight, calibrated=groups,
                           population=households, minimum=spec.minimum),
        ))  # fmt: skip
    report = {
        **read.report, "joined": joined["joined"], "zones": joined["zones"], "by_method": joined["by_method"],
        "weighting": {"n_effective": weighting.n_effective, "trimmed": weighting.trimmed, "miss": weighting.miss,
                      "uncovered": weighting.uncovered},
    }  # fmt: skip
    return tuple(found), _voice(counted, spec, at, weighting.weight, found, findings), report


def _of_residents(read: Survey, weight: Floats, findings: Findings) -> Survey:
    """Return a survey without the answers of groups in which nobody lives, as the project file has it."""
    nobody = weight <= 0
    if not nobody.any():
        return read
    findings.warn(
        "survey",
        f"{int(nobody.sum())} answers do not count: the project file gives their group (or zone) no residents",
    )
    rest = tuple(replace(q, answered=q.answered & ~nobody, chosen=q.chosen & ~nobody[:, None]) for q in read.questions)
    return replace(read, questions=rest)


def _without_rest(q: Question, at: Ints, status: np.ndarray, minimum: int, findings: Findings) -> Question:
    """Return a question without the answers of zones that are not told, where those are too few all together.

    Else the city's figures less those of the zones that are told would tell them.
    """
    rest = q.answered & ~np.append(status == TOLD, False)[at]
    if not 0 < rest.sum() < minimum:
        return q
    findings.info(
        "survey",
        f"{q.code}: all zones that are not told have fewer than {minimum} answers together; the city's figures are "
        "without them, so that nobody can tell them by subtraction",
    )
    return replace(q, answered=q.answered & ~rest, chosen=q.chosen & ~rest[:, None])


def _tell_weights(weighting: Weighting, findings: Findings) -> None:
    n = len(weighting.weight)
    findings.info("survey", f"{n} answers are worth {weighting.n_effective:.0f} after weighting")
    if weighting.uncovered > MUCH:
        findings.warn("survey", f"nobody answered for groups that hold {100 * weighting.uncovered:.0f} % of residents")
    if weighting.miss > MUCH:
        findings.warn(
            "survey",
            f"weights miss the share of a group by up to {100 * weighting.miss:.0f} %: none may weigh more than "
            "max_weight",
        )


def _voice(
    questions: list[Question],
    spec: SurveySpec,
    at: Ints,
    weight: Floats,
    found: list[QuestionFound],
    findings: Findings,
) -> NeedVoice | None:
    """Return who names each need of the question that becomes weights."""
    asked = spec.weighing
    question: Question | None = next((q for q in questions if asked and q.code == asked.code), None)
    if question is None or not (weight[question.answered] @ question.chosen[question.answered]).sum() > 0:
        return None
    unknown = sorted(spec.indicators.keys() - set(question.needs))
    if unknown:
        raise InputError(
            f"[survey.indicators] names {unknown[0]!r}, which no answer to {question.code!r} is; there are "
            f"{', '.join(question.needs)}."
        )
    status = next(f.zones.status for f in found if f.code == question.code)
    # Where only some of the zones were asked, zones are drawn rather than answers.
    zone = at if (status == NONE).any() else None
    weights = need_weights(question.chosen, question.answered, weight, zone=zone)
    hits = question.chosen[question.answered] * weight[question.answered][:, None]
    if zone is not None:
        codes = np.unique(zone[question.answered], return_inverse=True)[1].reshape(-1)
        hits = np.stack([np.bincount(codes, weights=column) for column in hits.T], axis=1)
        findings.info("survey", f"weights: {len(hits)} zones answered, and are drawn as wholes")
    patterns, times = np.unique(hits, axis=0, return_counts=True)
    codes_, share = _mapping(spec.indicators, question.needs)
    return NeedVoice(question.code, question.needs, question.titles, codes_, share, weights, patterns, times)


def _mapping(
    indicators: Mapping[str, str | Mapping[str, float]], needs: tuple[str, ...]
) -> tuple[tuple[str, ...], Floats]:
    """Return the indicators, and which part of each need they stand for; parts of a need add up to 1."""
    parts = {need: {of: 1.0} if isinstance(of, str) else dict(of) for need, of in indicators.items()}
    codes = tuple(dict.fromkeys(code for of in parts.values() for code in of))
    share = np.zeros((len(needs), len(codes)))
    for need, of in parts.items():
        for code, part in of.items():
            share[needs.index(need), codes.index(code)] = part / sum(of.values())
    return codes, share


def mapped_indicators(spec: SurveySpec) -> tuple[str, ...]:
    """Return the indicators that needs stand for, in the order of the project file."""
    return _mapping(spec.indicators, tuple(spec.indicators))[0]

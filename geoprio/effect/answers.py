"""The answers of one wave, as an evaluation takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoprio._core.errors import InputError
from geoprio.effect.surveys import Wave, shares_of
from geoprio.indicators.needs.means import scores_of

if TYPE_CHECKING:
    import numpy as np

    from geoprio._core.typing import Floats, Ints
    from geoprio.effect.preregistered import Outcome
    from geoprio.sources.survey import Question


@dataclass(frozen=True)
class Answers:
    """One wave of a survey, as it is read.

    Attributes
    ----------
    name : str
        As in the plan.
    questions : tuple of Question
        Of `geoprio.sources.survey.read_survey`.
    weight : ndarray of float, shape (n,)
        Of `geoprio.indicators.needs.weigh`.
    zone : ndarray of int, shape (n,)
        Number of each answer's zone, -1 where not known.
    calibrated : ndarray of int, shape (n, kinds), optional
        The groups that the weights were made to fit.
    person : ndarray of object, shape (n,), optional
        A key by which a respondent is known in the other wave; surveys that are read drop such columns, so it is to be
        a number that was drawn for this purpose.
    chosen : bool
        Whether respondents chose themselves rather than being drawn.
    """

    name: str
    questions: tuple[Question, ...] = field(repr=False)
    weight: Floats = field(repr=False)
    zone: Ints = field(repr=False)
    calibrated: Ints | None = field(default=None, repr=False)
    person: np.ndarray | None = field(default=None, repr=False)
    chosen: bool = False

    def wave(self, outcome: Outcome) -> Wave:
        """Return the answers that an outcome is measured by.

        Raises
        ------
        InputError
            If the wave has no such question or answer.
        """
        question, where = self.question(outcome), f"outcome {outcome.code!r}, wave {self.name!r}"
        try:
            if outcome.need is None:
                values, answered = scores_of(question, outcome.scores)
            else:
                values, answered = shares_of(question)
                values = values[:, [question.needs.index(outcome.need)]]
        except ValueError as error:
            problem = error if outcome.need is None else f"no answer {outcome.need!r}"
            raise InputError(f"{where}: {problem}; the question has {', '.join(question.needs)}.") from None
        groups = self.calibrated if self.calibrated is not None and self.calibrated.size else None
        # Groups in which nobody lives weigh nothing: their answers do not count.
        return Wave(values, answered & (self.weight > 0), self.weight, self.zone, groups, self.person)

    def question(self, outcome: Outcome) -> Question:
        """Return the question that an outcome is measured by.

        Raises
        ------
        InputError
            If the wave has none.
        """
        found = next((q for q in self.questions if q.code == outcome.question), None)
        if found is None:
            known = ", ".join(q.code for q in self.questions)
            where = f"outcome {outcome.code!r}, wave {self.name!r}"
            raise InputError(f"{where}: there is no question {outcome.question!r}; there are {known}.")
        return found

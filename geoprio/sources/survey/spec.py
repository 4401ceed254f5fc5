"""What the project file says of a survey among residents."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from geoprio.sources.spec.base import CATEGORY_PATTERN, Frozen

MINIMUM = 5
"""Fewest answers of which a share is told: domain convention against guessing who said what."""

Code = Annotated[str, Field(pattern=CATEGORY_PATTERN)]
Need = Annotated[str, Field(pattern=rf"^$|{CATEGORY_PATTERN}")]


class SurveyQuestion(Frozen):
    """A question, and which need each of its options stands for."""

    code: Code
    """Name of the question, such as problems; columns and lists name it so."""
    column: str = Field(min_length=1)
    """Its heading in the file, with or without number ("5、") and group ("group/"); or its number ("5")."""
    about: Literal["problem", "measure", "support", "other"] = "measure"
    """What is asked: what is wrong, what to do first, or whether one agrees. The first two can become weights."""
    multiple: bool = False
    """Whether several options may be chosen."""
    separator: str | None = Field(default=None, min_length=1)
    """What parts several answers in one cell; default: ┋ or → (问卷星), blanks (KoBo), ; or | elsewhere."""
    options: dict[str, Need] = Field(default_factory=dict)
    """Answer, as text or code, to need: {"没有电梯" = "lift", "1" = "lift"}; "" for an answer that names no need.

    Without any, each answer given often enough is a need of its own."""
    scores: dict[Code, float] = Field(default_factory=dict)
    """Need to its step on a scale, {very_content = 5, content = 4}: the mean is kept, too, for geoprio compare.

    Who chose an option without a score does not count for it."""
    empty_is_none: bool = False
    """Split columns that are all 0: an answer that chooses nothing (true), or no answer (false)."""

    @model_validator(mode="after")
    def _scores_of_options(self) -> Self:
        if self.scores and self.multiple:
            raise ValueError("scores go with one answer each, not with multiple = true")
        unknown = sorted(self.scores.keys() - set(self.options.values())) if self.options else []
        if unknown:
            raise ValueError(f"scores name {unknown[0]!r}, which no option is")
        if self.scores and len(set(self.scores.values())) == 1:
            raise ValueError("scores are steps of a scale: give two different ones at least")
        return self


class SurveyGroup(Frozen):
    """A question by which answers are weighted and compared, such as age, tenure or floor."""

    column: str = Field(min_length=1)
    options: dict[str, Code] = Field(default_factory=dict)
    """Answer, as text or code, to group: {"60岁以上" = "aged_60plus"}."""
    bands: dict[Code, tuple[float, float]] = Field(default_factory=dict)
    """Of an answer in numbers: group to first and last number, both included: {high = [4, 99]}."""
    shares: dict[Code, float] = Field(default_factory=dict)
    """Known shares (or counts) of the groups among all residents; answers are weighted to them."""

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.options) == bool(self.bands):
            raise ValueError("give options (of answers in words or codes) or bands (of answers in numbers)")
        known = {*self.options.values(), *self.bands}
        unknown = sorted(self.shares.keys() - known)
        if unknown:
            raise ValueError(f"shares name {unknown[0]!r}, which no option or band is")
        if self.shares and known - self.shares.keys():
            raise ValueError(f"shares lack {min(known - self.shares.keys())!r}")
        if any(share < 0 for share in self.shares.values()) or (self.shares and sum(self.shares.values()) <= 0):
            raise ValueError("shares are not below zero, and not all zero")
        return self


class SurveyCell(Frozen):
    """How many residents are in one group of each kind at once."""

    groups: dict[Code, Code]
    """One group of each: {age = "aged_60plus", tenure = "owner", floor = "high"}."""
    people: float = Field(ge=0)


class LongColumns(Frozen):
    """Columns of a file with one row for each answer rather than for each respondent."""

    respondent: str
    question: str
    answer: str


class SurveySpec(Frozen):
    """A survey among residents: an export of 问卷星, KoBo or ODK, or a table of one's own."""

    path: str
    """Local file (.xlsx, .xls, .csv), relative to the project file."""
    format: Literal["wjx", "kobo", "plain"] | None = None
    """Whose export it is; default: told by its columns, and said so."""
    sheet: str | None = None
    encoding: str | None = None
    header_row: int = Field(default=1, ge=1)
    """Row of the headings, from 1."""
    long: LongColumns | None = None
    """Set where the file has one row for each answer."""
    zone: str = Field(min_length=1)
    """Heading of the question in which compound one lives."""
    zones: dict[str, str] = Field(default_factory=dict)
    """Answer, as text or code, to the id of its zone; what is not named here is joined by id or name."""
    questions: tuple[SurveyQuestion, ...] = Field(min_length=1)
    groups: dict[Code, SurveyGroup] = Field(default_factory=dict)
    cells: tuple[SurveyCell, ...] = ()
    """Known numbers of residents by all groups at once; they weigh the answers in place of the groups' shares."""
    titles: dict[Code, str] = Field(default_factory=dict)
    """How needs, groups and kinds of groups are called in lists; default: words of the option, code of the group."""
    weight: str | None = None
    """Column of a weight that the answers have already (number of adults in the household and the like)."""
    personal: tuple[str, ...] = ()
    """Further columns that are dropped unread; those known by name or content are dropped in any case."""
    time: str | None = None
    """Column of the time of submission; default: known by its name."""
    duration: str | None = None
    """Column of the time it took; default: known by its name, else from start to end."""
    device: str | None = None
    """Column that names a respondent's own device: the first answer from each counts. It is dropped after that."""
    missing: tuple[str, ...] = ()
    """Further answers that mean that there is none."""
    min_time_share: float = Field(default=0.3, ge=0, lt=1)
    """Who took less than this share of the median time is set aside; 0: nobody. geoprio's own default."""
    duplicate_minutes: float = Field(default=10.0, ge=0)
    """Answers alike in all columns, sent within so many minutes, count once; 0: all count. geoprio's own default."""
    minimum: int = Field(default=MINIMUM, ge=MINIMUM)
    """Zones and groups with fewer answers tell no shares."""
    max_weight: float = Field(default=5.0, gt=1)
    """No answer weighs more than so many times the mean. geoprio's own default."""
    indicators: dict[Code, str | dict[str, float]] = Field(default_factory=dict)
    """Need to the indicator that stands for it, or to several with their parts: {lift = "walkup_share"}.

    [score] weights = "survey" weighs them by who names the need."""
    weigh_by: Code | None = None
    """Question whose answers become weights; default: the first about a problem, else about a measure."""

    @property
    def weighing(self) -> SurveyQuestion | None:
        """The question whose answers become weights; None where none is about a problem or a measure."""
        wanted = [q for q in self.questions if q.code == self.weigh_by]
        of = {kind: [q for q in self.questions if q.about == kind] for kind in ("problem", "measure")}
        return next(iter([*wanted, *of["problem"], *of["measure"]]), None)

    @field_validator("indicators")
    @classmethod
    def _parts_of_needs(cls, indicators: dict[str, str | dict[str, float]]) -> dict[str, str | dict[str, float]]:
        for need, parts in indicators.items():
            if isinstance(parts, dict) and (min(parts.values(), default=-1) < 0 or not sum(parts.values()) > 0):
                raise ValueError(f"{need}: parts are 0 or more, and one above 0")
        return indicators

    @field_validator("questions")
    @classmethod
    def _no_twins(cls, questions: tuple[SurveyQuestion, ...]) -> tuple[SurveyQuestion, ...]:
        codes = [q.code for q in questions]
        twins = sorted({c for c in codes if codes.count(c) > 1})
        if twins:
            raise ValueError(f"question {twins[0]!r} stands there more than once")
        return questions

    @model_validator(mode="after")
    def _weights_of_a_question(self) -> Self:
        question = self.weighing
        if self.weigh_by is not None and (question is None or question.code != self.weigh_by):
            raise ValueError(f"weigh_by names {self.weigh_by!r}, which is no question")
        if question is not None and question.about not in {"problem", "measure"}:
            raise ValueError(f"weigh_by: {question.code!r} asks for neither problems nor measures")
        known = set(question.options.values()) if question is not None else set()
        unknown = sorted(self.indicators.keys() - known)
        # Without options the needs are known only when the answers are read.
        if unknown and (question is None or question.options):
            asked = "no question is" if question is None else f"no option of {question.code!r} is"
            raise ValueError(f"indicators name {unknown[0]!r}, which {asked}")
        return self

    @model_validator(mode="after")
    def _cells_of_the_groups(self) -> Self:
        for cell in self.cells:
            if cell.groups.keys() != self.groups.keys():
                raise ValueError(
                    f"each of cells names one of {', '.join(self.groups) or 'the groups, and there are none'}"
                )
            for group, code in cell.groups.items():
                if code not in {*self.groups[group].options.values(), *self.groups[group].bands}:
                    raise ValueError(f"cells name {code!r}, which is none of {group}")
        keys = [tuple(sorted(cell.groups.items())) for cell in self.cells]
        if len(set(keys)) < len(keys):
            raise ValueError("two of cells name the same groups")
        return self


class RecordsSpec(Frozen):
    """A list of votes, with a row for each zone and what was voted on."""

    path: str
    """Local file (.xlsx, .xls, .csv), relative to the project file."""
    sheet: str | None = None
    encoding: str | None = None
    header_row: int = Field(default=1, ge=1)
    zone: str | None = None
    """Column of the zone's id or name; default, as of every column here: known by its usual name."""
    zones: dict[str, str] = Field(default_factory=dict)
    """Zone, as the file says it, to the id of a zone."""
    need: str | None = None
    """Column of what was voted on."""
    needs: dict[str, Code] = Field(default_factory=dict)
    """What was voted on, as the file says it, to need; else what equals a need's code, or an option of the survey."""


class MeetingsSpec(RecordsSpec):
    """Records of courtyard meetings (坝坝会): votes of those who were there, which are no sample."""

    date: str | None = None
    present: str | None = None
    """Column of how many were there."""
    agree: str | None = None
    against: str | None = None
    abstain: str | None = None


class OwnerVotesSpec(RecordsSpec):
    """Formal votes of the owners, by area and by heads."""

    matter: str | dict[Code, str] = "ordinary"
    """Kind of matter of the vote rules for all (ordinary, major), or by need: {lift = "major"}."""
    owners: str | None = None
    """Column of all owners, in heads."""
    owners_voted: str | None = None
    owners_for: str | None = None
    area: str | None = None
    """Column of the exclusive area of all owners, in m2."""
    area_voted: str | None = None
    area_for: str | None = None

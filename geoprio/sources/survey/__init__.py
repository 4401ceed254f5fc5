"""Surveys among residents, courtyard meetings and owners' votes: read without anything personal."""

from geoprio.sources.survey.answers import Question
from geoprio.sources.survey.personal import common_texts, kind_by_content, kind_by_name
from geoprio.sources.survey.read import Survey, read_survey
from geoprio.sources.survey.records import read_meetings, read_owner_votes
from geoprio.sources.survey.spec import (
    MeetingsSpec,
    OwnerVotesSpec,
    SurveyCell,
    SurveyGroup,
    SurveyQuestion,
    SurveySpec,
)

__all__ = [
    "MeetingsSpec",
    "OwnerVotesSpec",
    "Question",
    "Survey",
    "SurveyCell",
    "SurveyGroup",
    "SurveyQuestion",
    "SurveySpec",
    "common_texts",
    "kind_by_content",
    "kind_by_name",
    "read_meetings",
    "read_owner_votes",
    "read_survey",
]

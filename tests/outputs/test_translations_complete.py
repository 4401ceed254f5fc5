"""Every sentence that the source may say of data, and every note of a shipped rule file, has a translation."""

import re
import tomllib
from importlib.resources import files

import pytest
from sentences import LIST, SLOT, Source, filled

from geoprio.outputs.translate import in_chinese
from geoprio.score import normalize
from geoprio.score.weights import objective
from geoprio.sources.inspection import answers

ELSEWHERE = {
    ("city/outliers.py:text", "*"): "test_the_doubts_of_every_rule_are_known fills these by their rules",
    ("city/tables.py:mend", "use {*}"): "a list that never changes: the sentence stands whole in the translations",
    ("pipeline/scenario/changes.py:text", "*"): "what a change says is found where it is said, by `hit`",
    ("pipeline/scenario/people.py:what", "population[{}]: {}"): "a number or a factor, checked below",
    ("score/checks.py:text", "{*}: the same in all zones; {}."): "what then happens is checked below",
    ("score/weigh.py:text", "{}"): "hands on a ScoreWarning, found where it is raised",
    ("sources/vector.py:text", "{}: {}"): "words of GDAL, not of geoprio",
    ("sources/vector.py:text", "{}"): "what datum_doubt says, checked below",
    ("sources/classes.py:text", LIST): "put together of a profile's words, checked below",
    ("city/survey.py:text", "{}"): "the sentence before, without its tail",
    ("city/buildings.py:mend", "{}"): "the mends of a table of parsers, checked below",
    ("city/inspections.py:reason", "{}"): "put together in columns, checked below",
    ("sources/inspection/answers.py:mend", "{}"): "a pair of reason and mend, checked below",
    ("sources/inspection/read.py:text", "a row is a {}; {*}"): "a building or a zone, checked below",
    ("sources/osm.py:reason", "{}"): "what is wrong with a way or relation, checked below",
    ("sources/parsers/dates.py:reason", "{}"): "hands on another refusal, found where it is raised",
    ("sources/parsers/dates.py:mend", "{}"): "hands on another refusal, found where it is raised",
    ("sources/sheets.py:reason", "{}"): "what is odd of a row, checked below",
    ("sources/sheets.py:mend", "{}"): "what is odd of a row, checked below",
    ("sources/tables.py:mend", "{}"): "hands on a refusal, found where it is raised",
}
"""Where the source does not tell a sentence at the place where it is said, and why that is no gap."""

SOURCE = Source()


def _untranslated(sentences):
    out = []
    for s in sentences:
        excused = {(s.where, s.text), (s.where, "*")} & set(ELSEWHERE)
        # A cell without a heading gives a sentence that begins with its colon.
        whole = f"{SLOT}{s.text}" if s.text.startswith(": ") else s.text
        if not excused and in_chinese(filled(whole)) is None:
            out.append((s.where, s.text))
    return out


def test_every_sentence_of_the_source_is_known_in_chinese():
    sentences = SOURCE.sentences()
    assert len(sentences) > 300
    assert _untranslated(sentences) == []


def test_the_sentences_are_found_in_what_puts_them_together():
    texts = {s.text for s in SOURCE.sentences()}
    for text in (
        "its status says that it is void",
        "answered in less than {} s, {} % of the median time",
        "the same phone, ID or device as row {}",
        "rows {*} are of the same unit and differ; none is used",
        "{} of {} units were joined: {} to buildings, {} to zones only",
        "lifts[{}]: {} buildings get a lift",
        "not a date",
    ):
        assert text in texts


@pytest.mark.parametrize(("function", "file"), [("_odd", "sources/sheets.py"), ("_capacity", "sources/capacities.py")])
def test_what_functions_say_of_a_cell_is_known(function, file):
    said = [s for s in SOURCE.returned(function) if s.where.startswith(file)]
    assert said
    assert _untranslated(said) == []


@pytest.mark.parametrize(
    "text",
    [
        *(part for pair in (answers.UNSAID, answers.BOTH_WAYS, answers.NEITHER, answers.NOT_CODED) for part in pair),
        "its zone is not sure: not similar enough",
        "its zone is not sure (it may be 荷塘小区): other zones resemble it too",
        *(f"walkup_share: the same in all zones; {then}." for then in (
            normalize.STAYS_ZERO, objective.NO_WEIGHT, "all zones share one rank", "it counts nothing")),
        "population[1]: 1.2 times population_60plus in Z001",
        "population[1]: population in Z001 is 300 instead of 250",
        "the way is not closed",
        "its ring crosses itself or misses nodes",
        "the relation is not an area",
        "its rings do not close, cross, or are not all in the file",
        "fewer than two of its nodes are in the file",
        "a row is a building; building = '楼栋', zone = '小区'",
        "a row is a zone; zone = '小区'",
        "give the number of storeys above ground, or leave it blank",
        "give the height in metres, or leave it blank",
        "give a year such as 1985, or leave it blank",
        "profile amap, found by the column type: 4 of 9 rows are childcare",
    ],
)  # fmt: skip
def test_sentences_that_are_put_together_out_of_sight_are_known(text):
    assert in_chinese(text) is not None


def _texts(node, keys):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from _texts(value, keys)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, keys)


def _rule_files():
    folder = files("geoprio.standards")
    found = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    return [*found, folder.joinpath("defects", "defects.toml"), folder.joinpath("votes", "votes.toml")]


DOCUMENT = re.compile(r"(GB|TD/T|JGJ|LEED|BREEAM)[ -].*|民法典.*")
"""Names of documents, which stay as they are."""


@pytest.mark.parametrize("file", _rule_files(), ids=lambda f: f.name)
def test_notes_and_sources_of_rule_files_are_known(file):
    found = list(_texts(tomllib.loads(file.read_text(encoding="utf-8")), {"note", "source"}))
    assert [t for t in found if t and not DOCUMENT.fullmatch(t) and in_chinese(t) is None] == []


def test_the_translations_of_rule_files_are_of_texts_that_stand_there():
    there = {t for f in _rule_files() for t in _texts(tomllib.loads(f.read_text(encoding="utf-8")),
                                                      {"note", "source", "clause"})}  # fmt: skip
    text = files("geoprio.outputs").joinpath("standards_zh.toml").read_text(encoding="utf-8")
    assert {en for part in tomllib.loads(text).values() for en in part} <= there

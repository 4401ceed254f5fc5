"""A drafted project file holds what it was given, whatever stands in names and reasons."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio.config.draft.said import LANGUAGES, _texts, say
from geoprio.config.draft.toml_text import DOUBTFUL, Remark, Section, harmless, quoted, render

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NASTY = [
    'a"b',
    "a'b",
    "a\\",
    'x"\n[zones]\npath = "y',
    "x\r\ny",
    "\0",
    "\x7f\x85\u2028",
    "# no",
    "\u202egnp.exe",
    "𠮷",
    "",
]
VALUE = TEXT | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_text_stays_in_its_place(text):
    section = Section("[zones]", [Remark(say("as_it_says", why=text), doubtful=True)])
    section.add("path", text or "x", Remark(say("as_it_says", why=text)))
    section.add("where", {text: [text]})
    for lang in LANGUAGES:
        written = render([section], lang)
        assert tomllib.loads(written) == {"zones": {"path": text or "x", "where": {text: [text]}}}
        assert written.isprintable() or set(written) - {"\n"} == {c for c in written if c.isprintable()}


@given(path=TEXT, key=TEXT, column=TEXT, value=VALUE, items=st.lists(TEXT, min_size=1, max_size=3), why=TEXT)
def test_toml_reads_back_what_was_written(path, key, column, value, items, why):
    """Names of files and columns, classes and messages: none can change another key, nor end a comment."""
    remark = Remark(say("as_it_says", why=why), doubtful=True)
    first, second = Section("[zones]", [remark]), Section("[[facilities]]", [remark])
    first.add("path", path, remark)
    if key != "path":
        first.add(key, value, remark, remark)
    second.add("where", {column: items}, remark)
    off = Section("[barriers]", [remark], active=False)
    off.add(key, value, remark)
    read = tomllib.loads(render([first, second, off, Section("", [remark])], "zh"))
    zones = {"path": path} | ({key: value} if key != "path" and value not in ({}, []) else {})
    assert read == {"zones": zones, "facilities": [{"where": {column: items}}]}


@given(why=TEXT)
def test_a_comment_never_leaves_its_lines(why):
    written = render([Section("", [Remark(say("as_it_says", why=why), doubtful=True)])], "en")
    assert tomllib.loads(written) == {}
    assert written.startswith(f"# {DOUBTFUL['en'].strip()}")
    assert all(line.startswith("#") for line in written.split("\n") if line)


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(ValueError, match="surrogate"):
        quoted("a\ud800")


def test_what_is_not_seen_is_shown_by_its_number():
    assert harmless("a\u202eb\x00  c") == "a\\u202eb\\u0000 c"
    assert harmless("  a\nb", keep=True) == "  a b"


@pytest.mark.parametrize("key", sorted(_texts()))
def test_every_sentence_has_both_languages_with_the_same_gaps(key):
    from string import Formatter

    gaps = {lang: {name for _, name, _, _ in Formatter().parse(_texts()[key][lang]) if name} for lang in LANGUAGES}
    if key != "title":
        assert gaps["zh"] == gaps["en"]
    assert "\n" not in _texts()[key]["zh"] + _texts()[key]["en"]


def test_a_sentence_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        say("no such sentence")

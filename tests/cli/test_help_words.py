"""The help of every verb shows every word of it: nothing is taken for markup."""

import re

import pytest
import typer
from typer.testing import CliRunner

from geoprio.cli.main import app

COMMAND = typer.main.get_command(app)
VERBS = sorted(COMMAND.commands)


def letters(text: str) -> str:
    """Return a text without blanks and frames, which wrapping puts in."""
    return re.sub(r"[\s│]", "", text)


@pytest.mark.parametrize("verb", VERBS)
def test_no_word_of_the_help_is_lost(verb):
    done = CliRunner().invoke(app, [verb, "--help"])
    assert done.exit_code == 0, done.output
    shown = letters(done.output)
    command = COMMAND.commands[verb]
    told = [*command.help.split("\n\n"), *(p.help for p in command.params if p.help)]
    assert len(told) > 1
    for text in told:
        assert letters(text) in shown, text


def test_the_words_in_brackets_that_were_lost():
    for verb, words in (("run", "instead of what [outputs] says"), ("compare", "a project file with [survey], or an")):
        assert words in " ".join(CliRunner().invoke(app, [verb, "--help"]).output.split())

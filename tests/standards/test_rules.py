"""Rule files: all that ship are whole, and nothing unverified is passed off as law."""

import pytest

from geoprio._core.columns import CATEGORIES
from geoprio._core.errors import InputError, MissingError
from geoprio.standards import load_rules, shipped_rules


def test_what_ships():
    assert shipped_rules() == [
        "15-minute-city-1200m",
        "default",
        "gb50180-2018-10min",
        "gb50180-2018-15min",
        "gb50180-2018-5min",
        "leed-nd-400m",
    ]


@pytest.mark.parametrize("name", shipped_rules())
def test_every_shipped_file(name, tmp_path):
    rules = load_rules(name, tmp_path)
    assert rules.name == name
    assert {r.category for r in rules.rules} == set(CATEGORIES)
    assert all(r.source for r in rules.rules)
    # No official text was at hand for any of them.
    assert all(r.verified is not True for r in rules.rules)


@pytest.mark.parametrize(
    ("name", "metres"),
    [("default", (1000, 500, 500)), ("gb50180-2018-5min", (300,) * 3), ("gb50180-2018-10min", (500,) * 3),
     ("gb50180-2018-15min", (1000,) * 3), ("15-minute-city-1200m", (1200,) * 3), ("leed-nd-400m", (400,) * 3)],
)  # fmt: skip
def test_thresholds(name, metres, tmp_path):
    rules = load_rules(name, tmp_path)
    assert tuple(rules.for_category(c).threshold for c in CATEGORIES) == metres
    assert rules.for_category("library") is None


GOOD = 'name="r"\ntitle_zh="r"\ntitle_en="r"\n[[rules]]\ncategory="a"\nthreshold=5\nunit="min"\nsource="s"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("5", "-5"), "rules.0.threshold: Input should be greater than 0"),
        (GOOD.replace('"min"', '"km"'), "rules.0.unit"),
        (GOOD + "colour = 1\n", "rules.0.colour: Extra inputs"),
        (GOOD + GOOD[GOOD.index("[[") :], "more than one rule"),
        ("name = ", "Invalid value"),
    ],
)
def test_broken_files(tmp_path, text, message):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_rules("own.toml", tmp_path)


def test_own_file_and_unknown_names(tmp_path):
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    assert load_rules("own.toml", tmp_path).rules[0].unit == "min"
    with pytest.raises(InputError, match="not one of 15-minute-city-1200m, default"):
        load_rules("gb", tmp_path)
    with pytest.raises(MissingError):
        load_rules("other.toml", tmp_path)

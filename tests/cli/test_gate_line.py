"""What `run` says of a safety gate, and how sentences count."""

import pytest
from conftest import Town
from typer.testing import CliRunner

from geoprio.cli.main import app
from geoprio.cli.words import said


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "  1 zone with a safety hazard comes first, whatever its score."),
        ("zh", "  有安全隐患的片区 1 个，不论得分高低都排在最前。"),
    ],
)
def test_run_says_why_a_zone_of_less_priority_comes_first(town: Town, lang, line):
    town.zones[0][0]["danger"], town.zones[1][0]["danger"] = "是", "否"
    project = town.write(zones='[zones]\npath = "zones.geojson"\nsafety_gate = "danger"\n')
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(town.folder / "out"), "--lang", lang])
    assert done.exit_code == 0, (done.output, done.exception)
    assert line in done.output.splitlines()
    # Without a hazard nothing is said.
    town.zones[0][0]["danger"] = "否"
    town.write(zones='[zones]\npath = "zones.geojson"\nsafety_gate = "danger"\n')
    done = CliRunner().invoke(app, ["run", str(project), "--out", str(town.folder / "b"), "--lang", lang])
    assert "whatever its score" not in done.output
    assert "有安全隐患" not in done.output


def test_one_is_no_plural():
    assert said("gated", 1, n=2) == "  2 zones with a safety hazard come first, whatever their score."
    assert said("outliers", 1, n=1).startswith("1 doubtful value, not changed")
    assert said("run", 1, zones=1, ranked=1, buildings=1, facilities=0) == (
        "1 zone, 1 ranked; 1 building; 0 facilities."
    )

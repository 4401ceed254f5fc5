"""The options of `geoprio compare` for ranges, in the program as people call it."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from conftest import Town
from finished import people_in, with_shop
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.effect.change import verdicts

X = 500_000.0
FACTORS = "\n[sensitivity]\nspeed_factors = [1.0]\nthreshold_factors = [1.0, 1.3]\ncatchment_factors = [1.0]\n"
SCENARIO = f'name = "试"\ncrs = "EPSG:32650"\n[[facilities]]\ncategory = "convenience"\nx = {X + 700}\ny = 3450195.0\n'
ENDS = ["convenience_covered_share_change_low", "convenience_covered_share_change_high"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return the folder of two projects, a scenario, and the run of each."""
    base = tmp_path_factory.mktemp("options")
    for name in ("one", "two"):
        (base / name).mkdir()
    one, two = (people_in(Town(base / name)) for name in ("one", "two"))
    project, other = one.write(FACTORS), with_shop(two, X + 700).write(FACTORS)
    (base / "one" / "s.toml").write_text(SCENARIO, encoding="utf-8")
    geoprio.run(project).save(base / "before")
    geoprio.run(project, scenario=base / "one" / "s.toml").save(base / "what_if")
    geoprio.run(other).save(base / "after")
    geoprio.run(with_shop(people_in(Town(base / "two")), X + 300).write(FACTORS)).save(base / "elsewhere")
    two.write(FACTORS)
    return base


def call(base, after, *words):
    return CliRunner().invoke(app, ["compare", str(base / "before"), str(base / after), *map(str, words)])


def ranges(out):
    """Return the range of the covered share for all zones, and in the east."""
    told = json.loads((out / "change.json").read_text(encoding="utf-8"))["ranges"]
    city = next(row for row in told if row["code"] == "convenience_covered_share")
    return (city["low"], city["high"]), tuple(gpd.read_parquet(out / "change.parquet").loc["east", ENDS])


# Within 500 m 80 of 120 before and all after, in the east 2 and 4 of 4; within 650 m 100 and 120 of 120, 3 and 4 of 4.
BY_HAND = ((1 / 6, 1 / 3), (1 / 4, 1 / 2))


@pytest.mark.parametrize(
    ("after", "options"),
    [("what_if", ["--scenario", "one/s.toml"]), ("after", ["--project-after", "two/project.toml"])],
)
def test_ranges_from_the_command_line(runs, tmp_path, after, options):
    given = [
        "--project-before",
        runs / "one" / "project.toml",
        options[0],
        runs / options[1],
        "--out",
        tmp_path / "out",
    ]
    found = call(runs, after, *given)
    assert found.exit_code == 0, found.output
    assert ranges(tmp_path / "out") == (pytest.approx(BY_HAND[0]), pytest.approx(BY_HAND[1]))
    assert "变化的范围" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_without_projects_there_is_no_range(runs, tmp_path):
    assert call(runs, "after", "--out", tmp_path / "out", "-q").exit_code == 0
    told = json.loads((tmp_path / "out" / "change.json").read_text(encoding="utf-8"))
    assert "ranges" not in told
    assert not [c for c in gpd.read_parquet(tmp_path / "out" / "change.parquet") if c.endswith("_low")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scenario", "one/s.toml"], "belong to --project-before"),
        (["--project-after", "two/project.toml"], "belong to --project-before"),
        (["--project-before", "one/project.toml"], "does not differ from itself"),
        (["--project-before", "one/project.toml", "--scenario", "one/s.toml"], "do not give the runs"),
        (["--project-before", "one/project.toml", "--project-after", "one/project.toml"], "do not give the runs"),
    ],
)
def test_options_that_do_not_fit_are_refused(runs, tmp_path, options, message):
    given = [word if word.startswith("--") else runs / word for word in options]
    # The run after is that of a third project.
    found = call(runs, "elsewhere", *given, "--out", tmp_path / "out")
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)
    assert not (tmp_path / "out").exists()


def test_files_that_keep_millimetres_are_still_those_of_their_projects(tmp_path):
    town = people_in(Town(tmp_path))
    # Houses and shops where no distance is a whole number of millimetres, close to each other.
    town.streets = [
        (row, kind, [[x + 0.000123 * i, y] for i, (x, y) in enumerate(at)]) for row, kind, at in town.streets
    ]
    town.buildings = [
        (row, kind, [[[x + 0.00037 * i, y + 0.00041 * i] for x, y in ring] for ring in rings])
        for i, (row, kind, rings) in enumerate(town.buildings)
    ]
    for x in range(150, 800, 100):
        with_shop(town, X + x + 0.00049, name=f"n{x}")
    project = town.write(FACTORS)
    geoprio.run(project).save(tmp_path / "before")
    scenario = tmp_path / "s.toml"
    scenario.write_text(SCENARIO.replace(f"{X + 700}", f"{X + 655.00031}"), encoding="utf-8")
    geoprio.run(project, scenario=scenario).save(tmp_path / "what_if")
    given = ["--project-before", project, "--scenario", scenario, "--out", tmp_path / "out"]
    found = call(tmp_path, "what_if", *given)
    assert found.exit_code == 0, found.exception
    told = gpd.read_parquet(tmp_path / "out" / "change.parquet")
    ends = ["convenience_distance_m_change_low", "convenience_distance_m_change_high"]
    assert told[ends].notna().all(axis=None)


def test_less_than_half_a_metre_is_not_told_as_a_change():
    pair = pd.Series([100.0, 100.0, 100.0, 100.0]), pd.Series([100.001, 100.499, 100.51, 99.49])
    assert verdicts(*pair, 1, "m").tolist() == ["same", "same", "worse", "better"]

"""`geoprio register`, `geoprio compare --evaluation`: changed plans, and waves that do not fit, are refused."""

import shutil

import pytest
from conftest import EXAMPLE
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.cli.main import app
from geoprio.effect import evaluation_sentences, run_of
from geoprio.outputs.change.evaluation import evaluation_plain, evaluation_sections, evaluation_tables
from geoprio.pipeline import evaluation

PLAN, FIRST, SECOND = "评估方案.toml", "project.toml", "居民问卷_问卷星_2027.xlsx"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a copy of the example in which the plan may be changed."""
    out = tmp_path_factory.mktemp("asked") / "town"
    shutil.copytree(EXAMPLE.parent, out)
    return out


@pytest.fixture(scope="module")
def run(folder):
    return run_of(geoprio.run(folder / FIRST), "before")


@pytest.fixture(scope="module")
def found(folder, run):
    return evaluation(folder / PLAN, run, [folder / FIRST], [folder / SECOND], Findings())


def test_waves_are_read_as_the_plan_names_them(found):
    pipes, parking = found.findings
    assert (pipes.change.n_before, parking.change.n_before) == (177, 177)
    assert pipes.change.n_after == parking.change.n_after > 60
    assert pipes.regression.flagged
    assert pipes.planned
    assert found.exploratory == ()


def test_waves_that_do_not_fit_are_refused(folder, run):
    ask = [folder / FIRST], [folder / SECOND]
    with pytest.raises(InputError, match=r"--survey-after: the plan names 1 wave after \(2027\); files given: 0"):
        evaluation(folder / PLAN, run, ask[0], [], Findings())
    with pytest.raises(InputError, match="give a project file with"):
        evaluation(folder / PLAN, run, ask[1], ask[1], Findings())
    with pytest.raises(MissingError, match="wave 2027"):
        evaluation(folder / PLAN, run, ask[0], [folder / "nothing.xlsx"], Findings())
    bare = folder / "bare.toml"
    parts = ("zones", "zones.geojson"), ("buildings", "楼栋.shp"), ("streets", "streets.geojson")
    shops = '[[facilities]]\ncategory = "convenience"\npath = "poi_amap.csv"\nx = "location"\ny = "location"\n'
    bare.write_text("".join(f'[{name}]\npath = "{file}"\n' for name, file in parts) + shops, encoding="utf-8")
    with pytest.raises(InputError, match="it has no"):
        evaluation(folder / PLAN, run, ask[0], [bare], Findings())
    with pytest.raises(InputError, match="was changed"):
        evaluation(folder / PLAN, run, *ask, Findings(), sha256="0" * 64)


def test_a_plan_that_was_changed_or_never_registered_is_refused(folder, run):
    changed = folder / "changed.toml"
    text = (folder / PLAN).read_text(encoding="utf-8")
    changed.write_text(text, encoding="utf-8")
    ask = run, [folder / FIRST], [folder / SECOND], Findings()
    with pytest.raises(MissingError, match="geoprio register"):
        evaluation(changed, *ask)
    told = CliRunner().invoke(app, ["register", str(changed)])
    assert told.exit_code == 0, told.output
    assert "Deposit the hash" in told.output
    changed.write_text(text.replace("margin = 0.1", "margin = 0.5", 1), encoding="utf-8")
    with pytest.raises(InputError, match="was changed"):
        evaluation(changed, *ask)
    assert isinstance(CliRunner().invoke(app, ["register", str(changed)]).exception, InputError)


def test_surveys_belong_to_an_evaluation():
    told = CliRunner().invoke(app, ["compare", "a", "b", "--out", "c", "--survey-after", "x.xlsx"])
    assert isinstance(told.exception, InputError)
    assert "--evaluation" in str(told.exception)


def test_what_is_written_agrees(found):
    plain = evaluation_plain(found)
    assert plain["sha256"] == found.plan.sha256
    assert [o["outcome"] for o in plain["outcomes"]] == ["pipes", "parking"]
    assert len(plain["sentences"]) == len(evaluation_sentences(found))
    assert {z["zone_id"] for z in plain["zones"]} <= set(found.findings[0].zones.index)
    told = found.findings[0].zones["status"].eq("told")
    assert sum(z["outcome"] == "pipes" for z in plain["zones"]) == told.sum()
    for number in (0, 1):
        tables = evaluation_tables(found, number)
        assert len(tables) == 3
        assert all(len(name) <= 31 for name in tables)
    (section,) = evaluation_sections(found)
    assert len(section.rows) == 2
    assert all(len(row) == len(section.head) for row in section.rows)
    assert section.rows[1][4].text == "–"
    assert evaluation_sections(None) == []
    assert evaluation_tables(None, 0) == {}
    assert evaluation_plain(None) is None

"""`geoprio register`, `geoprio compare --evaluation`: changed plans, and waves that do not fit, are refused."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from conftest import EXAMPLE
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError, MissingError
from geoprio._core.findings import Findings
from geoprio.cli.main import app
from geoprio.effect import compare, evaluation_sentences, read_plan, run_of
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


def test_waves_of_another_day_are_refused(folder, run):
    # The second survey is of May 2027, the first of May 2024.
    second = folder / "second.toml"
    text = (folder / FIRST).read_text(encoding="utf-8").replace("居民问卷_问卷星.xlsx", SECOND)
    second.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        evaluation(folder / PLAN, run, [second], [folder / FIRST], Findings())
    told = str(caught.value)
    assert "wave 2024: the plan has it before the programme began on 2025-03-01, but all was answered after" in told
    assert "wave 2027: the plan has it after" in told
    assert "wave 2027 ended on 2024-05-25, before wave 2024 began on 2027-05-10" in told
    # Partly on the other side: told, not refused.
    late = folder / "late.toml"
    late.write_text((folder / PLAN).read_text(encoding="utf-8").replace("2025-03-01", "2027-05-20"), encoding="utf-8")
    CliRunner().invoke(app, ["register", str(late)])
    heard = Findings()
    evaluation(late, run, [folder / FIRST], [folder / SECOND], heard)
    assert any("on both sides of that day" in note["text"] for note in heard.note_rows())


def test_who_registers_after_the_beginning_is_told_so(folder):
    plan = folder / "late_plan.toml"
    text = (folder / PLAN).read_text(encoding="utf-8")
    plan.write_text(text, encoding="utf-8")
    first = CliRunner().invoke(app, ["register", str(plan)])
    assert "who registers a plan now may" in first.stderr
    # Registered it is; the second time nothing new is said.
    assert "who registers" not in CliRunner().invoke(app, ["register", str(plan)]).stderr
    early = folder / "early_plan.toml"
    early.write_text(text.replace("2024-11-20", "2999-01-01").replace("2025-03-01", "2999-03-01"), encoding="utf-8")
    told = CliRunner().invoke(app, ["register", "--quiet", str(early)])
    assert told.exit_code == 0
    assert "a day to come" in told.stderr
    assert "who registers" not in told.stderr


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


COUNTED = """
[[outcomes]]
code = "covered"
indicator = "elder_care_covered_share"
method = "difference"
"""


def test_indicators_of_both_runs_are_evaluated(folder, run):
    plan = folder / "counted.toml"
    text = (folder / PLAN).read_text(encoding="utf-8")
    head, _, _ = text.partition("[[outcomes]]")
    plan.write_text(head.replace('chosen_by = ["pipes"]', "").replace('"worst"', '"lot"') + COUNTED, encoding="utf-8")
    CliRunner().invoke(app, ["register", str(plan)])
    # After: a share more within reach in the renewed zones, and a little chance everywhere.
    column, place = "elder_care_covered_share", np.arange(len(run.zones))
    treated = run.zones.index.isin(read_plan(plan).treated.zones)
    one = 0.4 + 0.1 * np.sin(1.7 * place)
    two = one + 0.01 * np.sin(place) + np.where(treated, 0.2, 0.0)
    before, after = (replace(run, zones=run.zones.assign(**{column: values})) for values in (one, two))
    change = compare(before, after)
    found = evaluation(plan, before, [], [], Findings(), change=change)
    (covered,) = found.findings
    assert covered.low < 0.2 < covered.high
    assert covered.high - covered.low < 0.03
    assert covered.verdict == "reached"
    plain = evaluation_plain(found)
    assert plain["outcomes"][0]["n_before"] is None
    assert len(evaluation_tables(found, 1)) == 3
    (section,) = evaluation_sections(found)
    assert len(section.rows) == 1
    with pytest.raises(InputError, match="do not both have the indicator"):
        evaluation(plan, run, [], [], Findings())
    would = replace(after, scenario={"name": "what if", "description": "", "changes": []})
    with pytest.raises(InputError, match="tells what would be"):
        evaluation(plan, run, [], [], Findings(), change=replace(change, after=would))


def test_slips_are_found_while_the_plan_may_still_be_changed(folder, tmp_path):
    geoprio.run(folder / FIRST).save(tmp_path / "out")
    slips = folder / "slips.toml"
    text = (folder / PLAN).read_text(encoding="utf-8")
    wrong = text.replace('"Z008"', '"Z8"').replace('"pipe_fault"', '"pipes"').replace("questions", "problems")
    line = '\n[treated.line]\nrunning = "prioriti"\nvalue = 3\n\n[[outcomes]]'
    slips.write_text(wrong.replace("\n[[outcomes]]", line, 1) + COUNTED.replace("care_", "car_"), encoding="utf-8")
    told = CliRunner().invoke(app, ["register", str(slips), "--run", str(tmp_path / "out")])
    for part in ("'Z8' is none of the 61 zones", "treated.line names 'prioriti'", "no answer 'pipes'; it has",
                 "outcome 'covered' names 'elder_car_covered_share'"):  # fmt: skip
        assert part in str(told.exception)
    assert not slips.with_suffix(".sha256").exists()
    right = CliRunner().invoke(app, ["register", str(folder / PLAN), "--run", str(tmp_path / "out")])
    assert right.exit_code == 0, right.output


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

"""Every broken input ends in one clear error, or is on record in the report: never a traceback, never silence."""

import json
import re
import sys

import broken_layers
import broken_osm
import broken_projects
import broken_rasters
import broken_shapes
import broken_tables
import broken_workbooks
import pytest
from cases import CASES

from geoprio import pipeline
from geoprio.cli.main import main

PARTS = (
    broken_layers, broken_osm, broken_projects, broken_rasters, broken_shapes, broken_tables, broken_workbooks,
)  # fmt: skip


def test_the_corpus_is_large_and_varied():
    assert {case.make.__module__ for case in CASES} == {part.__name__ for part in PARTS}
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert len({case.cause for case in CASES}) >= 30


@pytest.mark.parametrize("case", [c for c in CASES if c.error], ids=lambda case: case.name)
def test_a_broken_input_is_refused(case, town, monkeypatch, capsys):
    project = case.make(town)
    monkeypatch.setattr(sys, "argv", ["geoprio", "check", str(project), "--out", str(town.folder / "report")])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2, said
    assert case.names in said
    assert re.search(case.error, said), said
    assert all(line.startswith("geoprio: ") for line in said.splitlines())
    assert len(said) < 3000
    assert str(town.folder) not in said or "looked in" in said
    assert not (town.folder / "report").exists()


@pytest.mark.parametrize("case", [c for c in CASES if c.found], ids=lambda case: case.name)
def test_a_broken_part_is_on_record(case, town):
    report = pipeline.check(case.make(town))
    told = [f"{r['source']}: {r['column']}: {r['reason']}; {r['mend']}" for r in report["rejects"]]
    told += [f"{n['source']}: {n['text']}" for n in report["notes"]]
    assert any(re.search(case.found, text) for text in told), "\n".join(told)
    json.dumps(report, default=str)

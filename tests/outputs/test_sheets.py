"""One page for each neighbourhood."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pypdf
import pytest
from conftest import EXAMPLE
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.outputs import sheets
from geoprio.outputs.sheets import write_sheets


@pytest.fixture(scope="module")
def result():
    return geoprio.run(EXAMPLE)


def words(path):
    reader = pypdf.PdfReader(path)
    # Condition and what residents say may need the back of the sheet.
    assert len(reader.pages) <= 2
    return "\n".join(page.extract_text() for page in reader.pages)


def test_a_page_says_rank_points_and_the_nearest_facilities(result, tmp_path):
    (path,) = write_sheets(result, tmp_path / "sheets", "en", first=1)
    zone = result.zones.iloc[0]
    assert path.name == f"01_{result.zones.index[0]}.pdf"
    # Blanks between Chinese and figures are the typesetter's.
    text = words(path)
    plain = "".join(text.split())
    assert zone["name"] in text
    assert f"1 / {int(result.zones['rank'].max())}" in text
    assert f"{zone['priority']:.1f}" in text
    homes = result.buildings[result.buildings["zone_id"] == result.zones.index[0]]
    for category in ("elder_care", "childcare", "convenience"):
        nearest = homes[f"{category}_facility_id"].mode()[0]
        name = result.facilities.loc[nearest, "name"]
        mean = homes.loc[homes[f"{category}_facility_id"] == nearest, f"{category}_distance_m"].mean()
        assert "".join(f"{name} {mean:,.0f} m".split()) in plain
    assert "GB50180-2018(unverified)" in plain
    assert "elder_carewalkofatmost300m" in plain


def test_the_points_of_a_page_add_up_to_its_priority(result):
    page = sheets._Pages(result, 1, ["x"])
    for row in range(int(result.zones["rank"].max())):
        data = page.data(row)
        points = [float(c["points"]) for c in data["criteria"] if c["points"] != "–"]
        assert f"{sum(points):.1f}" == data["priority"].split()[-1]
        assert points == sorted(points, reverse=True)


@pytest.mark.parametrize(
    "name", ['#read("/etc/passwd") $x$ *bold*', "<script>{{7*7}}</script>", "\u202eevil", "名" * 300]
)
def test_a_hostile_name_is_shown_as_text(result, tmp_path, name):
    zones = result.zones.copy()
    zones.loc[zones.index[0], "name"] = name
    (path,) = write_sheets(dataclasses.replace(result, zones=zones), tmp_path, "zh", first=1)
    shown = "".join(words(path).split())
    assert "".join(name.replace("\u202e", "").split())[:20] in shown


def renamed(result, old, new):
    """Return a result in which a zone has another id, in all that residents said of it, too."""
    needs = result.needs
    told = {k: getattr(needs, k) for k in ("meetings", "votes")}
    told = {k: None if t is None else t.replace({"zone_id": {old: new}}) for k, t in told.items()}
    questions = [dataclasses.replace(q, menu=q.menu.replace({"zone_id": {old: new}})) for q in needs.questions]
    needs = dataclasses.replace(needs, questions=tuple(questions), **told)
    return dataclasses.replace(result, zones=result.zones.rename(index={old: new}), needs=needs)


def test_ids_that_no_file_system_takes_become_plain_names(result, tmp_path):
    (path,) = write_sheets(
        renamed(result, result.zones.index[0], "../../etc/pass wd:*?"), tmp_path / "s", "en", first=1
    )
    assert path.parent == tmp_path / "s"
    assert path.name == "01_etc_pass_wd.pdf"


def test_equal_results_give_equal_pages(result, tmp_path):
    (a,) = write_sheets(result, tmp_path / "a", first=1)
    (b,) = write_sheets(result, tmp_path / "b", first=1)
    assert a.read_bytes() == b.read_bytes()


def test_without_chinese_type_chinese_pages_are_refused_and_english_ones_go_on():
    with pytest.raises(InputError, match="fonts-wqy-microhei"):
        sheets.pdf_fonts(["DejaVu Sans"], needed=True)
    assert sheets.pdf_fonts(["DejaVu Sans"], needed=False) == [sheets.LATIN_FONT]


def test_the_command_writes_as_many_pages_as_asked(tmp_path):
    done = CliRunner().invoke(app, ["run", str(EXAMPLE), "--out", str(tmp_path / "out"), "--sheets", "2", "-q"])
    assert done.exit_code == 0, done.output
    names = sorted(p.name for p in (tmp_path / "out" / "sheets").iterdir())
    assert [n[:3] for n in names] == ["01_", "02_"]
    listed = {f["path"] for f in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["files"]}
    assert {f"sheets/{n}" for n in names} <= listed


def test_the_locator_draws_this_zone_and_what_is_near(result):
    page = sheets._Pages(result, 1, ["x"])
    drawing = page._locator.draw(0)
    assert drawing.count('stroke="#111111"') == 1
    assert "NaN" not in drawing
    used = result.facilities[result.facilities["status"] == "used"]
    near = used.distance(result.zones.geometry.iloc[0])
    few = page._locator.draw(int(np.argmax(result.zones["elder_care_covered_share"].fillna(0))))
    assert few.count("<circle") >= 1
    assert drawing.count("<circle") <= int((near < 3000).sum())


def test_sheets_of_the_project_file(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    for file in Path(EXAMPLE).parent.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    project = folder / "project.toml"
    text = project.read_text(encoding="utf-8").replace("[zones]", "[outputs]\nsheets = 1\n\n[zones]", 1)
    project.write_text(text, encoding="utf-8")
    geoprio.run(project).save(tmp_path / "out", lang="en")
    assert len(list((tmp_path / "out" / "sheets").iterdir())) == 1

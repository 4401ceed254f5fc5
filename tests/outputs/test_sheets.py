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
from geoprio.outputs.webmap.nearby import nearest_and_served


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
    homes = homes[homes["use"] != "other"]
    for category in ("elder_care", "childcare", "convenience"):
        nearest = homes[f"{category}_facility_id"].mode()[0]
        name = result.facilities.loc[nearest, "name"]
        metres = homes.loc[homes[f"{category}_facility_id"] == nearest, f"{category}_distance_m"]
        told = f"{name}, {metres.mean():,.0f} m on average ({len(metres)} of {len(homes)} buildings)"
        assert "".join(told.split()) in plain
    assert "GB50180-2018(unverified)" in plain
    assert "elder_carewalkofatmost300m" in plain


def test_the_page_and_the_map_tell_the_same_way_to_the_same_facility(result):
    page = sheets._Pages(result, 1, ["x"])
    nearest, _ = nearest_and_served(result)
    for row in np.flatnonzero(result.zones["building_count"] > 0)[:20]:
        for k, cells in enumerate(page.data(int(row))["access"]):
            found = nearest[row][k]
            first = cells[4].split("\n")[0]
            if found is None:
                assert first == "none within walking reach"
            else:
                facility, metres, size, homes = found
                assert first.endswith(f", {metres:,} m on average ({size} of {homes} buildings)")
                assert first.startswith(result.facilities["name"].iloc[facility])


def test_a_facility_without_a_name_is_called_what_it_is(result):
    names = result.facilities["name"].mask(result.facilities["category"] == "convenience", "")
    page = sheets._Pages(dataclasses.replace(result, facilities=result.facilities.assign(name=names)), 0, ["x"])
    assert page.data(0)["access"][2][4].startswith("便利店（无名称），平均步行 ")


def test_a_page_says_how_large_and_how_old_its_zone_is(result):
    page = sheets._Pages(result, 0, ["x"])
    row = result.zones["name"].tolist().index("荷塘小区")
    facts = dict(page.data(row)["facts"])
    assert (facts["户数"], facts["建成年份"], facts["物业"]) == ("407", "约 1980", "社区托管")
    unknown = np.flatnonzero(result.zones["property_management"].isna() & result.zones["rank"].notna())
    assert all(dict(page.data(int(k))["facts"])["物业"] == "未知" for k in unknown)


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

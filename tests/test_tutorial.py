"""The tutorial runs as it stands, and a result shows itself."""

import dataclasses
import re
import runpy

import pandas as pd
import pytest
from conftest import ROOT
from PIL import Image


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        told = runpy.run_path(str(ROOT / "docs" / "tutorial.py"))
    return told, folder / "geoprio-tutorial"


def test_the_tutorial_ends_with_pictures_and_tables(tutorial):
    told, folder = tutorial
    for stem in ("scatter", "rank_intervals", "acceptability", "tornado", "map"):
        with Image.open(folder / f"{stem}.png") as picture:
            assert min(picture.size) > 400
        assert (folder / f"{stem}.svg").stat().st_size > 10_000
    table = pd.read_csv(folder / "defended.csv", index_col=0)
    assert len(table) == len(told["result"].zones)
    assert table["robust"].notna().sum() == table["rank"].notna().sum()
    assert (folder / "out" / "map.html").exists()
    assert told["judged"].consistent
    assert set(told["sure"]["robust"]) == {"robustly_in", "contested", "robustly_out"}


def test_the_tutorial_is_a_notebook_in_both_languages():
    text = (ROOT / "docs" / "tutorial.py").read_text(encoding="utf-8")
    assert text.count("# %%\n") >= 9
    for title in re.findall(r"^# ## (.*)$", text, re.MULTILINE):
        assert re.search(r"[\u4e00-\u9fff].*[A-Za-z]", title), title


def test_a_result_shows_itself_and_escapes_names(tutorial):
    result = tutorial[0]["result"]
    zones = result.zones.copy()
    zones["name"] = zones["name"].astype(object)
    zones.loc[zones.index[0], "name"] = "<script>alert(1)</script>"
    zones.loc[zones.index[1], "name"] = None
    shown = dataclasses.replace(result, zones=zones)._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert f"<td>{zones.index[1]}</td>" in shown
    assert shown.count("<tr>") == 11
    assert f"… and {zones['rank'].notna().sum() - 10} more ranked zones" in shown
    assert f"zones ranked {zones['rank'].notna().sum()} / {len(zones)}" in shown
    top = zones.iloc[0]
    best = max(result.matrix.criteria, key=lambda c: top[f"{c.code}_contribution"])
    assert f"{best.title_zh} {best.title_en}</td><td>{top[f'{best.code}_contribution']:.1f}</td>" in shown
    assert len(shown) < 5000


def test_a_result_is_one_line_at_the_prompt(tutorial):
    result = tutorial[0]["result"]
    assert re.fullmatch(r"<Result '.*': 58 of 61 zones ranked by 9 indicators, [\d,]+ buildings>", repr(result))


def test_a_result_without_ranked_zones_shows_itself(tutorial):
    result = tutorial[0]["result"]
    none = dataclasses.replace(result, zones=result.zones.assign(rank=pd.array([pd.NA] * len(result.zones), "Int64")))
    assert "<tbody></tbody>" in none._repr_html_()

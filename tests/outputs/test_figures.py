"""Pictures for reports."""

import dataclasses
import warnings

import numpy as np
import pytest
from conftest import EXAMPLE
from PIL import Image

import geoprio
from geoprio.outputs.figures import priority_map, save_figure, style
from geoprio.outputs.palette import CLASS_COLORS
from geoprio.outputs.webmap.data import priority_class


@pytest.fixture(scope="module")
def result():
    return geoprio.run(EXAMPLE)


def test_the_map_is_drawn_in_the_colors_of_its_classes(result, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that no face has would be one
        png, svg = save_figure(priority_map(result, "zh"), tmp_path / "priority")
    with Image.open(png) as picture:
        colors = {c: n for n, c in picture.convert("RGB").getcolors(1 << 22)}
    for color in CLASS_COLORS:
        assert colors.get(tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)), 0) > 200
    assert svg.read_text(encoding="utf-8").startswith("<?xml")


def test_the_legend_counts_the_zones_of_each_class(result):
    figure = priority_map(result, "en")
    (legend,) = figure.legends
    texts = [t.get_text() for t in legend.get_texts()]
    classes = priority_class(result.zones["priority"].to_numpy(float))
    assert texts[:5] == [f"{20 * k} – {20 * k + 20}  ({int((classes == k).sum())})" for k in reversed(range(5))]
    assert texts[5] == f"Not scored  ({int((classes < 0).sum())})"
    assert np.sum(classes >= 0) == result.zones["rank"].notna().sum()


def test_equal_results_give_equal_pictures(result, tmp_path):
    first = save_figure(priority_map(result), tmp_path / "a")
    second = save_figure(priority_map(result), tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_name_with_dollars_is_no_formula(result, tmp_path):
    zones = result.zones.copy()
    zones.loc[zones.index[0], "name"] = r"$\frac{1}{0}$ $x"
    figure = priority_map(dataclasses.replace(result, zones=zones), "en")
    save_figure(figure, tmp_path / "map")
    assert r"1 $\frac{1}{0}$ $x" in [t.get_text() for t in figure.axes[0].texts]


def test_without_chinese_type_figures_speak_english(monkeypatch, result):
    monkeypatch.setattr(style, "CJK_FONTS", ("no such face",))
    assert style.figure_lang("zh") == "en"
    assert style.chinese_face() is None
    assert "Priority" in priority_map(result, "zh").axes[0].get_title(loc="left")


def test_figures_of_the_project_file(result, tmp_path):
    outputs = result.project["outputs"] | {"figures": True}
    asked = dataclasses.replace(result, project=result.project | {"outputs": outputs})
    asked.save(tmp_path / "out", lang="en")
    assert sorted(p.name for p in (tmp_path / "out" / "figures").iterdir()) == ["priority.png", "priority.svg"]

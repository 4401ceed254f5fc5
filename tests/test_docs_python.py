"""Every Python block of README and guides runs as it is written: in the example's folder, or with what it names."""

import re
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import EXAMPLE, ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = {
    "README.md": 1,
    "docs/effect.md": 2,
    "docs/explanation.md": 1,
    "docs/programme.md": 1,
    "docs/scoring.md": 2,
    "docs/surveys.md": 1,
    "docs/uncertainty.md": 2,
}
"""Pages, and how many blocks they have; the later ones of a page go on from the earlier."""


NETWORK = "docs/network.md"
"""Its blocks take streets of one's own."""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The folder of the example, under both names that the pages use."""
    folder = tmp_path / "study"
    shutil.copytree(EXAMPLE.parent, folder)
    shutil.copy(folder / "project.toml", folder / "study.toml")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("page", list(PAGES))
def test_the_blocks_of_a_page_run(page, study):
    told = {}
    for number, block in enumerate(BLOCK.findall((ROOT / page).read_text(encoding="utf-8")), 1):
        assert "_core" not in block
        exec(compile(block, f"{page}, block {number}", "exec"), told)  # noqa: S102 - the pages are the project's own
    if page == "README.md":
        assert (study / "result_equal_weights" / "map.html").exists()
    if page == "docs/surveys.md":
        assert told["draws"].shape[1] == len(told["zones"])
        assert told["found"] is not None
        assert len(told["findings"].rejects())


def streets_of_ones_own():
    """What the blocks on networks take from the reader: a cross of two streets, a stair, houses, shops and a gate."""
    from geoprio.network import build_network

    ends = [[(0, 0), (500, 0)], [(500, 0), (900, 0)], [(500, 0), (500, 400)]]
    lines = shapely.linestrings(ends)
    gates, walls = gpd.GeoSeries(shapely.points([(200, 5)])), shapely.linestrings([[(800, -50), (800, 50)]])
    buildings = gpd.GeoSeries(shapely.points([(100, 20), (200, 30), (510, 300)]))
    stores = gpd.GeoSeries(shapely.points([(450, -10)]))
    flags = {name: np.array([False, False, name == "is_stairs"]) for name in ("is_stairs", "is_big_road", "is_bridge")}
    streets = build_network(lines, barriers=walls)
    return {"lines": lines, "buildings": buildings, "stores": stores, "walls": walls, "gates": gates, **flags,
            "z": np.zeros(len(streets.x)), "pairs": np.array([[1, 0]])}  # fmt: skip


def test_the_blocks_on_networks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = streets_of_ones_own()
    for block in BLOCK.findall((ROOT / NETWORK).read_text(encoding="utf-8")):
        exec(compile(block, NETWORK, "exec"), told)  # noqa: S102 - the pages are the project's own
    # 350 m along the street, and two straight legs.
    assert told["distance"][0] == pytest.approx(20 + 350 + 10, abs=1e-3)
    assert (tmp_path / "streets.geonet").exists()


def test_no_block_is_missed():
    with_blocks = {p.relative_to(ROOT).as_posix() for p in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))
                   if "```python" in p.read_text(encoding="utf-8")}  # fmt: skip
    assert with_blocks == {*PAGES, NETWORK}
    for page, count in PAGES.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        assert len(BLOCK.findall(text)) == text.count("```python") == count, page

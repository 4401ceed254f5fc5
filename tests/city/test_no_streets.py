"""A city without streets: where its data end, and with what points in degrees are compared."""

from conftest import X, Y
from test_datum import project

import geoprio

STRAIGHT = '[access]\nmethod = "straight_line"\n'


def notes(result, level):
    return [n["text"] for n in result.quality["notes"] if n["level"] == level]


def places(name, *corners):
    return [({"id": f"{name}{k}"}, "Point", [X + x, Y + y]) for k, (x, y) in enumerate(corners)]


def test_the_data_end_where_buildings_and_facilities_do(town):
    """With a shop some 3 km off on each side there is data all around; what is far off tells nothing."""
    around = places("near", (-2500, -2500), (3300, -2500), (3300, 2900), (-2500, 2900))
    far = places("far", (-99_000, -99_000), (99_000, -99_000), (99_000, 99_000), (-99_000, 99_000))
    shop = town.shops
    told = "2 of 2 zones lie within 1000 m of the edge of the buildings and facilities that were read"
    for shops, near in ((shop, True), (shop + far, True), (shop + around, False), (shop + around + far, False)):
        town.shops = shops
        result = geoprio.run(town.write(STRAIGHT, streets=""))
        assert result.zones["near_data_edge"].tolist() == [near, near]
        assert any(text.startswith(told) for text in notes(result, "info")) == near


def test_the_datum_is_compared_with_what_there_is(tmp_path):
    """Shops in GCJ-02 that are said to be WGS 84, on a town with buildings and no streets."""
    path = project(tmp_path, "GCJ-02", "WGS 84")
    text = path.read_text(encoding="utf-8")
    start = text.index("[streets]")
    end = text.index("[", start + 1)
    path.write_text(text[:start] + text[end:] + STRAIGHT, encoding="utf-8")
    report = geoprio.check(path)
    rows = {row["candidate"]: row for row in report["datum_evidence"]}
    assert (rows["GCJ-02"]["near_building"], rows["GCJ-02"]["near_street"]) == (1.0, None)
    assert rows["GCJ-02"]["better_beyond_doubt"]
    warned = [n["text"] for n in report["notes"] if n["level"] == "warning"]
    assert len(warned) == 1
    assert "100 % lie within 30 m of a building if they are GCJ-02" in warned[0]

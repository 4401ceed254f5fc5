"""People by building from totals of zones and street committees: each total is shared out, and nobody is lost."""

import numpy as np
import pytest
from conftest import X, Y, collection, square
from hypothesis import given
from hypothesis import strategies as st

import geoprio
from geoprio._core.errors import InputError
from geoprio.city.totals import share_out


@given(
    st.lists(st.one_of(st.floats(0, 1e6), st.none()), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(-1, 4), st.floats(0, 1e6), st.one_of(st.none(), st.floats(0, 1e6))),
        min_size=1,
        max_size=20,
    ),
)
def test_shares_of_totals_sum_to_them(totals, buildings):
    totals = np.array([np.nan if t is None else t for t in totals])
    area = np.array([-1 if b[0] < 0 else b[0] % len(totals) for b in buildings])
    weight = np.array([b[1] for b in buildings])
    own = np.array([np.nan if b[2] is None else b[2] for b in buildings])
    shared = share_out(totals, area, weight, own)
    np.testing.assert_array_equal(shared.people[np.isfinite(own) & (area >= 0)], own[np.isfinite(own) & (area >= 0)])
    for k, total in enumerate(totals):
        here = shared.people[area == k]
        if np.isnan(total):
            assert np.isnan(here[np.isnan(own[area == k])]).all()
            assert shared.unplaced[k] == shared.exceeding[k] == 0
        else:
            assert here.sum() + shared.unplaced[k] - shared.exceeding[k] == pytest.approx(total, rel=1e-9, abs=1e-6)
    assert np.isnan(shared.people[(area < 0) & np.isnan(own)]).all()


def test_totals_by_the_zones_id(town):
    """With a row of no zone, and the east's buildings having numbers for three of four."""
    text = "街区,人口,老人\nwest,400,80\neast,1000,\n合计,1400,\n"
    (town.folder / "people.csv").write_text(text, encoding="gb18030")
    for k in (4, 5, 6):
        town.buildings[k][0]["population"] = 100
    town.buildings[0][0].update({"floors": 5, "use": "office"})
    keys = 'path = "people.csv"\nid = "街区"\ntotal = "人口"\ncolumns = {population_60plus = "老人"}\n'
    result = geoprio.run(town.write(f"\n[population]\n{keys}"))
    found = result.buildings
    assert found["population"].tolist() == pytest.approx([0, *[400 / 3] * 3, 100, 100, 100, 700])
    assert found["population_60plus"].tolist()[:4] == pytest.approx([0, *[80 / 3] * 3])
    assert found["population_60plus"].isna().tolist() == [False] * 4 + [True] * 4
    report = result.quality["population"]["columns"]["population"]
    assert (report["total"], report["placed"], report["unplaced"]) == (1400, 1400, 0)
    (reject,) = result.rejects[result.rejects["source"] == "population"].to_dict("records")
    assert (reject["row"], reject["value"]) == ("3", "合计")
    assert reject["reason"] == "no zone has this id: its people are not used"
    # Elders are known for half of the homes only, so all people stand in for them.
    assert result.quality["categories"]["elder_care"]["demand"] == "population"


def test_totals_that_buildings_exceed_or_nobody_can_take(town):
    (town.folder / "people.csv").write_text("zone,n\nwest,100\neast,50\n", encoding="utf-8")
    for k, building in enumerate(town.buildings):
        building[0]["population"] = 20 if k < 4 else 15
    result = geoprio.run(town.write('\n[population]\npath = "people.csv"\nid = "zone"\ntotal = "n"\n'))
    report = result.quality["population"]["columns"]["population"]
    assert (report["total"], report["placed"], report["unplaced"]) == (150, 130, 20)
    assert report["in_buildings"] == 140
    (reject,) = result.rejects[result.rejects["source"] == "population"].to_dict("records")
    assert (reject["row"], reject["value"]) == ("west", "20")
    said = [n["text"] for n in result.quality["notes"] if n["level"] == "warning" and n["source"] == "population"]
    assert any("in 1 areas (east) the buildings' own numbers exceed the total, by 10.0 people" in t for t in said)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zone,n\nwest,1\nwest,2\n", r"id 'west' stands in rows 1, 2; each zone has one total"),
        ("zone,n\n1,1\n2,2\n", "none of 2 ids in 'zone', such as '1', is that of a zone, such as 'west'"),
    ],
)
def test_tables_that_do_not_fit_the_zones(town, text, message):
    (town.folder / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        geoprio.check(town.write('\n[population]\npath = "people.csv"\nid = "zone"\ntotal = "n"\n'))


def committees(town, *features):
    rows = [({"n": n}, "Polygon", [[[X + a, Y + b] for a, b in ring]]) for n, ring in features]
    (town.folder / "committees.geojson").write_text(collection(rows), encoding="utf-8")
    return '\n[population]\npath = "committees.geojson"\ntotal = "n"\n'


def box(left, bottom, right, top):
    return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]


def test_totals_of_street_committees(town):
    """Polygons of their own: one over three zones' worth of houses, one half beyond reach, one far away, one blank."""
    section = committees(
        town,
        (600, box(0, 0, 600, 400)),
        (80, box(600, 0, 800, 400)),
        (1000, box(800 + 2000, 0, 800 + 4000, 400)),
        (70, box(90_000, 0, 90_400, 400)),
        (None, box(0, 1000, 100, 1100)),
    )
    town.buildings.append(({"id": "lone", "use": "residential"}, "Polygon", square(X + 3000, Y + 210, 10)))
    town.buildings.append(({"id": "off", "use": "residential"}, "Polygon", square(X + 1500, Y + 210, 10)))
    result = geoprio.run(town.write(section))
    found = result.buildings["population"]
    assert found.tolist()[:8] == [100] * 6 + [40] * 2
    # A half of the polygon lies within 3 km of the east; its corners are a little farther.
    assert found["lone"] == pytest.approx(500, rel=0.02)
    assert np.isnan(found["off"])
    report = result.quality["population"]["columns"]["population"]
    assert report["total"] == pytest.approx(680 + found["lone"])
    texts = [n["text"] for n in result.quality["notes"] if n["source"] == "population"]
    assert any(t.startswith("1 polygons lie beyond one catchment from every zone: not used; of 1 that") for t in texts)
    assert "1 of 4 areas lack a total: the people of their buildings are not known" in texts
    assert "1 of 10 buildings lie in none of the areas: their people are not known" in texts


def test_committees_elsewhere(town):
    with pytest.raises(InputError, match="none of 1 polygons lies in the study; check the CRS"):
        geoprio.check(town.write(committees(town, (5, box(90_000, 0, 90_400, 400)))))


def test_a_workbook_of_totals(town):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(town.folder / "people.xlsx"))
    sheet = book.add_worksheet("人口")
    for k, row in enumerate([("小区编号", "人口数"), ("west", 400), ("east", "1,200人")]):
        sheet.write_row(k, 0, row)
    book.close()
    keys = 'path = "people.xlsx"\nid = "小区编号"\ntotal = "人口数"\n'
    report = geoprio.check(town.write(f"\n[population]\n{keys}"))
    assert report["population"]["columns"]["population"]["placed"] == 1600

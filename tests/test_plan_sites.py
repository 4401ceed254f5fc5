"""A programme offers a service where siting puts it: at the same sites as `geoprio site`."""

import pytest
from conftest import X, Y, collection, square

import geoprio
from geoprio._core.errors import InputError
from geoprio.config import SitesSpec
from geoprio.pipeline import site_quantities

ROOMS = [("a", 150, 9), ("b", 420, 5), ("c", 930, 8), ("d", 1260, 12), ("away", 90_000, 4)]
PROGRAMME = """
[[indicators]]
code = "elder_care_covered_share"
threshold_m = 250

[programme]
measures = ["station"]
measures_file = "mine.toml"
draws = 0

[[programme.siting]]
column = "new_rooms"
category = "elder_care"
path = "rooms.geojson"
number = 2
threshold = 250
size = "capacity"

[[programme.sources]]
code = "city"
title_zh = "市级"
title_en = "city"
kind = "city"
budget_cny = 1000000
"""
MINE = """
[[measures]]
code = "station"
title_zh = "养老站"
title_en = "station"
grade = "upgrading"
side = "face"
unit = "place"
quantity = [{ column = "new_rooms" }]
cost = { low_cny = 100, high_cny = 100, source = "test", verified = true }
improves = [{ indicator = "elder_care_covered_share", closes = 1.0, source = "test" }]
"""


@pytest.fixture
def rooms(town):
    """Three zones along a street with a home in the west, and vacant rooms."""
    town.zones.append(({"id": "far", "name": "远区"}, "Polygon", square(X + 800, Y, 700)))
    town.buildings = [
        (
            {"id": f"h{i}", "use": "residential", "population": 1.0 + (5 * i) % 14},
            "Polygon",
            square(X + 50 + 100 * i, Y + 210, 10),
        )
        for i in range(14)
    ]
    town.homes = [({"id": "e1", "name": "颐养院"}, "Point", [X + 20, Y + 205])]
    rows = [({"id": n, "capacity": c}, "Point", [X + x, Y + 205]) for n, x, c in ROOMS]
    (town.folder / "rooms.geojson").write_text(collection(rows), encoding="utf-8")
    (town.folder / "mine.toml").write_text(MINE, encoding="utf-8")
    return town


def test_a_programme_offers_what_siting_chose(rooms):
    project = rooms.write(PROGRAMME)
    plan = geoprio.plan(project)
    spec = SitesSpec(path=str(rooms.folder / "rooms.geojson"))
    alone = geoprio.site(project, "elder_care", spec, 2, threshold=250.0)
    amounts = site_quantities(alone, plan.zones.index)
    assert plan.zones["new_rooms"].tolist() == amounts.tolist()
    done = plan.programme.done.set_index("zone_id")
    assert done["quantity"].to_dict() == amounts[amounts > 0].to_dict()
    assert (done["cost_fen"] == done["quantity"] * 10_000).all()
    assert plan.zones.columns[-1] == "geometry"
    # What was read and set aside is told as `geoprio site` tells it.
    texts = [n["text"] for n in plan.result.quality["notes"]]
    assert any(text.startswith("elder_care: chosen sites by zone: ") for text in texts)
    assert {n["text"] for n in alone.asked["notes"]} <= set(texts)
    assert len(plan.result.rejects) - len(alone.before.rejects) == len(alone.asked["rejects"])
    assert "rooms.geojson" in {f["path"] for f in plan.result.inputs}


def test_siting_that_cannot_be_is_told(rooms):
    first = PROGRAMME.replace('path = "rooms.geojson"', 'path = "http://x/rooms.geojson"')
    wrong = {
        first: "not a local file",
        PROGRAMME.replace('category = "elder_care"', 'category = "elder_car"'): "none of the project's",
        PROGRAMME.replace("number = 2", "number = 9"): "9 new sites wanted",
        PROGRAMME.replace('column = "new_rooms"', 'column = "name"'): "such a column already",
    }
    for text, message in wrong.items():
        with pytest.raises(InputError, match=message):
            geoprio.plan(rooms.write(text))
    result = geoprio.run(rooms.write(PROGRAMME))
    with pytest.raises(InputError, match="give the project file, not a result"):
        geoprio.plan(result)

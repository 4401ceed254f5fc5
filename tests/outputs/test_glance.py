"""Dwellings, years, storeys and who manages a zone, as its page and its card tell them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from geoprio.outputs.glance import fact_title, zone_facts

ZONES = pd.Index(["a", "b", "c"], name="zone_id")


def result(zones=None, **homes):
    table = pd.DataFrame(
        {
            "zone_id": ["a", "a", "b", "b", None],
            "use": ["residential", "unknown", "residential", "other", "residential"],
        }
    )
    return SimpleNamespace(zones=pd.DataFrame(zones or {}, ZONES), buildings=table.assign(**homes))


def test_the_list_comes_before_the_homes_and_its_spans_are_about():
    found = zone_facts(
        result(
            {"dwellings": [1407.0, np.nan, np.nan], "year_built": [1984.0, 1990.0, np.nan],
             "approximate": pd.array([True, False, None], "boolean"), "property_management": ["社区托管", None, None]},
            dwellings=[1.0, 2, 30, 40, 50],
        )
    )  # fmt: skip
    assert found["dwellings"] == [("1,407", "1,407"), ("30", "30"), None]
    assert found["year_built"] == [("约 1984", "about 1984"), ("1990", "1990"), None]
    assert found["property_management"] == [("社区托管", "社区托管"), None, None]
    assert "floors" not in found


def test_homes_say_their_sum_and_their_span_and_what_some_do_not_say():
    found = zone_facts(result(dwellings=[12.0, np.nan, 30, 40, 50], floors=[6, 4.5, 6, 20, 1], year_built=[np.nan] * 5))
    assert found == {
        "dwellings": [("至少 12", "at least 12"), ("30", "30"), None],
        "floors": [("4.5–6", "4.5–6"), ("6", "6"), None],
    }
    assert [fact_title("year_built", k) for k in (0, 1)] == ["建成年份", "Year built"]

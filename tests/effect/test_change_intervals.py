"""Intervals of changes: answers of two surveys, and ranges over speeds, thresholds and catchments."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from conftest import Town
from finished import finished, people_in, with_shop
from surveyed_town import surveyed

import geoprio
from geoprio._core.errors import InputError
from geoprio.effect import Wave, compare, load_run, run_of, share_change
from geoprio.indicators.needs.shares import wilson
from geoprio.outputs.change.sections import sections
from geoprio.outputs.change.tables import plain
from geoprio.pipeline import change_ranges, split_effect

X = 500_000.0
ASKED = {"code": "content", "about": "other", "multiple": False, "options": {"是": "yes", "否": ""}}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return finished(people_in(Town(tmp_path_factory.mktemp("said"))), "before")


def answered(run, counts, options=None):
    """Give a run a survey: (yes, of) for the city, west and east."""
    ends = {place: tuple(float(np.squeeze(v)) for v in wilson(np.array([k]), n)) for place, (k, n) in counts.items()}
    columns = {"content_n": pd.array([counts[z][1] for z in run.zones.index], dtype="Int64")}
    for at, end in enumerate(("share", "low", "high")):
        columns[f"content_yes_{end}"] = [ends[z][at] for z in run.zones.index]
    city = dict(zip(("share", "low", "high"), ends["city"], strict=True)) | {"title": "满意", "n": counts["city"][1]}
    asked = ASKED | ({"options": options} if options else {})
    path = f"{counts}.csv"
    inputs = (*run.inputs, {"path": path, "sha256": path, "bytes": 1})
    return dataclasses.replace(
        run, inputs=inputs, zones=run.zones.assign(**columns), answers={"content": {"yes": city}},
        project=run.project | {"survey": {"path": path, "questions": [asked]}},
    )  # fmt: skip


def wave(yes, of):
    return Wave((np.arange(of) < yes).astype(float)[:, None], np.ones(of, bool), np.ones(of))


def test_intervals_are_those_of_two_independent_samples(small):
    one = answered(small, {"city": (30, 60), "west": (12, 20), "east": (2, 4)})
    two = answered(small, {"city": (48, 64), "west": (19, 21), "east": (20, 30)})
    found = compare(one, two).said
    for row, (first, second) in (
        (found.city.loc[("content", "yes")], ((30, 60), (48, 64))),
        (found.zones.loc[("content", "yes", "west")], ((12, 20), (19, 21))),
    ):
        expected = share_change(wave(*first), wave(*second))
        told = [row[k] for k in ("before", "after", "change", "low", "high")]
        assert told == pytest.approx(
            [float(getattr(expected, k)[0]) for k in ("before", "after", "change", "low", "high")]
        )
        assert row["verdict"] == "up"
    # Four answers before tell nothing, and nothing of them is shown.
    few = found.zones.loc[("content", "yes", "east")]
    assert few["verdict"] == "few"
    assert few[["n_before", "n_after", "before", "after", "change", "low", "high"]].isna().all()
    # The other way round it fell; asked with other options it is not compared.
    assert compare(two, one).said.city["verdict"].tolist() == ["down"]
    other = compare(one, answered(small, {"city": (48, 64), "west": (19, 21), "east": (2, 4)}, {"是": "very"}))
    assert other.said.city.empty
    assert any("asked in another way" in en for _, en in other.notes)
    assert compare(small, small).said.zones.empty


def test_a_survey_comes_back_from_folder_and_memory(tmp_path):
    town = Town(tmp_path)
    result = geoprio.run(surveyed(town))
    result.save(tmp_path / "out")
    read, held = load_run(tmp_path / "out"), run_of(result, "x")
    assert set(read.answers["problems"]) == {"lift", "parking", "pipes"} == set(held.answers["problems"])
    same = compare(read, held)
    assert same.said.city.empty
    assert any("the same survey" in en for _, en in same.notes)
    other = tuple({**i, "sha256": "0"} if i["path"] == "survey.csv" else i for i in held.inputs)
    held = dataclasses.replace(held, inputs=other)
    said = compare(read, held).said
    # The same answers in another file: no change, and few in the fifth zone.
    assert said.zones["change"].dropna().abs().max() < 1e-8
    assert set(said.zones.xs("z4", level="zone_id")["verdict"]) == {"few"}
    assert set(said.city["verdict"]) == {"unsure"}
    assert ((said.city["low"] < 0) & (said.city["high"] > 0)).all()
    report = {s.key: s for s in sections(compare(read, held), None)}
    assert len(report["said"].rows) == 3
    json.dumps(plain(compare(read, held)), allow_nan=False)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    town = people_in(Town(tmp_path_factory.mktemp("ranges")))
    scenario = town.folder / "s.toml"
    scenario.write_text(
        'name = "试"\ncrs = "EPSG:32650"\n[[facilities]]\ncategory = "convenience"\nid = "n"\n'
        f"x = {X + 700}\ny = 3450195.0\n",
        encoding="utf-8",
    )
    more = (
        "\n[sensitivity]\nspeed_factors = [1.0]\nthreshold_factors = [0.2, 1.0, 1.3]\ncatchment_factors = [0.8, 1.0]\n"
    )
    return town.write(more), scenario


def test_ranges_by_hand(planned):
    found = change_ranges(planned[0], scenario=planned[1])
    row = found.ranges.loc["convenience_covered_share"]
    # Within 500 m: 80 of 120 before, all after. Within 100 m: houses at 55 and 155 before (20 of 120), and those at
    # 655 and 755 after (40 more). Within 650 m: those at 55 … 755 but the last before (100), all after.
    changes = [40 / 120, 40 / 120, 20 / 120]
    assert row["change"] == pytest.approx(found.city.loc["convenience_covered_share", "change"])
    assert (row["low"], row["high"], row["variants"]) == pytest.approx((min(changes), max(changes), 6))
    supply = found.ranges.loc["convenience_supply"]
    assert supply["low"] <= supply["change"] <= supply["high"]
    # Mean distances know neither threshold nor catchment.
    metres = found.ranges.loc["convenience_distance_m"]
    assert metres["low"] == metres["high"] == pytest.approx(metres["change"])
    (section,) = [s for s in sections(found, None) if s.key == "ranges"]
    assert "6" in section.hints[0][1]


def test_ranges_need_the_projects_of_the_runs(planned, small):
    with pytest.raises(InputError, match="does not differ from itself"):
        change_ranges(planned[0])
    with pytest.raises(InputError, match="do not give the runs"):
        change_ranges(planned[0], scenario=planned[1], change=compare(small, small))
    again = split_effect(*planned[:1], scenario=planned[1]).change
    assert change_ranges(planned[0], scenario=planned[1], change=again).ranges is not None


def boundary(x):
    """Return west and east with the line between them at x."""
    rings = [(X, x), (x, X + 800)]
    return [
        [[[a, 3_450_000.0], [b, 3_450_000.0], [b, 3_450_400.0], [a, 3_450_400.0], [a, 3_450_000.0]]] for a, b in rings
    ]


def test_a_moved_boundary_changes_nothing(tmp_path, small):
    town = people_in(Town(tmp_path))
    for zone, ring in zip(list(town.zones), boundary(X + 500), strict=True):
        town.zones[town.zones.index(zone)] = (zone[0], "Polygon", ring)
    moved = finished(town, "after")
    # Without it the house at 455, which is served, would go over to the west: 1 of 3 houses are left in the east.
    assert moved.zones["convenience_covered_share"].to_dict() == pytest.approx({"west": 1, "east": 1 / 3})
    with pytest.raises(InputError, match="boundary"):
        compare(small, moved)
    found = compare(small, moved, allow=("boundary", "zone_ids"))
    for code in ("convenience_covered_share", "convenience_distance_m", "convenience_demand", "convenience_uncovered"):
        table = found.zones.xs(code, level="code")
        assert table["change"].to_numpy() == pytest.approx([0, 0], abs=1e-6), code
    assert found.city.loc["convenience_covered_share", "change"] == pytest.approx(0)
    # What does not follow from buildings is unknown.
    assert found.zones.xs("priority", level="code")["verdict"].tolist() == ["unknown", "unknown"]
    assert any("1 buildings change zones" in en for _, en in found.notes)
    # With a shop more, the east gains what it gains within its old outline: from 2 to 4 of 4 houses.
    gained = compare(small, finished(with_shop(town, X + 700), "after"), allow=("boundary",))
    east = gained.zones.xs("convenience_covered_share", level="code").loc["east"]
    assert (east["before"], east["after"]) == pytest.approx((0.5, 1))
    parts = gained.split.city.loc["convenience_covered_share"]
    assert (parts["supply"], parts["demand"]) == pytest.approx((1 / 3, 0), abs=1e-6)
    assert gained.people.to_dict() == {"west": 40, "east": 80}

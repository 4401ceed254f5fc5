"""Intervals of changes: answers of two surveys, and ranges over speeds, thresholds and catchments."""

import dataclasses
import json
import sqlite3

import geopandas as gpd
import numpy as np
import openpyxl
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
from geoprio.outputs.change.swipe import swipe_data
from geoprio.outputs.change.tables import plain
from geoprio.outputs.change.write import write_change
from geoprio.pipeline import change_ranges, split_effect
from geoprio.pipeline.change_ranges import _spans, _with_ranges
from geoprio.pipeline.running import run_walked
from geoprio.score.sensitivity_spec import SensitivitySpec

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


@pytest.fixture(scope="module")
def ranged(planned):
    return change_ranges(planned[0], scenario=planned[1])


def test_ranges_by_hand(ranged):
    found = ranged
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


def test_ranges_of_each_zone_by_hand(planned, ranged):
    found = ranged
    zones = found.zone_ranges.xs("convenience_covered_share", level="code")
    # West: 4 of 4 within 500 m and 650 m both times, 2 of 4 within 100 m both times. East: from 2 to 4 within 500 m,
    # from 0 to 2 within 100 m, from 3 to 4 within 650 m.
    assert zones.loc["west"].tolist() == [0, 0]
    assert zones.loc["east"].tolist() == pytest.approx([1 / 4, 2 / 4])
    # What all zones change lies within what they change, and each zone's own within its range.
    both = found.zones.join(found.zone_ranges, how="inner")
    known = both.dropna(subset=["change", "low"])
    assert len(known)
    assert (known["low"] <= known["change"] + 1e-9).all()
    assert (known["change"] <= known["high"] + 1e-9).all()
    # Every search again, as projects with other thresholds, gives the same.
    low = []
    for metres in (100, 500, 650):
        rule = f'\n[[indicators]]\ncode = "convenience_covered_share"\nthreshold_m = {metres}\n'
        project = planned[0].with_name(f"at{metres}.toml")
        project.write_text(planned[0].read_text(encoding="utf-8") + rule, encoding="utf-8")
        sides = [geoprio.run(project, scenario=s).zones["convenience_covered_share"] for s in (None, planned[1])]
        low.append(sides[1] - sides[0])
    table = pd.DataFrame(low)
    assert zones["low"].to_dict() == pytest.approx(table.min().to_dict())
    assert zones["high"].to_dict() == pytest.approx(table.max().to_dict())


def test_the_files_tell_the_range_of_each_zone(ranged, tmp_path):
    found = ranged
    plainly = write_change(dataclasses.replace(found, zone_ranges=None), tmp_path / "plain", lang="en")
    out, again = (write_change(found, tmp_path / name, lang="en") for name in ("a", "b"))
    for path in out.iterdir():
        if path.name != "run.json":
            assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    ends = ["convenience_covered_share_change_low", "convenience_covered_share_change_high"]
    assert gpd.read_parquet(out / "change.parquet").loc["east", ends].tolist() == pytest.approx([1 / 4, 2 / 4])
    assert not [c for c in gpd.read_parquet(plainly / "change.parquet") if c.endswith("_low")]
    with sqlite3.connect(out / "change.gpkg") as db:
        style = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'change'").fetchone()[0]
    assert "Convenience stores: share covered · least change" in style
    sheet = openpyxl.load_workbook(out / "change.xlsx")["By zone"]
    head, *rows = sheet.iter_rows(values_only=True)
    at = [head.index(name) for name in ("zone id", "code", "least change", "largest change")]
    told = {(row[at[0]], row[at[1]]): (row[at[2]], row[at[3]]) for row in rows}
    assert told["east", "convenience_covered_share"] == pytest.approx((1 / 4, 2 / 4))
    # Of priorities no range is computed.
    assert told["east", "priority"] == (None, None)
    (shown,) = [i for i in swipe_data(found)["indicators"] if i["code"] == "convenience_covered_share"]
    assert list(found.people.index) == ["east", "west"]
    assert shown["spans"] == [[0.25, 0], [0.5, 0]]
    assert "spans" not in swipe_data(found)["indicators"][0]


def test_no_range_of_what_is_counted_in_another_way(planned, ranged):
    found = ranged
    # As where an outline moved: the zone's change is not that of the projects.
    index = ("east", "convenience_covered_share")
    zones, city = found.zones.copy(), found.city.copy()
    zones.loc[index, ["after", "change"]] -= 0.1
    city.loc[index[1], "change"] -= 0.1
    told = _with_ranges(dataclasses.replace(found, zones=zones, city=city), _kept(planned, found))
    assert told.zone_ranges.loc[index].isna().all()
    assert told.zone_ranges.loc[("west", index[1])].notna().all()
    assert index[1] not in told.ranges.index
    assert any(en.startswith(f"changes of {index[1]} are counted in another way") for _, en in told.notes)
    none = dataclasses.replace(told, ranges=told.ranges.iloc[:0])
    assert "ranges" not in {s.key for s in sections(none, None)}


def test_a_figure_that_is_known_once_only_is_not_the_same(planned, small):
    before = compare(small, small)
    unknown = before.city.assign(after=np.nan)
    with pytest.raises(InputError, match="after is 120, not nan"):
        change_ranges(planned[0], scenario=planned[1], change=dataclasses.replace(before, city=unknown))


def _kept(planned, found):
    """Return the changes of each figure under all combinations, computed again."""
    walked = [run_walked(planned[0], scenario=s)[1] for s in (None, planned[1])]
    spec = SensitivitySpec.model_validate(found.before.project["sensitivity"])
    return _spans((walked[0], walked[1]), found, spec, lambda _: None)


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


def test_ranges_under_moved_outlines_are_those_of_the_outlines_before(planned, ranged, tmp_path):
    town = with_shop(people_in(Town(tmp_path)), X + 700)
    for zone, ring in zip(list(town.zones), boundary(X + 500), strict=True):
        town.zones[town.zones.index(zone)] = (zone[0], "Polygon", ring)
    moved = change_ranges(planned[0], town.write(), allow=("boundary", "zone_ids"))
    # The same shop in the same streets: only the line between the zones is another one.
    for code in ("convenience_covered_share", "convenience_uncovered"):
        for ends in ("low", "high"):
            told, plain = (c.zone_ranges[ends].xs(code, level="code").sort_index() for c in (moved, ranged))
            assert told.to_dict() == pytest.approx(plain.to_dict()), (code, ends)
        assert moved.ranges.loc[code].tolist() == pytest.approx(ranged.ranges.loc[code].tolist())
    # What does not follow from buildings is unknown in these zones, and has no range.
    assert moved.zone_ranges.xs("convenience_per_1000", level="code").isna().all(axis=None)
    assert "convenience_per_1000" not in moved.ranges.index

"""Sites that are chosen: the best of all pairs by runs of their own, methods, files, and what is refused."""

import itertools
import json

import numpy as np
import pytest
from conftest import X, Y, collection, square
from typer.testing import CliRunner

import geoprio
from geoprio.cli.main import app
from geoprio.config import Scenario, SitesSpec
from geoprio.pipeline import candidates, site_quantities

ROOMS = [("a", 150, 9), ("b", 420, 5), ("c", 930, 8), ("d", 1260, 12)]


@pytest.fixture
def wide(town):
    """Three zones along the street with houses of 1 to 14 people, a home in the west, and four vacant rooms."""
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
    rows = [
        ({"id": n, "name": "空房", "capacity": c, "cost": 10.0 * c}, "Point", [X + x, Y + 205]) for n, x, c in ROOMS
    ]
    (town.folder / "rooms.geojson").write_text(collection(rows), encoding="utf-8")
    return town


def rooms(town):
    return town.folder / "rooms.geojson"


EXTRA = '\n[[indicators]]\ncode = "elder_care_covered_share"\nthreshold_m = 250\n'


def opened(*ids):
    """Return the scenario in which some rooms are homes."""
    at = {name: x for name, x, _ in ROOMS}
    places = [{"category": "elder_care", "id": i, "name": i, "x": X + at[i], "y": Y + 205} for i in ids]
    return Scenario.model_validate({"name": "two", "crs": "EPSG:32650", "facilities": places})


def covered(result):
    """Return the demand that is covered, by the shares of the zones."""
    return float((result.zones["elder_care_covered_share"] * result.zones["elder_care_demand"]).sum())


def metres(result):
    """Return the metres of all people, by the means of the zones."""
    return float((result.zones["elder_care_distance_m"] * result.zones["elder_care_demand"]).sum())


def test_the_best_two_rooms_are_the_best_of_the_runs_of_all_pairs(wide):
    project = wide.write(EXTRA)
    pairs = list(itertools.combinations([n for n, _, _ in ROOMS], 2))
    runs = {pair: geoprio.run(project, scenario=opened(*pair)) for pair in pairs}
    by_hand = {pair: covered(result) for pair, result in runs.items()}
    found = geoprio.site(project, "elder_care", rooms(wide), 2)
    assert found.threshold == 250
    best = max(by_hand.values())
    assert covered(found.after) == pytest.approx(best)
    assert by_hand[tuple(sorted(found.chosen.index))] == pytest.approx(best)
    assert sum(v == pytest.approx(best) for v in by_hand.values()) < len(by_hand)
    assert found.gain == pytest.approx(best - covered(found.before)) == pytest.approx(found.siting.objective)
    assert found.siting.gap == pytest.approx(0.0, abs=1e-9)
    assert found.chosen["newly_covered"].is_monotonic_decreasing
    gained = found.homes.loc[found.homes["state"] == "newly", "demand"].sum()
    assert gained == pytest.approx(found.gain) == pytest.approx(found.zones["newly_covered"].sum())
    assert site_quantities(found, found.zones.index).sum() == found.chosen["capacity"].sum()
    assert site_quantities(found, found.zones.index, "count").sum() == 2

    # The p-median shortens all ways most.
    ways = {pair: metres(result) for pair, result in runs.items()}
    found = geoprio.site(project, "elder_care", rooms(wide), 2, method="p-median")
    assert tuple(sorted(found.chosen.index)) == min(ways, key=ways.__getitem__)
    assert found.siting.objective == pytest.approx(min(ways.values()))


def test_set_cover_opens_as_cheap_as_serves_everybody(wide):
    project = wide.write(EXTRA)
    found = geoprio.site(project, "elder_care", rooms(wide), method="set-cover")
    # Everybody whom a room reaches is served; nobody else could be.
    assert not (found.homes["state"] == "unserved").sum() or found.siting.why
    left = found.homes.index[found.homes["state"] == "unserved"]
    everything = geoprio.run(project, scenario=opened(*(n for n, _, _ in ROOMS)))
    assert (everything.buildings.loc[left, "elder_care_distance_m"] > 250).all()
    assert found.siting.objective == pytest.approx(found.chosen["cost"].sum())


def test_buildings_in_straight_lines_and_one_more_than_needed(wide):
    project = wide.write(EXTRA + '\n[access]\nmethod = "straight_line"\n')
    found = geoprio.site(project, "elder_care", "buildings", 14)
    assert len(found.chosen) < 14
    assert (
        covered(found.after) == pytest.approx(found.demand) == pytest.approx(found.before.buildings["population"].sum())
    )
    assert "h" in found.chosen.index[0]


def test_a_table_of_rooms_with_a_row_off_every_street(wide):
    lines = ["编号,名称,容量,easting,northing", f"a,空房,9床,{X + 420},{Y + 205}", f"b,空房,,{X + 1260},{Y + 690}"]
    path = wide.folder / "rooms.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    spec = SitesSpec(
        path=str(path), x="easting", y="northing", crs="EPSG:32650", id="编号", name="名称", capacity="容量"
    )
    found = geoprio.site(wide.write(EXTRA), "elder_care", spec, 1)
    assert found.chosen["capacity"].tolist() == [9.0]
    (row,) = found.asked["rejects"]
    assert (row["row"], row["reason"]) == ("b", "site farther than 150 m from every street: cannot be chosen")
    facility = found.after.facilities.loc["site-a"]
    assert (facility["capacity"], facility["name"]) == (9.0, "空房 (a)")


def test_what_cannot_be_sited_is_refused(wide):
    project = wide.write(EXTRA)
    for said, arguments, more in (
        ("is none of the project's .did you mean 'elder_care'", ("elder_car", "buildings", 1), {}),
        ("give how many sites may open", ("elder_care", "buildings"), {}),
        ("no meaning for set-cover", ("elder_care", "buildings", 1), {"method": "set-cover"}),
        ("method = 'best'", ("elder_care", "buildings", 1), {"method": "best"}),
        ("use 'office' is not known", ("elder_care", "buildings", 1), {"use": ("office",)}),
        ("no building has the use other", ("elder_care", "buildings", 1), {"use": ("other",)}),
        ("9 new sites wanted of 4 candidates", ("elder_care", rooms(wide), 9), {}),
        ("threshold = -1", ("elder_care", rooms(wide), 1), {"threshold": -1}),
    ):
        with pytest.raises(geoprio.InputError, match=said):
            geoprio.site(project, *arguments, **more)


def test_the_verb(wide):
    project, out = wide.write(EXTRA), wide.folder / "out"
    asked = ["--category", "elder_care", "--sites", str(rooms(wide)), "--number", "2", "--out", str(out)]
    done = CliRunner().invoke(app, ["site", str(project), *asked, "--lang", "en"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "2 of 4 sites: covered demand" in done.output
    assert (out / "after" / "map.html").exists()
    done = CliRunner().invoke(app, ["site", str(project), *asked[:-1], str(out / "b"), "--use", "other"])
    assert "--use chooses among buildings" in str(done.exception)


def test_the_verb_reads_a_list_with_columns_and_units_of_its_own(wide):
    lines = ["编号,名称,用途,类别,床位,改造投资（万元）,lng,lat"]
    lines += [f"{n},{n}房,旧厂房,{k},{c},{p},{X + x},{Y + 205}" for (n, x, c), k, p in zip(
        ROOMS, ("养老", "养老", "托育", "养老"), ("12.5", "8", "3", "150000元"), strict=True)]  # fmt: skip
    path, project, out = wide.folder / "候选.csv", wide.write(EXTRA), wide.folder.parent / "listed"
    path.write_text("\n".join(lines), encoding="utf-8")
    columns = {"id": "编号", "name": "名称", "kind": "用途", "capacity": "床位", "cost": "改造投资（万元）"}
    asked = ["--category", "elder_care", "--sites", str(path), "--x", "lng", "--y", "lat", "--crs", "EPSG:32650",
             *(part for key, column in columns.items() for part in (f"--{key}", column)), "--number", "3",
             "--out", str(out), "--lang", "en"]  # fmt: skip
    done = CliRunner().invoke(app, ["site", str(project), *asked, "--where", "类别=养老"])
    assert done.exit_code == 0, (done.output, done.exception)
    report = json.loads((out / "site.json").read_text(encoding="utf-8"))
    assert report["asked"]["candidates"] == 3
    rows = {row["site_id"]: row for row in report["sites"]}
    costs = {"a": 125_000, "b": 80_000, "d": 150_000}
    assert {n: row["cost_cny"] for n, row in rows.items()} == {n: costs[n] for n in rows}
    assert {row["kind"] for row in rows.values()} == {"旧厂房"}
    page = (out / "site.html").read_text(encoding="utf-8")
    assert "cost of opening (CNY)" in page
    assert f">{costs[next(iter(rows))]:,}<" in page
    assert f"{sum(costs[n] for n in rows):,}" in page
    for more, said in ((["--where", "类别"], "give COLUMN=VALUE"), (["--where", "类别=医院"], "keeps none")):
        done = CliRunner().invoke(app, ["site", str(project), *asked[:-3], str(out / "b"), *more])
        assert said in str(done.exception)
    done = CliRunner().invoke(app, ["site", str(project), "--category", "elder_care", "--sites", "buildings",
                                    "--cost", "x", "--number", "1", "--out", str(out / "b")])  # fmt: skip
    assert "--cost tells how to read a file" in str(done.exception)


def test_costs_without_a_unit_stay_as_they_stand(wide):
    found = geoprio.site(wide.write(EXTRA), "elder_care", rooms(wide), 2)
    assert found.asked["cost_unit"] is None
    assert found.chosen["cost"].isin([10.0 * c for _, _, c in ROOMS]).all()


def test_the_folder_holds_what_a_planner_needs_and_repeats(wide):
    project = wide.write(EXTRA)
    folders = [wide.folder.parent / name for name in ("one", "two")]
    found = geoprio.site(project, "elder_care", rooms(wide), 2)
    for out in folders:
        found.save(out, lang="en")
    held = [{p.relative_to(o).as_posix(): p for p in o.rglob("*") if p.is_file()} for o in folders]
    assert {"site.html", "sites.csv", "sites.xlsx", "sites.gpkg", "scenario.toml", "after/map.html"} <= set(held[0])
    same = [n for n in held[0] if not n.endswith("run.json")]
    assert all(held[0][n].read_bytes() == held[1][n].read_bytes() for n in same)
    listed = {f["path"] for f in json.loads(held[0]["run.json"].read_text(encoding="utf-8"))["files"]}
    assert listed == set(held[0]) - {"run.json"}
    # The scenario that was written gives the run that was written.
    again = geoprio.run(project, scenario=folders[0] / "scenario.toml")
    np.testing.assert_array_equal(
        again.buildings["elder_care_distance_m"], found.after.buildings["elder_care_distance_m"]
    )
    found.save(folders[0], force=True)
    page = held[1]["site.html"].read_text(encoding="utf-8")
    assert "demand newly covered" in page
    assert "<script" not in page


def test_shares_are_those_of_the_map(wide):
    """A house off every street has no known answer: it is in the demand, and in neither share."""
    wide.buildings.append(
        ({"id": "off", "use": "residential", "population": 40.0}, "Polygon", square(X + 100, Y + 380, 9))
    )
    project, out = wide.write(EXTRA), wide.folder / "out"
    found = geoprio.site(project, "elder_care", rooms(wide), 2)
    assert found.demand - found.known()[0] == 40.0
    for run, share in zip((found.before, found.after), found.shares(), strict=True):
        zones = run.zones
        known = zones["elder_care_demand"] * (1 - zones["elder_care_unknown_share"])
        assert share == pytest.approx((zones["elder_care_covered_share"] * known).sum() / known.sum(), rel=1e-9)
    told = f"{100 * found.shares()[0]:.1f} %"
    asked = ["--category", "elder_care", "--sites", str(rooms(wide)), "--number", "2", "--out", str(out)]
    done = CliRunner().invoke(app, ["site", str(project), *asked, "--lang", "en"])
    assert f"as on the map: {told} ->" in done.output
    assert "Of 40 no answer is known" in done.output
    page = (out / "site.html").read_text(encoding="utf-8")
    assert told in page
    report = json.loads((out / "site.json").read_text(encoding="utf-8"))
    assert (report["share_before"], report["known_before"]) == (found.shares()[0], found.known()[0])


def test_it_says_whether_anybody_reaches_a_site(wide):
    project = wide.write(EXTRA)
    rows = [({"id": "far", "name": "空房"}, "Point", [X + 1990, Y + 205])]
    served = [({"id": "near", "name": "空房"}, "Point", [X + 20, Y + 200])]
    said = {}
    for name, places in (("far", rows), ("near", served)):
        path = wide.folder / f"{name}.geojson"
        path.write_text(collection(places), encoding="utf-8")
        asked = ["--category", "elder_care", "--sites", str(path), "--number", "1", "--threshold", "200"]
        done = CliRunner().invoke(app, ["site", str(project), *asked, "--out", str(wide.folder / name), "--lang", "en"])
        assert done.exit_code == 0, (done.output, done.exception)
        said[name] = done.output + (wide.folder / name / "site.html").read_text(encoding="utf-8")
    assert "nobody reaches any of them" in said["far"]
    assert "served already" not in said["far"]
    assert "whoever reaches one is served already" in said["near"]
    assert "nobody reaches any" not in said["near"]


def test_too_many_buildings_are_thinned_and_that_is_said(wide, monkeypatch):
    project = wide.write(EXTRA)
    every = geoprio.site(project, "elder_care", "buildings", 2)
    # Of 14 homes 100 m apart a site has at most five within 250 m: squares of 200 m leave seven of them.
    monkeypatch.setattr(candidates, "ENOUGH_PAIRS", 40)
    few = geoprio.site(project, "elder_care", "buildings", 2)
    assert len(few.candidates) < len(every.candidates) == 14
    assert few.gain <= every.gain
    (note,) = [n["text"] for n in few.asked["notes"] if n["level"] == "warning"]
    assert note.startswith(f"{len(few.candidates)} of 14 buildings are candidates, one for each square of ")
    # One of each square, and each that was left out has one beside it.
    side = float(note.split("square of ")[1].split(" ")[0])
    left, kept = ({i: (p.x, p.y) for i, p in t.geometry.items()} for t in (every.candidates, few.candidates))
    cells = [(int(x // side), int(y // side)) for x, y in kept.values()]
    assert len(set(cells)) == len(cells)
    assert {(int(x // side), int(y // side)) for x, y in left.values()} == set(cells)
    few.save(wide.folder / "few")
    page = (wide.folder / "few" / "site.html").read_text(encoding="utf-8")
    assert f"14 栋楼中取 {len(few.candidates)} 栋作备选" in page
    assert "<td>住宅</td>" in page


def test_the_page_does_not_overflow_a_phone(wide, browser):
    wide.folder.joinpath("rooms.geojson").write_text(
        rooms(wide).read_text(encoding="utf-8").replace("空房", "a-room-with-a-name-that-nothing-can-break"), "utf-8"
    )
    found = geoprio.site(wide.write(EXTRA), "elder_care", rooms(wide), 2)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    for lang in ("zh", "en"):
        found.save(wide.folder / lang, lang=lang)
        page.goto((wide.folder / lang / "site.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()

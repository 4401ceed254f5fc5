"""`geoprio sensitivity` as a user meets it: the example's ranking explained end to end."""

import json
import os
import shutil
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import EXAMPLE, X, Y, square
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import InputError
from geoprio.cli.main import app
from geoprio.score.draws import dirichlet_weights


def call(*args, code=0):
    """Run the program in this process; return what it printed."""
    done = CliRunner().invoke(app, [str(a) for a in args])
    if code == 0:
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output
    assert isinstance(done.exception, InputError), done.exception
    return str(done.exception)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    out = tmp_path_factory.mktemp("sensitivity") / "out"
    text = call("sensitivity", EXAMPLE, "--out", out, "--lang", "en", "--draws", "2000")
    return out, text, json.loads((out / "sensitivity.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def example():
    return geoprio.run(EXAMPLE)


def test_the_folder_holds_what_a_run_writes_and_the_explanation(told):
    out, text, report = told
    names = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    wanted = {"map.html", "geoprio.gpkg", "geoprio.qgz", "zones.csv", "zones.xlsx", "quality.html", "sensitivity.md"}
    wanted |= {f"figures/{n}.svg" for n in ("rank_intervals", "acceptability", "tornado", "ranking_scatter")}
    assert wanted <= names
    listed = {f["path"] for f in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]}
    assert names == listed | {"run.json"}
    assert f"58 zones ranked 2,000 times; of the first {report['used']['first_n']}" in text
    call("sensitivity", EXAMPLE, "--out", out, "--lang", "en", "--draws", "2000", "--force", "-q")


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Return the example with what is walked alone: without condition, its gate and residents, numpy can follow."""
    folder = tmp_path_factory.mktemp("walked") / "example"
    shutil.copytree(EXAMPLE.parent, folder, ignore=shutil.ignore_patterns("geoprio-result*"))
    text = EXAMPLE.read_text(encoding="utf-8")
    head, score = text[: text.index("# What residents say")], text[text.index("[score]") : text.index("[programme]")]
    kept = [line for line in score.splitlines() if not line.startswith(("condition_", "problems_", "missing"))]
    (folder / "project.toml").write_text(head + "\n".join(kept) + "\n", encoding="utf-8")
    return folder / "project.toml"


def test_figures_of_the_report_are_those_recomputed_from_the_published_columns(walked, tmp_path):
    """Every draw again with plain numpy: thresholds scaled in the buildings' table, both methods, the same weights."""
    call("sensitivity", walked, "--out", tmp_path / "out", "--lang", "en", "--draws", "2000", "-q")
    report = json.loads((tmp_path / "out" / "sensitivity.json").read_text(encoding="utf-8"))
    example = geoprio.run(walked)
    assert len(example.matrix.codes) == 6
    zones = example.zones[example.zones["rank"].notna()]
    homes = example.buildings[example.buildings["zone_id"].notna()]
    matrix = example.matrix
    tables = []
    for by in (0.9, 1.0, 1.1):
        columns = []
        for c in matrix.criteria:
            limit = 300.0 * by
            if c.code.endswith("_distance_m"):
                columns.append(((zones[c.code] - limit) / (2 * limit)).clip(0, 1).to_numpy(float))
                continue
            near, status = homes[f"{c.category}_distance_m"], homes[f"{c.category}_status"]
            group = {"elder_care": "population_60plus", "childcare": "population_0_2"}.get(c.category, "population")
            demand = homes[group].where(homes["use"] != "other", 0.0)
            demand = demand.where(status.isin(["reached", "beyond_cutoff"]), 0.0)
            inside = demand.where(near <= limit, 0.0).groupby(homes["zone_id"]).sum()
            columns.append(1 - (inside / demand.groupby(homes["zone_id"]).sum()).reindex(zones.index).to_numpy(float))
        tables.append(np.column_stack(columns))
    weights = dirichlet_weights(matrix.weights, 50, seed=0).draw(2000)
    # Variant and method of each draw, in the order in which the draws are shared out: 333 or 334 to each of six.
    sizes = [334, 334, 333, 333, 333, 333]
    ranks, at = [], 0
    for cell, size in enumerate(sizes):
        u, w = tables[cell // 2], weights[at : at + size]
        if cell % 2 == 0:
            score = w @ u.T
        else:
            away, toward = (np.sqrt((w**2) @ (v**2).T) for v in (u, 1 - u))
            score = away / (away + toward)
        ranks.append(np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1) + 1)
        at += size
    ranks = np.concatenate(ranks)
    rows = pd.DataFrame(report["zones"]).set_index("zone_id").loc[zones.index]
    first = report["used"]["first_n"]
    assert first == 12
    assert report["used"]["data"] == {"threshold": ["× 0.9", "× 1", "× 1.1"]}
    assert report["used"]["methods"] == ["weighted_sum", "topsis"]
    assert rows["rank_mean"].to_numpy() == pytest.approx(ranks.mean(axis=0), abs=0.02)
    assert rows["first_share"].to_numpy() == pytest.approx((ranks <= first).mean(axis=0), abs=0.005)
    ordered = np.sort(ranks, axis=0)
    assert np.abs(rows["rank_p05"].to_numpy() - ordered[99]).max() <= 1
    assert np.abs(rows["rank_p95"].to_numpy() - ordered[1899]).max() <= 1
    for edge in report["edges"]:
        # With the weights that are named, the zone does cross the line.
        again = geoprio.rescore(example, edge["weights"]["weights"]).zones["rank"]
        assert (again[edge["zone_id"]] <= 12) == edge["enters"]


def test_todays_ranks_and_the_marks_are_consistent(told, example):
    _, _, report = told
    rows = pd.DataFrame(report["zones"]).set_index("zone_id")
    ranked = example.zones[example.zones["rank"].notna()]
    assert rows["rank"].tolist() == ranked["rank"].tolist() == list(range(1, 59))
    assert rows.index.tolist() == ranked.index.tolist()
    share, mark = rows["first_share"], rows["robust"]
    assert (mark[share >= 0.95] == "robustly_in").all()
    assert (mark[share <= 0.05] == "robustly_out").all()
    assert (mark[(share < 0.95) & (share > 0.05)] == "contested").all()
    assert report["counts"] == mark.value_counts().reindex(report["counts"]).fillna(0).astype(int).to_dict()
    for part in ("effects", "stages"):
        assert sum(row["effect"] for row in report["effects"]["rank_shift"][part]) == pytest.approx(1, abs=1e-9)


def test_the_words_say_what_the_figures_say(told, example):
    out, _, report = told
    text = (out / "sensitivity.md").read_text(encoding="utf-8")
    n = report["counts"]
    assert f"Of 2,000 draws, {n['robustly_in']} zones are among the first 12 in at least 95 %" in text
    assert f"{n['robustly_out']} in at most 5 % (robustly out); {n['contested']} are contested" in text
    for row in report["zones"][:12]:
        assert (
            f"| {row['rank']} | {row['name']} | {row['priority']:.1f} | {row['rank_p05']}–{row['rank_p95']} |" in text
        )
    gate = example.zones["safety_gate"].astype("boolean")[example.zones["rank"].notna()]
    held, unknown = int(gate.sum()), int(gate.isna().sum())
    assert f"{held} of them are first by the safety gate in every draw" in text
    assert f"another {unknown}, of which it is not known" in text
    free = [row for row in report["zones"] if gate[row["zone_id"]] is not pd.NA and not gate[row["zone_id"]]]
    sure = sum(row["robust"] == "robustly_in" for row in free)
    assert f"Of the other {len(free)}: {sure} robustly in" in text
    assert text.count("(by the safety gate)") == held
    # Draws of residents' answers have numbers that mean nothing: they are told together.
    draws = [row for row in report["moves"] if row["factor"] == "answers"]
    low, high = (f(row["rank_shift"] for row in draws) for f in (min, max))
    assert f"| any of {len(draws)} draws | {low:.2f}–{high:.2f} |" in text
    top = max(report["effects"]["rank_shift"]["stages"], key=lambda r: r["effect"])
    assert f": {100 * top['effect']:.0f} % of the variance" in text
    assert [edge["rank"] for edge in report["edges"]] == [11, 12, 13, 14]
    for edge in report["edges"]:
        # With the weights that are named, the zone does cross the line.
        again = geoprio.rescore(example, edge["weights"]["weights"]).zones["rank"]
        assert (again[edge["zone_id"]] <= 12) == edge["enters"]
        assert edge["words"][1] in text
    assert report["first_two"]["difference"] == pytest.approx(
        example.zones["priority"].iloc[0] - example.zones["priority"].iloc[1]
    )
    assert "not verified" in text
    assert "conventions of geoprio's own" in text.lower()
    assert "Walking speed was not varied" in text


def test_single_changes_are_those_of_rescore(told, example):
    """A weight halved gives the same ranks as a run with that weight halved."""
    _, _, report = told
    given = report["used"]["given_weights"]
    code = "elder_care_covered_share"
    again = geoprio.rescore(example, given | {code: given[code] / 2}).zones["rank"].dropna()
    before = example.zones["rank"].dropna()[again.index]
    (row,) = [m for m in report["moves"] if m["factor"] == code and m["level"] == "× 0.5"]
    assert row["rank_shift"] == pytest.approx((again - before).abs().mean(), abs=1e-12)


def test_columns_stand_in_every_table(told):
    out, _, report = told
    wanted = {"rank_p05", "rank_p95", "rank_mean", "first_share", "robust"}
    table = pd.read_csv(out / "zones.csv", encoding="utf-8-sig")
    assert wanted <= set(table)
    assert wanted <= set(gpd.read_file(out / "geoprio.gpkg", layer="zones"))
    assert wanted <= set(gpd.read_parquet(out / "zones.parquet"))
    assert table["robust"].isna().sum() == 3
    first = table.set_index("zone_id")
    for row in report["zones"]:
        assert first.loc[row["zone_id"], "robust"] == row["robust"]
        assert first.loc[row["zone_id"], "rank_p95"] == row["rank_p95"]


def test_processes_agree_to_the_byte(town, tmp_path):
    project = town.write("\n[score]\nweights = {convenience_covered_share = 2, elder_care_distance_m = 1}\n")
    seen = []
    for k, (salt, threads) in enumerate((("1", "1"), ("2", "2"))):
        env = os.environ | {"PYTHONHASHSEED": salt, "NUMBA_NUM_THREADS": threads}
        run = [sys.executable, "-m", "geoprio", "sensitivity", project, "--out", tmp_path / str(k), "-q"]
        subprocess.run([str(a) for a in run], check=True, env=env, capture_output=True)
        files = {p.relative_to(tmp_path / str(k)): p for p in (tmp_path / str(k)).rglob("*") if p.is_file()}
        seen.append({name: p.read_bytes() for name, p in files.items() if name.name != "run.json"})
    assert seen[0].keys() == seen[1].keys()
    assert [str(name) for name in seen[0] if seen[0][name] != seen[1][name]] == []


def test_hostile_names_stay_text(town, tmp_path):
    nasty = "=1+1|</script>*_`[x](javascript:alert(1))`\n# x"
    town.zones = [({"id": f"z{k}", "name": nasty}, "Polygon", square(X + 200 * k, Y + 100, 200)) for k in range(4)]
    keys = "\n[score]\nweights = {convenience_distance_m = 2, elder_care_distance_m = 1}\n"
    call("sensitivity", town.write(keys), "--out", tmp_path / "out", "--draws", "200", "--first", "2", "-q")
    text = (tmp_path / "out" / "sensitivity.md").read_text(encoding="utf-8")
    assert "</script>" not in text
    assert "\n# x" not in text
    assert "](javascript" not in text.replace("\\](", "")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows if "=1+1" in line} == {9}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("first_n = 9", "first_n = 9 is more than the 2 zones"),
        ('weights = "ranges"', "needs ranges"),
        (
            'weights = "ranges"\nranges = {elder_care_covered_share = [0.1, 0.5]}',
            "'convenience_covered_share' is missing",
        ),
        ("concentration = -1", "greater than 0"),
        ('weights = "uniform"\nconcentration = 10', "concentration has no effect"),
        ("speed_factors = [0.9, 1.1]", "one of them 1"),
        ("threshold_factors = [1, 8]", "threshold_factors up to 8"),
        ('methods = ["magic"]', "methods"),
        ("drawz = 5", "did you mean 'draws'"),
        ('weights = "order"\norder = ["nothing"]', "no weighted indicator"),
    ],
)
def test_mistakes_are_named(town, tmp_path, keys, found):
    assert found in call("sensitivity", town.write(f"\n[sensitivity]\n{keys}\n"), "--out", tmp_path / "o", code=2)
    assert not (tmp_path / "o").exists()


def test_options_are_checked_too(town, tmp_path):
    assert "draws = 3" in call("sensitivity", town.write(), "--out", tmp_path / "o", "--draws", "3", code=2)


def test_one_zone_has_no_line(town, tmp_path):
    town.zones = town.zones[:1]
    call("sensitivity", town.write(), "--out", tmp_path / "out", "--lang", "en", "--draws", "100", "-q")
    text = (tmp_path / "out" / "sensitivity.md").read_text(encoding="utf-8")
    assert "no line" in text
    assert "Only one zone is ranked." in text

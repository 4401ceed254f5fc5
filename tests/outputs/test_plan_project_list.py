"""The programme of the example in its lists: money of projects, hazards, titles for codes, people of the zones."""

import dataclasses
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import EXAMPLE, ROOT

import geoprio
from geoprio import programme as p
from geoprio.outputs.planned.labels import SHIPPED, UNITS
from geoprio.outputs.planned.open_ends import SETTINGS
from geoprio.outputs.planned.reasons import assumed_words, price_words
from geoprio.outputs.planned.tables import planned_tables
from geoprio.programme import unspent


@pytest.fixture(scope="module")
def planned():
    return geoprio.plan(EXAMPLE, quick=True)


@pytest.fixture(scope="module")
def saved(planned, tmp_path_factory):
    return planned.save(tmp_path_factory.mktemp("plan") / "plan", lang="zh")


def test_the_list_of_projects_has_the_programmes_money(planned, saved):
    table = planned.result.project_list
    funded = table[table["status"] == "in_programme"]
    assert round(100 * funded["cost_cny"].sum()) == planned.cost_fen
    assert funded[["cost_cny", "unit_cost_cny", "quantity", "funding_zh", "year"]].notna().all(axis=None)
    rest = table[table["status"] != "in_programme"]
    assert rest[["cost_cny", "unit_cost_cny", "funding_zh", "funding_en", "year"]].isna().all(axis=None)
    assert not set(rest["status"]) & {"candidate", "not_started"}
    assert table["project_id"].is_unique
    assert planned.result.condition is not None
    done = planned.programme.done.set_index(["zone_id", "measure"])
    pipes = funded[funded["defect"] == "pipe_fault"].set_index("zone_id")
    assert len(pipes) > 5
    for zone, line in pipes.iterrows():
        row = done.loc[(zone, "risers")]
        assert (line["cost_cny"], line["year"], line["quantity"]) == (
            row["cost_fen"] / 100,
            row["year"],
            row["quantity"],
        )
        assert sum(float(x) for x in re.findall(r"([\d.]+)%", line["funding_en"])) == pytest.approx(100, abs=0.11)
    sheet = pd.read_excel(saved / "project_list.xlsx", engine="calamine")
    shown = sheet[sheet["投资（元）"].notna()]
    assert len(shown) == len(planned.programme.done)
    assert shown["年度"].isin(["第1年", "第2年", "第3年"]).all()
    assert set(shown["单位"]) <= set(UNITS.values())
    assert any("project_list.xlsx" in zh and f"{len(shown)}行" in zh for zh, _ in planned.sentences)


def test_a_run_without_a_programme_has_a_list_without_money():
    from geoprio.outputs.planned.project_lines import with_programme

    class Plain:
        programme = None

    table = pd.DataFrame({"zone_id": ["a"]})
    assert with_programme(table, Plain()) is table


def test_hazards_come_first_in_the_example(planned, saved):
    gate = planned.zones["safety_gate"].fillna(value=False).astype(bool)
    assert gate.sum() == 5
    assert set(planned.hazards["zone_id"]) == set(planned.zones.index[gate])
    assert planned.hazards["mended"].all()
    assert (planned.hazards["year"] == 1).all()
    assert any("有安全隐患的5个片区全部列入本计划" in zh for zh, _ in planned.sentences)
    report = json.loads((saved / "programme" / "programme.json").read_text(encoding="utf-8"))
    assert [r["mended"] for r in report["hazards"]] == [True] * len(planned.hazards)
    assert report["bound"] * (1 - report["gap"]) == pytest.approx(report["benefit"])
    assert report["bound"] <= report["own_bound"]


def test_hazards_that_stay_are_told_with_their_reason():
    spec = geoprio.load_project(EXAMPLE).programme
    assert spec.safety_everywhere
    result = geoprio.run(EXAMPLE)
    kinds = tuple(m for m in spec.measures if m not in {"structure_safety", "fire_safety"})
    prices = {k: v for k, v in spec.prices.items() if k in kinds}
    less = spec.model_copy(
        update={"safety_everywhere": False, "measures": kinds, "prices": prices, "siting": (), "draws": 0}
    )
    zones = result.zones.assign(elder_care_sites=0.0, childcare_sites=0.0)
    bare = dataclasses.replace(
        result, zones=zones, project=result.project | {"programme": less.model_dump(mode="json")}
    )
    found = geoprio.plan(bare, quick=True, method="lp")
    (zh,) = [zh for zh, _ in found.sentences if "有安全隐患" in zh]
    (en,) = [en for _, en in found.sentences if "with a hazard" in en]
    assert zh.startswith("有安全隐患的5个片区中，3个的隐患没有由本计划消除：")
    assert "没有针对它的措施；可在 measures 中加入 structure_safety 并给出单价" in zh
    assert "燃气安全整治不符合条件，片区类型为城中村（要求：居住小区、厂区）" in zh
    assert "zone type is urban village (asked: residential compound, factory area)" in en


def test_lists_in_chinese_have_no_codes_and_no_english(planned):
    tables = {t.key: t.data for t in planned_tables(planned, "zh")}
    left = tables["left_out"]
    assert (left["reason"] != "").all()
    bad = [r for r in left["reason"].unique() if re.search(r"[a-z]+_[a-z]+|\bis\b|known", r)]
    assert bad == []
    assert not [s for s in tables["measures"]["price_source"] if s.isascii()]
    assert not [a for a in tables["projects"]["assumed"] if "unit cost" in a]
    assert not [n for n in tables["measures"]["note"] if n and n.isascii()]
    english = {t.key: t.data for t in planned_tables(planned, "en")}["left_out"]
    assert not [r for r in english["reason"].unique() if re.search(r"[a-z]+_[a-z]+_[a-z]+|[\u4e00-\u9fff]", r)]


def test_the_shipped_list_speaks_chinese_throughout():
    for m in p.load_catalog().measures:
        for told in (m.cost.source, m.note):
            assert not told or not price_words(told, 0).isascii(), told
        for q in m.quantity:
            assert not q.assumed or not assumed_words(q.assumed, 0).isascii(), q.assumed
    assert assumed_words("x; unit cost: middle of an unverified span (synthetic)", 0) == (
        f"x；单价为未核实区间的中值（{SHIPPED['synthetic']}）"
    )
    lifts = p.load_catalog().measure("lifts").cost.source
    assert "; " in lifts
    assert assumed_words(f"unit cost: middle of an unverified span ({lifts})", 0) == (
        f"单价为未核实区间的中值（{SHIPPED[lifts]}）"
    )


def test_every_setting_that_is_tried_has_words():
    source = open(unspent.__file__, encoding="utf-8").read()  # noqa: SIM115, PTH123 - the module's own text
    assert {s for s in SETTINGS if f'"{s}"' in source} == set(SETTINGS)


def test_zones_have_the_people_of_their_homes(planned, saved):
    homes = planned.result.buildings.query("use != 'other' and zone_id.notna()")
    for column in ("population", "population_60plus", "population_0_2"):
        sums = homes.groupby("zone_id")[column].agg(lambda v: v.sum(skipna=False))
        zones = planned.zones[column].dropna()
        assert len(zones) > 50
        np.testing.assert_allclose(zones, sums.reindex(zones.index), rtol=1e-9)
    head = next(openpyxl.load_workbook(saved / "zones.xlsx", read_only=True).worksheets[0].iter_rows(values_only=True))
    assert "人口" in head
    assert "60岁以上人口" in head


def test_the_block_of_the_guide_runs_on_the_example():
    text = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    space = {}
    exec(compile(block.replace('"project.toml"', repr(str(EXAMPLE))), "programme.md", "exec"), space)  # noqa: S102 - our own guide
    assert space["plan"].status in {"optimal", "feasible"}
    assert space["plan"].done["cost_fen"].sum() > 0

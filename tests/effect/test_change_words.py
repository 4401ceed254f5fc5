"""Figures, units, verdicts and names of a comparison, as people read them in zh and en."""

import dataclasses
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import Town
from finished import finished, people_in, with_shop

from geoprio.effect import compare
from geoprio.effect.capacities import mixed_capacities
from geoprio.effect.difference_words import bilingual
from geoprio.effect.equity import palma
from geoprio.effect.phrases import signed
from geoprio.effect.spread import equity
from geoprio.effect.verdicts import LEAST, agreeing_places, verdicts
from geoprio.outputs.change.layout import Cell
from geoprio.outputs.change.methods import methods_section
from geoprio.outputs.change.names import folders, project_name, side_names
from geoprio.outputs.change.people import equity_section, measure_title, told_measures
from geoprio.outputs.change.report import change_html
from geoprio.outputs.change.sections import sections, top_counts
from geoprio.outputs.change.units import amount, figure, figures, span, target_word
from geoprio.outputs.change.write import write_change

X = 500_000.0
SCENARIO = "加一家店 · one shop more"


def what_if(run, name=SCENARIO):
    """Return a run as if it were of a scenario; run.json then names both."""
    project = run.project | {"project": run.project["project"] | {"name": f"镇 · Town · 情景（scenario）：{name}"}}
    return dataclasses.replace(run, scenario={"name": name}, project=project)


def named(run, name="镇 · Town"):
    return dataclasses.replace(run, project=run.project | {"project": run.project["project"] | {"name": name}})


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    town = people_in(Town(tmp_path_factory.mktemp("words")))
    one = finished(town, "out")
    return named(one), named(dataclasses.replace(finished(with_shop(town, X + 700), "after"), inputs=one.inputs))


@pytest.fixture(scope="module")
def seen(sides):
    """What was observed: the facilities of both runs differ."""
    return compare(sides[0], dataclasses.replace(sides[1], inputs=_other(sides[1].inputs)))


@pytest.fixture(scope="module")
def supposed(sides):
    return compare(sides[0], what_if(sides[1]))


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A town of which nobody knows who lives there."""
    town = Town(tmp_path_factory.mktemp("homes"))
    return compare(finished(town, "a"), finished(with_shop(town, X + 700), "b"))


def _other(inputs):
    """Return the same inputs with other shops."""
    return tuple(i | {"sha256": "0"} if "shop" in i["path"] else i for i in inputs)


def text_of(found):
    """Return all text of sections in zh and in en."""
    said = ([], [])

    def take(value):
        if isinstance(value, Cell):
            take(value.text)
            take(value.small)
        elif isinstance(value, str):
            said[0].append(value)
            said[1].append(value)
        else:
            for number, part in enumerate(value):
                said[number].append(part)

    for s in found:
        for value in (s.title, *s.hints, *s.paragraphs, *(h.title for h in s.head)):
            take(value)
        for _, note in s.notes:
            take(note)
        for row in (*s.rows, *s.more):
            for cell in row:
                take(cell)
        inner = text_of(s.also)
        said[0].append(inner[0])
        said[1].append(inner[1])
    return "\n".join(said[0]), "\n".join(said[1])


def test_what_is_not_shown_has_no_verdict():
    before, small = pd.Series([0.5, 60.0, 600.0, 30.0]), pd.Series([0.00049, 0.049, 0.49, 0.49])
    units = pd.Series(["share", "points", "m", "demand"])
    assert set(verdicts(before, before + small, 1, units)) == {"same"}
    assert set(verdicts(before, before + 1.05 * np.array([LEAST[u] for u in units]), 1, units)) == {"worse"}
    assert set(verdicts(before, before - 1.05 * np.array([LEAST[u] for u in units]), 1, units)) == {"better"}
    # Without a fixed unit three figures are shown: 44.5 and 44.6.
    rates = pd.Series([44.5, 44.5, 0.0, np.nan]), pd.Series([44.54, 44.56, 0.001, 1.0])
    assert list(verdicts(*rates, -1, "per 1,000")) == ["same", "better", "better", "unknown"]
    assert list(verdicts(*rates, 0, "per 1,000"))[:2] == ["same", "changed"]
    # A millimetre and a bit, as of a mean distance whose facilities did not change.
    assert list(verdicts(pd.Series([381.0]), pd.Series([381.00117]), 1, "m")) == ["same"]


def test_shown_changes_are_differences_of_shown_values():
    rng = np.random.default_rng(3)
    number = re.compile(r"-?[\d.,]+")
    for unit in ("share", "points", "m", "per 1,000", "index"):
        for before, after in rng.random((300, 2)) * (1 if unit in {"share", "index"} else 90):
            told = [t if isinstance(t, str) else t[1] for t in figures(before, after, unit)]
            one, two, moved = (float(number.search(t.replace("−", "-"))[0]) for t in told)
            assert two - one == pytest.approx(moved, abs=1e-9), told
            # Never farther from the exact change than a unit of the last figure.
            last = 10.0 ** -len(told[2].partition(".")[2].partition(" ")[0])
            exact = (after - before) * (100 if unit == "share" else 1)
            assert abs(moved - exact) <= last
    assert figures(0.28847, 0.38362, "share") == ("28.85 %", "38.36 %", ("+9.51 个百分点", "+9.51 points"))
    assert agreeing_places(28.0, 38.0, 1) == 1


def test_minus_signs_and_zeros():
    assert figure(-4.06e-06, "index", change=True) == "0.000"
    assert figure(-0.0004, "share", change=True) == ("0.0 个百分点", "0.0 points")
    assert figure(-94.8, "m", change=True) == ("−95 米", "−95 m")
    assert signed(-0.04, 1) == "0.0"
    assert figure(None) == figure(np.nan, "m") == ("未知", "unknown")
    assert span(-0.1585, 0.1866, "share", 2) == ("−15.85 至 +18.66", "−15.85 to +18.66")
    assert figures(100.4, 100.4, "m") == (("100 米", "100 m"), ("100 米", "100 m"), ("0 米", "0 m"))
    assert figures(np.nan, 1.0, "share")[2] == ("未知", "unknown")


@pytest.mark.parametrize(
    ("kind", "zh", "en"),
    [
        ("population", "299 人", "299 residents"),
        ("population_60plus", "299 人", "299 people aged 60+"),
        ("dwellings", "299 户", "299 dwellings"),
        ("floor_area_m2", "299 平方米", "299 m² of floor area"),
        ("buildings", "299 栋", "299 buildings"),
    ],
)
def test_amounts_name_what_they_count(kind, zh, en):
    assert amount(299.0, kind) == (zh, en)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_buildings_are_no_people(homes, tmp_path, lang):
    assert homes.people_unit == "buildings"
    count, words = next((n, w) for n, w in top_counts(homes) if "栋" in w[0])
    assert (count, words) == ("2", ("栋新覆盖：便利店（楼栋）", "buildings newly covered: convenience stores"))
    zh, en = text_of([s for s in sections(homes, None) if s.key != "notes"])
    for word in (" 人\n", "人数", "人口", "居民"):
        assert word not in zh, word
    for word in ("people", "residents"):
        assert word not in en, word
    assert "buildings" in en
    assert "楼栋" in zh
    out = write_change(homes, tmp_path / "out", lang=lang)
    book = openpyxl.load_workbook(out / "change.xlsx", read_only=True)
    heads = {str(c) for s in book for c in next(s.iter_rows(values_only=True))}
    wrong = ("人数", "居民") if lang == "zh" else ("people", "residents")
    assert not [h for h in heads if any(w in h for w in wrong)]
    assert ("好转片区的楼栋" if lang == "zh" else "buildings of zones that got better") in heads


def test_a_scenario_differs_by_nothing_else(seen, supposed):
    for change, there in ((seen, True), (supposed, False)):
        zh, en = text_of(sections(change, None))
        assert ("regress to the mean" in en) is there
        assert ("同期的其他改变" in zh) is there
        assert ("Both sides rest on the same data" in en) is not there
    back = compare(supposed.after, supposed.before)
    assert "Both sides rest on the same data" in text_of(sections(back, None))[1]
    # Another difference beside the scenario: then other things changed, too.
    both = compare(seen.before, dataclasses.replace(what_if(seen.after), inputs=_other(seen.after.inputs)))
    assert "regress to the mean" in text_of(sections(both, None))[1]


def test_names_stand_in_the_language_of_the_page(seen, supposed):
    assert project_name(supposed) == ("镇", "Town")
    assert side_names(supposed) == (("现状", "as it is"), ("情景“加一家店”", "scenario “one shop more”"))
    assert folders(supposed) == ("运行文件夹：out → after", "run folders: out → after")
    assert folders(seen) is None
    assert side_names(seen) == (("out", "out"), ("after", "after"))
    assert bilingual("Las Palmas · north") == ("Las Palmas · north",) * 2
    page = change_html(supposed, None, "en")
    assert "<title>Town · Before and after</title>" in page
    heading = re.search(r"<h1.*?</h1>", page, re.DOTALL)[0]
    assert "情景" not in heading
    (note,) = [en for _, en in supposed.notes if "what-if" in en]
    assert "镇" not in note
    assert "(before: none" not in note


def test_residents_of_better_zones_are_not_those_who_gained(seen):
    (city,) = [s for s in sections(seen, None) if s.key == "city"]
    titles = [h.title[1] if isinstance(h.title, tuple) else h.title for h in city.head]
    at = titles.index("newly / no longer covered"), titles.index("residents of zones better / worse")
    row = next(
        r for r in (*city.rows, *city.more) if r[0].text == ("便利店覆盖率", "Convenience stores: share covered")
    )
    assert [row[k].text for k in at] == ["40 / 0", "80 / 0"]
    assert row[-1].small == ("≥ 100 %", "≥ 100 %")


def test_the_sensitivity_study_is_told_where_it_is(seen):
    note = "What they would be at other speeds"
    (told,) = [en for _, (_, en) in sections(seen, None)[0].notes if note in en]
    assert "was not computed" in told
    table = pd.DataFrame(
        {"change": [0.3], "low": [0.1], "high": [0.4], "variants": [6]}, index=["convenience_covered_share"]
    )
    found = dataclasses.replace(seen, ranges=table.rename_axis("code"))
    (told,) = [en for _, (_, en) in sections(found, None)[0].notes if note in en]
    assert "Range of changes" in told


def test_standards_are_named_and_meaningless_ones_left_out(seen):
    keys = set(told_measures(seen).index)
    assert ("convenience_covered_share", "below_standard") not in keys
    assert ("convenience_distance_m", "below_standard") in keys
    assert measure_title(seen, "convenience_distance_m", "below_standard")[1].endswith("below the standard (≤ 500 m)")
    assert target_word(seen.measures["convenience_covered_share"]) == ("≥ 100 %", "≥ 100 %")
    section = equity_section(seen)
    assert len(section.rows) <= 3
    assert section.more
    circular = [en for _, en in section.hints if "circular" in en]
    assert "Convenience stores: share covered" in circular[0]
    by_income = dataclasses.replace(seen, ranked_by="income")
    assert not [en for _, en in equity_section(by_income).hints if "circular" in en]
    assert seen.ranked_by == "priority"


def test_palma_needs_something_to_divide_by(sides):
    """Of four in ten who have next to nothing the ratio is huge, and is not told."""
    one = sides[0]
    whole = equity(one, one, one.zones.index, compare(one, one).measures)["before"]
    homes = one.zones["convenience_demand"].to_numpy(float)
    x = one.zones["convenience_covered_share"].to_numpy(float)
    assert whole["convenience_covered_share", "palma"] == pytest.approx(palma(x, homes))
    scarce = one.zones.assign(convenience_covered_share=[1e-4, 1.0])
    low = equity(few := dataclasses.replace(one, zones=scarce), few, few.zones.index, compare(one, one).measures)
    assert palma(scarce["convenience_covered_share"].to_numpy(float), homes) > 1000
    assert np.isnan(low["before"]["convenience_covered_share", "palma"])


def test_assumed_and_known_capacities_do_not_mix_silently(sides):
    one, two = sides
    assert mixed_capacities(one, two, one.rules) == []
    table = two.facilities
    new = (table.index == "s2").tolist()
    known = dataclasses.replace(two, facilities=table.assign(capacity_assumed=[not n for n in new]))
    ((zh, en),) = mixed_capacities(one, known, one.rules)
    assert "convenience stores 1 of 1 before, 1 of 2 after" in en
    assert "便利店前1处中1处、后2处中1处" in zh
    assert any("assumed" in en for _, en in compare(one, known).notes)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_speaks_one_language(supposed, tmp_path, lang):
    out = write_change(supposed, tmp_path / "out", lang=lang)
    book = openpyxl.load_workbook(out / "change.xlsx")
    tables = {s.title: [[c.value for c in row] for row in s.iter_rows()] for s in book}
    city = tables["全市" if lang == "zh" else "All zones"]
    units = {row[city[0].index("单位" if lang == "zh" else "unit")] for row in city[1:]}
    expected = {"比例（0–1）", "米", "分（0–100）"} if lang == "zh" else {"share (0-1)", "m", "points (0-100)"}
    assert expected <= units
    assert not units & {"share", "demand", "points"}
    differ = tables["两次的差异" if lang == "zh" else "How the runs differ"][1]
    assert differ[0] == ("含假设情景，不是已发生的事" if lang == "zh" else differ[0])
    assert differ[2:4] == (["无", "加一家店"] if lang == "zh" else ["none", "one shop more"])


def test_methods_can_be_cited(seen, supposed):
    zh, en = text_of([methods_section(supposed)])
    for word in ("500 m", "EPSG:32650", "Shapley", "geoprio", "Town", "one shop more", "no intervals of sampling"):
        assert word in en, word
    for word in ("500 米", "夏普利", "现状", "加一家店", "对象：居民"):
        assert word in zh, word
    assert 'id="methods"' in change_html(seen, None, "zh")

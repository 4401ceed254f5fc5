"""What the plots of uncertainty show: positions, labels and counts."""

import warnings
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from geoprio import InputError
from geoprio.outputs.figures import (
    acceptability_heatmap,
    rank_intervals,
    ranking_scatter,
    save_figure,
    style,
    weight_tornado,
)
from geoprio.outputs.figures.acceptability import _cells
from geoprio.outputs.figures.scatter import spread
from geoprio.outputs.figures.text import columns, cut, percent, wrapped
from geoprio.outputs.palette import ROBUST_COLORS
from geoprio.score.draws import dirichlet_weights
from geoprio.score.rankings import rank_model
from geoprio.score.smaa import acceptability

HOSTILE = ["$x_{1}$ <b>&", "甲" * 60, "line\nbreak\x00\u202e", "", None, 7, "\U0001f3e0", "50 %"]


def study(zones, first, draws=300):
    rng = np.random.default_rng(3)
    table = np.clip(rng.normal(rng.random((zones, 1)), 0.1, (zones, 3)), 0, 1)
    model = rank_model(table)
    found = acceptability(model, dirichlet_weights([0.5, 0.3, 0.2], 20, seed=2), first=first, draws=draws)
    ids = pd.Index([f"z{k}" for k in range(zones)], name="zone_id")
    today = pd.Series(model.ranks([0.5, 0.3, 0.2]), ids)
    return found.table(ids), pd.DataFrame(found.shares, ids, found.bin_last), today


def labels(axes):
    return [t.get_text() for t in axes.get_yticklabels()]


def legend(figure):
    return [t.get_text() for t in figure.legends[0].get_texts()]


def small_print(figure):
    return "\n".join(t.get_text() for t in figure.texts)


def test_intervals_stand_where_the_table_says():
    table, _, today = study(12, 4)
    names = pd.Series([f"小区{k}" for k in range(12)], table.index)
    (axes,) = rank_intervals(table, first=4, names=names, today=today, lang="zh").axes
    rows = table.loc[today.sort_values().index]
    lines = axes.collections[0]
    expected = [((a, k), (b, k)) for k, (a, b) in enumerate(zip(rows["rank_p05"], rows["rank_p95"], strict=True))]
    assert np.array_equal(np.array([s[:2] for s in lines.get_segments()]), np.array(expected, float))
    assert [to_hex(c) for c in lines.get_colors()] == [ROBUST_COLORS[r] for r in rows["robust"]]
    assert labels(axes) == [f"{today[z]}  {names[z]}" for z in rows.index]
    assert [t.get_text() for t in axes.texts[:12]] == [percent(p) for p in rows["first_share"]]
    means, marks = (c.get_offsets()[:, 0] for c in axes.collections[1:3])
    assert np.allclose(means, rows["rank_mean"])
    assert marks.tolist() == list(range(1, 13))


def test_zones_that_a_gate_puts_first_are_marked():
    table, _, today = study(6, 2)
    held = pd.Series([True, False, None, True, False, False], table.index, dtype="boolean")
    figure = rank_intervals(table, first=2, today=today, gate=held, lang="en")
    order = [str(z) for z in today.sort_values().index]
    marks = [c for c in figure.axes[0].collections if len(c.get_offsets()) and (c.get_offsets()[:, 0] == 0.008).all()]
    told = [[order[int(y)] for y in c.get_offsets()[:, 1]] for c in marks]
    assert [sorted(t) for t in told] == [
        sorted(str(zone) for zone, value in held.items() if value is not pd.NA and value),
        list(map(str, held.index[held.isna()])),
    ]
    assert "first by the safety gate in every draw  (2)" in legend(figure)
    assert "safety not known: next in every draw  (1)" in legend(figure)
    none = rank_intervals(table, first=2, today=today, gate=held.isna() & held.notna(), lang="en")
    assert not any("gate" in text for text in legend(none))


def test_a_zone_of_one_single_rank_is_a_dot():
    table, _, _ = study(6, 2)
    table = table.assign(rank_p05=[1, 2, 3, 4, 5, 6], rank_p95=[1, 3, 4, 5, 6, 6], rank_mean=[1, 2, 3, 4, 5, 6])
    dots = rank_intervals(table, first=2).axes[0].collections[2]
    assert dots.get_offsets().tolist() == [[1, 0], [6, 5]]
    assert [to_hex(c) for c in dots.get_facecolors()] == [ROBUST_COLORS[table["robust"].iloc[k]] for k in (0, 5)]


def test_the_legend_counts_zones_and_says_the_first_n():
    table, _, _ = study(12, 4)
    counts = table["robust"].value_counts()
    figure = rank_intervals(table, first=4, lang="en")
    assert legend(figure)[:3] == [
        f"robustly among the first 4  ({counts.get('robustly_in', 0)})",
        f"contested  ({counts.get('contested', 0)})",
        f"robustly out  ({counts.get('robustly_out', 0)})",
    ]
    assert "rank as published" not in legend(figure)
    assert labels(figure.axes[0]) == list(table.sort_values("rank_mean", kind="stable").index)


def test_of_many_zones_those_around_the_line_are_listed_below_all():
    table, shares, today = study(2500, 200, draws=100)
    figure = rank_intervals(table, first=200, today=today, lang="en")
    above, listed = figure.axes
    assert len(above.collections[0].get_segments()) == -(-2500 // 3)
    assert "one in 3 drawn" in above.get_xlabel()
    assert [int(text.split()[0]) for text in labels(listed)] == list(range(161, 221))
    assert "only places 161–220 of the 2,500 zones are listed" in small_print(figure)
    assert sum(int(t.split("(")[1].strip(")").replace(",", "")) for t in legend(figure)[:3]) == 2500
    heat = acceptability_heatmap(shares, first=200, today=today, lang="en")
    assert labels(heat.axes[0]) == labels(listed)
    assert "only places 161–220" in small_print(heat)


def test_without_today_many_zones_follow_their_mean_rank():
    table, shares, _ = study(90, 10)
    heat = acceptability_heatmap(shares, first=10, lang="en").axes[0]
    assert labels(heat) == labels(rank_intervals(table, first=10, lang="en").axes[1])


def test_cells_hold_the_shares_in_percent():
    _, shares, today = study(12, 4)
    axes = acceptability_heatmap(shares, first=4, today=today, lang="en").axes[0]
    rows = shares.loc[today.sort_values().index].to_numpy()
    drawn = axes.collections[0].get_array().filled(0.0).reshape(12, -1)
    low, high = (round(x) for x in np.array(axes.get_xlim()) - 0.5)
    assert np.allclose(drawn, 100 * rows[:, low:high])
    assert axes.lines[0].get_xdata()[0] == 4.5


def test_wide_cells_end_at_the_line_and_lose_nothing():
    rng = np.random.default_rng(0)
    table = rng.dirichlet(np.ones(333), size=5)
    edges = np.arange(334)
    for first in (1, 7, 50, 333):
        cells, bounds, gone = _cells(table, edges, None, first)
        assert cells.shape == (5, len(bounds) - 1)
        assert cells.shape[1] <= 101
        assert (first in bounds) or not bounds[0] < first < bounds[-1]
        assert np.allclose(cells.sum(axis=1), table[:, bounds[0] : bounds[-1]].sum(axis=1))
        assert gone == bool((cells.sum(axis=1) < 1 - 1e-9).any())
        assert (table[:, : bounds[0]].sum(axis=1) <= 0.005).all()
        assert (table[:, bounds[-1] :].sum(axis=1) <= 0.005 + 1e-9).all()
    # The published rank is drawn, even where no draw comes near it.
    lone = np.eye(40)[[3, 4]]
    assert _cells(lone, np.arange(41), np.array([4.0, 30.0]), 2)[1][[0, -1]].tolist() == [3, 30]


def test_sobol_bars_are_sorted_and_named():
    table = pd.DataFrame(
        {"first": [0.1, 0.5, -0.02], "first_error": 0.01, "total": [0.2, 0.6, 0.01], "total_error": 0.02},
        index=["speed", "c_share", "other"],
    )
    figure = weight_tornado(table, titles={"c_share": ("覆盖率", "covered share")}, outcome=("甲", "what"), lang="en")
    axes = figure.axes[0]
    assert labels(axes) == ["covered share", "walking speed", "other"]
    assert [round(b.get_width(), 9) for b in axes.patches] == [60, 20, 1, 50, 10, -2]
    assert axes.get_xlabel() == "share of the variance (%) of: what"
    assert "sampling error" in small_print(figure)


def test_shapley_bars_and_swings():
    effects = pd.DataFrame({"effect": [0.25, 0.75], "error": 0.0}, index=["method", "weights"])
    axes = weight_tornado(effects, lang="zh").axes[0]
    assert labels(axes) == ["全部权重", "评分方法"]
    assert axes.get_xlabel() == "占结果方差的比例（%）"
    swings = pd.DataFrame({"low": [4.0, 1.0], "high": [6.0, 9.0], "base": 5.0}, index=["a", "b"])
    figure = weight_tornado(swings, outcome=("名", "ranks"), lang="en")
    assert labels(figure.axes[0]) == ["b", "a"]
    assert [(b.get_x(), b.get_width()) for b in figure.axes[0].patches] == [(5, -4), (5, -1), (5, 4), (5, 1)]
    assert figure.axes[0].get_xlabel() == "ranks"
    many = pd.DataFrame({"effect": np.linspace(0, 1, 40), "error": 0.0}, index=[f"f{k}" for k in range(40)])
    figure = weight_tornado(many, lang="en")
    assert labels(figure.axes[0])[0] == "f39"
    assert "10 more factors" in small_print(figure)


def test_scatter_names_those_that_cross_first_and_counts_the_rest():
    ids = [f"z{k}" for k in range(30)]
    before = pd.Series(range(1, 31), ids, dtype=float)
    after = before.copy()
    after[["z4", "z5"]] = [6, 5]  # crosses the line of the first 5
    after[["z20", "z29"]] = [30, 21]
    after["new"], before["gone"], before["unranked"] = 31, 31, np.nan
    figure = ranking_scatter(before, after, first=5, names={"z4": "四号"}, lang="en")
    axes = figure.axes[0]
    assert [t.get_text() for t in axes.texts] == ["z5  6 → 5", "四号  5 → 6", "z29  30 → 21", "z20  21 → 30"]
    assert legend(figure) == ["others  (28)", "entered the first 5  (1)", "left the first 5  (1)"]
    assert "30 zones, 4 of which changed rank" in small_print(figure)
    assert "all that moved are named" in small_print(figure)
    assert "2 zones that only one of them ranks" in small_print(figure)
    others, entered, left = (c.get_offsets().tolist() for c in axes.collections)
    assert (entered, left) == ([[6, 5]], [[5, 6]])
    assert len(others) == 28
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_names_of_movers_never_meet():
    ids = [f"z{k}" for k in range(200)]
    before = pd.Series(range(1, 201), ids)
    figure = ranking_scatter(before, before.iloc[::-1].set_axis(ids), first=20, lang="en")
    heights = np.sort([t.xyann[1] for t in figure.axes[0].texts])
    assert len(heights) == 15
    assert np.diff(heights).min() >= 0.04 - 1e-9
    assert heights.min() >= -1e-9
    assert heights.max() <= 1 + 1e-9
    wanted = np.array([0.0, 0.5, 0.5, 1.0])
    assert np.allclose(spread(wanted, 0.1), [0.0, 0.45, 0.55, 1.0])
    assert len(spread(np.empty(0), 0.1)) == 0


def test_equal_rankings_and_one_zone():
    one = pd.Series([1], ["z"])
    assert not ranking_scatter(one, one).axes[0].texts
    table, shares, today = study(1, 1)
    assert labels(rank_intervals(table, first=1, today=today).axes[0]) == ["1  z0"]
    assert labels(acceptability_heatmap(shares, first=1, today=today).axes[0]) == ["1  z0"]


def test_hostile_names_are_drawn_harmlessly(tmp_path):
    table, shares, today = study(8, 3)
    names = pd.Series(HOSTILE, table.index, dtype=object)
    kw = {"first": 3, "names": names, "project": HOSTILE[0], "note": "$ < & " + "长" * 300}
    swings = pd.DataFrame({"effect": 0.5, "error": 0.1}, index=["$a$", "<b>"])
    figures = [
        rank_intervals(table, today=today, **kw),
        acceptability_heatmap(shares, today=today, **kw),
        ranking_scatter(today, today.iloc[::-1].set_axis(today.index), **kw),
        weight_tornado(swings, project=HOSTILE[0], titles={"$a$": (HOSTILE[1], HOSTILE[2])}),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that no face has would be one
        for n, figure in enumerate(figures):
            _, svg = save_figure(figure, tmp_path / str(n))
            ET.parse(svg)  # noqa: S314 - our own file
    assert any("$x_{1}$ <b>&" in text for text in labels(figures[0].axes[0]))


def test_equal_tables_give_equal_pictures(tmp_path):
    written = [save_figure(rank_intervals(study(5, 2)[0], first=2), tmp_path / name) for name in "ab"]
    assert written[0][0].read_bytes() == written[1][0].read_bytes()
    assert written[0][1].read_bytes() == written[1][1].read_bytes()


def test_texts_are_cut_by_the_room_they_take():
    assert cut("甲" * 60, 10) == "甲甲甲甲…"
    assert columns(cut("x" * 60, 10)) == 10
    assert cut("a\nb\x00c\t d") == "a b c d"
    assert cut("\U0001f3e0 home") == "□ home"
    lines = wrapped("word " * 100, 40).splitlines()
    assert len(lines) == 4
    assert max(map(columns, lines)) <= 40
    assert all(line.split()[0] == "word" for line in lines)
    assert wrapped("长" * 30, 20).splitlines() == ["长" * 10] * 3
    assert [percent(p) for p in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]


def test_nothing_meets_within_a_figure():
    table, shares, today = study(64, 10)
    names = pd.Series([f"东风路{k}号大院" for k in range(64)], table.index)
    kw = {"first": 10, "names": names, "note": "一行\n" + "说明" * 120}
    for figure in (
        rank_intervals(table, today=today, **kw),
        acceptability_heatmap(shares, today=today, **kw),
        ranking_scatter(today, today.iloc[::-1].set_axis(today.index), **kw),
    ):
        with style.figure_style():
            figure.draw_without_rendering()
        keys, small = figure.legends[0].get_window_extent(), figure.texts[0].get_window_extent()
        lowest = min(axes.get_tightbbox().y0 for axes in figure.axes if axes.axison)
        assert small.y0 >= 0
        assert small.y1 <= keys.y0 + 1
        assert keys.y1 <= lowest + 1
        rows = [t.get_window_extent() for t in figure.axes[-1].get_yticklabels() if t.get_text()]
        assert all(a.y0 >= b.y1 - 1 or b.y0 >= a.y1 - 1 for a, b in pairwise(rows))


def test_without_chinese_type_plots_speak_english(monkeypatch):
    monkeypatch.setattr(style, "CJK_FONTS", ("no such face",))
    table, _, _ = study(5, 2)
    axes = rank_intervals(table, first=2, names={"z0": "东"}, lang="zh").axes[0]
    assert axes.get_xlabel() == "Rank (1 = first)"
    assert "□" in labels(axes)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: rank_intervals(d.table.drop(columns="robust"), first=3), "no column robust"),
        (lambda d: rank_intervals(d.table, first=9), "between 1 and the 8 zones"),
        (lambda d: rank_intervals(d.table.iloc[:0], first=1), "no zones"),
        (lambda d: rank_intervals(d.table, first=3, today=d.today.iloc[1:]), "'z0' has no rank"),
        (lambda d: rank_intervals(d.table, first=3, today=pd.concat([d.today, d.today])), "stands there twice"),
        (lambda d: rank_intervals(pd.concat([d.table, d.table]), first=3), "twice"),
        (lambda d: rank_intervals(d.table.assign(robust="maybe"), first=3), "maybe"),
        (lambda d: rank_intervals(d.table.assign(rank_mean=np.nan), first=3), "'rank_mean': there is no value"),
        (lambda d: acceptability_heatmap(d.shares.set_axis(list("abcdefgh"), axis=1), first=3), "named by ranks"),
        (lambda d: acceptability_heatmap(d.shares.iloc[:, :-1], first=3), "up to the number of zones, 8"),
        (lambda d: acceptability_heatmap(d.shares * 2, first=3), "sum to 1"),
        (lambda d: weight_tornado(d.table), "not one of the sets"),
        (lambda _: weight_tornado(pd.DataFrame({"effect": [], "error": []})), "no factors"),
        (
            lambda _: weight_tornado(pd.DataFrame({"low": [1, 1], "high": [2, 2], "base": [1, 2]})),
            "the same for every factor",
        ),
        (lambda d: ranking_scatter(d.today, d.today.rename(index=lambda z: z + "x")), "no zone stands in both"),
        (lambda d: ranking_scatter(d.today, pd.concat([d.today, d.today])), "twice"),
        (lambda d: ranking_scatter(d.today, d.today, first=0), "1 or more"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call(SimpleNamespace(**dict(zip(("table", "shares", "today"), study(8, 3), strict=True))))

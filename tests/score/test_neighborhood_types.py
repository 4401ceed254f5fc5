"""Types of neighbourhood: groups that are there are found, ordered, justified and told."""

import numpy as np
import pandas as pd
import pytest

from geoprio._core.errors import InputError
from geoprio.score.neighborhood_types import neighborhood_types


def three_kinds(each=20, seed=0):
    rng = np.random.default_rng(seed)
    middles = np.array([[0.9, 0.2, 0.1], [0.1, 0.8, 0.2], [0.1, 0.1, 0.1]])
    rows = np.clip(np.repeat(middles, each, axis=0) + rng.normal(0, 0.04, (3 * each, 3)), 0, 1)
    ids = pd.Index([f"z{i:03d}" for i in range(3 * each)], name="zone_id")
    table = pd.DataFrame(rows, ids, ["elder", "child", "shop"])
    return table, 100 * table.mean(axis=1)


@pytest.mark.parametrize("grouping", ["kmeans", "ward", "gmm"])
def test_three_kinds_are_found_and_ordered_by_priority(grouping):
    table, priority = three_kinds()
    found = neighborhood_types(table, priority, grouping=grouping, bootstraps=10)
    assert found.labels.tolist() == [1] * 20 + [2] * 20 + [3] * 20
    assert found.profile["zones"].tolist() == [20, 20, 20]
    assert found.profile["priority"].is_monotonic_decreasing
    assert found.profile.loc[1, "elder"] == pytest.approx(table["elder"][:20].mean())
    assert found.choice.loc[3, "chosen"]
    assert found.choice["chosen"].sum() == 1
    assert found.choice.loc[3, "stability"] > 0.95
    assert found.choice.loc[3, "silhouette"] > 0.7
    assert "the gap statistic speaks for 3" in found.words[1]
    assert found.choice["bic"].isna().all() == (grouping != "gmm")
    assert len(found.filled) == 0


def test_neither_seed_nor_the_order_of_rows_decides():
    table, priority = three_kinds(seed=4)
    one = neighborhood_types(table, priority, seed=1, bootstraps=4)
    mixed = table.sample(frac=1, random_state=3)
    two = neighborhood_types(mixed, priority[mixed.index], seed=9, bootstraps=4)
    assert two.labels[table.index].equals(one.labels)
    again = neighborhood_types(table, priority, seed=1, bootstraps=4)
    pd.testing.assert_frame_equal(one.choice, again.choice, check_exact=True)


def test_words_of_the_types():
    table, priority = three_kinds()
    titles = {"elder": ("养老服务", "elder care"), "child": ("托育", "childcare"), "shop": ("便利店", "shops")}
    words = neighborhood_types(table, priority, titles=titles, bootstraps=4).profile_words
    assert words[1][1].startswith("Type 1: 20 zones, mean priority 4")
    assert "worse off in “elder care” (urgency 0.9" in words[1][1]
    assert "比平均紧迫：“托育”（紧迫度 0.8" in words[2][0]
    assert "better off in" in words[3][1]


def test_a_single_cloud_says_that_it_is_one():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.uniform(0, 1, (60, 5)), [f"z{i}" for i in range(60)])
    table.columns = list("abcde")
    found = neighborhood_types(table, table.mean(axis=1), bootstraps=10)
    assert "the gap statistic speaks for 1" in found.words[1]
    assert "Use with care" in found.words[1]
    assert "慎用" in found.words[0]


def test_unknown_and_constant_indicators():
    table, priority = three_kinds()
    table["same"], table["none"] = 0.4, np.nan
    table.iloc[0, 1] = np.nan
    table.iloc[25, :] = np.nan
    found = neighborhood_types(table, priority, bootstraps=4)
    assert found.dropped == ("same", "none")
    assert found.filled.tolist() == ["z000"]
    assert found.labels.iloc[0] == 1
    assert pd.isna(found.labels.iloc[25])
    assert found.labels.notna().sum() == 59
    assert found.profile["zones"].sum() == 59


def test_a_number_of_groups_that_is_asked_for():
    table, priority = three_kinds()
    found = neighborhood_types(table, priority, groups=2, bootstraps=4)
    assert found.labels.nunique() == 2
    assert found.words[1].startswith("2 types, as asked for.")


def test_many_zones_are_grouped_by_a_sample():
    table, priority = three_kinds(each=500)
    for grouping in ("kmeans", "ward"):
        found = neighborhood_types(table, priority, grouping=grouping, bootstraps=2)
        assert found.labels.tolist() == [1] * 500 + [2] * 500 + [3] * 500


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        ([[0.1, 0.2]], {}, "1 zones with known urgencies in 0 indicators that differ"),
        ([[0.1, 0.2]] * 5, {}, "in 0 indicators that differ"),
        ([[0.1, 0.2], [0.5, 0.2], [0.1, 0.2], [0.5, 0.2]], {"groups": 3}, "2 different zones of 4"),
        ([[0.1, 0.2], [0.5, 0.3], [0.2, 0.9]], {"groups": 1}, "groups = 1 must be 2"),
        ([[0.1, 0.2], [0.5, 0.3], [0.2, 0.9]], {"grouping": "dbscan"}, "kmeans, ward or gmm"),
        ([[0.1, 0.2], [0.5, 0.3], [0.2, 0.9]], {"bootstraps": 1}, "bootstraps = 1"),
        ([[0.1, np.nan], [0.5, np.nan], [0.2, 0.9], [0.3, 0.1]], {}, "only 2 zones know all"),
    ],
)
def test_what_has_no_types(rows, more, message):
    table = pd.DataFrame(rows, [f"z{i}" for i in range(len(rows))], ["a", "b"])
    with pytest.raises(InputError, match=message):
        neighborhood_types(table, table.sum(axis=1), **more)


def test_the_smallest_study_that_has_types():
    table = pd.DataFrame({"a": [0.1, 0.15, 0.9]}, ["x", "y", "z"])
    found = neighborhood_types(table, 100 * table["a"], bootstraps=3)
    assert found.labels.to_dict() == {"x": 2, "y": 2, "z": 1}
    assert "one type is a single zone" in found.words[1]

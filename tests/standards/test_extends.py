"""Rule files that extend others: what is taken over, what is replaced, and what cannot be."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError, MissingError
from geoprio.standards import load_rules, shipped_rules


def text(name, extends=(), rules=(), items=(), more=""):
    """Return a rule file whose every source is the file's own name."""
    lines = [f'name = "{name}"', f'title_zh = "{name}"', f'title_en = "{name}"', f"extends = {list(extends)!r}", more]
    for category, threshold in dict(rules).items():
        lines += ["[[rules]]", f'category = "{category}"', f"threshold = {threshold}", f'source = "{name}"']
    titles = f'title_zh = "{name}"\ntitle_en = "{name}"\nsource = "{name}"'
    lines += [f'[[items]]\ncode = "{code}"\n{titles}' for code in items]
    return "\n".join(lines).replace("'", '"')


def write(folder, **files):
    """Write rule files by name."""
    for name, content in files.items():
        (folder / f"{name}.toml").write_text(content, encoding="utf-8")


def test_one_threshold_of_ones_own(tmp_path):
    write(tmp_path, own=text("own", ["gb50180-2018-5min"], {"elder_care": 450}))
    rules, base = load_rules("own.toml", tmp_path), load_rules("gb50180-2018-5min", tmp_path)
    assert rules.files == ("gb50180-2018-5min", "own.toml")
    assert rules.name == "own"
    mine = rules.for_category("elder_care")
    assert (mine.threshold, mine.source, mine.file, mine.verified) == (450, "own", "own.toml", False)
    for rule in base.rules:
        if rule.category != "elder_care":
            assert rules.for_category(rule.category) == rule
    assert rules.values == base.values
    assert [r.category for r in rules.rules] == [r.category for r in base.rules]


def test_an_own_rule_takes_nothing_from_the_one_that_it_replaces(tmp_path):
    """A rule of 450 m must not keep the quota, mark or note of another source."""
    write(tmp_path, own=text("own", ["gb50180-2018-5min"], {"convenience": 450, "childcare": 450}))
    rules = load_rules("own.toml", tmp_path)
    assert rules.for_category("convenience").quota_per_1000 is None
    assert rules.for_category("childcare").verified is False
    assert rules.for_category("childcare").note == ""


def test_extends_may_be_a_single_name(tmp_path):
    write(tmp_path, own='name="o"\ntitle_zh="o"\ntitle_en="o"\nextends="default"\n')
    assert load_rules("own.toml", tmp_path).rules == load_rules("default", tmp_path).rules


def test_of_several_bases_the_later_one_wins(tmp_path):
    both = ["complete-community-2020-existing", "gb50180-2018-5min"]
    write(tmp_path, own=text("own", both), turned=text("turned", both[::-1]))
    rules, turned = (load_rules(f"{n}.toml", tmp_path) for n in ("own", "turned"))
    assert (rules.for_category("childcare").threshold, rules.for_category("childcare").unit) == (300, "m")
    assert (turned.for_category("childcare").threshold, turned.for_category("childcare").unit) == (10, "min")
    assert len(rules.items) == len(turned.items) == 20
    assert rules.community == turned.community
    assert rules.community.file == "complete-community-2020-existing"


def test_an_own_community_replaces_the_bases(tmp_path):
    more = '[community]\nsource = "town hall"\n'
    write(tmp_path, own=text("own", ["complete-community-2020-existing"], more=more))
    community = load_rules("own.toml", tmp_path).community
    assert (community.threshold, community.source, community.file) == (None, "town hall", "own.toml")


def test_paths_are_relative_to_the_file_that_names_them(tmp_path):
    deep = tmp_path / "rules" / "deep"
    deep.mkdir(parents=True)
    write(tmp_path, top=text("top", rules={"a": 1}))
    write(tmp_path / "rules", middle=text("middle", ["../top.toml"], {"b": 2}))
    write(deep, low=text("low", ["../middle.toml", "default"], {"c": 3}))
    rules = load_rules("rules/deep/low.toml", tmp_path)
    assert rules.files == ("top.toml", "rules/middle.toml", "default", "rules/deep/low.toml")
    assert {r.category: r.file for r in rules.rules} == {
        "a": "top.toml", "b": "rules/middle.toml", "c": "rules/deep/low.toml",
        **dict.fromkeys([r.category for r in load_rules("default", tmp_path).rules], "default"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"own": ["own.toml"]}, r"in a circle: own.toml → own.toml; break it"),
        ({"own": ["./x/../own.toml"]}, r"in a circle: own.toml → own.toml"),
        ({"own": ["b.toml"], "b": ["c.toml"], "c": ["b.toml"]}, "in a circle: own.toml → b.toml → c.toml → b.toml"),
        ({"own": ["nothing"]}, "rule file 'own.toml': extends = 'nothing' is not one of"),
        ({"own": ["defaults"]}, r"\(did you mean 'default'\?\)"),
        ({"own": ["b.toml"]}, "rule file 'own.toml': extends: file 'b.toml' is not there"),
        ({"own": ["b.toml"], "b": ["gone"]}, "rule file 'b.toml': extends = 'gone' is not one of"),
        ({"own": ["https://example.org/b.toml"]}, "is not a local file"),
    ],
)
def test_bases_that_cannot_be(tmp_path, files, message):
    (tmp_path / "x").mkdir()
    write(tmp_path, **{name: text(name, bases) for name, bases in files.items()})
    with pytest.raises((InputError, MissingError), match=message):
        load_rules("own.toml", tmp_path)


def test_two_ways_to_one_base_are_no_circle(tmp_path):
    write(
        tmp_path,
        base=text("base", rules={"a": 1, "b": 1}),
        left=text("left", ["base.toml"], {"a": 2}),
        right=text("right", ["base.toml"], {"b": 3}),
        own=text("own", ["left.toml", "right.toml"]),
    )
    rules = load_rules("own.toml", tmp_path)
    assert rules.files == ("base.toml", "left.toml", "right.toml", "own.toml")
    # The right one takes `a` over from the base, and it is named last.
    assert {r.category: r.threshold for r in rules.rules} == {"a": 1, "b": 3}


CATEGORIES = st.sampled_from("abcde")
TABLES = st.dictionaries(CATEGORIES, st.integers(1, 9), max_size=5)
CHAINS = st.lists(st.tuples(TABLES, st.sets(CATEGORIES)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHAINS)
def test_a_chain_is_a_dictionary_updated_by_each_file(tmp_path, chain):
    chain = [({"z": 1}, {"z"}), *chain]
    for k, (rules, items) in enumerate(chain):
        write(tmp_path, **{f"f{k}": text(f"f{k}", [f"f{k - 1}.toml"] if k else [], rules, sorted(items))})
    found = load_rules(f"f{len(chain) - 1}.toml", tmp_path)
    expected, codes = {}, {}
    for k, (rules, items) in enumerate(chain):
        expected |= {c: (t, f"f{k}", f"f{k}.toml") for c, t in rules.items()}
        codes |= dict.fromkeys(items, f"f{k}.toml")
    assert {r.category: (r.threshold, r.source, r.file) for r in found.rules} == expected
    assert {i.code: i.file for i in found.items} == codes
    assert found.files == tuple(f"f{k}.toml" for k in range(len(chain)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(shipped_rules()))
def test_extending_and_adding_nothing_changes_nothing(tmp_path, name):
    write(tmp_path, own=text("own", [name]))
    own, base = load_rules("own.toml", tmp_path), load_rules(name, tmp_path)
    for part in ("rules", "items", "values", "community"):
        assert getattr(own, part) == getattr(base, part)

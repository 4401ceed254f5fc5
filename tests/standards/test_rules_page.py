"""docs/rules.md: its tables are those of the rule files, and its examples are rule files that load."""

import importlib.util
import re
from pathlib import Path

import pytest

from geoprio.standards import load_rules, shipped_rules

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def script():
    """Return docs/make_rules.py as a module."""
    spec = importlib.util.spec_from_file_location("make_rules", DOCS / "make_rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_up_to_date():
    assert script().page(TEXT) == TEXT, "run python docs/make_rules.py"


def test_every_threshold_and_mark_stands_on_the_page():
    """Read back from the page without the script that wrote it."""
    words = {False: "no", "secondary": "secondary"}
    for name in shipped_rules():
        part = TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        rows = [
            [c.strip() for c in line.strip("|").split(" | ")] for line in part.splitlines() if line.startswith("| ")
        ]
        assert part.strip(), name
        for rule in (r for r in load_rules(name, DOCS).rules if r.file == name):
            (row,) = [r for r in rows if r[0] == rule.category]
            assert row[1] == f"≤ {rule.threshold:g} {rule.unit}"
            assert words[rule.verified] in {cell.partition(";")[0] for cell in row}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_load(tmp_path, number):
    (tmp_path / "own.toml").write_text(EXAMPLES[number], encoding="utf-8")
    rules = load_rules("own.toml", tmp_path)
    assert rules.files[-1] == "own.toml"
    assert len(rules.files) > 1

"""Every Python block of the pages runs as it is written, in the folder of the built-in example."""

import re
import shutil

import pytest
from conftest import EXAMPLE, ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = {
    "README.md": 1,
    "docs/effect.md": 2,
    "docs/explanation.md": 1,
    "docs/programme.md": 1,
    "docs/scoring.md": 2,
    "docs/surveys.md": 1,
    "docs/uncertainty.md": 2,
    "docs/lists.md": 0,
    "docs/condition.md": 0,
    "docs/rules.md": 0,
}
"""Pages, and how many blocks they have; the later ones of a page go on from the earlier."""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The folder of the example, under both names that the pages use."""
    folder = tmp_path / "study"
    shutil.copytree(EXAMPLE.parent, folder)
    shutil.copy(folder / "project.toml", folder / "study.toml")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("page", [page for page, count in PAGES.items() if count])
def test_the_blocks_of_a_page_run(page, study):
    told = {}
    for number, block in enumerate(BLOCK.findall((ROOT / page).read_text(encoding="utf-8")), 1):
        assert "_core" not in block
        exec(compile(block, f"{page}, block {number}", "exec"), told)  # noqa: S102 - the pages are the project's own
    if page == "README.md":
        assert (study / "result_equal_weights" / "map.html").exists()
    if page == "docs/surveys.md":
        assert told["draws"].shape[1] == len(told["zones"])
        assert told["found"] is not None
        assert len(told["findings"].rejects())


def test_no_block_is_missed():
    for page, count in PAGES.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        assert len(BLOCK.findall(text)) == text.count("```python") == count, page

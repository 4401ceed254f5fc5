"""The votes of docs/surveys.md run as they are written, and without the columns that have their usual names."""

import re
import tomllib

import pytest
from conftest import ROOT

from geoprio._core.findings import Findings
from geoprio.sources.survey import MeetingsSpec, OwnerVotesSpec, read_meetings, read_owner_votes

MEETINGS = "日期,小区,议题,到会人数,赞成,反对,弃权\n2025-04-02,甲,加装电梯,46,31,9,6\n"
VOTES = "小区,表决事项,业主总人数,参与表决人数,同意人数,专有面积合计,参与表决面积,同意面积\n"
VOTES += "甲,加装电梯,90,80,70,9000,8000,7000\n"


@pytest.fixture
def page():
    """The project file of the page."""
    text = (ROOT / "docs" / "surveys.md").read_text(encoding="utf-8")
    return tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])


@pytest.mark.parametrize("bare", [False, True])
def test_the_votes_of_the_page(page, tmp_path, bare):
    (tmp_path / "坝坝会.csv").write_text(MEETINGS, encoding="utf-8")
    (tmp_path / "业主表决.csv").write_text(VOTES, encoding="utf-8")
    kept = {"path", "needs", "matter"}
    meetings, votes = (
        {k: v for k, v in page[part].items() if k in kept or not bare} for part in ("meetings", "owner_votes")
    )
    held = read_meetings(MeetingsSpec.model_validate(meetings), tmp_path, Findings())
    assert held.iloc[0].tolist() == ["甲", "lift", "2025-04-02", 46, 31, 9, 6]
    voted = read_owner_votes(OwnerVotesSpec.model_validate(votes), tmp_path, Findings())
    assert voted.iloc[0].tolist() == ["甲", "lift", "major", 90, 80, 70, 9000, 8000, 7000]

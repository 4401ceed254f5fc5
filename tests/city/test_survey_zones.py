"""Answers joined to zones: by id, name or the project file; what few wrote is never shown. Names are made up."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.city.survey import zone_numbers

ZONES = gpd.GeoDataFrame(
    {"name": ["阳光小区", "前进里", "第三宿舍", "东风新村一区", "东风新村二区"]},
    geometry=[box(i, 0, i + 1, 1) for i in range(5)], crs="EPSG:32650",
    index=pd.Index(["z1", "z2", "z3", "z4", "z5"], dtype="str", name="zone_id"),
)  # fmt: skip


def joined(texts, named=None, **keys):
    findings = Findings()
    values = pd.Series(texts, index=range(2, len(texts) + 2), dtype="str")
    return *zone_numbers(values, ZONES, named or {}, "survey", findings, **keys), findings


def test_many_answers_name_one_zone_each_in_its_own_way():
    numbers, report, _ = joined(["阳光小区", "阳光", "阳光小区", "z1", "第3宿舍", "第三宿舍", "前进里小区", None])
    assert numbers.tolist() == [0, 0, 0, 0, 2, 2, 1, -1]
    assert (report["rows"], report["joined"], report["zones"]) == (8, 7, 3)


def test_the_project_file_comes_first():
    numbers, report, _ = joined(["1", "老院子", "阳光小区"], {"1": "z2", "老院子": "z3", "阳光小区": "z5"})
    assert numbers.tolist() == [1, 2, 4]
    assert report["by_method"] == {"project file": 3}
    with pytest.raises(InputError, match="'z9'"):
        joined(["1"], {"1": "z9"})


def test_a_doubtful_name_is_set_aside_and_shown_only_where_several_wrote_it():
    numbers, _, findings = joined(["东风新村"] * 5 + ["张三丰"] * 2 + ["阳光小区"] * 9, minimum=5)
    assert (numbers[:7] == -1).all()
    assert (numbers[7:] == 0).all()
    odd = findings.rejects()
    assert odd["value"].tolist() == ["东风新村"] * 5 + [""] * 2
    assert odd["reason"].str.startswith("its zone is doubtful").sum() == 5


def test_a_warning_where_most_rows_find_no_zone():
    _, _, findings = joined(["甲乙丙", "丁戊己", "阳光小区"])
    assert len(findings.warnings) == 1
    numbers, report, _ = joined([None, None])
    assert numbers.tolist() == [-1, -1]
    assert report["joined"] == 0
    assert numbers.dtype == np.int64


def test_the_district_of_a_zone_before_its_name():
    zones = ZONES.assign(district=["锦西区", "锦西区", "东河县", None, None])
    texts = pd.Series(["锦西区阳光小区", "青江市锦西区前进里", "锦西区第三宿舍", "锦西 前进里"], dtype="str")
    numbers, _ = zone_numbers(texts, zones, {}, "survey", Findings())
    # The third is of another district; the last is not written out.
    assert numbers.tolist() == [0, 1, -1, -1]

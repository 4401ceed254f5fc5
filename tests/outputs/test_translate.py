"""Notes, reasons and mends in Chinese."""

import re
import tomllib
from importlib.resources import files

import pytest

from geoprio.city.outliers import outlier_rules
from geoprio.outputs.translate import in_both, in_chinese


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("walk of at most 300 m", "步行不超过 300 米"),
        ("walk of at most 8 min for 90 %", "90 % 的人步行不超过 8 分钟"),
        ("gb18030 (no .cpg; not UTF-8)", "gb18030（无 .cpg，不是 UTF-8）"),
        (
            "a cadastre's buildings (自然幢), found by the columns: use = GHYT; names and codes not verified",
            "不动产登记的自然幢（按列认出）：use = GHYT；列名和代码未核实",
        ),
        ("not a number; taken as missing", "不是数字；按缺失处理"),
        ("its zone is doubtful: 3 rows fit the zone", "对应片区存疑：有 3 行与该片区相符"),
        ("check name, address and id; or add its zone", "核对名称、地址和编号；或补上片区"),
        ("2 of 9 zones are not eligible (ineligible) and get no rank", "9 个片区中有 2 个不参评（ineligible），不排名"),
        ("working CRS EPSG:32650 (estimated)", "工作坐标系 EPSG:32650（自动估定）"),
        ("categories known by their words: 屋顶漏 = roof_fault", "按用词认出的类别：屋顶漏 = 屋面渗漏破损"),
        (
            "2 personal columns were dropped: 来源 (source, by its name), IP (ip address, by its content, in 3 cells)",
            "删除了 2 个个人信息列：来源（来源，据列名）、IP（IP 地址，据内容（3 格））",
        ),
        (
            "safety_gate: not known for 3 ranked zones; they rank after those it holds and before those it does not",
            "安全一票优先：3 个参评片区情况未知；排在符合者之后、不符合者之前",
        ),
    ],
)
def test_sentences_are_known_whatever_stands_in_them(text, zh):
    assert in_chinese(text) == zh
    assert in_both(text) == (zh, text)


def test_defects_are_told_by_their_titles_in_both_languages():
    assert in_both("defects of which something is known: aged, walkup") == (
        "已有信息的问题：建成年代较早、多层无电梯",
        "defects of which something is known: built before the limit; no lift in a house of several storeys",
    )
    found = "2 buildings were found good and have an open problem point: a defect"
    assert in_both(f"roof_fault: {found}")[1] == f"leaking or worn roof: {found}"
    # What is no code stays, whatever stands beside it.
    assert in_chinese("defects of which something is known: aged, a house") == "已有信息的问题：aged, a house"


def test_a_slot_takes_nothing_beyond_its_part_of_the_sentence():
    text = "9 people in the read area: 9 placed, of them 0 moved from cells without a home"
    text += " to the nearest one within two cells"
    rest = "0 unplaced (2 cells with people and without a home)"
    assert in_chinese(f"{text}; {rest}").endswith("；未落位 0 人（2 个栅格有人而无住宅）")
    assert in_chinese("above the header: a; b: c") == "表头上方：a; b: c"
    assert in_chinese("its name says that it is not elder_care") == "名称表明它不是 养老服务"


@pytest.mark.parametrize("text", ["", "no such note", "not a number; no such part", "{} of {} zones"])
def test_what_is_not_known_stays_as_it_is(text):
    assert in_chinese(text) is None
    assert in_both(text) == text


def test_names_in_a_sentence_stay_names():
    text = "its name says that it is not {0} check {}"
    assert in_chinese(text) == "名称表明它不是 {0} check {}"


def test_the_doubts_of_every_rule_are_known():
    for rule in outlier_rules():
        text = f"doubtful: {rule.title_en}: 2 of 30, such as a; b (floors 9), …; nothing was changed"
        assert in_chinese(text) == f"存疑：{rule.title_zh}：30 中有 2，如 a; b (floors 9), …；未作改动"


def test_every_entry_fills_its_slots():
    text = files("geoprio.outputs").joinpath("notes_zh.toml").read_text(encoding="utf-8")
    for part in tomllib.loads(text).values():
        for en, zh in part.items():
            slots = {int(n) for n in re.findall(r"\{(\d+)\}", zh)}
            assert slots <= set(range(en.count("{}") + en.count("{*}"))), en
            assert "{}" not in zh
            # The translation holds for the sentence itself, and no earlier entry takes it.
            filled = re.sub(r"\{\*?\}", "7", en)
            assert in_chinese(filled) == re.sub(r"\{\d+\}", "7", zh), en

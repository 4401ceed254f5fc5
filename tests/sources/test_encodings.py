"""Encodings of CSV files and Shapefiles: decided from the bytes, told in the report, refused where they are doubtful.

All files are synthetic, made by the tests.
"""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.sources import SourceSpec, read_layers
from geoprio.sources.encodings import decode, kind_of
from geoprio.sources.tables import as_ids, read_csv

HANZI = [bytes((a, b)).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]
LINE = st.lists(st.sampled_from(HANZI), min_size=6, max_size=12).map("".join)
"""Chinese text of some length: a few characters of GBK can be letters of UTF-8 by chance."""


def read(data, encoding=None):
    findings = Findings()
    text, decision = decode(data, encoding, "[x] a.csv", "x", findings)
    return text, decision.label, [n.text for n in findings.warnings]


# --------------------------------------------------------------------------------------------------------------- csv


@given(st.lists(LINE, min_size=2, max_size=6))
def test_chinese_text_is_read_from_every_usual_encoding(lines):
    text = "\r\n".join(["name,x", *lines])
    for encoding, label in (
        ("utf-8", "utf-8 (strict)"),
        ("utf-8-sig", "utf-8 (byte-order mark)"),
        ("utf-16", "utf-16 (byte-order mark)"),
        ("gb18030", "gb18030 (not UTF-8)"),
        ("gbk", "gb18030 (not UTF-8)"),
    ):
        assert read(text.encode(encoding)) == (text, label, [])


@given(st.lists(st.tuples(LINE, st.booleans()), min_size=2, max_size=8))
def test_lines_of_two_encodings_are_each_read_in_their_own(lines):
    data = b"".join(t.encode("utf-8" if utf8 else "gb18030") + b"\n" for t, utf8 in lines)
    text, label, warnings = read(data)
    assert text == "".join(t + "\n" for t, _ in lines)
    kinds = {utf8 for _, utf8 in lines}
    assert label.startswith("mixed" if len(kinds) == 2 else "utf-8" if kinds == {True} else "gb18030")
    if len(kinds) == 2:
        count = sum(utf8 for _, utf8 in lines)
        assert f"{count} lines in UTF-8, {len(lines) - count} in GB18030" in warnings[0]


def test_plain_ascii_is_told_so():
    assert read(b"a,b\n1,2\n") == ("a,b\n1,2\n", "utf-8 (plain ASCII)", [])


def test_two_bytes_of_gbk_that_are_a_letter_of_utf8():
    # 芦 is C2 AB in GB2312, which UTF-8 reads as «.
    line = "芦,1".encode("gb18030")
    assert line.decode("utf-8") == "«,1"
    assert kind_of(line) == "gb18030"
    text, label, _ = read(b"name,n\n" + line + b"\n" + "阳光小区,2\n".encode("gb18030"))
    assert text.splitlines()[1:] == ["芦,1", "阳光小区,2"]
    assert label.startswith("gb18030")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,x\nab\0c,1\n", "a NUL byte in line 2"),
        ("名称,1\n".encode("utf-16-le"), "a NUL byte in line 1"),
        ("名称,x\n阳光小区".encode()[:-1], "it ends within a character: the file is cut off"),
        ("名称,x\n阳光小区阳光小区".encode("gb18030")[:-1], "it ends within a character: the file is cut off"),
        (b"name,x\nCaf\xe9,1\n", "line 2 is neither UTF-8 nor GB18030"),
        ("名稱,x\n臺灣龍潭區,1\n鹽埕區體育館,2\n".encode("big5"), "mostly rare characters; set encoding"),
        ("名称,1\n".encode("utf-16")[:-1], "it is not utf-16"),
    ],
)
def test_bytes_that_are_no_sure_text(data, message):
    with pytest.raises(InputError, match=message):
        read(data)


def test_what_the_project_file_says_is_taken_or_refused():
    big5 = "名稱,x\n臺灣,1\n".encode("big5")
    assert read(big5, "big5") == ("名稱,x\n臺灣,1\n", "big5 (project file)", [])
    with pytest.raises(InputError, match=r"it is not utf-8 \(line 2: .*it looks like gb18030"):
        read("name,x\n阳光小区,1\n".encode("gb18030"), "utf-8")
    with pytest.raises(InputError, match="encoding 'klingon' is not known"):
        read(b"a", "klingon")


def test_characters_that_were_lost_before_are_told():
    assert read("名称\n阳�小区�\n".encode())[2] == [
        "[x] a.csv: 2 characters were lost (�) before the file came here; export it again"
    ]


def csv(folder, data, **spec):
    (folder / "rows.csv").write_bytes(data)
    findings = Findings()
    spec = SourceSpec(path="rows.csv", x="x", y="y", crs="EPSG:32650", **spec)
    return read_layers({"zones": spec}, folder, findings)["zones"], findings


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_needs_no_word_about_its_encoding(tmp_path, encoding):
    frame, findings = csv(tmp_path, "名称,x,y\n阳光小区,500000,4000000\n".encode(encoding))
    assert frame["名称"].tolist() == ["阳光小区"]
    assert findings.sources[0]["encoding"].startswith({"utf-8-sig": "utf-8 (byte"}.get(encoding, encoding))


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_tabs_and_semicolons_part_fields_too(tmp_path, mark):
    frame, _ = csv(tmp_path, "名称,x,y\n小区甲,500000,4000000\n小区乙,500000,4000000\n".replace(",", mark).encode())
    assert frame["名称"].tolist() == ["小区甲", "小区乙"]


def test_two_columns_of_one_name_are_told(tmp_path):
    findings = Findings()
    (tmp_path / "a.csv").write_text("n,x,n\n1,2,3\n", encoding="utf-8")
    assert read_csv(tmp_path / "a.csv", None, "x", findings).columns.tolist() == ["n", "x", "n.1"]
    assert findings.warnings[0].text == "a.csv: columns of one name were numbered (.1, .2 …): n"


def test_full_width_ids_are_plain_and_names_stay(tmp_path):
    frame, _ = csv(tmp_path, "编号,名称,x,y\nＡ１２,阳光１区,500000,4000000\nB3,丙,500000,4000000\n".encode())
    assert as_ids(frame["编号"]).tolist() == ["A12", "B3"]
    assert frame["名称"].tolist() == ["阳光１区", "丙"]


def test_geojson_that_is_not_utf8_is_refused(tmp_path):
    frame = gpd.GeoDataFrame({"名称": ["阳光小区"]}, geometry=gpd.points_from_xy([116], [40]), crs=4326)
    (tmp_path / "a.geojson").write_bytes(frame.to_json(ensure_ascii=False).encode("gb18030"))
    with pytest.raises(InputError, match=r"it is not UTF-8 \(it looks like GB18030\)"):
        read_layers({"zones": SourceSpec(path="a.geojson")}, tmp_path, Findings())


# --------------------------------------------------------------------------------------------------------- shapefile

NAMES = ["阳光小区", "百万庄小区", "a"]


def shapefile(folder, saved, cpg=None, language=0, change=None, **spec):
    """Write a Shapefile in an encoding with a .cpg (None: without) and a language byte; read it."""
    path = folder / "a.shp"
    names = gpd.GeoDataFrame(
        {"名称": NAMES, "n": [1, 2, 3]}, geometry=gpd.points_from_xy([1, 2, 3], [1, 2, 3]), crs=4326
    )
    names.to_file(path, encoding=saved)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = language
    path.with_suffix(".dbf").write_bytes(change(data) if change else data)
    findings = Findings()
    frame = read_layers({"zones": SourceSpec(path="a.shp", **spec)}, folder, findings)["zones"]
    return frame, findings


@pytest.mark.parametrize(
    ("encoding", "cpg", "language", "spec", "label"),
    [
        ("gbk", "GBK", 0, {}, "gb18030 (.cpg)"),
        ("gbk", "936", 0x57, {}, "gb18030 (.cpg)"),
        ("utf-8", "UTF-8", 0, {}, "utf-8 (.cpg)"),
        ("gbk", None, 0x4D, {}, "gb18030 (language byte 0x4D of the .dbf)"),
        ("gbk", None, 0x57, {}, "gb18030 (no .cpg; not UTF-8)"),
        ("gbk", None, 0, {}, "gb18030 (no .cpg; not UTF-8)"),
        ("utf-8", None, 0, {}, "utf-8 (no .cpg; strict)"),
        ("gbk", "UTF-8", 0, {"encoding": "gb18030"}, "gb18030 (project file)"),
    ],
)
def test_a_shapefile_says_its_encoding_or_shows_it(tmp_path, encoding, cpg, language, spec, label):
    frame, findings = shapefile(tmp_path, encoding, cpg, language, **spec)
    assert frame["名称"].tolist() == NAMES
    assert frame["n"].tolist() == [1, 2, 3]
    assert findings.sources[0]["encoding"] == label
    assert not findings.warnings


@pytest.mark.parametrize(
    ("encoding", "cpg", "spec", "message"),
    [
        (
            "gbk",
            "UTF-8",
            {},
            r'its \.cpg says utf-8, but .*it looks like gb18030; set encoding = "gb18030" or mend the',
        ),
        ("gbk", "ISO-8859-1", {}, r'its \.cpg says iso8859-1, but .*set encoding = "gb18030" or mend the'),
        ("utf-8", "936", {}, r'its \.cpg says gb18030, but .*set encoding = "utf-8" or mend the'),
        ("gbk", None, {"encoding": "utf-8"}, "is not utf-8; it looks like gb18030; set another encoding"),
    ],
)
def test_a_wrong_encoding_is_refused_with_the_mend(tmp_path, encoding, cpg, spec, message):
    with pytest.raises(InputError, match=message):
        shapefile(tmp_path, encoding, cpg, **spec)


def test_what_a_shapefile_says_wrongly_is_left_aside_and_told(tmp_path):
    frame, findings = shapefile(tmp_path, "utf-8", None, 0x4D)
    assert frame["名称"].tolist() == NAMES
    assert "its language byte says gb18030, which its text is not" in findings.warnings[0].text
    frame, findings = shapefile(tmp_path, "gbk", "klingon")
    assert frame["名称"].tolist() == NAMES
    assert "its .cpg names 'klingon', which is no known encoding" in findings.warnings[0].text


def put(old, new):
    """Return a change of a .dbf: the text `old` becomes `new`, blanks after it."""

    def change(data):
        at = data.index(old)
        data[at : at + len(old)] = new.ljust(len(old))
        return data

    return change


@pytest.mark.parametrize("cpg", [None, "UTF-8"])
def test_rows_of_two_encodings_are_each_read_in_their_own(tmp_path, cpg):
    frame, findings = shapefile(tmp_path, "gbk", cpg, change=put("百万庄小区".encode("gbk"), "红旗里".encode()))
    assert frame["名称"].tolist() == ["阳光小区", "红旗里", "a"]
    assert "1 texts in UTF-8, 2 in GB18030" in findings.warnings[0].text
    assert findings.sources[0]["encoding"].startswith("mixed")


@pytest.mark.parametrize(("encoding", "width"), [("gbk", 2), ("utf-8", 3)])
def test_a_character_cut_in_half_by_a_full_column_is_left_out(tmp_path, encoding, width):
    def fill(data):
        at = data.index("百万庄小区".encode(encoding))
        data[at : at + 80] = ("x" + "阳" * 40).encode(encoding)[:80]
        return data

    frame, findings = shapefile(tmp_path, encoding, change=fill)
    assert frame["名称"].tolist() == ["阳光小区", "x" + "阳" * (79 // width), "a"]
    if 79 % width:
        assert "1 texts fill their column and end within a character" in findings.notes[0].text


def test_a_table_that_is_cut_off(tmp_path):
    with pytest.raises(InputError, match=r"its \.dbf is cut off: it should hold 3 rows and has 2"):
        shapefile(tmp_path, "gbk", change=lambda data: data[:-60])


def test_text_of_neither_encoding(tmp_path):
    latin = put("百万庄小区".encode("gbk"), b"Caf\xe9")
    with pytest.raises(InputError, match="is neither UTF-8 nor GB18030; set encoding"):
        shapefile(tmp_path, "gbk", change=latin)
    frame, findings = shapefile(tmp_path, "gbk", None, 0x57, change=latin)
    assert frame.iloc[1, 0] == "Café"
    assert "taken as cp1252, as its language byte has it" in findings.warnings[0].text


def test_lost_characters_in_a_shapefile_are_told(tmp_path):
    _, findings = shapefile(tmp_path, "utf-8", "UTF-8", change=put("百万庄小区".encode(), "百�庄".encode()))
    assert "1 texts lost characters" in findings.warnings[0].text

"""The decision matrix: immutable, printed, and the same after a file."""

import dataclasses
import json
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError, MissingError
from geoprio.score import Criterion, DecisionMatrix
from geoprio.standards import Rule

FRAME = pd.DataFrame({"share": [0.8, np.nan], "meters": [300, 900], "name": ["甲", "乙"]}, index=["A", "B"])
SIGNS = {"share": -1, "meters": 1}


def small(**keys):
    return DecisionMatrix.from_frame(FRAME, SIGNS, {"share": 3, "meters": 1}, **keys)


def same(one, other):
    assert one.values.tobytes() == other.values.tobytes() or (
        np.array_equal(one.values, other.values, equal_nan=True) and one.values.shape == other.values.shape
    )
    assert list(one.ids) == list(other.ids)
    said = [[str(v) for v in dataclasses.astuple(c)[:-1]] + [c.rule] for c in one.criteria]
    assert said == [[str(v) for v in dataclasses.astuple(c)[:-1]] + [c.rule] for c in other.criteria]


def test_from_a_frame():
    matrix = small(units={"meters": "m"}, titles={"share": ("比例", "share served")}, anchors={"meters": (300, 900)})
    assert matrix.codes == ("share", "meters")
    assert matrix.weights.tolist() == [0.75, 0.25]
    assert matrix.directions.tolist() == [-1, 1]
    assert matrix.criteria[0].title_zh == "比例"
    assert matrix.criteria[1].unit == "m"
    assert (matrix.good[1], matrix.bad[1]) == (300, 900)
    assert np.isnan(matrix.good[0])
    assert DecisionMatrix.from_frame(FRAME[["share", "meters"]], [-1, 1]).weights.tolist() == [0.5, 0.5]
    same(DecisionMatrix.from_frame(matrix.table, matrix.directions.astype(int), matrix.weights), small())


def test_nothing_in_it_can_be_changed():
    frame = FRAME.copy()
    matrix = DecisionMatrix.from_frame(frame, SIGNS)
    frame.loc["A", "share"] = 0.0
    table = matrix.table
    table.loc["A", "share"] = 0.0
    weights = matrix.weights
    weights[0] = 9
    assert matrix.values[0, 0] == 0.8
    assert matrix.weights[0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        matrix.values[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        matrix.values = table
    with pytest.raises(dataclasses.FrozenInstanceError):
        matrix.criteria[0].weight = 1
    other = matrix.with_weights({"share": 1, "meters": 0})
    assert other.weights.tolist() == [1, 0]
    assert matrix.weights.tolist() == [0.5, 0.5]


def test_it_prints_well():
    assert repr(small()).splitlines() == [
        "2 zones × 2 indicators",
        "            share  meters",
        "direction       -       +",
        "weight     75.0 %  25.0 %",
        "A             0.8     300",
        "B               ?     900",
    ]
    many = DecisionMatrix.from_frame(pd.DataFrame({"a": range(25)}), [1])
    assert repr(many).splitlines()[-1] == "… and 15 more zones"


def test_notebooks_show_text_from_data_as_text():
    evil = pd.DataFrame({"<b>": [1.0]}, index=["<script>alert(1)</script>\n&"])
    page = DecisionMatrix.from_frame(evil, [1], titles={"<b>": ('"><i>', "x")})._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DecisionMatrix.from_frame(FRAME, {"shares": 1}), "no column 'shares'; the table has"),
        (lambda: DecisionMatrix.from_frame(FRAME, {"name": 1}), "row 'A', column 'name': '甲' is no number"),
        (lambda: DecisionMatrix.from_frame(FRAME, {"share": 0}), "direction 0 must be"),
        (lambda: DecisionMatrix.from_frame(FRAME, [1]), "1 are given for the columns"),
        (lambda: DecisionMatrix.from_frame(FRAME, SIGNS, {"share": 1}), "1 weights are given for 2"),
        (lambda: DecisionMatrix.from_frame(FRAME, SIGNS, {"share": 1, "x": 1}), "give one for each"),
        (lambda: DecisionMatrix.from_frame(FRAME, SIGNS, [0, 0]), "one above 0"),
        (lambda: DecisionMatrix.from_frame(FRAME, SIGNS, [-1, 2]), "0 or more"),
        (lambda: DecisionMatrix.from_frame(FRAME.loc[["A", "A"]], SIGNS), "zone 'A' stands there twice"),
        (lambda: DecisionMatrix.from_frame(FRAME.replace(900, np.inf), SIGNS), "zone 'B', 'meters': inf"),
        (lambda: DecisionMatrix(FRAME[["share"]], (Criterion("meters"),)), "must be the same"),
        (lambda: DecisionMatrix(FRAME[["share"]], (Criterion("share", weight=0.5),)), "sum to 1"),
    ],
)
def test_what_is_no_matrix(make, message):
    with pytest.raises(InputError, match=message):
        make()


# Whatever a name may hold that a text file can: formulas, marks, quotes, breaks.
names = st.text(string.ascii_letters + "小区=+-@'\"#, ;\t\r\n{}", min_size=1, max_size=6)
numbers = st.floats(allow_nan=True, allow_infinity=False)


@st.composite
def matrices(draw):
    codes = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    ids = draw(st.lists(names | st.sampled_from(["#weight", "#rule", "zone_id"]), min_size=1, max_size=5, unique=True))
    rows = draw(
        st.lists(st.lists(numbers, min_size=len(codes), max_size=len(codes)), min_size=len(ids), max_size=len(ids))
    )
    shares = np.array(draw(st.lists(st.floats(0.01, 1), min_size=len(codes), max_size=len(codes))))
    rule = Rule(category="childcare", threshold=300, source='say "5.0"', share=0.1 + 0.2)
    criteria = tuple(
        Criterion(
            code, draw(names), draw(names), draw(names), draw(names), draw(st.sampled_from((1, -1))),
            draw(numbers), draw(numbers), draw(names), share, draw(st.sampled_from((rule, None))),
        )
        for code, share in zip(codes, (shares / shares.sum()).tolist(), strict=True)
    )  # fmt: skip
    return DecisionMatrix(pd.DataFrame(rows, pd.Index(ids, dtype="str", name="zone_id"), codes, dtype=float), criteria)


@pytest.mark.parametrize("ending", ["json", "csv"])
@settings(max_examples=60, deadline=None)
@given(matrix=matrices())
def test_files_lose_nothing(tmp_path_factory, ending, matrix):
    path = tmp_path_factory.getbasetemp() / f"matrix.{ending}"
    same(DecisionMatrix.from_file(matrix.to_file(path)), matrix)


def test_formulas_in_a_csv_are_text(tmp_path):
    frame = pd.DataFrame({"=1+1": [1.5]}, index=["=cmd|' /C calc'!A0"])
    lines = (
        DecisionMatrix.from_frame(frame, [1]).to_file(tmp_path / "m.csv").read_text(encoding="utf-8-sig").split("\n")
    )
    assert lines[0] == "zone_id,'=1+1"
    assert lines[-2] == "'=cmd|' /C calc'!A0,1.5"


def test_a_csv_written_by_hand(tmp_path):
    path = tmp_path / "hand.csv"
    path.write_bytes("zone_id,步行距离,比例\n#direction,1,-1\n甲,300,\n乙,900,0.5\n".encode("gb18030"))
    matrix = DecisionMatrix.from_file(path)
    assert matrix.weights.tolist() == [0.5, 0.5]
    assert list(matrix.ids) == ["甲", "乙"]
    assert np.isnan(matrix.values[0, 1])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "id,x\n1,2\n", "first row must be zone_id"),
        ("a.csv", "", "first row must be zone_id"),
        ("a.csv", "zone_id,x\nA,2\n", "'x' has direction None; write 1 or -1"),
        ("a.csv", "zone_id,x\n#direction,1\nA,two\n", "a.csv: row 3, column 'x': 'two' is no number"),
        ("a.csv", "zone_id,x\n#direction,1\nA,nan\n", "'nan' is no number; leave unknown ones blank"),
        ("a.csv", "zone_id,x\n#direction,1\nA,1,2\n", "row 3 has 3 cells, the header 2"),
        ("a.csv", "zone_id,x\n#direction,1\nA,1\nA,2\n", "a.csv: zone 'A' stands there twice"),
        ("a.csv", "zone_id,x\n#direction,1\n#rule,{\nA,1\n", "row #rule, column 'x': '{' is not JSON"),
        ("a.csv", "zone_id,x\n#direction,1\n#rule,{}\nA,1\n", "rule"),
        ("a.csv", 'zone_id,"x\n', "not a CSV"),
        ("a.json", "{", "not a decision matrix in JSON"),
        ("a.json", "[]", "not a decision matrix in JSON"),
        ("a.json", '{"format": "2", "criteria": [], "zones": []}', "format '2' is not"),
        ("a.txt", "", "kept as .json or .csv"),
    ],
)
def test_files_that_are_no_matrix(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        DecisionMatrix.from_file(tmp_path / name)


def test_json_is_plain_and_rows_must_be_whole(tmp_path):
    path = small().to_file(tmp_path / "m.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["zones"][1] == {"id": "B", "values": [None, 900.0]}
    data["zones"][1]["values"] = [1.0]
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="zone 'B' has 1 values for 2"):
        DecisionMatrix.from_file(path)
    with pytest.raises(MissingError, match="is not there"):
        DecisionMatrix.from_file(tmp_path / "none.json")

"""`geoprio weights` as a user meets it; the tables are those of docs/scoring.md."""

import json
import re
import tomllib

import numpy as np
import pytest
from conftest import EXAMPLE, ROOT
from typer.testing import CliRunner

import geoprio
from geoprio._core.errors import GeoprioError
from geoprio.cli.main import app
from geoprio.score.weights import ahp, best_worst, critic

PAGE = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
JUDGED, ANSWERED, POINTS = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
CODES = ["elder_care_covered_share", "childcare_covered_share", "convenience_covered_share"]


def call(*args, code=0):
    """Run the program in this process; return what it printed."""
    done = CliRunner().invoke(app, ["weights", *(str(a) for a in args)])
    if code == 0:
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout
    assert isinstance(done.exception, GeoprioError), done.exception
    return str(done.exception)


def snippet(text):
    return tomllib.loads(text[text.index("[score.weights]") :])["score"]["weights"]


@pytest.fixture
def files(tmp_path):
    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_ahp_tells_consistency_and_its_table(files):
    path = files("anna.csv", JUDGED)
    exact = ahp([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]])
    text = call("ahp", path)
    assert f"anna.csv: consistency ratio {exact.consistency_ratio:.4f} (consistent; random index: saaty)." in text
    assert snippet(text) == pytest.approx(dict(zip(CODES, exact.weights, strict=True)), rel=1e-5)
    other = json.loads(call("ahp", path, "--random-index", "alonso-lamata", "--json"))
    assert other["consistency_ratio"] == pytest.approx(exact.consistency_index / 0.5245, rel=1e-12)
    assert other["random_index"] == "alonso-lamata"


def test_a_group_tells_agreement_and_what_to_revisit(files):
    one, two = files("一.csv", JUDGED, "gb18030"), files("two.csv", JUDGED.replace("1,2,5", "1,1/9,9"))
    text = call("ahp", one, two)
    assert "Group of 2" in text
    assert "agreement (Kendall's W)" in text
    assert "two.csv: revisit " in text
    assert "not consistent" in text
    told = json.loads(call("ahp", one, two, "--json"))
    assert sum(told["weights"].values()) == pytest.approx(1)
    assert 0 <= told["agreement"] <= 1
    assert [f["file"] for f in told["files"]] == ["一.csv", "two.csv"]


def test_other_questions(files):
    told = json.loads(call("bwm", files("b.csv", ANSWERED), "--json"))
    exact = best_worst(0, 2, [1, 2, 6], [6, 3, 1])
    assert list(told["weights"].values()) == pytest.approx(list(exact.weights))
    assert told["xi"] == pytest.approx(exact.xi)
    assert snippet(call("swing", files("s.csv", POINTS))) == pytest.approx(
        dict(zip(CODES, (0.5, 0.3, 0.2), strict=True))
    )
    ranks = "code,rank\na,1\nb,2\n"
    assert snippet(call("roc", files("r.csv", ranks))) == snippet(call("roc", "a", "b")) == {"a": 0.75, "b": 0.25}
    assert snippet(call("roc", "甲 = 1", 'b"]')) == {"甲 = 1": 0.75, 'b"]': 0.25}


def test_weights_of_a_projects_own_values():
    result = geoprio.run(EXAMPLE)
    matrix = result.matrix
    ranked = matrix.ids.isin(result.zones.index[result.zones["rank"].notna()])
    values = matrix.values[ranked]
    # The project scores what is unknown as the median of the others.
    values = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
    exact = critic(values, matrix.directions)
    told = json.loads(call("critic", EXAMPLE, "--json", "-q"))
    assert list(told["weights"].values()) == pytest.approx(list(exact), rel=1e-12)
    equal = json.loads(call("equal", EXAMPLE, "--json", "-q"))["weights"]
    assert list(equal.values()) == pytest.approx([1 / 9] * 9)
    assert "not how much it matters" in call("std", EXAMPLE, "-q")
    again = geoprio.rescore(result, told["weights"])
    assert np.isfinite(again.zones["priority"].iloc[0])


@pytest.mark.parametrize(
    ("method", "text", "found"),
    [
        ("ahp", JUDGED.replace("1,2,5", "1,two,5"), "column 'childcare_covered_share': 'two' is no number"),
        ("ahp", JUDGED.replace("1,2,5", "1,,5"), "is not judged"),
        ("ahp", JUDGED.replace("1,2,5", "1,-2,5"), "must be above 0"),
        ("ahp", JUDGED.replace(",,,1", "1,,1"), "row 4 has"),
        ("ahp", JUDGED.replace("childcare_covered_share,,", "childcare,,"), "same indicators"),
        ("ahp", "a\n", "no rows below a header"),
        ("ahp", ",a,b\na,1,3\nb,2,1\n", "reciprocal"),
        ("bwm", ANSWERED.replace("best\n", "\n"), "must hold best once"),
        ("bwm", ANSWERED.replace("role", "rolle"), "no column role"),
        ("bwm", ANSWERED.replace(",2,3,", ",,3,"), "is blank"),
        ("swing", POINTS.replace("100", "90"), "the largest must be 100"),
        ("swing", POINTS.replace("childcare_covered_share", "elder_care_covered_share"), "each once"),
        ("roc", "code,rank\na,1\na,2\n", "each once"),
        ("roc", 'code,rank\n"a,1\n', "not a CSV"),
    ],
)
def test_mistakes_are_named(files, method, text, found):
    message = call(method, files("given.csv", text), code=2)
    assert "given.csv" in message
    assert found in message


def test_wrong_files_are_named(tmp_path, files):
    assert "is not there" in call("ahp", tmp_path / "none.csv", code=2)
    assert "takes one file" in call("swing", "a.csv", "b.csv", code=2)
    assert "twice" in call("roc", "a", "a", code=2)
    big = files("big.csv", "code,points\n" + "a,1\n" * 300_000)
    assert "larger than" in call("swing", big, code=2)
    two = files("two.csv", ",a,b\na,1,2\nb,,1\n")
    assert "same order" in call("ahp", files("one.csv", JUDGED), two, code=2)

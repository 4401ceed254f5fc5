"""Scoring methods, weights by name and the safety gate through a whole run."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import X, Y, square

import geoprio
from geoprio._core.errors import InputError

CODES = ("convenience_distance_m", "elder_care_distance_m")


@pytest.fixture
def four(town):
    """The little town in four zones, of which one is unsafe and of one nothing is known."""
    town.zones = [
        ({"id": f"z{k}", "name": f"{k}区", "危房": held}, "Polygon", square(X + 200 * k, Y + 100, 200))
        for k, held in enumerate(("否", "是", "", "否"))
    ]
    return town


def score(four, text, **changed):
    return geoprio.run(four.write(f"\n[score]\n{text}\n", **changed))


def parts(zones):
    return zones.filter(like="_contribution").sum(axis=1) + zones.get("baseline", 0.0)


@pytest.mark.parametrize("normalize", ["threshold", "minmax", "z", "rank", "vector", "sum"])
@pytest.mark.parametrize("aggregate", ["weighted_sum", "topsis", "vikor", "promethee2"])
def test_every_method_runs_and_adds_up(four, normalize, aggregate):
    codes = ", ".join(f"{code} = 1" for code in CODES)
    result = score(four, f'normalize = "{normalize}"\naggregate = "{aggregate}"\nweights = {{{codes}}}')
    zones = result.zones
    assert zones["priority"].between(-1e-9, 100 + 1e-9).all()
    assert np.abs(parts(zones) - zones["priority"]).max() < 1e-9
    assert ("baseline" in zones) == (aggregate != "weighted_sum")


def test_what_is_written_under_another_method_adds_up_and_says_so(four, tmp_path):
    codes = ", ".join(f"{code} = {w}" for code, w in zip(CODES, (3, 1), strict=True))
    result = score(four, f'normalize = "minmax"\naggregate = "vikor"\nweights = {{{codes}}}')
    out = result.save(tmp_path / "out")
    table = pd.read_csv(out / "zones.csv", index_col="zone_id", encoding="utf-8-sig")
    assert np.abs(parts(table) - table["priority"]).max() < 1e-9
    page = (out / "map.html").read_text(encoding="utf-8")
    start = page.index('id="geoprio-data"')
    data = json.loads(page[page.index("{", start) : page.index("</script>", start)])
    assert data["method"] == {"normalize": "minmax", "aggregate": "vikor"}
    for row, base in zip(data["zones"], data["baselines"], strict=True):
        assert sum(row[11]) + base == pytest.approx(row[8], abs=1e-9)
        assert row[13] == [None, None]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["project"]["score"]["aggregate"] == "vikor"


def test_without_thresholds_no_anchor_is_asked_for(four, tmp_path):
    weights = "weights = {convenience_per_1000 = 1, convenience_distance_m = 1}"
    for k in range(len(four.buildings)):
        four.buildings[k][0]["population"] = 10 * (k + 1)
    four.shops.append(({"id": "s2", "name": "乙店"}, "Point", [X + 500, Y + 195]))
    with pytest.raises(InputError, match=r"no target in 'per 1,000'.* or set normalize = .minmax"):
        score(four, weights)
    result = score(four, f'normalize = "minmax"\n{weights}')
    assert np.isnan(result.matrix.good[0])
    out = result.save(tmp_path / "out")
    criteria = json.loads((out / "run.json").read_text(encoding="utf-8"))["criteria"]
    assert (criteria[0]["good"], criteria[0]["anchors"]) == (None, "")
    again = geoprio.rescore(result, {"convenience_per_1000": 1.0})
    assert again.zones["convenience_per_1000_contribution"].max() == 100


def test_weights_by_name_stand_in_the_result(four):
    result = score(four, f'weights = "std"\ncriteria = {json.dumps(CODES)}')
    assert result.matrix.codes == CODES
    assert result.matrix.weights.sum() == pytest.approx(1)
    assert any(n["text"].startswith("weights by std from 4 of 4 zones") for n in result.quality["notes"])
    assert np.abs(parts(result.zones) - result.zones["priority"]).max() < 1e-9
    again = geoprio.rescore(result, dict(zip(CODES, result.matrix.weights, strict=True)))
    np.testing.assert_allclose(again.zones["priority"], result.zones["priority"])


def test_piecewise_value_functions(four):
    result = score(
        four,
        'normalize = "piecewise"\nweights = {convenience_distance_m = 1}\n'
        "[score.curves]\nconvenience_distance_m = [[100, 0], [200, 0.8], [1000, 1]]",
    )
    expected = 100 * np.interp(result.zones["convenience_distance_m"], [100, 200, 1000], [0, 0.8, 1])
    np.testing.assert_allclose(result.zones["priority"], expected)


def test_the_safety_gate_of_the_zones(four, tmp_path):
    plain = geoprio.run(four.write())
    gated = geoprio.run(four.write(zones='[zones]\npath = "zones.geojson"\nsafety_gate = "危房"\n'))
    held = gated.zones["safety_gate"]
    assert held.index[0] == "z1"
    assert [None if pd.isna(v) else bool(v) for v in held] == [True, None, False, False]
    columns = ["priority", *plain.zones.filter(like="_contribution")]
    pd.testing.assert_frame_equal(gated.zones[columns].sort_index(), plain.zones[columns].sort_index())
    assert any("safety_gate: not known for 1 ranked zones" in n["text"] for n in gated.quality["notes"])
    page = gated.save(tmp_path / "out").joinpath("map.html").read_text(encoding="utf-8")
    assert '"gates":[true,null,false,false]' in page
    with pytest.raises(InputError, match="the zones have no column 'safe'"):
        score(four, 'gate = "safe"')


def test_a_matrix_of_a_run_goes_to_a_file_and_back(four, tmp_path):
    matrix = geoprio.run(four.write()).matrix
    for name in ("m.csv", "m.json"):
        again = type(matrix).from_file(matrix.to_file(tmp_path / name))
        assert again.criteria == matrix.criteria
        np.testing.assert_array_equal(again.values, matrix.values)
    assert "<table>" in matrix._repr_html_()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('weights = "best"', "score.weights"),
        ('normalize = "log"', "score.normalize"),
        ('weights = {a = "x"}', "score.weights.a"),
    ],
)
def test_settings_that_are_not_known(four, text, message):
    with pytest.raises(InputError, match=message) as error:
        score(four, text)
    assert "literal[" not in str(error.value)
    assert "dict[" not in str(error.value)

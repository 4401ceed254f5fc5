"""Prepared networks on disk: the same answers after the way there and back, and nothing read that is not whole."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError, MissingError
from geoprio.network import (
    Profile,
    build_network,
    counts,
    k_nearest,
    load_network,
    nearest,
    od_table,
    route,
    save_network,
    service_area,
    snap,
    supply,
    through_gates,
)

WALK = Profile(name="someone", speed_m_per_min=51, downhill_gain=False, steps_factor=3, crossing_penalty_s=20)


def hilly_town():
    """Return a network with everything that a network may hold, and points around it."""
    lines, homes, shops = towns.crooked(3)
    shapes = gpd.GeoSeries([shapely.LineString(line) for line in lines], crs=32650)
    kinds = np.arange(len(lines)) % 4
    network = build_network(shapes, steps=kinds == 1, major=kinds == 2)
    network = network.with_elevation(20 * np.sin(network.x / 90) + network.y / 50)
    gates = homes[:9] + 5
    return (
        through_gates(network, homes, gates, np.array([(i, i % 9) for i in range(60)]), max_snap_m=90.0)[0],
        homes,
        shops,
    )


def answers(network, homes, shops):
    """Return the bytes of what the searches answer."""
    start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    found = [start.segment, start.offset]
    for profile, unit in ((None, 1.0), (WALK, 1 / 51)):
        walk = {"profile": profile}
        found += nearest(network, start, goal, cutoff=900.0 * unit, **walk)
        found += k_nearest(network, start, goal, 3, cutoff=900.0 * unit, **walk)
        found += [counts(network, start, goal, (300.0 * unit, 700.0 * unit), **walk)]
        found += [supply(network, start, goal, np.ones(len(homes)), np.ones(len(shops)), 700.0 * unit, **walk)]
        found += [
            column.to_numpy() for column in od_table(network, start, goal, cutoff=700.0 * unit, **walk).read_all()
        ]
        snapped, there = np.flatnonzero(np.isfinite(nearest(network, start, goal, **walk)[0])), found[3]
        i = int(snapped[there[snapped] >= 0][0])
        found += [np.array(route(network, start, goal, i, int(there[i]), **walk).line.coords)]
        pieces = service_area(network, goal, int(there[i]), 300.0 * unit, **walk)
        found += [shapely.get_coordinates(pieces)]
    return [np.ascontiguousarray(values).tobytes() for values in found]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a network, its points, and the bytes of its file."""
    network, homes, shops = hilly_town()
    path = tmp_path_factory.mktemp("network") / "town.network"
    save_network(network, path)
    return network, homes, shops, path.read_bytes()


def test_the_same_answers_after_the_way_there_and_back(saved, tmp_path):
    network, homes, shops, content = saved
    path = tmp_path / "again.network"
    path.write_bytes(content)
    loaded = load_network(path)
    assert answers(loaded, homes, shops) == answers(network, homes, shops)
    for name in ("x", "y", "start", "end", "length", "z", "steps", "major", "one_way"):
        before, after = getattr(network, name), getattr(loaded, name)
        assert (before.dtype, before.tobytes()) == (after.dtype, after.tobytes())
    assert loaded.crs == network.crs
    assert loaded.crs.to_epsg() == 32650


def test_a_plain_network_stays_plain(tmp_path):
    network = build_network([shapely.LineString([(0, 0), (100, 0)])])
    save_network(network, tmp_path / "plain")
    loaded = load_network(tmp_path / "plain")
    assert [getattr(loaded, name) for name in ("z", "steps", "major", "one_way", "crs")] == [None] * 5
    start, goal = (snap(loaded, np.array([(x, 0.0)]), max_snap_m=1) for x in (10, 90))
    assert nearest(loaded, start, goal)[0] == pytest.approx([80], abs=1e-4)


def test_nothing_is_contracted_again(saved, tmp_path, monkeypatch):
    _, homes, shops, content = saved
    (tmp_path / "town").write_bytes(content)
    loaded = load_network(tmp_path / "town")

    def again(*_):
        raise AssertionError

    monkeypatch.setattr("geoprio.network.build.contract", again)
    nearest(loaded, *(snap(loaded, points, max_snap_m=90) for points in (homes, shops)))


def test_the_same_network_is_the_same_file_and_replaces_an_old_one(saved, tmp_path):
    network, _, _, content = saved
    path = tmp_path / "town"
    path.write_bytes(b"something older and longer" * 9999)
    save_network(network, path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(saved, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        save_network(saved[0], tmp_path / "nowhere" / "town")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingError, match="town"):
        load_network(tmp_path / "town")
    with pytest.raises((MissingError, InputError)):
        load_network(tmp_path)


class Bomb:
    """Leaves a file behind when unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def foreign_files(mark):
    """Return files that are no networks, by name."""
    arrays, objects, zipped = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.savez(arrays, x=np.zeros(3), start=np.zeros(2, int))
    np.savez(objects, x=np.array([Bomb(mark)], dtype=object), **{"header.json": np.array([Bomb(mark)], dtype=object)})
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return {
        "empty": b"",
        "text": "街道".encode(),
        "json": b'{"format": "geoprio network", "version": 1}',
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(99),
        "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00K\x01.",
        "arrays": arrays.getvalue(),
        "objects": objects.getvalue(),
        "zip": zipped.getvalue(),
    }


@pytest.mark.parametrize("name", foreign_files("x"))
def test_foreign_files(name, tmp_path):
    (tmp_path / name).write_bytes(foreign_files(tmp_path / "mark")[name])
    with pytest.raises(InputError, match=name):
        load_network(tmp_path / name)
    assert not (tmp_path / "mark").exists()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_file_cut_short(saved, tmp_path_factory, data):
    content = saved[3]
    path = tmp_path_factory.mktemp("cut") / "town"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(InputError, match="town"):
        load_network(path)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_flipped_bit_is_found_or_harmless(saved, tmp_path_factory, data):
    """Some bits of a zip mean nothing, such as dates; the arrays are then what they were."""
    network, _, _, content = saved
    path = tmp_path_factory.mktemp("flip") / "town"
    at = data.draw(st.integers(0, len(content) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
    loaded, message = None, ""
    try:
        loaded = load_network(path)
    except InputError as error:
        message = str(error)
    if loaded is None:
        assert "town" in message
        return
    for name in ("x", "y", "start", "end", "length", "z", "steps", "major", "one_way"):
        assert getattr(loaded, name).tobytes() == getattr(network, name).tobytes()


# Files that are whole but were written by someone else.


def rewrite(content, **changes):
    """Return the file with some members changed; the digests are those of the changed arrays."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members["header.json"])
    for name, values in changes.get("arrays", {}).items():
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, values, allow_pickle=values.dtype == object)
        members[f"{name}.npy"] = buffer.getvalue()
        header["arrays"][name] = hashlib.sha256(values.tobytes()).hexdigest()
    for name in changes.get("without", ()):
        del members[f"{name}.npy"], header["arrays"][name]
    members["header.json"] = json.dumps(header | changes.get("header", {})).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


def arrays_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        return {name[:-4]: np.lib.format.read_array(io.BytesIO(archive.read(name))) for name in names}


def refused(content, path, match="town"):
    path.write_bytes(content)
    with pytest.raises(InputError, match=match):
        load_network(path)


@pytest.mark.parametrize("version", [0, 2, 999, "1", None])
def test_another_version(saved, tmp_path, version):
    refused(rewrite(saved[3], header={"version": version}), tmp_path / "town", "version|save the network again")


@pytest.mark.parametrize(
    "header", [{"format": "something else"}, {"crs": "nonsense"}, {"crs": 7}, {"arrays": []}, {"arrays": {"y": "0"}}]
)
def test_another_header(saved, tmp_path, header):
    refused(rewrite(saved[3], header=header), tmp_path / "town")


def test_rewritten_but_unchanged_is_read(saved, tmp_path):
    (tmp_path / "town").write_bytes(rewrite(saved[3]))
    assert answers(load_network(tmp_path / "town"), *saved[1:3]) == answers(*saved[:3])


def test_arrays_that_are_missing(saved, tmp_path):
    optional = {"z", "steps", "major", "bridge", "one_way"}
    for name in arrays_of(saved[3]).keys() - optional:
        refused(rewrite(saved[3], without=[name]), tmp_path / "town")


def test_arrays_of_another_shape(saved, tmp_path):
    for name, values in arrays_of(saved[3]).items():
        refused(rewrite(saved[3], arrays={name: values[:-1]}), tmp_path / "town")
        refused(rewrite(saved[3], arrays={name: np.stack((values, values))}), tmp_path / "town")


def test_numbers_that_name_nothing(saved, tmp_path):
    """Compiled loops do not look whether a number is within its array."""
    for name, values in arrays_of(saved[3]).items():
        if values.dtype.kind in "iu":
            for bad in (10**7, -5):
                changed = values.copy()
                changed[len(changed) // 2] = bad
                refused(rewrite(saved[3], arrays={name: changed}), tmp_path / "town")


def test_numbers_of_another_kind(saved, tmp_path):
    for name, values in arrays_of(saved[3]).items():
        for kind in ("U9", "complex128"):
            refused(rewrite(saved[3], arrays={name: values.astype(kind)}), tmp_path / "town")


@pytest.mark.parametrize(("name", "bad"), [("x", np.nan), ("length", 0.0), ("length", -1.0), ("z", np.inf)])
def test_values_that_no_network_has(saved, tmp_path, name, bad):
    values = arrays_of(saved[3])[name].copy()
    values[0] = bad
    refused(rewrite(saved[3], arrays={name: values}), tmp_path / "town")


def test_arrays_of_objects_are_not_unpickled(saved, tmp_path):
    bombs = np.array([Bomb(tmp_path / "mark")] * len(saved[0].x), dtype=object)
    refused(rewrite(saved[3], arrays={"x": bombs}), tmp_path / "town")
    assert not (tmp_path / "mark").exists()

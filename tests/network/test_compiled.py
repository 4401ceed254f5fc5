"""Compiled loops load lazily, and also where nothing can be cached."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

NO_CACHE = """
import os, sys
from numba.core import caching
caching.CacheImpl._locator_classes = [caching.UserProvidedCacheLocator]
import numpy as np, numba, shapely
from geoprio.network import build_network, snap
streets = build_network([shapely.LineString([(0, 0), (100, 0)])])
assert snap(streets, np.array([[1.0, 2.0]]), max_snap_m=9).segment.tolist() == [0]
print(numba.config.CACHE_DIR, os.path.isdir(numba.config.CACHE_DIR))
"""


def test_without_a_folder_to_cache_in():
    done = subprocess.run([sys.executable, "-c", NO_CACHE], capture_output=True, text=True, check=True)
    folder, there = done.stdout.split()
    assert there == "True"
    assert subprocess.run(["test", "-e", folder], check=False).returncode == 1


def test_building_a_network_loads_no_compiler():
    code = "import sys, shapely, geoprio.network as n; n.build_network([shapely.LineString([(0, 0), (1, 0)])])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('numba' in sys.modules)"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


EVERYTHING = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, shapely
import towns
from geoprio.network import *
from geoprio.network import compiled
compiled.LARGE_NETWORK, compiled.THREADS = 0, 4
lines, homes, shops = towns.crooked(7)
kinds = np.arange(len(lines)) % 4
network = build_network([shapely.LineString(line) for line in lines], steps=kinds == 1, major=kinds == 2)
network = network.with_elevation(20 * np.sin(network.x / 90))
start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
demand, capacity = 0.1 + np.arange(len(homes)) / 7, 1 / (1.0 + np.arange(len(shops)))
adult = Profile(name="adult", speed_m_per_min=72, steps_factor=2, crossing_penalty_s=10)
everything = []
for walk, unit in (({}, 1), ({"profile": adult}, 1 / 72)):
    found = [*nearest(network, start, goal, cutoff=900 * unit, **walk)]
    found += nearest_each(network, start, [goal, goal.take(np.arange(5))], cutoff=900 * unit, **walk)[1]
    found += k_nearest(network, start, goal, 3, cutoff=900 * unit, **walk)
    rings = (300 * unit, 600 * unit)
    found += [counts(network, start, goal, rings, **walk), reachable(network, start, goal)]
    found += [cumulative(network, start, goal, capacity, rings, **walk)]
    found += [reached_by(network, start, goal, rings, demand=demand, **walk)]
    for method in ("2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca"):
        found += [supply(network, start, goal, demand, capacity, 600 * unit, method=method, **walk)]
    found += [column.to_numpy() for column in od_table(network, start, goal, cutoff=600 * unit, **walk).read_all()]
    found += [shapely.get_coordinates(service_area(network, goal, 0, 300 * unit, **walk))]
    everything += found
np.savez(sys.argv[2], *everything)
"""


def test_threads_change_not_a_byte_and_plain_python_says_the_same(tmp_path):
    """With one thread, with four, and with the loops run as plain Python, whose exp() may differ in the last digit."""
    ways = [{"NUMBA_NUM_THREADS": "1"}, {"NUMBA_NUM_THREADS": "4"}, {"NUMBA_DISABLE_JIT": "1"}]
    here, files = str(Path(__file__).parent), [tmp_path / f"{k}.npz" for k in range(3)]
    running = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", EVERYTHING, here, str(file)], env=os.environ | way)
        for way, file in zip(ways, files, strict=True)
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    one, four, plain = ([values for _, values in np.load(file).items()] for file in files)
    assert len(one) == 38
    assert [values.tobytes() for values in one] == [values.tobytes() for values in four]
    for values, same in zip(one, plain, strict=True):
        np.testing.assert_allclose(same, values, rtol=1e-12, atol=0)

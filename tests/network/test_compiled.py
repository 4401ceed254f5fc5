"""Compiled loops load lazily, and also where nothing can be cached."""

import subprocess
import sys

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

"""The public surface: complete, sorted, and light to import."""

import subprocess
import sys

import pytest

import geoprio

HEAVY = (
    *("geopandas", "numba", "folium", "matplotlib", "sklearn", "dask", "typer", "highspy", "pandas", "shapely"),
    *("osmium", "pyarrow", "pydantic", "pyogrio", "pyproj", "rasterio", "scipy"),
)


def test_all_is_sorted_complete_and_there():
    assert sorted(geoprio.__all__) == geoprio.__all__ == dir(geoprio)
    assert all(getattr(geoprio, name) is not None for name in geoprio.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = geoprio.nothing


def test_import_loads_nothing_heavy():
    code = f"import sys, geoprio; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_without_elevations_loads_no_raster_library(town):
    save = f"geoprio.run({str(town.write())!r}).save({str(town.folder / 'out')!r})"
    code = f"import sys, geoprio; {save}; print('rasterio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert '"rasterio": "' in (town.folder / "out" / "run.json").read_text(encoding="utf-8")


def test_every_public_thing_says_what_it_raises():
    for name in ("run", "check", "rescore", "load_project", "load_scenario", "plan", "site", "sensitivity"):
        doc = getattr(geoprio, name).__doc__
        assert "Raises\n" in doc, name

"""The wheel works on its own: installed elsewhere, without a network, `geoprio demo` runs."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from conftest import ROOT, required


@pytest.mark.wheel
def test_demo_from_the_wheel(tmp_path):
    if not required("wheel"):
        pytest.skip("builds a wheel and an environment; runs where GEOPRIO_REQUIRE lists wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    # The libraries come from this environment, geoprio itself only from the wheel.
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    site = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (site / "libraries.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")), encoding="utf-8")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-index",
            "--quiet",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    python = tmp_path / "venv" / "bin" / "python"
    # A proxy that nobody answers stands for a machine without a network.
    offline = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
    offline |= {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PROJ_NETWORK": "OFF"}
    where = subprocess.run(
        [python, "-c", "import geoprio; print(geoprio.__file__)"],
        cwd=tmp_path,
        env=offline,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(tmp_path)
    done = subprocess.run(
        [python, "-m", "geoprio", "demo", "here"],
        cwd=tmp_path,
        env=offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "out" / "map.html").stat().st_size > 100_000
    assert "61 个片区" in done.stdout

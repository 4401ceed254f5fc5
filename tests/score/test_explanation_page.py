"""The example of docs/explanation.md runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_example_of_the_page_runs():
    page = (ROOT / "docs" / "explanation.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    project = ROOT / "data" / "example" / "project.toml"
    code = code.replace('"project.toml"', repr(str(project)))
    run = [sys.executable, "-W", "error::DeprecationWarning:geoprio", "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "first 3" in done.stdout

"""The little town with a list of its compounds."""

from geoprio._core.findings import Findings
from geoprio.city import build_city
from geoprio.config import load_project

COMPOUNDS = '[compounds]\npath = "list.csv"\n'


def write_list(town, text, encoding="utf-8"):
    (town.folder / "list.csv").write_bytes(text.strip().encode(encoding))


def build(town, extra=COMPOUNDS, findings=None, **changed):
    project = town.write(extra, **changed)
    config = load_project(project)
    findings = findings or Findings()
    city = build_city(
        config.zones, config.buildings, config.streets, config.facilities, project.parent, findings,
        compounds=config.compounds, crs=config.project.crs, catchment_m=config.access.cutoff_m,
    )  # fmt: skip
    return city, findings

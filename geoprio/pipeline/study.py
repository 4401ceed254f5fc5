"""A project file with its rules and criteria, the files that it names, and the stages of a run."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoprio._core.files import local_path, sha256
from geoprio.config import Project, load_project
from geoprio.indicators import check_thresholds, effective_rules
from geoprio.indicators.condition import find_condition
from geoprio.pipeline.condition import asked_defects
from geoprio.pipeline.needs import asked_files, check_needs, first_weights
from geoprio.score import build_criteria, starting_weights
from geoprio.sources.population import check_population
from geoprio.sources.raster import check_elevation
from geoprio.standards import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Progress
    from geoprio.standards import Rules

SHAPEFILE = frozenset((".shp", ".dbf", ".shx", ".prj", ".cpg"))
"""Endings of the files that make up a shapefile."""


class Stages:
    """Tells `progress` the stages and keeps their times."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._tell: Callable[[str], None] = progress or (lambda _: None)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time what happens within the block, and tell its name."""
        self._tell(name)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)


class Study:
    """A project file with its rules and criteria: all that can be wrong with it is found before anything is read."""

    def __init__(self, path: Path) -> None:
        self.config, self.idle = load_project(path).in_effect()
        categories = tuple(dict.fromkeys(f.category for f in self.config.facilities))
        access, score = self.config.access, self.config.score
        self.rule_file = load_rules(score.rules, path.parent)
        self.defects = asked_defects(self.config, path.parent, categories)
        overrides = self.config.indicators
        self.find_need = check_needs(self.config, path.parent, categories)
        others = {o.code for o in overrides if find_condition(o.code, self.defects) or self.find_need(o.code)}
        self.rules = effective_rules(self.rule_file, categories, overrides, others)
        access.check(categories)
        if self.config.elevation is not None:
            check_elevation(self.config.elevation.path, path.parent)
        if self.config.population is not None:
            check_population(self.config.population, path.parent)
        self.community = self.rule_file.community if self.rule_file.items else None
        check_thresholds(self.rules, access, self.community, slopes=self.config.elevation is not None)
        weights = first_weights(self.config, categories) or starting_weights(score, categories)
        anchored = score.normalize == "threshold"
        self.criteria = build_criteria(
            weights, self.rules, overrides, anchored=anchored, defects=self.defects, needs=self.find_need
        )

    def tell(self, findings: Findings) -> None:
        """Note that distances are straight lines, and warn of what has no effect because they are."""
        if not self.config.straight:
            return
        findings.info(
            "access",
            "distances are straight lines from building to facility, as [access] method says: no way on foot is "
            "shorter; minutes are distance / pace, without slopes, stairs and crossings",
        )
        if self.config.streets is not None:
            findings.info("streets", "drawn, and compared with points in degrees, but not walked on")
        if self.idle:
            findings.warn("access", f"straight lines leave these settings without effect: {', '.join(self.idle)}")


def input_files(config: Project, path: Path, rule_file: Rules) -> list[dict[str, Any]]:
    """Return path, size and hash of the project file and every file that it names."""
    sources = (config.compounds, config.barriers, config.gates, config.entrances, config.elevation)
    named = [config.zones.path, *(part.path for part in (config.buildings, config.streets) if part is not None)]
    named += [f.path for f in config.facilities]
    named += [config.compounds.matches or ""] if config.compounds else []
    named += [source.path for source in sources if source is not None]
    named += config.population.files if config.population else ()
    named += asked_files(config)
    named += [config.condition.defects or "", *(i.path for i in config.inspection), *(p.path for p in config.problems)]
    for name in config.programme.files if config.programme else ():
        local_path(path.parent, name, "[programme]")
        named.append(name)
    rules = [label for label in rule_file.files if label.endswith(".toml")]
    texts = dict.fromkeys([path.name, *(n for n in named if n), *rules])
    return [
        {"path": Path(text).with_name(part.name).as_posix(), "bytes": part.stat().st_size, "sha256": sha256(part)}
        for text in texts
        for part in parts_of(path.parent / text)
    ]


def parts_of(file: Path) -> list[Path]:
    """Return the files that make up one input: a shapefile has several."""
    if file.suffix.lower() != ".shp":
        return [file]
    return sorted(p for p in file.parent.iterdir() if p.stem == file.stem and p.suffix.lower() in SHAPEFILE)

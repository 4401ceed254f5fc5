"""What a comparison is called: the project's and the scenario's name in the language of the page, short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoprio.effect.difference_words import bilingual
from geoprio.outputs.change.layout import said
from geoprio.outputs.change.page_words import PAGE_WORDS

if TYPE_CHECKING:
    from geoprio.effect.change import Change
    from geoprio.outputs.change.units import Pair


def project_name(change: Change) -> Pair:
    """Return the project's name, without that of a scenario."""
    runs = [run for run in (change.before, change.after) if not run.scenario]
    return bilingual(str((runs or [change.before])[-1].project["project"]["name"]))


def side_names(change: Change) -> tuple[Pair, Pair]:
    """Return what each side is: as it is, a scenario by its name, or a run by that of its folder."""
    runs = (change.before, change.after)
    if not any(run.scenario for run in runs):
        return (runs[0].name,) * 2, (runs[1].name,) * 2
    found = []
    for run in runs:
        if not run.scenario:
            found.append(PAGE_WORDS["as_is"])
            continue
        name = bilingual(str(run.scenario.get("name") or "?"))
        found.append((PAGE_WORDS["scenario"][0].format(name=name[0]), PAGE_WORDS["scenario"][1].format(name=name[1])))
    return found[0], found[1]


def folders(change: Change) -> Pair | None:
    """Return the folders of the runs for the small print; None where they stand in the title."""
    if not (change.before.scenario or change.after.scenario):
        return None
    return said("folders", one=change.before.name, two=change.after.name)

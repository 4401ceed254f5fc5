"""A little town with people, run before and after."""

import dataclasses

from conftest import Y

import geoprio
from geoprio.effect import run_of

COLUMNS = '[buildings]\npath = "buildings.geojson"\ncolumns = {population = "all", population_60plus = "old"}\n'


def people_in(town):
    """Give every house 10 people, 2 of them aged 60+; the eastern ones 20 and 5."""
    for i, (row, _, _) in enumerate(town.buildings):
        row.update({"all": 10, "old": 2} if i < 4 else {"all": 20, "old": 5})
    town.text["buildings"] = COLUMNS
    return town


def finished(town, name="run", extra="", **changed):
    """Return the run of a town in memory."""
    return run_of(geoprio.run(town.write(extra, **changed)), name)


def with_shop(town, x, name="s2"):
    """Add a shop beside the street."""
    town.shops.append(({"id": name, "name": f"小店{name}"}, "Point", [x, Y + 195]))
    return town


def changed(run, **parts):
    """Return a run with other settings in a section of its project, such as access = {"cutoff_m": 1}."""
    project = {**run.project, **{key: {**run.project[key], **value} for key, value in parts.items()}}
    return dataclasses.replace(run, project=project)

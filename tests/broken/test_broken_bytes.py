"""Files of every format with bytes flipped, cut off, dropped or put in: read, or refused by an error of ours."""

import random
import zipfile

import pytest
from zoo import FORMATS, in_format

from geoprio import pipeline
from geoprio._core.errors import GeoprioError

DAMAGES = 6
"""Damaged versions of each format; the seeds are fixed, so that what fails fails again."""


def damaged(data, chance):
    """Return bytes with one damage of the kinds that happen to files."""
    out, size = bytearray(data), len(data)
    at = chance.randrange(size)
    kind = chance.choice(("bytes", "bits", "cut", "drop", "zeros", "twice", "noise"))
    if kind == "bytes":
        for _ in range(chance.choice((1, 3, 20))):
            out[chance.randrange(size)] = chance.randrange(256)
    elif kind == "bits":
        out[at] ^= 1 << chance.randrange(8)
    elif kind == "cut":
        del out[at:]
    elif kind == "drop":
        del out[at : at + chance.randrange(1, 200)]
    elif kind == "zeros":
        out[at : at + 16] = bytes(len(out[at : at + 16]))
    elif kind == "twice":
        out[at:at] = out[at : at + chance.randrange(1, 100)]
    else:
        out[at:at] = chance.randbytes(chance.randrange(1, 8))
    return bytes(out)


def ends_well(project):
    """Check a project; return whether it was refused. Any other error fails the test."""
    said = ""
    try:
        pipeline.check(project)
    except GeoprioError as error:
        said = str(error)
    assert len(said) < 3000
    return bool(said.strip())


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_read_or_refused(kind, town):
    project, files = in_format(town, kind)
    assert not ends_well(project)
    chance = random.Random(f"{kind} {DAMAGES}")  # noqa: S311 - nothing is kept secret by it
    refused = 0
    for _ in range(DAMAGES):
        path = chance.choice(files)
        good = path.read_bytes()
        path.write_bytes(damaged(good, chance))
        refused += ends_well(project)
        path.write_bytes(good)
    assert refused


PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml")


@pytest.mark.parametrize("part", PARTS)
def test_workbooks_damaged_inside_the_zip(part, town):
    """A flipped byte of the file fails its checksum; within the parts nothing guards the text."""
    project, (path,) = in_format(town, ".xlsx")
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    chance = random.Random(part)  # noqa: S311 - nothing is kept secret by it
    for _ in range(DAMAGES):
        with zipfile.ZipFile(path, "w") as package:
            for name, data in parts.items():
                package.writestr(name, damaged(data, chance) if name == part else data)
        ends_well(project)


def test_the_damage_is_damage():
    """The twin of the test: without it, bytes that nobody changed would pass too."""
    chance = random.Random(1)  # noqa: S311 - nothing is kept secret by it
    data = bytes(range(256)) * 4
    assert all(damaged(data, chance) != data for _ in range(50))

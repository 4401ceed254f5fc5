"""Project files, rule files, reviewed tables and paths that are broken."""

import os

import pytest
from cases import broken
from zoo import xlsx

ZONES = '[zones]\npath = "{}"\n'


def raw(town, text):
    """Write the town, then its project file anew."""
    project = town.write()
    project.write_bytes(text if isinstance(text, bytes) else text.encode())
    return project


def edited(town, old, new):
    project = town.write()
    return raw(town, project.read_text(encoding="utf-8").replace(old, new))


@broken("empty file", "project.toml", error="zones is missing; add it")
def project_of_no_bytes(town):
    return raw(town, "")


@broken("TOML mistake", "project.toml", error="not valid TOML: .*line 2")
def project_with_an_open_quote(town):
    return edited(town, '"zones.geojson"', '"zones.geojson')


@broken("TOML mistake", "project.toml", error="needs quotes: ")
def project_with_a_bare_key(town):
    return edited(town, "[zones]", "[zones]\n名称 = 1")


@broken("TOML mistake", "project.toml", error="not valid TOML: .*zones")
def project_with_a_section_twice(town):
    return edited(town, "[streets]", '[zones]\npath = "x"\n[streets]')


@broken("unknown key", "project.toml", error="key zones.pth is not known; did you mean 'path'")
def project_with_a_key_misspelled(town):
    return edited(town, '[zones]\npath = "zones.geojson"', '[zones]\npth = "zones.geojson"')


@broken("wrong type", "project.toml", error="zones.path: .*string")
def project_with_a_date_for_a_path(town):
    return edited(town, '"zones.geojson"', "2024-01-01")


@broken("coordinates that are no numbers", "project.toml", error="access.cutoff_m: Input should be a finite number")
def project_with_an_infinite_cutoff(town):
    return town.write("\n[access]\ncutoff_m = inf\n")


@broken("number too large", "project.toml", error="not valid TOML: a number has too many digits")
def project_with_a_number_of_5000_digits(town):
    return town.write(f"\n[access]\ncutoff_m = {'9' * 5000}\n")


@broken("nested too deeply", "project.toml", error="not valid TOML: it is nested too deeply")
def project_nested_deeply(town):
    return town.write(f"\n[access]\ncutoff_m = {'[' * 100_000}\n")


@broken("oversized value", "project.toml", error="larger than .*; is it a project file")
def project_of_megabytes(town):
    return town.write("# " + "x" * 80 + "\n" + ("#\n" * 2_000_000))


@broken("wrong encoding", "project.toml", error="it is not UTF-8; save it as UTF-8")
def project_in_gbk(town):
    return raw(town, '[zones]\npath = "小区.geojson"\n'.encode("gbk"))


@broken("NUL bytes", "project.toml", error="not valid TOML")
def project_with_nul(town):
    return raw(town, b'[zones]\npath = "a\0b"\n')


@broken("path that leads elsewhere", "zones", error="path 'https://.*' is not a local file; download it")
def path_on_the_web(town):
    return town.write(zones=ZONES.format("https://example.org/zones.geojson"))


@broken("path that leads elsewhere", "zones", error="path '/vsicurl/.*' is not a local file; download it")
def path_of_gdal(town):
    return town.write(zones=ZONES.format("/vsicurl/http://example.org/zones.geojson"))


@broken("path that leads elsewhere", "zones", error="file 'GPKG:.*' is not there")
def path_of_a_gdal_prefix(town):
    return town.write(zones=ZONES.format("GPKG:zones.gpkg:zones"))


@broken("path that leads elsewhere", "zones", error=r"file '\.\./\.\./nothing.geojson' is not there")
def path_above_the_project(town):
    return town.write(zones=ZONES.format("../../nothing.geojson"))


@broken("missing file", "zones", error="file 'there.geojson' is not there")
def file_that_is_not_there(town):
    return town.write(zones=ZONES.format("there.geojson"))


@broken("missing file", "zones", error="file 'link.geojson' is not there")
def link_to_nothing(town):
    (town.folder / "link.geojson").symlink_to(town.folder / "nothing.geojson")
    return town.write(zones=ZONES.format("link.geojson"))


@broken("missing file", "zones", error="file 'ring.geojson' is not there")
def link_to_itself(town):
    (town.folder / "ring.geojson").symlink_to(town.folder / "ring.geojson")
    return town.write(zones=ZONES.format("ring.geojson"))


@broken("no regular file", "zones", error="file 'zones.gpkg' is not there")
def folder_instead_of_a_file(town):
    (town.folder / "zones.gpkg").mkdir()
    return town.write(zones=ZONES.format("zones.gpkg"))


@broken("no regular file", "zones", error="file 'zones.gpkg' is not there")
def pipe_instead_of_a_file(town):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(town.folder / "zones.gpkg")
    return town.write(zones=ZONES.format("zones.gpkg"))


@broken("oversized value", "zones", error="is not there")
def name_that_is_too_long(town):
    return town.write(zones=ZONES.format("z" * 5000 + ".geojson"))


@broken("NUL bytes", "zones", error="is not a local file")
def path_with_nul(town):
    return town.write(zones=ZONES.format("zones\\u0000.geojson"))


# -------------------------------------------------------------------------------------------------------- other files


def ruled(town, text):
    (town.folder / "rules.toml").write_text(text, encoding="utf-8")
    return town.write('\n[score]\nrules = "rules.toml"\n')


@broken("TOML mistake", "rules.toml", error="rule file 'rules.toml': .*line 1")
def rules_that_are_no_toml(town):
    return ruled(town, "name == 1")


@broken("rules in a circle", "rules.toml", error="extend each other in a circle: .*; break it")
def rules_that_extend_themselves(town):
    text = 'name = "a"\ntitle_zh = "甲"\ntitle_en = "a"\nextends = ["rules.toml"]\n'
    return ruled(town, text)


@broken("nested too deeply", "rules.toml", error="nested too deeply")
def rules_nested_deeply(town):
    return ruled(town, "a = " + "[" * 100_000)


def reviewed(town, text):
    xlsx(town.folder / "list.xlsx")
    (town.folder / "review.csv").write_text(text, encoding="utf-8")
    return town.write('\n[compounds]\npath = "list.xlsx"\nmatches = "review.csv"\n')


@broken("review of another list", "review.csv", error="line 2: the list has no row '99'; mend it there")
def review_of_rows_that_are_gone(town):
    return reviewed(town, "list_row,zone_id,accept\n99,west,yes\n")


@broken("review of another list", "review.csv", error="there is no zone 'north'; mend it there")
def review_of_zones_that_are_gone(town):
    return reviewed(town, "list_row,zone_id,accept\n2,north,yes\n")


@broken("column that is not there", "review.csv", error="column 'list_row' is not there")
def review_without_its_columns(town):
    return reviewed(town, "a,b\n1,2\n")


def totals(town, text, extra=""):
    (town.folder / "people.csv").write_text(text, encoding="utf-8")
    return town.write(f'\n[population]\npath = "people.csv"\nid = "id"\ntotal = "人口"\n{extra}')


@broken("row that belongs to nothing", "people.csv", error="none of 1 ids in 'id', such as 'north', is that of a zone")
def totals_of_other_zones(town):
    return totals(town, "id,人口\nnorth,5\n")


@broken("negative number", found="population: 人口: below zero; taken as missing")
def totals_below_zero(town):
    return totals(town, "id,人口\nwest,-5\neast,100\n")


@broken("id that stands twice", "people.csv", error="id 'west' stands in rows 1, 2; each zone has one total")
def totals_that_stand_twice(town):
    return totals(town, "id,人口\nwest,5\nwest,6\n")

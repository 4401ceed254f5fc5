"""OpenStreetMap files that are broken."""

import gzip
from itertools import pairwise

from cases import broken
from zoo import OSM_AT, OSM_WAYS, osm_sections, osm_xml, pbf


def osm(town, text=None, name="town.osm", **parts):
    """Write the town as OSM XML."""
    data = (osm_xml(**parts) if text is None else text).encode()
    (town.folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return town.write(**osm_sections(name))


@broken(
    "truncated file", "town.osm.pbf", error="not a readable OSM file .*; it is broken or cut off: download it again"
)
def pbf_cut_off(town):
    path = pbf(town)
    path.write_bytes(path.read_bytes()[:-40])
    return town.write(**osm_sections(path.name))


@broken("garbage", "town.osm.pbf", error="not a readable OSM file .*: download it again")
def pbf_of_garbage(town):
    (town.folder / "town.osm.pbf").write_bytes(bytes(range(256)) * 8)
    return town.write(**osm_sections("town.osm.pbf"))


@broken("empty file", "town.osm.pbf", error="not a readable OSM file .*: download it again")
def pbf_of_no_bytes(town):
    (town.folder / "town.osm.pbf").write_bytes(b"")
    return town.write(**osm_sections("town.osm.pbf"))


@broken("oversized value", "town.osm.pbf", error="not a readable OSM file .*: download it again")
def pbf_with_a_block_of_2_gb(town):
    (town.folder / "town.osm.pbf").write_bytes(b"\x7f\xff\xff\xff" + bytes(100))
    return town.write(**osm_sections("town.osm.pbf"))


@broken("truncated file", "town.osm", error="not a readable OSM file .*: download it again")
def osm_cut_off(town):
    return osm(town, osm_xml()[:-80])


@broken("truncated file", "town.osm.gz", error="not a readable OSM file .*: download it again")
def packed_osm_cut_off(town):
    project = osm(town, name="town.osm.gz")
    path = town.folder / "town.osm.gz"
    path.write_bytes(path.read_bytes()[:-60])
    return project


@broken("entity bomb", "town.osm", error="not a readable OSM file .XML entities are not supported")
def osm_with_entities(town):
    names = "abcdefghij"
    lines = ['<!ENTITY a "xxxxxxxxxx">']
    lines += [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names)]
    head = f"<!DOCTYPE osm [{''.join(lines)}]>"
    return osm(town, osm_xml(head=head).replace('v="西区"', 'v="&j;"'))


@broken("other content than the name says", "town.osm", error="not a readable OSM file .*: download it again")
def web_page_as_osm(town):
    return osm(town, "<html><body>504 Gateway Timeout</body></html>")


@broken("coordinates that are no numbers", "town.osm", error="not a readable OSM file .*: download it again")
def osm_with_a_word_for_a_latitude(town):
    return osm(town, osm_xml().replace('lat="', 'lat="x', 1))


@broken("coordinates out of range", found="streets: 1 ways miss some of their nodes in the file")
def osm_beyond_the_pole(town):
    return osm(town, osm_xml().replace('lat="31', 'lat="131', 1))


@broken("dangling reference", found=r"buildings: .*(crosses itself or misses nodes).*; mend it")
def house_of_a_missing_node(town):
    ways = [*OSM_WAYS, ("n5 n6 n999 n8 n5", {"building": "yes"})]
    return osm(town, ways=ways)


@broken("dangling reference", found=r"streets: .*fewer than two of its nodes are in the file")
def street_of_missing_nodes(town):
    return osm(town, ways=[*OSM_WAYS, ("n998 n999", {"highway": "residential"})])


@broken("unclosed ring", found="buildings: : the way is not closed; mend it in OpenStreetMap")
def house_that_is_open(town):
    return osm(town, ways=[*OSM_WAYS, ("n5 n6 n7 n8", {"building": "yes"})])


@broken("bow-tie polygon", found="buildings: : its ring crosses itself or misses nodes; mend it")
def house_that_crosses_itself(town):
    return osm(town, ways=[*OSM_WAYS, ("n5 n7 n6 n8 n5", {"building": "yes"})])


@broken("ring of too few points", found="streets: : fewer than two of its nodes are in the file; mend it")
def street_of_one_place(town):
    return osm(town, ways=[*OSM_WAYS, ("n1 n1", {"highway": "residential"})])


@broken("no rows", "town.osm", error="no feature of this kind is in it; check the extract")
def osm_without_streets(town):
    return osm(town, ways=OSM_WAYS[1:])


@broken("no rows", "town.osm", error="no feature of this kind with where = .* is in it; check the extract")
def osm_without_zones(town):
    return osm(town, ways=OSM_WAYS[:2])


@broken("no rows", "town.osm", error="no feature of this kind with where = .* is in it; check the extract")
def osm_of_nothing(town):
    return osm(town, nodes=(), ways=(), shops=())


@broken("number too large", "town.osm", error="not a readable OSM file .illegal id: ")
def osm_with_an_id_beyond_64_bits(town):
    return osm(town, osm_xml().replace('node id="1"', f'node id="{2**70}"'))


@broken("no CRS", "town.osm", error="an OSM file is in WGS 84 degrees by definition; leave it out")
def osm_in_another_crs(town):
    osm(town)
    sections = osm_sections("town.osm")
    return town.write(**sections | {"zones": sections["zones"] + 'crs = "GCJ-02"\n'})


@broken("id that stands twice", "town.osm", error="not a readable OSM file .Way ID twice in input")
def osm_with_a_way_twice(town):
    text = osm_xml()
    way = text[text.rindex("<way") : text.rindex("</osm>")]
    return osm(town, text.replace("</osm>", way + "</osm>"), nodes=OSM_AT)

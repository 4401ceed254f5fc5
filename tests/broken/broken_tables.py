"""Tables of text that are broken."""

from cases import broken
from zoo import csv_section, lonlat


def shops(town, text, encoding="utf-8", **section):
    """Write the town with a table of shops as it stands."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    (town.folder / "shops.csv").write_bytes(data)
    return town.write(shops=csv_section(**section))


def at(east=100, north=195):
    return ",".join(str(v) for v in lonlat(east, north))


GOOD = f"id,name,lon,lat\ns1,小店,{at()}\n"


# --------------------------------------------------------------------------------------------------------------- CSV


@broken("empty file", "shops.csv", error="the file is empty; name another")
def csv_of_no_bytes(town):
    return shops(town, "")


@broken("no rows", found=r"facilities\[1\]: shops.csv holds no row: no facility of the category convenience is there")
def csv_of_a_header(town):
    return shops(town, "id,name,lon,lat\n")


@broken("ragged rows", "shops.csv", error="not a table with one header row .*line 3, saw 5.; mend the row there")
def csv_with_a_longer_row(town):
    return shops(town, GOOD + f"s2,a,b,{at()}\n")


@broken("ragged rows", found=r"facilities\[1\]: lat: neither a number nor degrees")
def csv_with_a_shorter_row(town):
    return shops(town, GOOD + "s2,小店,117.0\n")


@broken("unbalanced quotes", "shops.csv", error="EOF inside string starting at row 2.; .*a quote that is not closed")
def csv_with_an_open_quote(town):
    return shops(town, GOOD + f's2,"小店,{at()}\ns3,小店,{at()}\n')


@broken("oversized value", "shops.csv", error="more than 1000000 characters; check the quotes there")
def csv_with_a_huge_field(town):
    return shops(town, GOOD + f"s2,{'x' * 2_000_000},{at(300)}\n")


@broken("NUL bytes", "shops.csv", error="a NUL byte in line 2: .*save it again in UTF-8")
def csv_with_nul(town):
    return shops(town, GOOD.replace("小", "\0"))


@broken("wrong encoding", "shops.csv", error="mostly rare characters; set encoding = ")
def csv_in_big5(town):
    return shops(town, GOOD.replace("小店", "便利商店與超級市場營業處"), "big5")


@broken("wrong encoding", "shops.csv", error="a NUL byte .* UTF-16 without a byte-order mark")
def csv_in_utf16_unmarked(town):
    return shops(town, GOOD, "utf-16-le")


@broken("wrong encoding", "shops.csv", error="it is not utf-16 .*set encoding = ")
def csv_in_utf16_cut_off(town):
    return shops(town, GOOD.encode("utf-16")[:-1])


@broken("wrong encoding", "shops.csv", error="it is not ascii .*looks like utf-8.* set encoding")
def csv_with_the_wrong_encoding_stated(town):
    return shops(town, GOOD, extra='encoding = "ascii"\n')


@broken("truncated file", "shops.csv", error="ends within a character: the file is cut off; copy it again")
def csv_cut_off_within_a_character(town):
    return shops(town, GOOD.encode() + "s2,小".encode()[:-1])


@broken("two files joined", found="lines in UTF-8, .* in GB18030: two files were joined")
def csv_of_two_encodings(town):
    return shops(town, GOOD.encode() + f"s2,便利店,{at(300)}\n".encode("gbk"))


@broken("mixed line ends", found=r"facilities\[1\]: lat: neither a number nor degrees")
def csv_with_mixed_line_ends(town):
    """A lone CR within a line ends it for some programs and not for others."""
    return shops(town, GOOD + f"s2,小\r店,{at(300)}\r\n")


@broken("duplicate columns", found="columns of one name were numbered .*: name")
def csv_with_a_column_twice(town):
    return shops(town, f"id,name,name,lon,lat\ns1,a,b,{at()}\n")


@broken("duplicate columns", "shops.csv", error="x = 'lon' stands twice in the header; .* Rename one")
def csv_with_the_longitude_twice(town):
    return shops(town, f"id,lon,lon,lat\ns1,1,{at()}\n")


@broken("column that is not there", "shops.csv", error="x = 'lon' is not a column .did you mean 'long'")
def csv_with_another_heading(town):
    return shops(town, GOOD.replace("lon,", "long,"))


@broken("another mark between fields", "shops.csv", error=r"x = 'lon' is not a column; it has id\|name\|lon\|lat")
def csv_parted_by_bars(town):
    return shops(town, GOOD.replace(",", "|"))


@broken("swapped axes", "shops.csv", error="x and y exchanged")
def csv_with_latitude_as_x(town):
    lon, lat = lonlat(100, 195)
    return shops(town, f"id,name,lon,lat\ns1,a,{lat},{lon}\n")


@broken("swapped axes", found=r"facilities\[1\]: : outside the range of the working CRS; check the coordinates")
def csv_with_one_row_swapped(town):
    lon, lat = lonlat(100, 195)
    return shops(town, GOOD + f"s2,a,{at(300)}\ns3,b,{lat},{lon}\n")


@broken("coordinates that are no numbers", found=r"facilities\[1\]: lon: neither a number nor degrees")
def csv_with_infinite_coordinates(town):
    return shops(town, GOOD + "s2,a,inf,NaN\n")


@broken("decimal comma", "shops.csv", error="no row has numbers in .* give plain numbers with a decimal point")
def csv_with_decimal_commas(town):
    lon, lat = (str(v).replace(".", ",") for v in lonlat(100, 195))
    return shops(town, f"id;name;lon;lat\ns1;a;{lon};{lat}\n")


@broken("null island", found=r"facilities\[1\]: 1 of 2 facilities lie beyond one catchment from every zone: not used")
def csv_with_zeros_for_blanks(town):
    return shops(town, GOOD + "s2,a,0,0\n")


@broken("formula in a cell", found=r"facilities\[1\]: lon: neither a number nor degrees")
def csv_with_a_formula(town):
    return shops(town, GOOD + f"\"=cmd|'/c calc'!A1\",=1+1,=A1,{lonlat(0, 0)[1]}\n")


@broken("control characters", found=r"facilities\[1\]: .*control characters")
def csv_with_control_characters(town):
    return shops(town, GOOD + f"s2,小\x1b]0;店\x07,{at(300)}\n")


@broken("id that stands twice", "shops.csv", error="id 's1' stands in rows 1 and 2, 400 m apart")
def csv_with_an_id_twice(town):
    return shops(town, GOOD + f"s1,另一店,{at(500)}\n")

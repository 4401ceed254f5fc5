"""What people write in lists: what it means where that is sure, and what is refused. The texts are made up."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geoprio.sources.parsers import (
    Reading,
    Refused,
    arabic,
    area,
    date,
    floors,
    is_blank,
    money,
    number,
    plain,
    year,
    yes_no,
)

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
HAN_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
ODDS = (
    st.text(
        st.sampled_from(
            "0123456789０１年月日层楼户万㎡亩元约左右前后-—~～/、,，.+()（）地上下负局部代世纪初末八九十百千 \n"
        )
    )
    | st.text()
)


def values(read, texts):
    return [read(text).value for text in texts]


# ----------------------------------------------------------------------------------------------------------- numbers


@given(st.integers(0, 10**12))
def test_a_number_is_the_same_in_every_spelling(n):
    spellings = [str(n), f"{n:,}", f"{n:,}".replace(",", " "), f"{n:,}".translate(WIDE), f" {n} 户", f"+{n}", f"{n}.0"]
    assert values(number, spellings) == [n] * len(spellings)


@given(st.decimals(0, 10**6, places=3))
def test_decimals_and_scales(x):
    n = float(x)
    assert number(str(x)).value == n
    assert number(f"{x}万").value == pytest.approx(n * 1e4)
    assert area(f"{x}㎡").value == n
    assert area(f"{x}万平方米").value == area(str(x), 1e4).value == pytest.approx(n * 1e4)
    assert area(f"{x}m²", 1e4).value == n
    assert money(f"{x}万元").value == money(str(x), 1e4).value == pytest.approx(n * 1e4)


@pytest.mark.parametrize(
    "text",
    [
        "1,23",
        "1.234,5",
        "1,2345",
        "12 3",
        "1/2",
        "1.5.2",
        "三百",
        "abc",
        "",
        "12%",
        "1e400",
        "5亩",
        "6-7",
        "E1",
        ".",
        "e",
    ],
)
def test_numbers_that_are_refused(text):
    with pytest.raises(Refused):
        number(text)


@pytest.mark.parametrize("text", ["1,23", "1.5.2", "6-7", "1/2", "6~7", "5+1"])
def test_several_numbers_are_called_that(text):
    with pytest.raises(Refused, match="not one number"):
        number(text)


@pytest.mark.parametrize(
    ("unit", "metres"), [("km²", 1e6), ("km^2", 1e6), ("平方公里", 1e6), ("公顷", 1e4), ("ha", 1e4), ("m^2", 1)]
)
def test_units_of_area(unit, metres):
    assert area(f"1.5{unit}") == Reading(1.5 * metres, 1.5 * metres, 1.5 * metres)


def test_the_largest_number_that_is_believed():
    assert number("999999999999999").value == 999_999_999_999_999
    for text in ("1e15", "-1e15", "1000000000000000"):
        with pytest.raises(Refused, match="of a size that occurs"):
            number(text)


def test_zero_is_a_number_and_blanks_are_not():
    assert number("0").value == 0.0
    assert number("-5").value == -5.0
    assert [is_blank(t) for t in ("", " ", "-", "—", "／", "不详", "N/A", "暂无", "？")] == [True] * 9
    assert [is_blank(t) for t in ("0", "无", "否", "0户", "1")] == [False] * 5


def test_about_is_said():
    assert [number(t).approximate for t in ("约300户", "300余户", "300户左右", "300多")] == [True] * 4
    assert number("300户") == Reading(300, 300, 300)


@pytest.mark.parametrize(
    ("text", "factor"), [("12亩", None), ("12亩", 1.0), ("32000", None), ("3万元", 1.0), ("", 1.0)]
)
def test_areas_that_are_refused(text, factor):
    with pytest.raises(Refused):
        area(text, factor)


def test_the_unit_of_the_cell_comes_before_that_of_the_column():
    assert area("32000平方米", 1e4).value == 32_000
    assert area("3.2万", 1.0).value == area("3.2万", 1e4).value == 32_000
    assert area("5公顷").value == 50_000
    assert money("350元", 1e4).value == 350
    with pytest.raises(Refused, match="unit is not known"):
        money("350")


# ------------------------------------------------------------------------------------------------------------- years


@given(st.integers(1800, 2100).filter(lambda y: y != 1905))
def test_a_year_is_the_same_in_every_spelling(y):
    # Dates of 1905 are years in cells formatted as dates: refused, see below.
    spellings = [
        f"{y}",
        f"{y}年",
        f"{y}.0",
        f"{y}年12月",
        f"{y}-07",
        f"{y}.7",
        f"{y}/7/1",
        f"{y}-07-01",
        f"{y}0701",
        f"{y}年底",
    ]
    spellings += [
        f"{y}年建成",
        f"建于{y}年",
        f"{y}".translate(WIDE),
        f"{y}年".translate(HAN_DIGITS),
        f"{y}-07-01 00:00:00",
    ]
    assert values(year, spellings) == [y] * len(spellings)
    assert not any(year(t).approximate for t in spellings)
    for about in (f"约{y}年", f"{y}年左右", f"{y}年前后"):
        assert year(about) == Reading(y, y, y, approximate=True)


@given(st.integers(1800, 2099), st.integers(0, 60), st.sampled_from("-–—~～至到、/,;"))
def test_a_span_gives_its_bounds_and_the_year_between(first, more, mark):
    last = min(first + more, 2100)
    read = year(f"{first}{mark}{last}年")
    assert (read.low, read.high, read.value) == (first, last, (first + last) // 2)
    assert read.approximate is (last > first)


@pytest.mark.parametrize(
    ("text", "low", "high", "value"),
    [
        ("80年代", 1980, 1989, 1984),
        ("八十年代", 1980, 1989, 1984),
        ("上世纪80年代", 1980, 1989, 1984),
        ("二十世纪八十年代", 1980, 1989, 1984),
        ("1980年代", 1980, 1989, 1984),
        ("1980s", 1980, 1989, 1984),
        ("80年代初", 1980, 1983, 1981),
        ("九十年代中期", 1994, 1996, 1995),
        ("80年代末", 1987, 1989, 1988),
        ("80-90年代", 1980, 1999, 1989),
        ("00年代", 2000, 2009, 2004),
        ("2010年代", 2010, 2019, 2014),
        ("1998-99", 1998, 1999, 1998),
        ("1998年5月-1999年6月", 1998, 1999, 1998),
        ("1985、1990、1995", 1985, 1995, 1990),
        ("85年", 1985, 1985, 1985),
        ("21世纪10年代", 2010, 2019, 2014),
        ("1980-1990年代", 1980, 1999, 1989),
        ("50年", 1950, 1950, 1950),
        ("本世纪00年代", 2000, 2009, 2004),
        ("1998.5-1999.10", 1998, 1999, 1998),
        ("1998年12月~2001年1月", 1998, 2001, 1999),
    ],
)
def test_decades_and_other_spans(text, low, high, value):
    assert year(text) == Reading(value, low, high, approximate=True)


def test_a_month_after_a_dash_is_a_month():
    assert year("1998-02") == year("1998-12") == Reading(1998, 1998, 1998)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2049, 12, 31)))
def test_the_day_numbers_of_spreadsheets(day):
    serial = (day - dt.date(1899, 12, 30)).days
    assert year(str(serial)).value == day.year
    assert year(str(serial)).approximate
    assert date(str(serial)) == (day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1990年以前", "only a bound"),
        ("2000年前", "only a bound"),
        ("1992年至今", "only a bound"),
        ("80后", "only a bound"),
        ("10年代", "unsaid century"),
        ("20年代", "unsaid century"),
        ("2002-1998", "the earlier one first"),
        ("1905-06-12", "the number 1990 in a cell formatted as a date"),
        ("3000", "not within the years"),
        ("1990.13", "does not exist"),
        ("1990-13", "the earlier one first"),
        ("85", "not a year"),
        ("49年", "not a year"),
        ("10958", "not a year"),
        ("54789", "not a year"),
        ("05年", "not a year"),
        ("0", "not a year"),
        ("新建", "not a year"),
    ],
)
def test_years_that_are_refused(text, reason):
    with pytest.raises(Refused, match=reason):
        year(text)


@given(st.dates(dt.date(1906, 1, 1), dt.date(2100, 12, 31)))
def test_a_date_is_the_same_in_every_spelling(d):
    spellings = [
        d.isoformat(),
        f"{d:%Y/%m/%d}",
        f"{d.year}.{d.month}.{d.day}",
        f"{d.year}年{d.month}月{d.day}日",
        f"{d:%Y%m%d}",
    ]
    assert {date(text) for text in spellings} == {(d.year, d.month, d.day)}


def test_dates_with_an_hour_or_without_a_day():
    assert {date(t) for t in ("2001-05-31 00:00:00", "2001-05-31 08:30", "2001/5/31 8:30:05.5")} == {(2001, 5, 31)}
    assert {date(t) for t in ("199012", "1990-12", "1990年12月份", "1990.12")} == {(1990, 12, None)}
    assert {date(t) for t in ("1990-5", "1990年5月底")} == {(1990, 5, None)}
    assert date("1990年") == (1990, None, None)


def test_days_whose_number_is_a_year():
    """Days 1800 and 2100 are the first and the last that may be a year in a cell formatted as a date."""
    for text in ("1904-12-04", "1905-06-12", "1905-09-30"):
        with pytest.raises(Refused, match="in a cell formatted as a date"):
            year(text)
    assert values(year, ["1904-12-03", "1905-10-01"]) == [1904, 1905]


@pytest.mark.parametrize("text", ["2001-02-30", "5月3日", "2001-13-01", "", "31.12.2001"])
def test_dates_that_are_refused(text):
    with pytest.raises(Refused):
        date(text)


# ------------------------------------------------------------------------------------------------------------ floors


@given(st.integers(1, 200))
def test_floors_are_the_same_in_every_spelling(n):
    spellings = [
        f"{n}",
        f"{n}层",
        f"{n}F",
        f"共{n}层",
        f"地上{n}层地下1层",
        f"{n}/-1",
        f"-1-{n}",
        f"{n}(地下2层)",
        f"{n}".translate(WIDE),
    ]
    assert values(floors, spellings) == [n] * len(spellings)


@given(st.integers(2, 100), st.integers(1, 100), st.sampled_from("/-~～至、,，"))
def test_floors_of_several_buildings_give_the_mean(low, more, mark):
    read = floors(f"{low}{mark}{low + more}层")
    assert read == Reading(low + more / 2, low, low + more, approximate=True)


@pytest.mark.parametrize(
    ("text", "value", "high"),
    [
        ("六层", 6, 6),
        ("十二层", 12, 12),
        ("两层", 2, 2),
        ("平房", 1, 1),
        ("6+1", 6, 7),
        ("6层局部7层", 6, 7),
        ("5/6/7", 6, 7),
        ("6.5", 6.5, 6.5),
    ],
)
def test_other_floors(text, value, high):
    assert (floors(text).value, floors(text).high) == (value, high)
    assert floors(text).approximate is (high > value or "/" in text)


def test_why_floors_are_refused():
    with pytest.raises(Refused, match="spreadsheets make one") as refused:
        floors("2024-04-06")
    assert refused.value.reason == "a date; spreadsheets make one of 4-6"
    with pytest.raises(Refused, match="not between 1 and 200 storeys"):
        floors("201")
    with pytest.raises(Refused, match="buildings of 1 storey and more"):
        floors("1-6")
    assert floors("200").value == 200
    assert floors("1、6").value == 3.5
    assert floors("6/6") == Reading(6, 6, 6, approximate=True)


@pytest.mark.parametrize(
    "text", ["1-6", "7/6", "多层", "高层", "0", "0、6", "-1", "201", "2024-04-06", "", "6米", "约"]
)
def test_floors_that_are_refused(text):
    with pytest.raises(Refused):
        floors(text)


# ------------------------------------------------------------------------------------------------------ yes, no, all


def test_yes_and_no():
    assert all(yes_no(t) for t in ("是", "有", "1", "1.0", "√", "✓", "Y", "Ｙ", "true", "（有）", "已加装"))
    assert not any(yes_no(t) for t in ("否", "无", "0", "×", "N", "没有", "FALSE", "未加装"))
    for text in ("部分", "2", "有(3部)", "x", ""):
        with pytest.raises(Refused):
            yes_no(text)


def test_numerals_within_names():
    assert arabic("第二十三小区") == "第23小区"
    assert arabic("一九八五") == "1985"
    assert arabic("一百零五") == "105"
    assert arabic("三千二百") == "3200"
    assert arabic("百货大楼") == "百货大楼"
    assert plain("ＡＢ　１２\u200b") == "AB 12"


@pytest.mark.parametrize("read", [number, area, money, year, floors, date, yes_no])
@given(text=ODDS)
@example(text="E0")
@example(text=".e1")
@example(text="+e5户")
def test_any_text_is_read_or_refused(read, text):
    """No text brings another error, and what is read is a number that lies between its bounds."""
    try:
        found = read(text)
    except Refused:
        return
    if isinstance(found, Reading):
        assert found.low <= found.value <= found.high
        assert abs(found.value) < 1e24
    assert not is_blank(text)

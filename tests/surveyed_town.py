"""A little town with what its residents say: made-up exports of 问卷星 and KoBo, meetings and owners' votes.

The files hold what must never be written: names, phones, ID numbers, IP addresses, homes.
"""

import csv
import io

import numpy as np
from conftest import X, Y, square

PHONE, ID_NUMBER, IP, MAIL = "13800138{:03d}", "11010119500101{:04d}", "203.0.113.{}", "wxid_{:05d}a"
SURNAMES, GIVEN = "欧阳司马诸葛慕容", "翠花铁柱秀莲建军"
TEXTS = {"没有电梯": "lift", "停车难": "parking", "管道老化": "pipes", "以上都没有": ""}
HOME = "幸福路{}弄{}号楼{}室"
HEADER = [
    *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"),
    *("1、您的年龄", "2、您所在的小区", "3、您所在小区有哪些问题？[多选题]", "4、您的姓名", "5、您的手机号码是？"),
    *("6、身份证号", "7、您的住址", "8、您还有什么想说的"),
]
NAMES = ["甲小区", "乙小区", "丙小区", "丁小区", "戊小区", "己小区"]
"""Of the six zones z0 … z5; nobody of the last one answers, and three of the fifth."""
ANSWERS = (30, 25, 20, 15, 3, 0)
SHARES = {"没有电梯": (0.8, 0.2, 0.5, 0.1, 1.0), "停车难": (0.3, 0.7, 0.5, 0.2, 0.0), "管道老化": (0.1,) * 5}

SURVEY = """
[survey]
path = "survey.csv"
zone = "2"
[[survey.questions]]
code = "problems"
column = "3"
about = "problem"
multiple = true
options = {"没有电梯" = "lift", "停车难" = "parking", "管道老化" = "pipes", "以上都没有" = ""}
[survey.groups.age]
column = "1"
options = {"60岁以下" = "under_60", "60岁及以上" = "aged_60plus"}
shares = {under_60 = 0.7, aged_60plus = 0.3}
[survey.indicators]
lift = "problems_lift_support"
parking = "convenience_covered_share"
"""
MEETINGS = """
[meetings]
path = "meetings.csv"
zone = "小区"
need = "议题"
needs = {"加装电梯" = "lift", "停车" = "parking"}
date = "日期"
present = "到会"
agree = "赞成"
against = "反对"
"""
VOTES = """
[owner_votes]
path = "votes.csv"
need = "measure"
matter = {lift = "major"}
"""


def secrets(count=93):
    """Return all that the survey holds of persons, as texts to be looked for."""
    rows = [person(i) for i in range(count)]
    return sorted({text for row in rows for text in row if text})


def person(i):
    name = SURNAMES[2 * (i % 4) : 2 * (i % 4) + 2] + GIVEN[2 * (i // 4 % 4) : 2 * (i // 4 % 4) + 2]
    home = HOME.format(i + 11, i % 9 + 1, i + 101)
    return [name, PHONE.format(i), ID_NUMBER.format(i), home, f"请找{name}，微信{MAIL.format(i)}", IP.format(i)]


def write(path, header, rows, encoding="utf-8-sig"):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    path.write_bytes(out.getvalue().encode(encoding))


def survey_rows(seed=1):
    """Return the answers in the layout of 问卷星, and which problems each chose (lift, parking, pipes)."""
    rng, rows, chosen, i = np.random.default_rng(seed), [], [], 0
    for zone, count in enumerate(ANSWERS):
        for k in range(count):
            # Exactly the share in each zone, so that hand computation is easy.
            hits = [round(count * SHARES[text][zone]) > (k * 7 + 3 * j) % count for j, text in enumerate(SHARES)]
            said = "┋".join(text for text, hit in zip(SHARES, hits, strict=True) if hit) or "以上都没有"
            name, phone, number, home, remark, ip = person(i)
            rows.append([
                str(i + 1), f"2026/05/{1 + i // 24:02d} {i % 24:02d}:00:00", f"{100 + int(rng.integers(80))}秒", "微信",
                "", f"{ip}(北京-北京)", "60岁及以上" if i % 3 == 0 else "60岁以下", NAMES[zone], said, name, phone,
                number, home, remark,
            ])  # fmt: skip
            chosen.append((zone, i % 3 == 0, *hits))
            i += 1
    return rows, chosen


def surveyed(town, extra="", *, survey=SURVEY, meetings=MEETINGS, votes=VOTES):
    """Write a town of six zones with all that its residents say; return the project file."""
    folder = town.folder
    town.zones = [({"id": f"z{k}", "name": n}, "Polygon", square(X + 300 * k, Y, 300)) for k, n in enumerate(NAMES)]
    town.streets = [
        ({"kind": "main"}, "LineString", [[X + 300 * k, Y + 200] for k in range(7)]),
    ]
    town.buildings = [
        ({"id": f"h{i}", "use": "residential", "dwellings": 40}, "Polygon", square(X + 40 + 100 * i, Y + 210, 10))
        for i in range(18)
    ]
    town.shops = [({"id": "s1", "name": "小店"}, "Point", [X + 100, Y + 195])]
    town.homes = [({"id": "e1", "name": "颐养院"}, "Point", [X + 1500, Y + 205])]
    write(folder / "survey.csv", HEADER, survey_rows()[0], encoding="gb18030")
    write(
        folder / "meetings.csv", ["小区", "议题", "日期", "到会", "赞成", "反对", "联系人"],
        [["甲小区", "加装电梯", "2026-05-01", 40, 31, 5, "欧阳翠花"],
         ["乙小区", "停车", "2026年5月3日", 4, 4, 0, "诸葛铁柱"],
         ["乙小区", "加装电梯", "慕容秀莲", 20, 9, 11, ""]],
    )  # fmt: skip
    write(
        folder / "votes.csv",
        ["zone", "measure", "owners", "owners_voted", "owners_for", "area", "area_voted", "area_for"],
        [["z0", "lift", 120, 90, 75, 9000, 6800, 5600], ["乙小区", "lift", 100, 50, 50, 8000, 4000, 4000],
         ["z2", "lift", 100, 80, 50, 8000, 6400, 4000], ["z3", "parking", 100, "", 40, 8000, "", 3000]],
    )  # fmt: skip
    buildings = '[buildings]\npath = "buildings.geojson"\n'
    return town.write(survey + meetings + votes + extra, buildings=buildings)

"""Made-up answers of residents in the layout of 问卷星, with what must not survive the reading."""

import csv
import dataclasses
import io
import pickle

import openpyxl
import pandas as pd

from geoprio.sources.survey import SurveySpec

LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
PROBLEMS = "3、您所在小区有哪些问题？[多选题]"
TEXTS = {"没有电梯": "lift", "停车难": "parking", "管道老化": "pipes", "以上都没有": ""}
AGES = {"60岁以下": "under_60", "60岁及以上": "aged_60plus"}
SECRETS = (
    *("13800138000", "13911112222", "110101195001011237", "张三丰", "李四光"),
    *("wxid_abc123", "203.0.113.77", "zhang@example.com"),
)


def lead(i, took="120秒", minute=None):
    at = pd.Timestamp("2026-05-01 08:00:00") + pd.Timedelta(minutes=30 * i if minute is None else minute)
    return [str(i), at.strftime("%Y/%m/%d %H:%M:%S"), took, "微信", "张三丰的朋友圈", "203.0.113.77(北京-北京)"]


def write_csv(path, header, rows, delimiter=",", encoding="utf-8-sig"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    path.write_bytes(out.getvalue().encode(encoding))


def write_xlsx(path, header, rows):
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    book.save(path)


def spec(**keys):
    base = {
        "path": "s.csv", "zone": "2、您所在的小区",
        "questions": [{"code": "problems", "column": PROBLEMS, "about": "problem", "multiple": True, "options": TEXTS}],
        "groups": {"age": {"column": "1、您的年龄", "options": AGES}},
    }  # fmt: skip
    return SurveySpec.model_validate({**base, **keys})


def everything(survey, findings):
    """All that reading gives back, as one text: values, indexes, notes, rejects, reprs and pickled bytes."""
    parts = [repr(survey), survey.zone.to_csv(), survey.groups.to_csv(), repr(survey.report), repr(survey.personal)]
    parts += [repr(dataclasses.asdict(q)) for q in survey.questions]
    parts += [findings.rejects().to_csv(), repr(findings.note_rows()), repr(findings.sources), repr(findings.decisions)]
    return "\n".join(parts) + pickle.dumps((survey, findings)).decode("utf-8", "ignore")


def text_export(path, write):
    header = [*LEAD, "1、您的年龄", "2、您所在的小区", PROBLEMS, "4、您的手机号码是？", "5、您还有什么想说的"]
    answers = [
        ("60岁以下", "阳光小区", "没有电梯┋停车难", "13800138000", "楼道太暗，请联系张三丰"),
        ("60岁及以上", "阳光小区", "管道老化〖我是张三丰，电话13800138000〗", "", ""),
        ("60岁及以上", "前进里", "以上都没有", "13911112222", ""),
        ("(跳过)", "前进里", "(空)", "", "wxid_abc123"),
        ("60岁以下", "(空)", "停车难┋我要说李四光的事", "", "110101195001011237"),
    ]
    write(path, header, [[*lead(i), *a] for i, a in enumerate(answers, 1)])

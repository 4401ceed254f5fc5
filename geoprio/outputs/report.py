"""The data-quality report as text."""

from __future__ import annotations

from typing import Any

SOURCE_COLUMNS = (
    *("role", "path", "layer", "rows", "left_by_where", "rows_set_aside", "values_set_aside", "used"),
    *("crs", "crs_from", "converted_from", "encoding"),
)
DATUM_COLUMNS = (
    *("path", "sources", "candidate", "stated", "points", "near_building", "near_street"),
    "better_beyond_doubt",
)
VALUE_COLUMNS = ("kind", "what", "value", "source", "clause", "verified", "file")
ITEM_COLUMNS = ("number", "title", "passed", "failed", "unknown", "not_read", "source", "verified", "file")
PEOPLE_COLUMNS = (
    *("column", "from", "total", "placed", "moved", "unplaced"),
    *("buildings_with_own", "homes_unknown", "in_buildings"),
)
STRAIGHT_COLUMNS = (
    *("category", "median_detour", "threshold_m", "buildings"),
    *("within_in_a_straight_line", "within_by_street"),
)


def quality_markdown(report: dict[str, Any], title: str, lang: str) -> str:
    """Return the data-quality report as Markdown.

    Parameters
    ----------
    report : dict
        As `geoprio.outputs.quality.quality_report` gives it.
    title : str
        Name of the study.
    lang : {"zh", "en"}
    """
    word = 1 if lang == "en" else 0
    pairs = [{"what": k, "value": v} for k, v in report["city"].items()]
    streets = [{"what": k, "value": v} for k, v in report["network"].items()]
    found = [
        {"category": c, "what": k, "value": _inner(v)}
        for c, row in report["categories"].items()
        for k, v in row.items()
    ]
    far = [{"points": k, **row} for k, row in report.get("snapping", {}).items()]
    straight = [{"category": k, **row} for k, row in report.get("straight_line", {}).items()]
    sections = (
        (("数据来源", "Sources"), report["sources"], SOURCE_COLUMNS),
        (("城市", "City"), pairs, ("what", "value")),
        (("街道网络", "Streets"), streets, ("what", "value")),
        (
            (
                "坐标基准的证据（30 米内有建筑、有街道的比例）",
                "Evidence for the datum (share within 30 m of a building, of a street)",
            ),
            report.get("datum_evidence", []),
            DATUM_COLUMNS,
        ),
        (("小区名单的匹配", "How the list of compounds was joined"), _compounds(report), ("what", "value")),
        (("人口", "People"), _people(report), PEOPLE_COLUMNS),
        (("设施类别", "Categories"), found, ("category", "what", "value")),
        (
            ("到街道的距离（米）", "Distance to the street (m)"),
            [{**row, "farthest_m": _inner(row.get("farthest_m"))} for row in far],
            ("points", "snapped", "unsnapped", "median_m", "p95_m", "farthest_m"),
        ),
        (("直线与步行网络", "Straight line and network"), straight, STRAIGHT_COLUMNS),
        (("完整居住社区各项（片区数）", "Items of the complete community (zones)"), _items(report, word), ITEM_COLUMNS),
        (("所用取值及其来源", "Values used and their sources"), report.get("values", []), VALUE_COLUMNS),
        (
            ("搁置的行和值", "Rows and values set aside"),
            report["rejects_by_reason"],
            ("source", "reason", "rows", "mend"),
        ),
        (("提示", "Notes"), report["notes"], ("level", "source", "text")),
    )
    head = f"# {('数据质量报告', 'Data quality')[word]}: {_cell(title)}"
    crs = f"{('工作坐标系', 'Working CRS')[word]}: {report['crs']}"
    return "\n\n".join([head, crs, *(_section(names[word], rows, columns) for names, rows, columns in sections)]) + "\n"


def _items(report: dict[str, Any], word: int) -> list[dict[str, Any]]:
    """Return the rows of the items in one language."""
    name = ("title_zh", "title_en")[word]
    return [{**row, "title": row[name], "not_read": ", ".join(row["not_read"])} for row in report.get("items", [])]


def _compounds(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the join counted; the rows to review have a table of their own."""
    return [{"what": k, "value": _inner(v)} for k, v in report.get("compounds", {}).items() if k != "review"]


def _people(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each column of people that the project file fills."""
    columns = report.get("population", {}).get("columns", {})
    return [{"column": column, **figures} for column, figures in columns.items()]


def _section(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    lines = [f"## {title}", ""]
    if not rows:
        return "\n".join([*lines, "–"])
    lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(c)) for c in columns) + " |" for row in rows]
    return "\n".join(lines)


def _inner(value: object) -> object:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value


def _cell(value: object) -> str:
    """Return text that neither breaks a table nor is taken for markup."""
    text = "" if value is None else " ".join(str(value).split())
    for mark in "\\`*_{}[]<>|#":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return text

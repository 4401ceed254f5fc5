"""The data-quality report as text."""

from __future__ import annotations

from typing import Any


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
    parts = [
        f"# {('数据质量报告', 'Data quality')[word]}: {_cell(title)}",
        f"{('工作坐标系', 'Working CRS')[word]}: {report['crs']}",
    ]
    parts.append(
        _section(
            ("数据来源", "Sources")[word],
            report["sources"],
            ("role", "path", "layer", "rows", "left_by_where", "set_aside", "crs", "crs_from", "encoding"),
        )
    )
    parts.append(
        _section(
            ("城市", "City")[word], [{"what": k, "count": v} for k, v in report["city"].items()], ("what", "count")
        )
    )
    parts.append(
        _section(
            ("街道网络", "Streets")[word],
            [{"what": k, "value": v} for k, v in report["network"].items()],
            ("what", "value"),
        )
    )
    rows = [
        {"category": c, "what": k, "value": _inner(v)}
        for c, found in report["categories"].items()
        for k, v in found.items()
    ]
    parts.append(_section(("设施类别", "Categories")[word], rows, ("category", "what", "value")))
    rows = report["rejects_by_reason"]
    parts.append(
        _section(("搁置的行和值", "Rows and values set aside")[word], rows, ("source", "reason", "rows", "mend"))
    )
    parts.append(_section(("提示", "Notes")[word], report["notes"], ("level", "source", "text")))
    return "\n\n".join(parts) + "\n"


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

"""How a result shows itself in a notebook and at the prompt."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from geoprio.outputs.result import Result

SHOWN_ZONES = 10
HEADS = ("排名 rank", "名称 name", "优先级 priority", "得分最多的指标 most points", "得分 points")


def result_text(result: Result) -> str:
    """Return a result in one line."""
    ranked = int(result.zones["rank"].notna().sum())
    return (
        f"<Result {result.project['project']['name']!r}: {ranked:,} of {len(result.zones):,} zones ranked "
        f"by {len(result.matrix.codes)} indicators, {len(result.buildings):,} buildings>"
    )


def result_html(result: Result) -> str:
    """Return what a notebook shows of a result: counts and the zones that rank first; every text of data is escaped."""
    ranked = result.zones[result.zones["rank"].notna()]
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    rows = "".join(_row(str(zone), values, result) for zone, values in ranked.head(SHOWN_ZONES).iterrows())
    more = max(len(ranked) - SHOWN_ZONES, 0)
    warned = sum(note["level"] == "warning" for note in result.quality["notes"])
    told = [
        f"参评片区 zones ranked {len(ranked):,} / {len(result.zones):,}",
        f"楼栋 buildings {len(result.buildings):,}",
        f"设施 facilities {int((result.facilities['status'] == 'used').sum()):,}",
        f"搁置行 rows set aside {len(result.rejects):,}",
        f"警告 warnings {warned:,}",
    ]
    rest = f"<p>其余 {more:,} 个 · … and {more:,} more ranked zones</p>" if more else ""
    return (
        f"<p><b>{html.escape(str(result.project['project']['name']))}</b><br>{' · '.join(told)}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rest}"
    )


def _row(zone: str, values: pd.Series, result: Result) -> str:
    """Return a zone as a row: its name, or its id, and the indicator that gives it most points."""
    name = values["name"] if isinstance(values["name"], str) and values["name"].strip() else zone
    points = {c.code: values[f"{c.code}_contribution"] for c in result.matrix.criteria}
    known = {code: float(p) for code, p in points.items() if p == p}  # noqa: PLR0124 - NaN is unknown
    top = max(known, key=known.__getitem__, default="")
    titles = next(((c.title_zh, c.title_en) for c in result.matrix.criteria if c.code == top), ("–", ""))
    told = f"{known[top]:.1f}" if known else "–"
    cells = (f"{int(values['rank'])}", name, f"{values['priority']:.1f}", " ".join(titles), told)
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"

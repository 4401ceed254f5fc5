"""The data-quality report: what was read, used, set aside, and decided."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geoprio.city.completeness import extents, known_attributes
from geoprio.city.outliers import outlier_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geoprio._core.findings import Findings
    from geoprio.city import City
    from geoprio.indicators import BuildingAccess, Demand
    from geoprio.network import Network


def quality_report(
    findings: Findings,
    city: City,
    network: Network | None,
    access: BuildingAccess | None = None,
    demand: Mapping[str, Demand] | None = None,
    *,
    outliers: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return the report as plain data.

    Parameters
    ----------
    findings : Findings
    city : City
    network : Network or None
        None where distances are straight lines.
    access, demand : optional
        What the search found; left out by `check`.
    outliers : DataFrame, optional
        From `geoprio.city.outliers.find_outliers`.

    Returns
    -------
    dict
        `crs`, `access_method`, `sources`, `city`, `network` (empty without streets), `coverage`, `datum_evidence`,
        `compounds` and `population` (where asked for), `categories`, `snapping` and `straight_line` (after a run),
        `rejects_by_reason`, `rejects` (all of them), `outliers`, `outlier_rules`, `notes`: the shape of quality.json.
    """
    rejects = findings.rejects()
    groups = rejects.groupby(["source", "reason", "mend"], sort=True)
    grouped = groups.agg(rows=("row", "size"), with_position=("lon", "count")).reset_index()
    whole = rejects["column"] == ""
    rows, values = rejects.loc[whole, "source"].value_counts(), rejects.loc[~whole, "source"].value_counts()
    sources = [
        {**s, "rows_set_aside": int(rows.get(s["role"], 0)), "values_set_aside": int(values.get(s["role"], 0))}
        for s in findings.sources
    ]
    report: dict[str, Any] = {
        "crs": city.crs.to_string(),
        "access_method": "straight_line" if network is None else "network",
        "sources": sources,
        "city": dict(city.counts),
        "network": {} if network is None else _network(network),
        "coverage": {"attributes": known_attributes(city), "extents": extents(city)},
        "datum_evidence": [row for evidence in city.datum_evidence for row in evidence.rows()],
        "categories": {c: _category(c, city, access, demand) for c in city.categories},
        "rejects_by_reason": grouped.to_dict("records"),
        "rejects": plain_rows(rejects),
        "outliers": [] if outliers is None else plain_rows(outliers),
        "outlier_rules": [] if outliers is None else _rules(outliers),
        "notes": findings.note_rows(),
    }
    if city.compounds is not None:
        report["compounds"] = city.compounds
    if city.people is not None:
        report["population"] = city.people
    if access is not None:
        if network is not None:
            report["city"]["buildings_unsnapped"] = int(access.columns["snap_m"].isna().sum())
        report |= access.report
    return report


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain data, None where a number is missing."""
    columns = {str(c): table[c].tolist() for c in table}
    for name, known in table.notna().items():
        if not known.all():
            columns[str(name)] = [v if k else None for v, k in zip(columns[str(name)], known.tolist(), strict=True)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rules(outliers: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rules of plausibility with how many values each doubts."""
    count = outliers["rule"].value_counts()
    return [{**_finite(rule.model_dump()), "doubted": int(count.get(rule.name, 0))} for rule in outlier_rules()]


def _finite(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule in which an open end of a span is None: JSON knows no infinity."""
    spans = {k: [v if math.isfinite(v) else None for v in span] for k, span in rule["where"].items()}
    return {**rule, "where": spans}


def _network(network: Network) -> dict[str, Any]:
    components = network.component.max() + 1
    return {
        "segments": len(network.start),
        "length_km": round(float(network.length.sum()) / 1000, 3),
        "components": len(set(network.component.tolist())) if components else 0,
        "main_component_share": round(float(network.component_length.max() / network.length.sum()), 6),
    }


def _category(
    category: str, city: City, access: BuildingAccess | None, demand: Mapping[str, Demand] | None
) -> dict[str, Any]:
    sites = city.facilities if access is None else access.facilities
    of = sites[sites["category"] == category]
    counts: dict[str, Any] = {
        "facilities": len(of),
        "facilities_by_status": {str(k): int(v) for k, v in of["status"].value_counts().sort_index().items()},
        "capacity_assumed": int(of["capacity_assumed"].sum()),
    }
    if access is not None:
        status = access.columns[f"{category}_status"].value_counts().sort_index()
        counts["buildings_by_status"] = {str(k): int(v) for k, v in status.items()}
    if demand is not None:
        counts["demand"] = demand[category].kind
        counts["demand_imputed_buildings"] = demand[category].imputed
    return counts

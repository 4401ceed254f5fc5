"""The data-quality report: what was read, used, set aside, and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoprio._core.findings import Findings
    from geoprio.city import City
    from geoprio.indicators import BuildingAccess, Demand
    from geoprio.network import Network


def quality_report(
    findings: Findings,
    city: City,
    network: Network,
    access: BuildingAccess | None = None,
    demand: Mapping[str, Demand] | None = None,
) -> dict[str, Any]:
    """Return the report as plain data.

    Parameters
    ----------
    findings : Findings
    city : City
    network : Network
    access, demand : optional
        What the search found; left out by `check`.

    Returns
    -------
    dict
        `crs`, `sources`, `city`, `network`, `datum_evidence`, `compounds` and `population` (where asked for),
        `categories`, `snapping` and `straight_line` (after a run), `rejects_by_reason`, `notes`: the shape of
        quality.json.
    """
    rejects = findings.rejects()
    grouped = rejects.groupby(["source", "reason", "mend"], sort=True).size().rename("rows").reset_index()
    whole = rejects["column"] == ""
    rows, values = rejects.loc[whole, "source"].value_counts(), rejects.loc[~whole, "source"].value_counts()
    sources = [
        {**s, "rows_set_aside": int(rows.get(s["role"], 0)), "values_set_aside": int(values.get(s["role"], 0))}
        for s in findings.sources
    ]
    report: dict[str, Any] = {
        "crs": city.crs.to_string(),
        "sources": sources,
        "city": dict(city.counts),
        "network": _network(network),
        "datum_evidence": [row for evidence in city.datum_evidence for row in evidence.rows()],
        "categories": {c: _category(c, city, access, demand) for c in city.categories},
        "rejects_by_reason": grouped.to_dict("records"),
        "notes": findings.note_rows(),
    }
    if city.compounds is not None:
        report["compounds"] = city.compounds
    if city.people is not None:
        report["population"] = city.people
    if access is not None:
        report["city"]["buildings_unsnapped"] = int(access.columns["snap_m"].isna().sum())
        report |= access.report
    return report


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

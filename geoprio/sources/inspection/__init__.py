"""Inspections of buildings and compounds, and points at which something is wrong."""

from geoprio.sources.inspection.management import (
    MANAGEMENT_MODELS,
    MANAGEMENT_STATUSES,
    RENEWAL_STATUSES,
    STATUS_COLUMNS,
    known_values,
    titles_of,
)
from geoprio.sources.inspection.problems import read_problems
from geoprio.sources.inspection.read import Inspection, read_inspection
from geoprio.sources.inspection.spec import InspectionSpec, ProblemsSpec, unknown_defects

__all__ = [
    "MANAGEMENT_MODELS",
    "MANAGEMENT_STATUSES",
    "RENEWAL_STATUSES",
    "STATUS_COLUMNS",
    "Inspection",
    "InspectionSpec",
    "ProblemsSpec",
    "known_values",
    "read_inspection",
    "read_problems",
    "titles_of",
    "unknown_defects",
]

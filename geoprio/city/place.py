"""Where the study lies, and in which CRS it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Proj
from pyproj.exceptions import ProjError

from geoprio._core.crs import MAX_SCALE_ERROR, check_working_crs, estimate_working_crs, parse_crs, to_degrees
from geoprio._core.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats

FAR_OFF = 0.01
"""Relative error of length at a zone above which the zone cannot belong to the study."""


def working_crs(study: gpd.GeoDataFrame, role: str, crs: str | None, findings: Findings) -> CRS:
    """Return the CRS given, or the UTM zone of the study, checked at its centre and at every zone.

    Parameters
    ----------
    study : GeoDataFrame
        Zones, or buildings where a grid stands for zones.
    role : {"zones", "buildings"}
        Zones far from the others are an error; buildings far off are later left out.
    crs : str or None

    Raises
    ------
    InputError
        If the coordinates do not fit their CRS, the CRS cannot measure metres there, or a zone lies far off.
    """
    bounds = study.geometry.bounds.to_numpy(float)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    usable = np.isfinite(x) & np.isfinite(y)
    if not usable.any():
        raise InputError(f"[{role}] no row has a geometry with finite coordinates; check the file.")
    lon, lat = to_degrees(study.crs, x, y)
    usable &= np.isfinite(lon) & np.isfinite(lat)
    if not usable.any():
        name = study.crs.to_string()
        raise InputError(f"[{role}] the coordinates, such as {x[0]:.1f}, {y[0]:.1f}, do not fit {name}; set crs.")
    # The median is where most rows are; a stray row moves the middle of the bounding box, but not the median.
    centre = float(np.median(lon[usable])), float(np.median(lat[usable]))
    chosen = parse_crs(crs, "[project]") if crs else estimate_working_crs(*centre)
    check_working_crs(chosen, *centre)
    findings.info("project", f"working CRS {chosen.to_string()} ({'given' if crs else 'estimated'})")
    if role == "zones":
        _check_everywhere(study, chosen, np.where(usable, lon, np.nan), np.where(usable, lat, np.nan), findings)
    return chosen


def _check_everywhere(study: gpd.GeoDataFrame, crs: CRS, lon: Floats, lat: Floats, findings: Findings) -> None:
    try:
        factors = Proj(crs).get_factors(lon, lat, errcheck=False)
    except ProjError:
        return
    error = np.maximum(np.abs(factors.meridional_scale - 1), np.abs(factors.parallel_scale - 1))
    known = np.isfinite(lon)
    # PROJ answers with infinity where a point is out of the projection's range.
    far = known & ~(error <= FAR_OFF)
    if far.any():
        row = int(np.flatnonzero(far)[0])
        raise InputError(
            f"[zones] row {study.index[row]} at longitude {lon[row]:.4f}, latitude {lat[row]:.4f} lies far from the "
            f"others ({int(far.sum())} of {len(study)} rows do): lengths there would be wrong; mend or leave it out."
        )
    loose = known & (error > MAX_SCALE_ERROR)
    if loose.any():
        findings.warn(
            "zones",
            f"at {int(loose.sum())} of {len(study)} zones lengths in {crs.to_string()} are off by up to "
            f"{100 * error[loose].max():.2f} %; split the study or set [project] crs",
        )

"""The walking network: build it, snap points to it, search it.

It stands on its own: arrays of coordinates in metres, or tables of geopandas, are all it needs.

>>> import numpy as np
>>> import shapely
>>> from geoprio.network import build_network, nearest, snap
>>> streets = build_network([shapely.LineString([(0, 0), (100, 0)])])
>>> homes = snap(streets, np.array([[10.0, 5.0]]), max_snap_m=50)
>>> shops = snap(streets, np.array([[90.0, 0.0]]), max_snap_m=50)
>>> distance, which = nearest(streets, homes, shops, cutoff=1000)
>>> distance.round(3).tolist(), which.tolist()
([85.0], [0])

Without a profile every search is in metres; with one (`geoprio.network.Profile`) in minutes, and slopes (after
`Network.with_elevation`), stairs and big roads count.

Where there are no streets, `straight_nearest` and `straight_counts_and_supply` take points alone.
"""

from geoprio.network.build import Network, build_network
from geoprio.network.catchments import counts, counts_and_supply, cumulative, reached_by, supply
from geoprio.network.gaps import count_gaps
from geoprio.network.gates import carry_over, link_points, through_gates, to_entrances
from geoprio.network.pairs import k_nearest, od_table
from geoprio.network.paths import Route, route, service_area
from geoprio.network.search import nearest, nearest_each, reachable
from geoprio.network.shares import Demand, SupplyMethod
from geoprio.network.slope import FASTEST
from geoprio.network.snap import Positions, snap
from geoprio.network.store import load_network, save_network
from geoprio.network.straight import straight_counts_and_supply, straight_nearest
from geoprio.standards import Profile

__all__ = [
    "FASTEST",
    "Demand",
    "Network",
    "Positions",
    "Profile",
    "Route",
    "SupplyMethod",
    "build_network",
    "carry_over",
    "count_gaps",
    "counts",
    "counts_and_supply",
    "cumulative",
    "k_nearest",
    "link_points",
    "load_network",
    "nearest",
    "nearest_each",
    "od_table",
    "reachable",
    "reached_by",
    "route",
    "save_network",
    "service_area",
    "snap",
    "straight_counts_and_supply",
    "straight_nearest",
    "supply",
    "through_gates",
    "to_entrances",
]

"""The walking network: build it, snap points to it, search it.

>>> import numpy as np
>>> from geoprio.network import build_network, nearest, snap
>>> import shapely
>>> streets = build_network([shapely.LineString([(0, 0), (100, 0)])])
>>> homes = snap(streets, np.array([[10.0, 5.0]]), max_snap_m=50)
>>> shops = snap(streets, np.array([[90.0, 0.0]]), max_snap_m=50)
>>> distance, which = nearest(streets, homes, shops)
>>> distance.round(3).tolist(), which.tolist()
([85.0], [0])
"""

from geoprio.network.build import Network, build_network, count_gaps
from geoprio.network.search import counts, nearest
from geoprio.network.snap import Positions, snap

__all__ = ["Network", "Positions", "build_network", "count_gaps", "counts", "nearest", "snap"]

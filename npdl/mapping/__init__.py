"""Maps of what a robot sees: occupancy in grids and octrees, clouds of points, the view from above, and SLAM."""

from .occupancy import log_odds, probability, update
from .octree import OccupancyOctree

__all__ = ["log_odds", "probability", "update", "OccupancyOctree"]

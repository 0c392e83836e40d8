"""Maps of what a robot sees: occupancy in grids and octrees, clouds of points, the view from above, and SLAM."""

from .bev import birds_eye, ground_homography, height_map
from .grid import OccupancyGrid, shortest_path, topological_map
from .occupancy import log_odds, probability, update
from .octree import OccupancyOctree
from .points import back_project, project, read_pcd, stitch, write_pcd
from .rays import scan

__all__ = [
    "log_odds",
    "probability",
    "update",
    "scan",
    "OccupancyGrid",
    "shortest_path",
    "topological_map",
    "OccupancyOctree",
    "back_project",
    "project",
    "stitch",
    "read_pcd",
    "write_pcd",
    "ground_homography",
    "birds_eye",
    "height_map",
]

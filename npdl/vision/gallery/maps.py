"""Maps that a robot makes of a simulated world. They take no image."""

import numpy as np

from ... import mapping
from ...data.pictures import view
from ...mapping import slam as graph
from ...mapping.worlds import ROOMS, drive
from ...viz.figures import BLUE, ORANGE, colour_scale
from ...viz.panels import Panel, Plot, dots, segments, together
from .picture import picture

CELL = 0.1  # metres of a grid's cell


@picture("occupancy", None)
def occupancy():
    """A grid of occupancy from laser scans, and a way through what is free."""
    grid = mapping.OccupancyGrid((-0.5, -0.5), (8.5, 6.5), CELL)
    poses = drive(rounds=1).truth[::5]
    shown = []
    for n, pose in enumerate(poses):
        grid.insert_scan(pose, *mapping.scan(pose, ROOMS, rays=120, noise=0.02, seed=n))
        if n in (0, 2, len(poses) - 1):
            shown.append(Panel(f"{n + 1} scan{'s' if n else ''}: black is occupied", 1 - grid.probability()))
    start, goal = (tuple(np.floor((p + 0.5) / CELL).astype(int)[::-1].tolist()) for p in (poses[0, :2], poses[4, :2]))
    way = mapping.shortest_path(grid.free(0.35), start, goal)
    line = [] if way is None else [way[:, ::-1]]
    last = Panel("the shortest free way", 1 - grid.probability(), over=segments(line, ORANGE, 1.5))
    return [*shown, last]


@picture("topological-map", None)
def topological_map():
    """Three maps of one flat: cells, places and the ways between them, landmarks."""
    grid = mapping.OccupancyGrid((-0.5, -0.5), (8.5, 6.5), CELL)
    world = drive(rounds=1)
    for n, pose in enumerate(world.truth[::5]):
        grid.insert_scan(pose, *mapping.scan(pose, ROOMS, rays=120, noise=0.02, seed=n))
    nodes, edges = mapping.topological_map(grid.free(0.4), 5)
    places = nodes[:, ::-1]
    occupied = 1 - grid.probability()
    ways = segments(places[edges], BLUE, 0.8)
    marks = dots((world.landmarks + 0.5) / CELL - 0.5, ORANGE, 20)
    return [
        Panel(f"a grid of {occupied.size} cells", occupied),
        Panel(
            f"{len(nodes)} free places, {len(edges)} ways",
            0.5 + 0.5 * occupied,
            over=together(ways, dots(places, BLUE, 8)),
        ),
        Panel(f"{len(world.landmarks)} landmarks: features", np.ones_like(occupied), over=marks),
    ]


@picture("log-odds", None)
def log_odds():
    """A cell's belief: each measurement adds to its log-odds; bounds let it change its mind."""
    says = np.array([0.7] * 12 + [0.4] * 12)
    bounded, free = np.zeros(25), np.zeros(25)
    for n, p in enumerate(says):
        bounded[n + 1] = mapping.update(bounded[n], p)
        free[n + 1] = mapping.update(free[n], p, low=-np.inf, high=np.inf)

    def curves(values, label):
        def draw(axes):
            for belief, colour, name in ((free, ORANGE, "without bounds"), (bounded, BLUE, "within [-2, 3.5]")):
                axes.plot(values(belief), color=colour, lw=1.2, marker="o", ms=2.5, label=name)
            axes.axvline(12, color="#AAAAAA", lw=0.8, ls="--")
            axes.set(xlabel="measurements", ylabel=label)
            axes.legend(fontsize=7, frameon=False)
            axes.spines[["top", "right"]].set_visible(False)

        return draw

    return [
        Plot("log-odds: 12 hits, 12 misses", curves(lambda belief: belief, "L")),
        Plot("probability of being occupied", curves(mapping.probability, "P")),
    ]


@picture("slam", None)
def slam():
    """SLAM: odometry that drifts, and the same way once loops are closed."""
    world = drive()
    odometry = graph.dead_reckoning(world.motions, world.truth[0])
    weights = 1 / np.array([0.02, 0.02, 0.02]) ** 2, 1 / np.array([0.03, 0.03, 0.03]) ** 2
    closures = graph.loop_closures(world.sightings, weights[1])
    edges = graph.join(graph.odometry_edges(world.motions, weights[0]), closures)
    optimised = graph.optimise(odometry, edges)

    def way(poses, loops=False):
        def draw(axes):
            segments(ROOMS.reshape(-1, 2, 2), "#222222", 1.5)(axes)
            axes.plot(*world.truth[:, :2].T, color="#999999", linewidth=1, label="true")
            axes.plot(*poses[:, :2].T, color=BLUE, linewidth=1.2, label="estimated")
            if loops:
                segments(poses[np.stack([closures.i, closures.j], axis=1), :2], ORANGE, 0.5)(axes)
            axes.scatter(*world.landmarks.T, s=4, color="#009E73", label="landmarks")
            axes.set(aspect="equal", xlim=(-0.6, 8.6), ylim=(-0.6, 7.4), xlabel="metres")
            axes.legend(fontsize=6, loc="upper center", ncols=3, frameon=False, columnspacing=1)

        return draw

    errors = [graph.trajectory_error(poses, world.truth) for poses in (odometry, optimised)]
    return [
        Plot(f"odometry alone: {errors[0]:.2f} m away", way(odometry)),
        Plot(f"{len(closures.i)} loops found", way(odometry, loops=True)),
        Plot(f"loops closed: {errors[1]:.2f} m away", way(optimised)),
    ]


@picture("octomap", None)
def octomap():
    """OctoMap: an octree of occupancy from a scan of a room, at three resolutions."""
    tree = mapping.OccupancyOctree(0.25, depth=5)
    origin, points = np.array([0.1, 0.1, 0.1]), _room()
    tree.insert_scan(origin, points)

    def viridis(share):
        return colour_scale(0, 1, "viridis").to_rgba(share)

    def cubes(level):
        def draw(axes):
            centres, sides, p = tree.leaves(level)
            centres, sides = centres[p > 0.5], sides[p > 0.5]
            corners = centres - sides[:, None] / 2
            axes.bar3d(*corners.T, sides, sides, sides, color=viridis(0.2 + 0.2 * (centres[:, 2] + 2)), shade=True)
            _room_frame(axes)

        return draw

    def cloud(axes):
        axes.scatter(*points.T, s=1.5, c=viridis(0.2 + 0.2 * (points[:, 2] + 2)))
        _room_frame(axes)

    plots = [Plot(f"{len(points)} points of a scan", cloud, "3d")]
    for level in (0, 1, 2):
        side = tree.resolution * 2**level
        plots.append(Plot(f"occupied cubes of {side:g} m", cubes(level), "3d"))
    return plots


def _room_frame(axes):
    axes.set(xlim=(-3, 3), ylim=(-3, 3), zlim=(-2, 2), xticks=[], yticks=[], zticks=[], box_aspect=(6, 6, 4))
    axes.view_init(35, -50)


def _room():
    """Points (N, 3) on a floor, two walls and a box, as a laser in the room's middle sees them."""
    a, b = (g.ravel() for g in np.meshgrid(np.linspace(-2.4, 2.4, 24), np.linspace(-2.4, 2.4, 24)))
    low = b < 1.4
    floor = np.stack([a, b, np.full_like(a, -1.4)], axis=1)
    back = np.stack([a, np.full_like(a, 2.4), b], axis=1)[low & (b > -1.4)]
    side = back[:, [1, 0, 2]] * [-1, 1, 1]
    u, v = (g.ravel() for g in np.meshgrid(np.linspace(0, 1, 8), np.linspace(0, 1, 8)))
    top = np.stack([0.8 + u, -1.6 + v, np.full_like(u, -0.6)], axis=1)
    front = np.stack([np.full_like(u, 0.8), -1.6 + u, -1.4 + 0.8 * v], axis=1)
    return np.concatenate([floor, back, side, top, front])


@picture("birds-eye", None)
def birds_eye():
    """The ground from above, from a camera that looks ahead: straight lanes become parallel again."""
    K = np.array([[240.0, 0, 159.5], [0, 240, 119.5], [0, 0, 1]])
    ground = mapping.ground_homography(K, 1.5, 0.25)

    def road(X, Y):
        lanes = (np.abs(np.abs(X) - 3) < 0.15) | ((np.abs(X) < 0.12) & (Y % 4 < 2))
        return np.where((Y > 0) & (Y < 80), np.where(lanes, 0.95, 0.35), 0.75)  # beyond it the sky

    camera = view(road, ground, (240, 320))
    above = mapping.birds_eye(camera, ground, np.linspace(-5, 5, 101), np.linspace(20, 1.5, 186))
    return [Panel("what the camera sees", camera), Panel("from above: 10 m × 18.5 m", above)]

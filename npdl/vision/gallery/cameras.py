"""Cameras in space: clouds of points, two views of a scene, and the way a camera went. They take no image."""

import numpy as np

from ... import mapping
from ...mapping.monocular import camera_path, camera_step, fit_similarity, path_error
from ...mapping.points import thin
from ...mapping.worlds import CAMERA, HALL, hall_seen, walk
from ...viz.figures import BLUE, COLOURS, INK, ORANGE, colour_scale
from ...viz.panels import Panel, Plot, dots, segments
from ..epipolar import ransac_essential, to_rays
from ..matching import match
from ..orb import orb
from .picture import picture

SHOWN = 8  # epipolar lines


def _places(features, rows):
    return np.stack([features.x, features.y], axis=1)[rows]


@picture("two-views", None)
def two_views():
    """The essential matrix: where in one view the things of another can be, and what contradicts it."""
    hall = walk()
    first, second = (orb(hall.images[n], count=300, levels=3) for n in (0, 1))
    pairs = match(first.descriptors, second.descriptors, cross_check=True)
    source, target = _places(first, pairs[:, 0]), _places(second, pairs[:, 1])
    found = ransac_essential(source, target, hall.K, threshold=0.7, confidence=0.99999)
    agree = found.inliers
    kept = np.flatnonzero(agree)[:: max(1, agree.sum() // SHOWN)][:SHOWN]
    rays = np.column_stack([to_rays(source[kept], hall.K), np.ones(len(kept))])
    a, b, c = np.linalg.inv(hall.K).T @ found.model @ rays.T  # lines a x + b y + c = 0 of the second image's pixels
    ends = np.array([-500.0, 700.0])
    lines = np.stack([np.tile(ends, (len(kept), 1)), -(c[:, None] + a[:, None] * ends) / b[:, None]], axis=2)
    colours = [COLOURS[n % 6] for n in range(len(kept))]
    moves = np.stack([source, target], axis=1)
    return [
        Panel(f"{len(pairs)} matches to a second view", hall.images[0], over=segments(moves, ORANGE, 0.8)),
        Panel(f"{agree.sum()} agree on one motion", hall.images[0], over=segments(moves[agree], BLUE, 0.8)),
        Panel("some of them", hall.images[0], over=dots(source[kept], colours, 60)),
        Panel("on their lines in the second", hall.images[1], over=_both(lines, colours, target[kept])),
    ]


def _both(lines, colours, points):
    def draw(axes):
        segments(lines, colours, 0.8)(axes)
        dots(points, colours, 60)(axes)

    return draw


@picture("camera-path", None)
def way_of_a_camera():
    """Visual odometry: a camera's way from matches alone, but for where it began and how long a metre is."""
    hall = walk()
    frames = [orb(image, count=300, levels=3) for image in hall.images]
    found = camera_path(frames, hall.K)
    s, R, t = fit_similarity(found[:, :3, 3], hall.truth[:, :3, 3])
    places = s * found[:, :3, 3] @ R.T + t
    step = camera_step(frames[0], frames[1], hall.K)
    points = s * step.points @ R.T + t

    def above(axes):
        for corner, u, v in HALL:
            if v[1] == 3:  # not the floor
                axes.plot(*np.stack([corner, corner + u])[:, [0, 2]].T, color=INK, lw=1.5)
        axes.scatter(points[:, 0], points[:, 2], s=4, color=COLOURS[2], label="points")
        axes.plot(*hall.truth[:, [0, 2], 3].T, color="#999999", lw=1.2, marker="o", ms=3, label="true")
        axes.plot(places[:, 0], places[:, 2], color=BLUE, lw=1.2, marker="o", ms=3, label="found")
        axes.set(aspect="equal", xlim=(-4.3, 6.3), ylim=(-1, 10.5), xlabel="metres")
        axes.legend(fontsize=5.5, loc="upper center", ncols=3, frameon=False, columnspacing=0.8, handlelength=1)

    last = len(hall.images) - 1
    return [
        Panel("the first image", hall.images[0]),
        Panel(f"image {last}", hall.images[last]),
        Plot(f"from above: {path_error(found, hall.truth):.2f} m away", above),
    ]


@picture("point-cloud", None)
def point_cloud():
    """A cloud of points from two depth images; where a pose is wrong, every wall is there twice."""
    K = np.diag([0.25, 0.25, 1]) @ CAMERA
    poses = np.tile(np.eye(4), (2, 1, 1))
    poses[1, :3, 3] = [2, 0, 0.5]
    depths = [np.nan_to_num(hall_seen(pose, K, (40, 50))[0], posinf=0) for pose in poses]
    wrong = poses.copy()
    wrong[1, :3, 3] += [0.3, 0, 0.9]
    clouds = [mapping.stitch(depths, p, K) for p in (poses, wrong)]
    few = thin(clouds[0], 0.4)
    heights = mapping.height_map(clouds[0][:, [0, 2, 1]] * [1, 1, -1], (-4, 0), (6, 9), 0.2)
    return [
        Panel("depth: the darker, the nearer", depths[0] / 10),
        Plot(f"{len(clouds[0])} points of two images", _cloud(clouds[0]), "3d"),
        Plot("the second pose 0.95 m off", _cloud(clouds[1]), "3d"),
        Plot(f"one point each 0.4 m: {len(few)}", _cloud(few), "3d"),
        Panel("height map, from above", np.nan_to_num(heights[::-1] + 1.5), "heat"),
    ]


def _cloud(points):
    """A drawing of points x, y, z as seen from above and from behind."""

    def draw(axes):
        colours = colour_scale(-1.5, 1.5, "viridis").to_rgba(-points[:, 1])
        axes.scatter(points[:, 0], points[:, 2], -points[:, 1], s=1.5, c=colours)
        axes.set(xlim=(-4, 6), ylim=(0, 9), zlim=(-1.5, 1.5), xticks=[], yticks=[], zticks=[], box_aspect=(10, 9, 3))
        axes.view_init(45, -80)

    return draw

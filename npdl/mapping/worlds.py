"""Simulated worlds: a flat and a robot that drives round in it; a floor, a hall, and a camera carried over and through.

What is true, what the wheels say, what the eyes see.
"""

from typing import NamedTuple

import numpy as np

from ..arguments import integer, integers, number, reals, takes
from ..data.pictures import TexturedPlane, rotation, translation
from ..errors import InputError
from ..vision.smoothing import gaussian
from ..vision.warp import sample, warp
from .slam import between, compose

ROOMS = np.array(  # walls of an 8 x 6 m flat: the outside, a block in the middle, two half walls
    [
        [0, 0, 8, 0], [8, 0, 8, 6], [8, 6, 0, 6], [0, 6, 0, 0],
        [2.5, 2, 5.5, 2], [5.5, 2, 5.5, 4], [5.5, 4, 2.5, 4], [2.5, 4, 2.5, 2],
        [4, 0, 4, 0.6], [4, 5.4, 4, 6],
    ],
    dtype=float,
)  # fmt: skip
HALL = np.array(  # walls: a corner and two sides, (7, 3, 3); floor, far wall, left, right, and three pillars
    [
        [[-5, 1.5, -2], [12, 0, 0], [0, 0, 12]],
        [[-5, -1.5, 8], [12, 0, 0], [0, 3, 0]],
        [[-4, -1.5, -2], [0, 0, 12], [0, 3, 0]],
        [[6, -1.5, -2], [0, 0, 12], [0, 3, 0]],
        [[-1.6, -1.5, 5], [0.8, 0, 0], [0, 3, 0]],
        [[0.6, -1.5, 4], [0.8, 0, 0.3], [0, 3, 0]],
        [[2.6, -1.5, 6], [0.8, 0, -0.2], [0, 3, 0]],
    ],
    dtype=float,
)
CAMERA = np.array([[130.0, 0, 99.5], [0, 130, 79.5], [0, 0, 1]])  # of the images of the hall, 160 x 200 pixels


class Drive(NamedTuple):
    """truth (N, 3): the poses; motions (N - 1, 3): between them, by the wheels; sightings: see loop_closures."""

    truth: np.ndarray
    motions: np.ndarray
    sightings: list
    landmarks: np.ndarray


@takes(rounds=integer(1), steps=integer(1), motion_noise=reals("3", 0), sight_noise=number(0), sight=number(0))
def drive(*, rounds=2, steps=40, motion_noise=(0.02, 0.02, 0.02), sight_noise=0.03, sight=2.0, seed=0):
    """Some rounds through the flat, `steps` poses each, and 60 landmarks of which those within `sight` metres are seen.

    motion_noise: the standard deviations of a motion's x, y and θ; sight_noise: of a landmark's place.
    """
    random = np.random.default_rng(seed)
    t = np.arange(rounds * steps + 1) * (2 * np.pi / steps)
    x, y = 4 + 2.8 * np.cos(t), 3 + 2.0 * np.sin(t)
    truth = np.stack([x, y, np.arctan2(2.0 * np.cos(t), -2.8 * np.sin(t))], axis=1)
    motions = between(truth[:-1], truth[1:])
    motions = compose(motions, random.normal(size=motions.shape) * motion_noise)
    landmarks = random.uniform((0, 0), (8, 6), (60, 2))
    sightings = []
    for pose in truth:
        local = between(pose, np.column_stack([landmarks, np.zeros(60)]))[:, :2]
        near = np.flatnonzero(np.hypot(*local.T) < sight)
        sightings.append({int(n): local[n] + random.normal(size=2) * sight_noise for n in near})
    return Drive(truth, motions, sightings, landmarks)


class Flight(NamedTuple):
    """floor (H, W): grey; truth (N, 3): the camera's poses on it, pixels and radians; images (N, 128, 128)."""

    floor: np.ndarray
    truth: np.ndarray
    images: np.ndarray


@takes(rounds=integer(1), steps=integer(1), noise=number(0))
def fly(*, rounds=2, steps=20, noise=0.03, seed=0):
    """Some rounds over a textured floor, `steps` images each. The camera looks down; a pixel of it is one of the floor.

    No round is quite like the last: it starts half a step further on, and 8 pixels further out. noise: the standard
    deviation that the sensor adds to each pixel.
    """
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:360, :360].astype(float)
    floor = gaussian(TexturedPlane(360, shapes=600, seed=seed)(x, y), 0.8)
    turn = np.arange(rounds * steps + 1) / steps
    t, radius = 2 * np.pi * turn * (1 + 0.5 / steps), 75 + 8 * turn
    truth = np.stack([180 + radius * np.cos(t), 180 + radius * np.sin(t), t % (2 * np.pi) - np.pi], axis=1)
    images = [look_down(floor, pose) + noise * random.normal(size=(128, 128)) for pose in truth]
    return Flight(floor, truth, np.clip(images, 0, 1))


@takes(pose=reals("3"), size=integer(1))
def look_down(floor, pose, size=128):
    """What a camera at pose (x, y, θ) sees: image (size, size), its middle over (x, y), its x axis along θ."""
    middle = (size - 1) / 2
    to_image = translation(middle) @ rotation(-np.degrees(pose[2])) @ translation(-pose[0], -pose[1])
    return warp(floor, to_image, (size, size), method="bicubic")


class Walk(NamedTuple):
    """truth (N, 4, 4): the poses of a camera in a hall; images (N, 160, 200), grey; K (3, 3): the camera's matrix."""

    truth: np.ndarray
    images: np.ndarray
    K: np.ndarray


@takes(steps=integer(1), noise=number(0))
def walk(*, steps=6, noise=0.02, seed=0):
    """A camera carried along an arc through a hall with pillars. x is right, y down, z ahead; metres.

    noise: the standard deviation that the sensor adds to each pixel.
    """
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:256, :256].astype(float)
    texture = gaussian(TexturedPlane(256, shapes=400, seed=seed)(x, y), 0.8)
    t = np.linspace(0, 1, steps + 1)
    truth = np.tile(np.eye(4), (steps + 1, 1, 1))
    c, s = np.cos(0.4 * t), np.sin(0.4 * t)
    truth[:, 0, 0], truth[:, 0, 2], truth[:, 2, 0], truth[:, 2, 2] = c, -s, s, c  # ever more to the left
    truth[:, :3, 3] = np.stack([3 * np.sin(t), 0.2 * np.sin(4 * t), 2 - 2 * np.cos(t)], axis=1)
    images = [look_ahead(texture, pose) + noise * random.normal(size=(160, 200)) for pose in truth]
    return Walk(truth, np.clip(images, 0, 1), CAMERA)


@takes(texture=reals("H, W"), pose=reals("4, 4"))
def look_ahead(texture, pose):
    """What a camera at pose (4, 4) sees of the hall: the texture of the walls, grey 0.5 where there is none."""
    depth, column, row = hall_seen(pose)
    return np.where(np.isfinite(depth), sample(texture, column, row, border="wrap"), 0.5)


@takes(pose=reals("4, 4"), K=reals("3, 3"), shape=integers("2", 1))
def hall_seen(pose, K=CAMERA, shape=(160, 200)):
    """(depth, column, row), each `shape`: how far ahead a pixel's wall is, inf for none, and where in the texture."""
    if np.linalg.matrix_rank(K) < 3:
        raise InputError("hall_seen", "K", "invertible", K)
    y, x = np.indices(shape)
    rays = np.stack([x, y, np.ones(shape)], axis=-1) @ (pose[:3, :3] @ np.linalg.inv(K)).T  # (H, W, 3), 1 m ahead
    depth, column, row = np.full(shape, np.inf), np.zeros(shape), np.zeros(shape)
    for n, (corner, u, v) in enumerate(HALL):
        normal = np.cross(u, v)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = ((corner - pose[:3, 3]) @ normal) / (rays @ normal)
            hit = pose[:3, 3] + distance[..., None] * rays - corner
            along, across = hit @ u / (u @ u), hit @ v / (v @ v)
        seen = (distance > 0) & (distance < depth) & (0 <= along) & (along <= 1) & (0 <= across) & (across <= 1)
        depth[seen] = distance[seen]
        column[seen] = 40 * np.linalg.norm(u) * along[seen] + 70 * n
        row[seen] = 40 * np.linalg.norm(v) * across[seen] + 70 * n
    return depth, column, row

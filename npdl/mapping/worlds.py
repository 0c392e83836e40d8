"""A simulated flat and a robot that drives round in it: what is true, what the wheels say, what the eyes see."""

from typing import NamedTuple

import numpy as np

from .slam import between, compose

ROOMS = np.array(  # walls of an 8 x 6 m flat: the outside, a block in the middle, two half walls
    [
        [0, 0, 8, 0], [8, 0, 8, 6], [8, 6, 0, 6], [0, 6, 0, 0],
        [2.5, 2, 5.5, 2], [5.5, 2, 5.5, 4], [5.5, 4, 2.5, 4], [2.5, 4, 2.5, 2],
        [4, 0, 4, 0.6], [4, 5.4, 4, 6],
    ],
    dtype=float,
)  # fmt: skip


class Drive(NamedTuple):
    """truth (N, 3): the poses; motions (N - 1, 3): between them, by the wheels; sightings: see loop_closures."""

    truth: np.ndarray
    motions: np.ndarray
    sightings: list
    landmarks: np.ndarray


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

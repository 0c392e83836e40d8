"""What is in a scene, and where: everything but pixels."""

from typing import NamedTuple

import numpy as np

from .colours import COLOURS
from .levels import LARGE, MAIN, MARGIN, OTHERS, SMALL
from .shapes import CLASSES, HALF_TURN, REACH, distances, extents

GRID = 32  # layouts are judged on this grid whatever the image's size: a scene is the same at all sizes
FINE, CLOSE = 64, 0.2  # and on this one where less than 0.2 above the least is visible (they differ by half as much)
CANDIDATES = 16  # places tried for an object


class Layout(NamedTuple):
    """n scenes of up to K objects each, those at the back first (object k + 1 is drawn over object k); -1 pads.

    Coordinates are fractions of the image's side, x to the right and y downwards from the top left corner.
    """

    counts: np.ndarray  # (n,)
    main: np.ndarray  # (n,) which object is the main one
    classes: np.ndarray  # (n, K)
    colours: np.ndarray  # (n, K)
    large: np.ndarray  # (n, K) bool
    radii: np.ndarray  # (n, K)
    degrees: np.ndarray  # (n, K) whole ones, clockwise
    centres: np.ndarray  # (n, K, 2) x, y
    overlaps: np.ndarray  # (n, K, K) bool: object j covers at least a twentieth of object i


def make_layout(draws, level, novel):
    """A layout that keeps the level's rules. Only the places of objects are drawn again until it does.

    So classes, colours and sizes are as frequent as they were drawn.
    """
    layout = _contents(draws, level, novel)
    wrong, attempt = np.arange(len(draws.keys)), 0
    while len(wrong):
        part = _place(_rows(layout, wrong), draws.take(wrong), level, attempt)
        good, layout.overlaps[wrong] = _judge(part, level)
        layout.centres[wrong] = part.centres
        wrong, attempt = wrong[~good], attempt + 1
    return layout


def _rows(layout, rows):
    """Some of the scenes of a layout."""
    return Layout(*(field[rows] for field in layout))


def held_out(classes):
    """The colour that objects of these classes have only in the split "novel"."""
    return (3 * classes + 1) % len(COLOURS)


def _contents(draws, level, novel):
    """All but the places."""
    n, (fewest, K) = len(draws.keys), level.objects
    counts = fewest + draws.integers("count", K - fewest + 1)
    main = draws.integers("main", counts)
    present, is_main = np.arange(K) < counts[:, None], np.arange(K) == main[:, None]
    classes = draws.integers("class", len(CLASSES), K)
    colours = _colours(draws.uniform("colour", K, len(COLOURS)), classes, is_main & novel)
    several = counts[:, None] > 1
    large = np.where(several, is_main | (draws.uniform("large", K) < 1 / 3), draws.uniform("large", K) < 1 / 2)
    low, high = (
        np.where(large, np.where(several, np.where(is_main, MAIN[i], OTHERS[i]), LARGE[i]), SMALL[i]) for i in (0, 1)
    )
    radii = draws.between("radius", low, high, K)
    half = np.minimum(HALF_TURN[classes], level.turn)
    degrees = draws.integers("degrees", 2 * np.maximum(half, 0.5), K) - half
    return Layout(
        counts, main, np.where(present, classes, -1), np.where(present, colours, -1), large & present, radii * present,
        degrees * present, np.zeros((n, K, 2)), np.zeros((n, K, K), dtype=bool),
    )  # fmt: skip


def _colours(chance, classes, novel):
    """No colour twice in a scene; held-out pairs only where `novel`, and always there. chance: (n, K, colours)."""
    n, K, _ = chance.shape
    rows, held = np.arange(n), held_out(classes)
    chance = chance.copy()
    np.put_along_axis(chance, held[..., None], np.where(novel, 2.0, -1.0)[..., None], axis=2)
    colours = np.zeros((n, K), dtype=np.int64)
    order = np.argsort(~novel, axis=1, kind="stable")  # who has no choice chooses first
    for k in order.T:
        colours[rows, k] = chance[rows, k].argmax(axis=1)
        chance[rows, :, colours[rows, k]] -= 4
    return colours


def _place(layout, draws, level, attempt):
    """Centres one by one, the main object first: the first candidate far enough from the others, else the farthest."""
    n, K = layout.classes.shape
    reach = REACH[layout.classes] * layout.radii  # (n, K); 0 where there is none
    low, high = (layout.radii[..., None] * extent for extent in extents(layout))
    places = draws.between(f"centre {attempt}", low[:, None], 1 - high[:, None], CANDIDATES, K, 2)  # inside the image
    centres, gaps = np.full((n, K, 2), 9.0), np.zeros((n, CANDIDATES))
    rows = np.arange(n)
    order = np.argsort(np.arange(K) != layout.main[:, None], axis=1, kind="stable")
    for k in order.T:
        here = places[rows, :, k]  # (n, candidates, 2)
        apart = ((here[:, :, None] - centres[:, None]) ** 2).sum(axis=3)  # squared, (n, candidates, K)
        wanted = (level.spread + 0.1 * attempt) * (reach[rows, k, None] + reach)
        gaps = (np.sqrt(apart) - wanted[:, None]).min(axis=2)
        centres[rows, k] = here[rows, np.minimum(gaps, 0).argmax(axis=1)]
    centres[layout.classes < 0] = 0
    return layout._replace(centres=centres)


def _judge(layout, level):
    """Which layouts keep the rules, (n,), and which objects overlap, (n, K, K)."""
    visible, whole, overlaps = _look(layout, GRID)
    n, K = visible.shape
    is_main = np.arange(K) == layout.main[:, None]
    largest, others = visible[np.arange(n), layout.main], np.where(is_main, 0, visible).max(axis=1)
    good = (visible >= level.visible * whole).all(axis=1) & (largest >= MARGIN * others)
    close = np.flatnonzero(good & (visible < np.minimum(level.visible + CLOSE, 1) * whole).any(axis=1))
    if len(close):
        visible, whole, _ = _look(_rows(layout, close), FINE)
        good[close] = (visible >= level.visible * whole).all(axis=1)
    return good, overlaps


def _look(layout, size):
    """Pixels of each object that are seen and all of them, (n, K) each, and which objects overlap, (n, K, K)."""
    inside = distances(layout, size) <= 0  # (n, K, size, size)
    n, K = layout.classes.shape
    visible, whole = np.zeros((n, K), dtype=np.int64), inside.sum(axis=(2, 3))
    overlaps, free = np.zeros((n, K, K), dtype=bool), np.ones((n, size, size), dtype=bool)
    for k in reversed(range(K)):
        visible[:, k] = (inside[:, k] & free).sum(axis=(1, 2))
        free &= ~inside[:, k]
        for i in range(k):
            overlaps[:, i, k] = 20 * (inside[:, i] & inside[:, k]).sum(axis=(1, 2)) > whole[:, i]
    return visible, whole, overlaps

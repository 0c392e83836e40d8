"""Labels agree with pixels, exactly: masks, boxes, key points. Each is computed again here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl.data.scenes import CLASSES, LEVELS, load_scenes
from npdl.data.scenes.annotate import boxes_of
from npdl.data.scenes.shapes import CORNERS, LEVEL

ANY = given(
    seed=st.integers(0, 2**63 - 1),
    start=st.integers(0, 2**40),
    level=st.sampled_from(list(LEVELS)),
    split=st.sampled_from(["train", "val", "test", "novel"]),
    size=st.sampled_from([32, 64]),
)
FEW = settings(max_examples=25, deadline=None)


def redrawn(thing, size):
    """The whole mask of an object from its annotation alone: turn pixel centres back, ask the outline."""
    c, t = CLASSES.index(thing.shape), np.radians(thing.degrees)
    x, y = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    x, y = (x - thing.centre[0]) / thing.radius, (y - thing.centre[1]) / thing.radius
    return LEVEL[c](x * np.cos(t) + y * np.sin(t), y * np.cos(t) - x * np.sin(t)) * thing.radius


@FEW
@ANY
def test_masks_are_the_outlines_drawn_from_back_to_front(seed, start, level, split, size):
    scene = load_scenes(1, seed=seed, start=start, level=level, split=split, size=size)[0]
    owner, unsure = np.zeros((size, size), dtype=int), np.zeros((size, size), dtype=bool)
    for k, thing in enumerate(scene.objects):
        d = redrawn(thing, size)
        owner[d <= 0] = k + 1
        unsure |= abs(d) < 1e-3  # annotations are float32
    assert np.array_equal(owner[~unsure], scene.instances[~unsure]) and unsure.sum() < 8


@FEW
@ANY
def test_boxes_and_visibility(seed, start, level, split, size):
    scene = load_scenes(1, seed=seed, start=start, level=level, split=split, size=size)[0]
    for k, thing in enumerate(scene.objects):
        seen, whole = scene.instances == k + 1, redrawn(thing, size) <= 0
        assert thing.box.tolist() == box(seen)
        assert abs(thing.full_box - box(whole)).max() <= 1
        assert thing.visibility == pytest.approx(seen.sum() / whole.sum(), abs=0.03)
        assert thing.visibility >= LEVELS[level].visible
        (x1, y1, x2, y2), (a1, b1, a2, b2) = thing.box, thing.full_box
        assert 0 <= a1 <= x1 < x2 <= a2 <= size and 0 <= b1 <= y1 < y2 <= b2 <= size


def box(mask):
    """x1, y1, x2, y2 along pixel edges, from the list of its pixels."""
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@FEW
@ANY
def test_key_points(seed, start, level, split, size):
    scenes = load_scenes(3, seed=seed, start=start, level=level, split=split, size=size)
    for i, scene in enumerate(scenes):
        for k, thing in enumerate(scene.objects):
            c = CLASSES.index(thing.shape)
            states, points = scenes.keypoint_states[i, k], scenes.keypoints[i, k]
            count = 1 + len(CORNERS[c])
            assert (states[:count] > 0).all() and not states[count:].any() and not points[count:].any()
            assert np.array_equal(points[0], thing.centre) and np.array_equal(points[1:count], thing.corners)
            u, v = ((thing.corners - thing.centre) / thing.radius).T
            t = np.radians(thing.degrees)
            assert (abs(LEVEL[c](u * np.cos(t) + v * np.sin(t), v * np.cos(t) - u * np.sin(t))) < 1e-5).all()
            for (x, y), state in zip(points[:count], states):
                owner = scene.instances[min(int(y), size - 1), min(int(x), size - 1)]
                assert state == (1 if owner > k + 1 else 2)


def test_both_states_of_key_points_occur():
    s = load_scenes(200, level="hard")
    assert {0, 1, 2} == set(np.unique(s.keypoint_states).tolist())


def test_the_centre_is_the_centroid_and_inside_unless_in_a_ring():
    s = load_scenes(300, size=64, seed=4)  # one object each, nothing covered
    for scene in s:
        rows, columns = np.nonzero(scene.instances)
        assert (
            np.hypot(columns.mean() + 0.5 - scene.objects[0].centre[0], rows.mean() + 0.5 - scene.objects[0].centre[1])
            < 0.5
        )
        x, y = scene.objects[0].centre.astype(int)
        assert scene.instances[y, x] == (scene.objects[0].shape != "ring")


@pytest.mark.parametrize("level", LEVELS)
def test_semantic_map_and_masks_follow_from_the_instances(level):
    s = load_scenes(4, level=level)
    assert s.semantic.dtype == np.uint8 and s.masks.dtype == bool
    assert (s.masks.sum(axis=1) == (s.instances > 0)).all()  # they share no pixel and leave none out
    for n in range(4):
        for i, j in np.ndindex(32, 32):
            owner = s.instances[n, i, j]
            assert s.semantic[n, i, j] == (1 + s.classes[n, owner - 1] if owner else 0)
            if owner:
                assert s.masks[n, owner - 1, i, j]


def test_overlaps_are_what_the_nearer_covers_of_the_other():
    s = load_scenes(150, level="hard")
    for scene in s:
        whole = [redrawn(thing, 32) <= 0 for thing in scene.objects]
        for i, j in np.ndindex(scene.overlaps.shape):
            covered = (whole[i] & whole[j]).sum() / whole[i].sum()
            if abs(covered - 0.05) > 0.02:
                assert scene.overlaps[i, j] == (j > i and covered > 0.05)


def test_boxes_of_nothing_are_zeros():
    masks = np.zeros((2, 3, 8, 9), dtype=bool)
    masks[1, 2, 3:5, 8] = True
    boxes = boxes_of(masks)
    assert boxes.shape == (2, 3, 4) and boxes.dtype == np.float32
    assert boxes[1, 2].tolist() == [8, 3, 9, 5] and boxes.sum() == 25

"""What is where: the level's rules hold, at both sizes; classes and colours are as frequent as they should be."""

import numpy as np
import pytest

from npdl.data.scenes import CLASSES, COLOURS, LEVELS, TEXTURES, held_out, load_scenes
from npdl.data.scenes.levels import MARGIN

LEVEL = pytest.mark.parametrize("level", LEVELS)


@pytest.fixture(scope="module", params=[(level, size) for level in LEVELS for size in (32, 64)], ids=str)
def scenes(request):
    level, size = request.param
    return level, load_scenes(300 if size == 32 else 100, size=size, level=level, seed=11)


def present(scenes):
    return np.arange(scenes.classes.shape[1]) < scenes.counts[:, None]


def test_counts(scenes):
    level, s = scenes
    low, high = LEVELS[level].objects
    assert set(s.counts.tolist()) == set(range(low, high + 1)) and s.classes.shape[1] == high
    assert (s.main < s.counts).all() and set(s.main.tolist()) == set(range(high))


def test_padding(scenes):
    _, s = scenes
    absent = ~present(s)
    assert (s.classes[absent] == -1).all() and (s.colours[absent] == -1).all()
    for field in (
        "large",
        "centres",
        "radii",
        "degrees",
        "boxes",
        "full_boxes",
        "visibility",
        "keypoints",
        "keypoint_states",
    ):
        assert not getattr(s, field)[absent].any(), field
    assert not s.masks[absent].any()


def test_every_object_is_seen_well_enough(scenes):
    level, s = scenes
    assert s.visibility[present(s)].min() >= LEVELS[level].visible
    size = s.pixels.shape[-1]
    assert s.masks.sum(axis=(2, 3))[present(s)].min() >= 15 * (size / 32) ** 2


def test_objects_lie_inside_the_image(scenes):
    """Twice the area around the image shows nothing more of them."""
    _, s = scenes
    size = s.pixels.shape[-1]
    boxes = s.full_boxes[present(s)]
    assert boxes.min() >= 0 and boxes.max() <= size
    points = s.keypoints[s.keypoint_states > 0]
    assert points.min() > -0.01 and points.max() < size + 0.01
    areas = s.masks.sum(axis=(2, 3)) / np.maximum(s.visibility, 1e-6) / np.maximum(s.radii, 1e-6) ** 2
    assert abs(areas[present(s)] / 2.2 - 1).max() < 0.25  # nothing is cut off: the whole has the area of its class


def test_the_main_object_is_the_largest_by_far(scenes):
    _, s = scenes
    areas = s.masks.sum(axis=(2, 3))
    main = areas[np.arange(len(s)), s.main]
    areas[np.arange(len(s)), s.main] = 0
    assert (main > 1.05 * areas.max(axis=1)).all()  # MARGIN holds at 32 pixels
    if s.pixels.shape[-1] == 32:
        assert (main >= MARGIN * areas.max(axis=1)).all()


def test_large_and_small_do_not_meet(scenes):
    _, s = scenes
    radii, large = s.radii[present(s)] / s.pixels.shape[-1], s.large[present(s)]
    assert 0.15 <= radii[~large].min() and radii[~large].max() < 0.18
    assert 0.21 <= radii[large].min() and radii[large].max() < 0.31
    several = s.counts > 1
    assert s.large[np.arange(len(s)), s.main][several].all()


def test_no_colour_twice_and_no_held_out_pair(scenes):
    _, s = scenes
    for row, count in zip(s.colours, s.counts):
        assert len(set(row[:count].tolist())) == count
    assert not (s.colours == held_out(s.classes))[present(s)].any()


def test_turns(scenes):
    level, s = scenes
    limit = np.minimum([0, 45, 60, 180, 90, 36, 45, 0, 180, 180], LEVELS[level].turn)[s.classes]
    assert (abs(s.degrees) <= limit)[present(s)].all()
    assert abs(s.degrees).max() > 0.8 * LEVELS[level].turn


@LEVEL
def test_a_scene_is_the_same_at_both_sizes(level):
    small, large = (load_scenes(150, size=size, level=level) for size in (32, 64))
    for field in (
        "counts",
        "main",
        "classes",
        "colours",
        "large",
        "degrees",
        "textures",
        "dark",
        "wordings",
        "overlaps",
    ):
        assert np.array_equal(getattr(small, field), getattr(large, field)), field
    for field in ("centres", "radii", "keypoints"):
        assert np.allclose(2 * getattr(small, field), getattr(large, field), rtol=0, atol=1e-4), field
    assert abs(2 * small.boxes - large.boxes).max() <= 8  # a tip may end before the next pixel centre
    assert np.median(abs(2 * small.boxes - large.boxes)) <= 1
    halved = large.images.reshape(150, 3, 32, 2, 32, 2).mean(axis=(3, 5))
    assert abs(halved - small.images).mean() < (0.02 if level == "easy" else 0.06)
    assert small.captions() == large.captions()


@LEVEL
def test_classes_colours_and_textures_are_balanced(level):
    s = load_scenes(2500, level=level)
    assert chi2(np.bincount(s.labels, minlength=len(CLASSES))) < 27.9  # 9 degrees of freedom, one in a thousand
    assert chi2(np.bincount(s.classes[present(s)], minlength=len(CLASSES))) < 27.9
    colours = np.bincount(s.colours[present(s)], minlength=len(COLOURS))
    assert (
        colours.min() > 0.7 * colours.mean() and colours.max() < 1.2 * colours.mean()
    )  # held-out pairs make it uneven
    chosen = np.bincount(s.textures, minlength=len(TEXTURES))
    assert set(np.flatnonzero(chosen)) == set(LEVELS[level].textures)
    assert chi2(chosen[list(LEVELS[level].textures)]) < 20.5  # at most 5 degrees of freedom
    assert abs(s.dark.mean() - 0.5) < 0.04
    assert chi2(np.bincount(s.wordings, minlength=4)) < 16.3


def chi2(counts):
    expected = counts.sum() / len(counts)
    return ((counts - expected) ** 2 / expected).sum()


@LEVEL
def test_novel_scenes_have_a_held_out_pair_and_others_never(level):
    rows = np.arange(800)
    s = load_scenes(800, level=level, split="novel")
    pair = s.colours == held_out(s.classes)
    assert pair[rows, s.main].all()
    pair[rows, s.main] = False
    assert not pair[present(s)].any()
    assert len(np.unique(s.labels)) == len(CLASSES)
    for row, count in zip(s.colours, s.counts):
        assert len(set(row[:count].tolist())) == count


def test_every_other_pair_is_trained_on():
    s = load_scenes(1500, level="medium")
    seen = {(c, k) for c, k in zip(s.classes[present(s)].tolist(), s.colours[present(s)].tolist())}
    every = {(c, k) for c in range(len(CLASSES)) for k in range(len(COLOURS))}
    assert every - seen == {(c, int(held_out(c))) for c in range(len(CLASSES))}
    assert len({int(held_out(c)) for c in range(len(CLASSES))}) == len(
        COLOURS
    )  # no colour is held out of more than two


def test_harder_levels_hide_more():
    easy, medium, hard = (load_scenes(500, level=level) for level in LEVELS)
    hidden = [1 - s.visibility[present(s)].mean() for s in (easy, medium, hard)]
    assert hidden[0] == 0 and 0 < hidden[1] < hidden[2]
    assert (
        easy.overlaps.sum() == 0
        and 0.1 < (medium.overlaps.any(axis=(1, 2))).mean() < (hard.overlaps.any(axis=(1, 2))).mean()
    )

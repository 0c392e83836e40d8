"""load_scenes: prefixes, streams, errors; Scenes and Scene: rows."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import InputError
from npdl.data import Scenes, load_scenes
from npdl.data.scenes import CLASSES, LEVELS
from npdl.data.scenes.load import BLOCK, SPLITS

NAMES = [field.name for field in fields(Scenes)]


def same(a, b):
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in NAMES)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [32, 64])
def test_an_image_is_the_same_however_many_are_asked_for(level, size):
    block = BLOCK // size**2
    many = load_scenes(2 * block + 5, size=size, level=level)
    assert len(many) == 2 * block + 5
    assert same(load_scenes(7, size=size, level=level), many[:7])
    assert same(load_scenes(block + 1, size=size, level=level), many[: block + 1])
    assert same(load_scenes(9, size=size, level=level, start=block - 3), many[block - 3 : block + 6])
    assert many.indices.tolist() == list(range(2 * block + 5))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(0, 2**56 - 3), st.sampled_from(list(LEVELS)), st.sampled_from(SPLITS))
def test_any_seed_and_start(seed, start, level, split):
    two = load_scenes(2, seed=seed, start=start, level=level, split=split)
    assert same(load_scenes(1, seed=seed, start=start + 1, level=level, split=split), two[1:])
    assert two[0].agrees(two[0].caption())


def test_splits_levels_and_seeds_share_no_image():
    sets = [
        load_scenes(100, split=split, level=level, seed=seed) for split in SPLITS for level in LEVELS for seed in (0, 1)
    ]
    pictures = {image.tobytes() for s in sets for image in s.pixels}
    layouts = {row.tobytes() for s in sets for row in s.centres[:, 0]}
    assert len(pictures) == len(layouts) == 100 * len(sets)


def test_everything_is_repeatable():
    assert same(load_scenes(40, level="hard", seed=9), load_scenes(40, level="hard", seed=9))


@pytest.mark.parametrize(
    "argument, value",
    [
        *[("n", n) for n in (0, -1, 2.0, True, None)],
        *[("size", size) for size in (28, "32", None)],
        *[("level", "extreme"), ("level", None), ("split", "dev")],
        *[("seed", -1), ("seed", 2**63), ("seed", 0.5), ("start", -1), ("start", 2**56)],
    ],
)
def test_bad_arguments_are_named(argument, value):
    arguments = {"n": 1, argument: value}
    with pytest.raises(InputError, match=f"load_scenes: {argument} should be"):
        load_scenes(arguments.pop("n"), **arguments)


def test_rows():
    s = load_scenes(20, level="medium")
    part = s[np.array([3, 5])]
    assert isinstance(part, Scenes) and len(part) == 2 and part.indices.tolist() == [3, 5]
    assert np.array_equal(part.labels, s.labels[[3, 5]]) and part.captions() == [s.captions()[3], s.captions()[5]]
    assert same(s[s.counts == 2], s[np.flatnonzero(s.counts == 2)])
    assert s[-1].caption() == s[19].caption() == s[np.int64(19)].caption()
    assert len(list(s)) == 20
    with pytest.raises(IndexError):
        s[20]


def test_one_scene():
    s = load_scenes(30, level="hard")
    for i, scene in enumerate(s):
        assert len(scene.objects) == s.counts[i] and scene.main == s.main[i]
        assert scene.label == s.labels[i] == CLASSES.index(scene.objects[scene.main].shape)
        assert np.array_equal(scene.image, s.images[i]) and scene.image.dtype == np.float32
        assert np.array_equal(scene.objects[0].box, s.boxes[i, 0])
        assert scene.caption() == " ".join(scene.words()) and scene.caption("zh") == "".join(scene.words("zh"))


def test_arrays_are_compact():
    s = load_scenes(100, size=64, level="hard")
    assert sum(getattr(s, name).nbytes for name in NAMES) / 100 < 18_500  # 16,384 of them pixels and instances


def test_they_say_what_they_are_in_a_line():
    scenes = load_scenes(3, level="medium")
    assert repr(scenes) == f"Scenes(3 pictures of 32×32, of at most {scenes.counts.max()} objects)"
    assert repr(scenes[:0]) == "Scenes(0 pictures of 32×32, of at most 0 objects)"
    assert repr(scenes[1]) == f"Scene({scenes[1].caption()!r})"

"""The pictures: in range, drawn in the colours that the labels say, harder where the level says so, and frozen."""

import hashlib

import numpy as np
import pytest

from npdl.data.scenes import COLOURS, LEVELS, PALETTE, TEXTURES, load_scenes
from npdl.data.scenes.backgrounds import PATTERNS, direction
from npdl.data.scenes.colours import hue_to_rgb
from npdl.data.scenes.draws import Draws


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [32, 64])
def test_types_and_range(level, size):
    s = load_scenes(50, size=size, level=level)
    assert s.pixels.shape == (50, 3, size, size) and s.pixels.dtype == np.uint8
    assert s.images.dtype == np.float32 and s.images.min() >= 0 and s.images.max() <= 1
    assert s.instances.shape == (50, size, size) and s.instances.dtype == np.uint8
    assert s.labels.dtype == np.int64 and s.labels.shape == (50,)
    assert np.array_equal(s.images, s.pixels / np.float32(255))
    assert s.pixels.std(axis=(1, 2, 3)).min() > 5  # there is something to see


@pytest.mark.parametrize("level, least", [("easy", 0.99), ("medium", 0.97), ("hard", 0.90)])
def test_objects_have_the_colour_of_their_label(level, least):
    """The mean colour of a mask's inside, its lightness taken away, is nearest to the palette colour of the label."""
    s = load_scenes(300, size=64, level=level)
    right = []
    for scene in s:
        for k, thing in enumerate(scene.objects):
            mean = scene.image[:, scene.instances == k + 1].mean(axis=1)
            distance = abs((PALETTE - PALETTE.mean(axis=1, keepdims=True)) - (mean - mean.mean())).sum(axis=1)
            distance += 0.4 * abs(PALETTE.mean(axis=1) - mean.mean())
            right.append(COLOURS[distance.argmin()] == thing.colour)
    assert np.mean(right) >= least


def test_nearer_objects_are_drawn_over_farther_ones():
    """Where two full boxes overlap, pixels have the colour of the object that the mask says, not of the other."""
    right = []
    for scene in load_scenes(300, size=64, level="hard"):
        colours = [PALETTE[COLOURS.index(thing.colour)] for thing in scene.objects]
        for back, front in np.argwhere(scene.overlaps):
            x1, y1, x2, y2 = scene.objects[back].full_box.astype(int)
            patch, owner = scene.image[:, y1:y2, x1:x2], scene.instances[y1:y2, x1:x2]
            mean = patch[:, owner == front + 1].mean(axis=1)  # in the back one's box, and for the most part inside it
            distances = [np.abs(mean - colours[k] - (mean - colours[k]).mean()).sum() for k in (back, front)]
            right.append(distances[1] < distances[0])
    assert len(right) > 300 and np.mean(right) > 0.97


def test_the_palette_is_told_apart_without_green_receptors():
    """Deuteranopia by the matrix of Machado, Oliveira and Fernandes 2009 (linear light), distances in CIELAB."""
    linear = np.where(PALETTE <= 0.04045, PALETTE / 12.92, ((PALETTE + 0.055) / 1.055) ** 2.4)
    matrix = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    for seen in (linear, np.clip(linear @ np.array(matrix).T, 0, 1)):
        lab = to_lab(seen)
        distance = np.sqrt(((lab[:, None] - lab) ** 2).sum(axis=2)) + 1e9 * np.eye(len(lab))
        assert distance.min() > 12  # 2.3 is just noticeable


def to_lab(linear):
    """CIELAB of linear sRGB, D65."""
    xyz = linear @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    f = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 216 / 24389))
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def test_light_backgrounds_are_lighter():
    for level in LEVELS:
        s = load_scenes(300, level=level)
        means = np.array([scene.image[:, scene.instances == 0].mean() for scene in s])
        assert means[~s.dark].min() > means[s.dark].max() - 0.1
        assert means[~s.dark].mean() > means[s.dark].mean() + 0.3


def test_harder_levels_have_more_noise_and_texture():
    rough = []
    for level in LEVELS:
        image = load_scenes(300, level=level).images
        rough.append(np.median(abs(image[..., 1:] - image[..., :-1])))
    assert rough[0] < rough[1] < rough[2]


@pytest.mark.parametrize("t", range(6), ids=TEXTURES)
def test_patterns(t):
    pattern = np.broadcast_to(PATTERNS[t](Draws(0, 0, np.arange(40)), 64), (40, 64, 64))
    assert pattern.min() >= 0 and pattern.max() <= 1
    if t:
        assert pattern.dtype == np.float32
        assert len(np.unique(pattern.reshape(40, -1), axis=0)) == 40
        assert 0.1 < pattern.mean() < 0.6 and pattern.std(axis=(1, 2)).min() > 0.05
    if TEXTURES[t] in ("striped", "checked", "dotted"):  # two colours, few pixels between them
        assert ((pattern == 0) | (pattern == 1)).mean() > 0.6


def test_directions_of_light_are_unit_vectors_all_around():
    d = direction(Draws(0, 0, np.arange(4000)), "light")
    assert np.allclose((d**2).sum(axis=1), 1) and abs(d.mean(axis=0)).max() < 0.05
    assert np.bincount((np.arctan2(d[:, 1], d[:, 0]) // (np.pi / 4)).astype(int) + 4, minlength=8).min() > 350


def test_hues():
    hue, ones = np.array([0, 1 / 6, 1 / 3, 2 / 3]), np.ones(4)
    assert np.allclose(hue_to_rgb(hue, ones, ones), [[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]])
    assert np.allclose(hue_to_rgb(hue, 0 * ones, 0.3 * ones), 0.3)
    assert np.allclose(hue_to_rgb(np.array([0.0]), np.array([0.5]), np.array([0.8])), [[0.8, 0.4, 0.4]])


FROZEN = {  # SHA-256 of what is discrete in 64 scenes, and the mean of the pixels of each of the first four
    ("easy", 32): (
        "b495865808f08f2b45bddfba269a3c094c13fab579566a396d2e2e30e08b1b7e",
        [153.86, 177.51, 61.27, 43.06],
    ),
    ("easy", 64): (
        "a0e885b75e629de9eef670e03adedd217b96a42e7c363c2e8b3b6dec4cee2430",
        [153.87, 177.55, 61.24, 43.05],
    ),
    ("medium", 32): (
        "d766d8a37b37c4196fc6d39c9ceda25351b0899522b705b7891450c2fac60e2a",
        [62.36, 76.56, 106.44, 72.44],
    ),
    ("medium", 64): (
        "ed99fb1d81dfd90e06fe6b9b08f89a5de299d0aa570a9164205d6893421fab23",
        [62.39, 76.36, 106.36, 72.4],
    ),
    ("hard", 32): (
        "70bd6c008bc424d220bd01fa6aea6286f91bb19eb2b815af4538ddcb9d376b20",
        [96.77, 77.7, 83.32, 84.62],
    ),
    ("hard", 64): (
        "aa2fb03fd69e954774198948663f0872566a70a7cde5555c9239f356ca5ba99f",
        [96.95, 77.49, 83.47, 84.69],
    ),
}


@pytest.mark.parametrize("level, size", FROZEN)
def test_scenes_are_the_same_everywhere(level, size):
    """All behind the annotations is made of integers, + - · / and square roots: they must not differ at all."""
    s = load_scenes(64, size=size, level=level)
    digest, means = FROZEN[level, size]
    assert fingerprint(s) == digest
    assert np.allclose(s.pixels[:4].mean(axis=(1, 2, 3)), means, atol=0.05)


def fingerprint(s):
    """SHA-256 of what is discrete."""
    fields = (
        "instances",
        "counts",
        "main",
        "classes",
        "colours",
        "large",
        "degrees",
        "boxes",
        "full_boxes",
        "overlaps",
    )
    content = b"".join(np.ascontiguousarray(getattr(s, name), dtype="<i8").tobytes() for name in fields)
    content += np.ascontiguousarray(s.keypoint_states).tobytes() + "\n".join(s.captions() + s.captions("zh")).encode(
        "utf-8"
    )
    return hashlib.sha256(content).hexdigest()

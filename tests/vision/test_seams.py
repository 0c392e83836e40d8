"""Seam carving: optimal by brute force, exact on toy images, and what protection, insertion and masks promise."""

from itertools import product

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision import seams as s
from npdl.vision.derivatives import sobel

rng = np.random.default_rng(0)


def all_seams(H, W):
    """Every seam of an image, (n, H)."""
    for start, steps in product(range(W), product((-1, 0, 1), repeat=H - 1)):
        seam = np.cumsum([start, *steps])
        if (seam >= 0).all() and (seam < W).all():
            yield seam


def cost_of(seam, first, steps):
    """What a seam pays, step by step."""
    total = first[seam[0]]
    for i in range(1, len(seam)):
        total += steps[seam[i - 1] - seam[i] + 1, i, seam[i]]
    return total


def sky_and_tower():
    """A smooth sky with a striped tower on the right."""
    image = np.tile(np.linspace(0.6, 0.7, 24)[:, None], (1, 40))
    image[:, 26:34] = np.where(np.arange(24)[:, None] // 2 % 2 == 0, 0.1, 0.9)
    return image


@pytest.mark.topic("R088")
def test_the_energy_is_a_sum_of_absolute_slopes():
    y, x = np.mgrid[:8, :9]
    ramp = 0.03 * x - 0.05 * y
    np.testing.assert_allclose(s.seam_energy(ramp), 0.08)
    image = rng.random((8, 9))
    gx, gy = sobel(image)
    np.testing.assert_allclose(s.seam_energy(image, kernel="sobel"), np.abs(gx) + np.abs(gy))
    colour = np.repeat(image[..., None], 3, axis=2)
    np.testing.assert_allclose(s.seam_energy(colour), s.seam_energy(image), atol=1e-12)


@pytest.mark.topic("R089")
@pytest.mark.parametrize("seed", range(3))
def test_the_cheapest_seam_by_brute_force(seed):
    energy = np.random.default_rng(seed).random((5, 5))
    costs = s.backward_costs(energy)
    seam, cost = s.cheapest_seam(*costs)
    best = min(all_seams(5, 5), key=lambda seam: energy[np.arange(5), seam].sum())
    np.testing.assert_array_equal(seam, best)
    assert cost == pytest.approx(energy[np.arange(5), best].sum())
    assert s.cumulative_costs(*costs)[-1].min() == pytest.approx(cost)


@pytest.mark.topic("R089")
def test_the_border_is_not_free():
    energy = np.array([[1, 9, 9], [9, 9, 1], [9, 9, 1.0]])
    expected = min(energy[np.arange(3), seam].sum() for seam in all_seams(3, 3))
    assert s.cheapest_seam(*s.backward_costs(energy))[1] == expected == 11
    with_zeros = energy[0]
    for row in energy[1:]:  # the notes' border of zeros
        padded = np.pad(with_zeros, 1)
        with_zeros = row + np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    assert with_zeros.min() == 1
    constant = s.cumulative_costs(*s.backward_costs(np.ones((4, 6))))
    np.testing.assert_array_equal(constant[-1], 4)


@pytest.mark.topic("R087")
def test_seams_leave_the_sky_first():
    image = sky_and_tower()
    narrow = s.remove_seams(image, 12)
    assert narrow.shape == (24, 28)
    np.testing.assert_allclose(narrow[:, -14:-6], image[:, 26:34])  # the tower is as it was
    assert s.resize_by_seams(image, (20, 30)).shape == (20, 30)
    assert s.resize_by_seams(np.repeat(image[..., None], 3, axis=2), (26, 44)).shape == (26, 44, 3)
    np.testing.assert_array_equal(s.resize_by_seams(image, (24, 40)), image)


@pytest.mark.topic("R090")
def test_removal_with_and_without_averaging():
    image = np.array([[1, 2, 4, 8], [5, 5, 1, 3.0]]) / 10
    seam = np.array([1, 0])
    np.testing.assert_allclose(s.remove_seam(image, seam), [[0.1, 0.4, 0.8], [0.5, 0.1, 0.3]])
    np.testing.assert_allclose(s.remove_seam(image, seam, average=True), [[0.15, 0.3, 0.8], [0.5, 0.1, 0.3]])
    np.testing.assert_allclose(image[0], [0.1, 0.2, 0.4, 0.8])  # the caller's is not touched
    wide = rng.random((6, 9))
    assert s.remove_seams(wide, 3, average=True).shape == (6, 6)
    assert not np.isin(s.remove_seams(wide, 1, average=True), wide).all()
    assert np.isin(s.remove_seams(wide, 3), wide).all()


@pytest.mark.topic("R091")
@pytest.mark.parametrize("seed", range(3))
def test_forward_energy_by_brute_force(seed):
    image = np.random.default_rng(seed).random((5, 5))
    costs = s.forward_costs(image)
    seam, cost = s.cheapest_seam(*costs)
    assert cost == pytest.approx(min(cost_of(seam, *costs) for seam in all_seams(5, 5)))
    assert cost == pytest.approx(cost_of(seam, *costs))
    left, right = image[2, 1], image[2, 3]
    assert costs[1][1, 2, 2] == pytest.approx(abs(right - left))
    assert costs[1][0, 2, 2] == pytest.approx(abs(right - left) + abs(image[1, 2] - left))
    assert costs[1][2, 2, 2] == pytest.approx(abs(right - left) + abs(image[1, 2] - right))


@pytest.mark.topic("R091")
@pytest.mark.parametrize("seed", range(3))
def test_forward_seams_insert_less_energy(seed):
    image = pictures.view(pictures.TexturedPlane(40, shapes=20, seed=seed), np.eye(3), (24, 40))
    inserted = []
    for forward in (True, False):
        narrow, total = image, 0
        for _ in range(10):
            costs = s.forward_costs(narrow)
            seam, _ = s.cheapest_seam(*(costs if forward else s.backward_costs(s.seam_energy(narrow))))
            total += cost_of(seam, *costs)
            narrow = s.remove_seam(narrow, seam)
        inserted.append(total)
    np.testing.assert_array_equal(narrow, s.remove_seams(image, 10))
    assert inserted[0] <= inserted[1]
    assert s.remove_seams(image, 10, forward=True).shape == (24, 30)


@pytest.mark.topic("R092")
def test_insertion_keeps_every_pixel_and_doubles_each_seam_once():
    image = rng.random((7, 12))
    wide = s.insert_seams(image, 5)
    assert wide.shape == (7, 17)
    found = s.find_seams(image, 5)
    for before, after, doubled in zip(image, wide, found):
        assert len(set(doubled)) == 5
        old = np.isin(after, before)
        np.testing.assert_array_equal(after[old], before) if 11 not in doubled else None
        mean = {(before[j] + before[min(j + 1, 11)]) / 2 for j in doubled}
        assert set(after) == set(before) | mean
    tower = sky_and_tower()
    np.testing.assert_allclose(s.insert_seams(tower, 10)[:, -14:-6], tower[:, 26:34])


@pytest.mark.topic("R093")
@pytest.mark.parametrize("forward", [False, True])
def test_an_object_goes_and_the_width_stays(forward):
    image = sky_and_tower()
    image[8:16, 8:14] = 0.0
    mask = np.zeros(image.shape, bool)
    mask[8:16, 8:14] = True
    gone = s.remove_object(image, mask, forward=forward)
    assert gone.shape == image.shape and (gone != 0).all()
    assert s.remove_object(image, mask, forward=forward, restore=False).shape == (24, 34)
    np.testing.assert_array_equal(s.remove_object(image, np.zeros_like(mask)), image)
    wide = np.zeros(image.shape, bool)
    wide[4:9, 1:30] = True  # more than is left: inserted in several rounds
    assert s.remove_object(image, wide, forward=forward).shape == image.shape
    apart = np.array([[True, True, False, False], [False, False, True, True]])  # no seam takes the last two
    with pytest.raises(InputError, match="leave some width"):
        s.remove_object(image[:2, :4], apart, forward=forward)


@pytest.mark.topic("R094")
@pytest.mark.parametrize("forward", [False, True])
def test_no_seam_crosses_what_is_protected(forward):
    image = sky_and_tower()
    protect = np.zeros(image.shape, bool)
    protect[5:15, 2:22] = True  # of the sky, where seams would go
    image += np.random.default_rng(0).random(image.shape) * np.where(protect, 1e-6, 0.05)
    found = s.find_seams(image, 12, forward=forward, protect=protect)
    assert not protect[np.arange(24)[:, None], found].any()
    assert protect[np.arange(24)[:, None], s.find_seams(image, 12, forward=forward)].any()
    narrow = s.remove_seams(image, 12, forward=forward, protect=protect)
    assert np.isin(image[5:15, 2:22], narrow[5:15]).all()
    protect[7] = True
    with pytest.raises(InputError, match="a way from top to bottom"):
        s.remove_seams(image, 1, protect=protect)


def test_the_most_seams_and_bad_arguments():
    image = rng.random((6, 6))
    assert s.remove_seams(image, 4).shape == (6, 2) and s.insert_seams(image, 4).shape == (6, 10)
    for call, match in (
        (lambda: s.remove_seams(image, 5), "width less two"),
        (lambda: s.remove_seams(image, -1), "count"),
        (lambda: s.remove_seams(image, 1, protect=np.zeros((6, 5), bool)), "protect"),
        (lambda: s.remove_object(image, np.ones((6, 6), bool)), "leaves two pixels"),
        (lambda: s.seam_energy(image, kernel="box"), "kernel"),
        (lambda: s.seam_energy(np.zeros((6, 6, 2))), "grey image"),
    ):
        with pytest.raises(InputError, match=match):
            call()

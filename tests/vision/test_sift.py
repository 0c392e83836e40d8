"""SIFT stage by stage, end to end on views of a plane, and beside OpenCV's."""

from functools import cache

import numpy as np
import pytest

from npdl.data import pictures
from npdl.errors import InputError
from npdl.vision.matching import distances, match
from npdl.vision.sift import descriptor, extrema, orientation, pyramid, sift
from npdl.vision.smoothing import gaussian

SIZE = 128
MIDDLE = (63.5, 63.5)
PLANE = pictures.TexturedPlane(SIZE, shapes=200, seed=0)
VIEWS = {  # homography, gain
    "turned": (pictures.rotation(40, centre=MIDDLE), 1.0),
    "twice": (pictures.rotation(0, scale=2, centre=MIDDLE), 1.0),
    "both": (pictures.rotation(40, scale=1.5, centre=MIDDLE), 1.0),
    "darker": (pictures.rotation(10, centre=MIDDLE), 0.6),
}


@cache
def scene():
    return pictures.view(PLANE, np.eye(3), (SIZE, SIZE))


@cache
def pair(name):
    """Two views of a plane, and the homography between them."""
    homography, gain = VIEWS[name]
    seen = gain * pictures.view(PLANE, homography, (SIZE, SIZE)) + 0.1 * (1 - gain)
    return scene(), seen, homography


def own(image):
    keypoints, descriptors = sift(image)
    return np.stack([keypoints.x, keypoints.y], axis=1), keypoints.sigma, keypoints.angle, descriptors


def judged(first, second, homography):
    """(share of keypoints found again, share of right matches, scale ratios of those, pairs)."""
    (a, sigma_a, _, da), (b, sigma_b, _, db) = first, second
    moved = pictures.transform(homography, a)
    gap = np.linalg.norm(moved[:, None] - b, axis=2)
    visible = ((moved > 5) & (moved < SIZE - 6)).all(axis=1)
    i, j = match(da, db, ratio=0.8).T
    right = gap[i, j] < 2
    return (gap.min(axis=1) < 1.5)[visible].mean(), right.mean(), (sigma_b[j] / sigma_a[i])[right], right.sum()


@pytest.mark.topic("R066")
@pytest.mark.topic("R071")
@pytest.mark.parametrize("name, least", [("turned", 0.8), ("twice", 0.7), ("both", 0.7), ("darker", 0.8)])
def test_keypoints_match_between_views(name, least):
    first, second, homography = pair(name)
    found, right, scales, count = judged(own(first), own(second), homography)
    assert found > 0.5 and right >= least and count > 15
    truth = np.sqrt(np.linalg.det(homography))
    np.testing.assert_allclose(np.median(scales), truth, rtol=0.05)


@pytest.mark.oracle
@pytest.mark.topic("R071")
def test_no_worse_than_opencvs():
    cv2 = pytest.importorskip("cv2")

    def theirs(image):
        points, d = cv2.SIFT_create().detectAndCompute(np.rint(image * 255).astype(np.uint8), None)
        return np.array([p.pt for p in points]), np.array([p.size for p in points]), None, d.astype(float)

    scores = {own: [], theirs: []}
    for detector, values in scores.items():
        first = detector(scene())
        for name in VIEWS:
            _, second, homography = pair(name)
            values.append(judged(first, detector(second), homography)[:2])
    ours, others = (np.array(values) for values in scores.values())  # view by view: found again, rightly matched
    assert (ours >= 0.95 * others).all(), (ours, others)


@pytest.mark.oracle
@pytest.mark.topic("R077")
def test_descriptors_are_opencvs():
    cv2 = pytest.importorskip("cv2")
    image = scene()
    points, theirs = cv2.SIFT_create().detectAndCompute(np.rint(image * 255).astype(np.uint8), None)
    xy, sigma, angle, ours = own(image)
    gap = np.linalg.norm(xy[:, None] - np.array([p.pt for p in points]) + 0.25, axis=2)  # OpenCV's are 1/4 pixel off
    size = np.array([p.size for p in points])  # a diameter
    turn = np.abs((np.degrees(angle)[:, None] - np.array([p.angle for p in points]) + 180) % 360 - 180)
    i, j = np.nonzero((gap < 0.5) & (np.abs(np.log(2 * sigma[:, None] / size)) < 0.1) & (turn < 3))
    assert len(i) > 0.6 * len(points)
    mirrored = ours.reshape(-1, 16, 8)[:, :, -np.arange(8) % 8].reshape(-1, 128)  # its angles run the other way
    cosine = np.sum(mirrored[i] * theirs[j], axis=1) / np.linalg.norm(theirs[j], axis=1)
    assert cosine.mean() > 0.95 and np.quantile(cosine, 0.05) > 0.9


@pytest.mark.topic("R072")
def test_the_table_of_scales():
    table = pyramid.scale_table(3, sigma=1.0)
    np.testing.assert_allclose(table[0, :3], [1, 2 ** (1 / 3), 2 ** (2 / 3)])
    np.testing.assert_allclose(table[:, 0], [1, 2, 4])
    np.testing.assert_allclose(table[2, 1:3], [4 * 2 ** (1 / 3), 4 * 2 ** (2 / 3)])
    np.testing.assert_allclose(table[0, 3:], table[1, :3])
    levels = pyramid.gaussian_pyramid(np.random.default_rng(0).random((128, 128)), 3)
    assert [level.shape for level in levels] == [(6, 128, 128), (6, 64, 64), (6, 32, 32)]


@pytest.mark.topic("R072")
def test_inside_an_octave_the_kernels_are_the_same():
    bump = pictures.blobs([(32, 32, 4.0)], (65, 65))
    _, second = pyramid.gaussian_pyramid(bump, 2, blur=0)
    small = pictures.blobs([(16, 16, 2.0)], (33, 33))  # the bump in pixels of the second octave
    for level in range(6):
        sigma = 1.6 * 2 ** (level / 3)
        height = 1 / (1 + (sigma / 2) ** 2)
        expected = pictures.blobs([(16, 16, float(np.sqrt(4 + sigma**2)))], (33, 33), height=height)
        if sigma < 3:  # before the border is felt
            np.testing.assert_allclose(second[level], expected, atol=2e-3)
    assert np.abs(second[0] - gaussian(small, 1.6)).max() < 2e-3
    assert np.abs(second[0] - gaussian(small, 3.2)).max() > 0.2  # the notes' G(2σ)


@pytest.mark.topic("R072")
def test_the_pyramid_by_its_formulas():
    image = np.random.default_rng(1).random((48, 64))
    first, second = pyramid.gaussian_pyramid(image, 2, blur=0.5)
    level = gaussian(image, float(np.sqrt(1.6**2 - 0.5**2)))
    for i in range(6):
        np.testing.assert_allclose(first[i], level, rtol=1e-12)
        level = gaussian(level, 1.6 * 2 ** (i / 3) * float(np.sqrt(2 ** (2 / 3) - 1)))
    np.testing.assert_array_equal(second[0], first[3][::2, ::2])
    np.testing.assert_allclose(second[1], gaussian(second[0], 1.6 * float(np.sqrt(2 ** (2 / 3) - 1))), rtol=1e-12)
    blurred = pyramid.gaussian_pyramid(image, 1, blur=2.0)[0][0]  # more than σ already: next to nothing is added
    np.testing.assert_allclose(blurred, gaussian(image, 0.1), rtol=1e-12)


@pytest.mark.topic("R072")
def test_twice_as_many_pixels_and_the_gradients_between():
    rows = np.array([[0.0], [4.0], [8.0]]) + np.array([0.0, 8.0])
    expected = np.array([0, 1, 3, 5, 7, 8.0])[:, None] + np.array([0, 2, 6, 8.0])
    np.testing.assert_allclose(pyramid.doubled(rows), expected)
    y, x = np.mgrid[:4, :5].astype(float)
    gradients = pyramid.pixel_gradients(np.stack([x * y, 3 * x]))
    np.testing.assert_allclose(gradients[:, 0], [y, x])
    at_x, at_y = np.array([[1.25, 9.0, 4.0], [0.0, 2.0, 1.0]]), np.array([[2.5, -1, 3], [0, 1, 2]])
    found = pyramid.sample(gradients, np.array([0, 1]), at_x, at_y)
    np.testing.assert_allclose(found, [[[2.5, 0, 3], [3, 3, 3]], [[1.25, 4, 4], [0, 0, 0]]])


@pytest.mark.topic("R073")
def test_extrema_by_brute_force():
    dog = np.random.default_rng(0).standard_normal((5, 9, 10))
    expected = []
    for k, i, j in np.ndindex(dog.shape):
        if 0 < k < 4 and 0 < i < 8 and 0 < j < 9:
            around = dog[k - 1 : k + 2, i - 1 : i + 2, j - 1 : j + 2]
            if (dog[k, i, j] == around.max() and dog[k, i, j] > 0.5) or (
                dog[k, i, j] == around.min() and dog[k, i, j] < -0.5
            ):
                expected.append((k, i, j))
    found = extrema.scale_space_extrema(dog, 0.5)
    assert found.tolist() == [list(e) for e in expected] and len(expected) > 5
    assert set(found[:, 0]) == {1, 2, 3}  # five differences: three layers to search


@pytest.mark.topic("R073")
@pytest.mark.parametrize("sigma", [2.5, 4.0, 6.0])
def test_a_blob_is_found_at_its_scale(sigma):
    image = pictures.blobs([(63.3, 60.6, sigma)], (128, 128), height=0.9)
    keypoints, _ = sift(image)
    best = keypoints.response.argmax()
    np.testing.assert_allclose([keypoints.x[best], keypoints.y[best]], [63.3, 60.6], atol=0.05)
    # D of a bump of σ0 is largest where σ (kσ) = σ0², k = 2^{1/3}: at σ = σ0 2^{-1/6}
    np.testing.assert_allclose(keypoints.sigma[best], sigma * 2 ** (-1 / 6), rtol=0.1)


@pytest.mark.topic("R074")
def test_a_quadric_is_placed_between_the_pixels():
    centre = np.array([2.3, 5.8, 6.4])
    k, i, j = np.mgrid[:5, :12, :12]
    delta = np.stack([k, i, j], axis=-1) - centre
    H = np.array([[-0.5, 0.05, 0.02], [0.05, -0.3, 0.1], [0.02, 0.1, -0.4]])
    dog = 1 + 0.5 * np.einsum("kija,ab,kijb->kij", delta, H, delta)
    found = extrema.refine(dog, np.array([[2, 6, 6], [2, 4, 8], [1, 6, 5]]))  # two of them have to move
    np.testing.assert_allclose(found.position, [centre], atol=1e-9)
    np.testing.assert_allclose(found.value, [1])
    np.testing.assert_allclose(found.hessian[0], H[1:, 1:], atol=1e-9)
    assert len(extrema.refine(np.zeros((3, 5, 5)), np.array([[1, 2, 2]])).value) == 0  # flat: no extremum


@pytest.mark.topic("R074")
def test_weak_extrema_are_dropped():
    found = extrema.Refined(np.zeros((3, 3)), np.array([0.02, -0.04, 0.029]), np.tile(-np.eye(2), (3, 1, 1)))
    assert extrema.keep_corners_and_blobs(found, 0.03, 10).value.tolist() == [-0.04]
    image = scene()
    assert len(sift(image, contrast=0.03)[0].x) < len(sift(image)[0].x)


@pytest.mark.topic("R075")
def test_edges_are_dropped():
    hessian = np.array([np.diag(d) for d in ((9, 1), (-9, -1), (11, 1), (1, 1), (1, -1), (0, 1))], float)
    assert extrema.on_edge(hessian, 10).tolist() == [False, False, True, False, True, True]


@pytest.mark.topic("R076")
@pytest.mark.parametrize("degrees", [0, 35, 100, 250])
def test_the_main_direction_turns_with_the_patch(degrees):
    theta = np.radians(degrees)
    y, x = np.mgrid[:41, :41] - 20.0
    ramp = (0.02 * (x * np.cos(theta) + y * np.sin(theta)))[None]
    which, angle = orientation.main_directions(
        pyramid.pixel_gradients(ramp), np.array([0]), np.array([20.0]), np.array([20.0]), np.array([2.0])
    )
    assert which.tolist() == [0] and abs((np.degrees(angle[0]) - degrees + 180) % 360 - 180) < 1


@pytest.mark.topic("R076")
def test_the_histogram_of_a_ramp_by_hand():
    """All gradients point to 45°, bin 4.5: one half each to bins 4 and 5, then (1 4 6 4 1) / 16."""
    y, x = np.mgrid[:61, :61] - 30.0
    one = (np.array([0]), np.array([30.0]), np.array([30.0]), np.array([2.0]))
    found = orientation.direction_histogram(pyramid.pixel_gradients(0.01 * (x + y)[None]), *one)[0]
    steps = [(i / 2, j / 2) for i in range(-9, 10) for j in range(-9, 10) if i * i + j * j <= 81]
    total = 0.01 * np.sqrt(2) * sum(np.exp(-(a * a + b * b) / (2 * 1.5**2)) for a, b in steps)
    np.testing.assert_allclose(found[2:8], total * np.array([1, 5, 10, 10, 5, 1]) / 32)
    assert not found[9:].any() and found[:2].max() < 1e-12


@pytest.mark.topic("R076")
def test_two_directions_make_two_keypoints():
    y, x = np.mgrid[:41, :41] - 20.0
    roof = np.where(x > 0, 0.02 * x, 0.02 * y * (x <= 0))[None]  # to the right, and downwards
    one = (np.array([0]), np.array([20.0]), np.array([20.0]), np.array([2.0]))
    which, angle = orientation.main_directions(pyramid.pixel_gradients(roof), *one)
    assert which.tolist() == [0, 0]
    np.testing.assert_allclose(np.degrees(np.sort(angle)) % 360, [0, 90], atol=12)


@pytest.mark.topic("R077")
def test_the_form_of_a_descriptor():
    image = scene()
    keypoints, d = sift(image)
    assert d.shape == (len(keypoints.x), 128) and (d >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(d, axis=1), 1)
    assert d.max() < 0.45  # cut at 0.2, and divided once more
    again = sift(0.5 * image + 0.2, contrast=0.5 * 0.04 / 3)[1]  # a gain and an offset
    np.testing.assert_allclose(again, d, atol=1e-6)


@pytest.mark.topic("R077")
def test_a_ramp_votes_for_one_direction_in_every_cell():
    x = np.arange(81.0) * np.ones((81, 1))
    gradients = pyramid.pixel_gradients(0.01 * x[None])
    at = (np.array([0]), np.array([40.0]), np.array([40.0]), np.array([2.0]))
    for turns, direction in ((0, 0), (1, 7), (2, 6)):  # turned by 45° the gradient is one bin earlier
        d = descriptor.describe(gradients, *at, np.array([turns * np.pi / 4])).reshape(16, 8)
        assert (d.argmax(axis=1) == direction).all()
        np.testing.assert_allclose(np.delete(d, direction, axis=1), 0, atol=1e-12)


@pytest.mark.topic("R077")
def test_the_shares_of_a_sample_by_hand():
    u, v, weights = descriptor.sample_grid()
    assert weights.shape == (16, 400) and (u.min(), u.max(), v.min(), v.max()) == (-2.375, 2.375, -2.375, 2.375)
    n = np.flatnonzero((u == 0.125) & (v == -1.125))[0]  # between columns 1 and 2, and rows 0 and 1
    window = np.exp(-(0.125**2 + 1.125**2) / (2 * 2**2))
    expected = np.zeros((4, 4))
    expected[:2, 1:3] = window * np.outer([0.625, 0.375], [0.375, 0.625])
    np.testing.assert_allclose(weights[:, n].reshape(4, 4), expected)
    vectors = descriptor.normalised(np.array([[3.0, 4, 0.1], [0, 0, 0]]))
    small = 0.1 / np.sqrt(25.01)
    cut = np.array([0.2, 0.2, small / np.sqrt(2 * 0.2**2 + small**2)])  # the first two are cut twice
    np.testing.assert_allclose(vectors, [cut / np.linalg.norm(cut), [0, 0, 0]])


@pytest.mark.topic("R067")
def test_a_quarter_turn_gives_the_same_neighbourhood():
    image = gaussian(np.random.default_rng(0).random((41, 41)), 1.0)
    at = (np.array([0]), np.array([20.0]), np.array([20.0]), np.array([1.5]))
    first = descriptor.describe(pyramid.pixel_gradients(image[None]), *at, np.array([0.3]))
    turned = pyramid.pixel_gradients(np.rot90(image, -1)[None])  # clockwise, as angles run
    np.testing.assert_allclose(descriptor.describe(turned, *at, np.array([0.3 + np.pi / 2])), first, atol=1e-9)
    assert np.abs(descriptor.describe(turned, *at, np.array([0.3])) - first).max() > 0.05


@pytest.mark.topic("R068")
def test_matching():
    a = np.array([[0, 0], [5, 0], [9.0, 9]])
    b = np.array([[5, 1], [0, 0.5], [0.5, 0], [20, 20.0]])
    np.testing.assert_allclose(distances(a, b), np.linalg.norm(a[:, None] - b, axis=2), atol=1e-12)
    assert match(a, b).tolist() == [[0, 1], [1, 0], [2, 0]]
    assert match(a, b, ratio=0.8).tolist() == [[1, 0], [2, 0]]  # the first has two as near
    assert match(a, b, cross_check=True).tolist() == [[0, 1], [1, 0]]
    assert match(a, b[:0]).shape == (0, 2) and match(a, b[:1], ratio=0.8).shape == (0, 2)
    bits = np.array([[0b1010, 255], [0, 1]], np.uint8)
    assert distances(bits, bits[::-1].copy()).tolist() == [[9, 0], [0, 9]]


@pytest.mark.oracle
@pytest.mark.topic("R068")
def test_matches_are_scikit_images():
    feature = pytest.importorskip("skimage.feature")
    rng = np.random.default_rng(0)
    a, b = rng.random((30, 8)), rng.random((40, 8))
    for ratio, cross_check in ((1.0, True), (0.8, False), (0.9, True)):
        theirs = feature.match_descriptors(a, b, max_ratio=ratio, cross_check=cross_check)
        np.testing.assert_array_equal(match(a, b, ratio=ratio, cross_check=cross_check), theirs)


def test_nothing_found_and_bad_arguments():
    keypoints, descriptors = sift(np.full((32, 32), 0.5))
    assert len(keypoints.x) == 0 and descriptors.shape == (0, 128)
    assert sift(np.full((32, 32), 0.5), describing=False)[1] is None
    with pytest.raises(InputError, match="12 × 12"):
        sift(np.zeros((11, 40)))
    with pytest.raises(InputError, match="grey"):
        sift(np.zeros((40, 40, 3)))
    with pytest.raises(InputError, match="like a"):
        match(np.zeros((3, 4)), np.zeros((3, 5)))

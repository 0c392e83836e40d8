"""Mean-shift: the vector by its formula, its direction, and the modes."""

import numpy as np
import pytest

from npdl import InputError
from npdl.ml import mean_shift, mean_shift_vector
from npdl.ml.mean_shift import _merged

CENTRES = np.array([[0.0, 0.0], [5.0, 0.0], [2.0, 4.0]])


def blobs(N=150, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, N)
    return CENTRES[y] + random.normal(size=(N, 2)) * 0.5, y


@pytest.mark.topic("R102")
@pytest.mark.parametrize("kernel", ["flat", "gaussian"])
def test_the_vector_by_loops(kernel):
    x, _ = blobs(40)
    points = np.array([[1.0, 1.0], [4.0, 1.0]])
    for point, shift in zip(points, mean_shift_vector(points, x, 1.5, kernel), strict=True):
        above, below = np.zeros(2), 0.0
        for sample in x:
            r = np.sum(((point - sample) / 1.5) ** 2)
            g = float(r <= 1) if kernel == "flat" else np.exp(-r / 2)
            above, below = above + g * sample, below + g
        np.testing.assert_allclose(shift, above / below - point, rtol=1e-12)


@pytest.mark.topic("R102")
def test_the_gaussian_vector_is_the_gradient_of_the_log_density():
    x, _ = blobs(60)
    h, point, step = 0.8, np.array([1.2, 0.7]), 1e-5

    def log_density(p):
        return np.log(np.sum(np.exp(-np.sum((p - x) ** 2, axis=1) / (2 * h * h))))

    gradient = [(log_density(point + e) - log_density(point - e)) / (2 * step) for e in step * np.eye(2)]
    shift = mean_shift_vector(point[None], x, h, "gaussian")[0]
    np.testing.assert_allclose(shift, h * h * np.array(gradient), rtol=1e-7)


@pytest.mark.topic("R102")
@pytest.mark.parametrize("kernel, bandwidth", [("flat", 1.5), ("gaussian", 0.7)])
def test_modes_are_fixed_points_one_a_blob(kernel, bandwidth):
    x, y = blobs()
    modes, labels = mean_shift(x, bandwidth, kernel=kernel)
    assert len(modes) == 3
    assert np.abs(mean_shift_vector(modes, x, bandwidth, kernel)).max() < 1e-3 * bandwidth
    for mode in modes:
        assert np.sqrt(((mode - CENTRES) ** 2).sum(axis=1)).min() < 0.3
    assert len(set(zip(labels, y, strict=True))) == 3


@pytest.mark.topic("R102")
def test_the_bandwidth_decides_how_many():
    x, _ = blobs()
    counts = [len(mean_shift(x, h).modes) for h in (0.3, 1.5, 20)]
    assert counts[0] > counts[1] == 3 and counts[2] == 1
    np.testing.assert_allclose(mean_shift(x, 20).modes[0], x.mean(axis=0))


@pytest.mark.topic("R102")
def test_seeds_and_a_point_alone():
    x, _ = blobs()
    np.testing.assert_array_equal(mean_shift_vector(np.array([[99.0, 99.0]]), x, 1.0), [[0, 0]])
    modes, labels = mean_shift(x, 1.5, seeds=CENTRES[:1])
    assert len(modes) == 1 and np.all(labels == 0)


@pytest.mark.topic("R102")
def test_of_two_modes_within_a_bandwidth_the_one_with_more_around_it_stays():
    x = np.array([-0.3, -0.3, -0.3, 0.8, 1.3, 1.3, 1.3, 1.3])[:, None]  # three within 0.5 of 0, one of 0.4
    np.testing.assert_array_equal(_merged(np.array([[0.4], [0.0], [-0.51]]), x, 0.5), [[0.0], [-0.51]])


@pytest.mark.oracle
@pytest.mark.topic("R102")
def test_modes_as_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    x, _ = blobs()
    theirs = cluster.MeanShift(bandwidth=1.5).fit(x)
    modes, labels = mean_shift(x, 1.5)
    np.testing.assert_allclose(modes, theirs.cluster_centers_, atol=0.01)
    assert np.mean(labels == theirs.labels_) == 1


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda x: mean_shift(x, 0), "mean_shift: bandwidth should be greater than 0; got 0"),
        (lambda x: mean_shift(x, 1, kernel="box"), 'kernel should be "flat" or "gaussian"'),
        (lambda x: mean_shift(x[0], 1), "x should be a 2-d array"),
        (lambda x: mean_shift_vector(np.zeros((1, 3)), x, 1), "points should be an array of shape"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(np.zeros((4, 2)))

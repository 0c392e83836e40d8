"""Metrics of segmentation: by hand, and as scikit-learn has them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.metrics import segmentation as seg

Y = np.array([[0, 0, 1], [0, 2, 1], [2, 2, 1]])
P = np.array([[0, 1, 1], [0, 2, 1], [2, 0, 2]])


def draws(C=4, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, C, (20, 30))
    return y, np.where(random.random(y.shape) < 0.7, y, random.integers(0, C, y.shape))


@pytest.mark.topic("R449", "R450", "R451", "R452")
def test_by_hand():
    """n = [[2, 1, 0], [0, 2, 1], [1, 0, 2]]; t = 3 each."""
    assert seg.pixel_accuracy(Y, P) == 6 / 9
    assert seg.mean_class_accuracy(Y, P) == pytest.approx(2 / 3)
    np.testing.assert_allclose(seg.class_iou(Y, P), [2 / 4, 2 / 4, 2 / 4])
    assert seg.mean_iou(Y, P) == seg.frequency_weighted_iou(Y, P) == 0.5
    assert np.isnan(seg.class_iou(Y, P, classes=5)[3:]).all()


@pytest.mark.topic("R450", "R451")
def test_rare_classes_count_in_the_mean():
    y = np.array([0] * 98 + [1] * 2)
    nothing = np.zeros(100, int)
    assert seg.pixel_accuracy(y, nothing) == 0.98
    assert seg.mean_class_accuracy(y, nothing) == 0.5
    assert seg.mean_iou(y, nothing) == 0.49
    assert seg.frequency_weighted_iou(y, nothing) == pytest.approx(0.98 * 0.98)
    assert seg.mean_class_accuracy(y[:99], nothing[:99]) == 0.5  # one pixel is a class


@pytest.mark.topic("R451")
def test_masks():
    a, b = np.zeros((2, 4, 4), bool)
    a[:2], b[1:3] = True, True
    assert seg.iou(a, b) == 4 / 12 and seg.dice(a, b) == 8 / 16
    assert seg.dice(a, b) == pytest.approx(2 * seg.iou(a, b) / (1 + seg.iou(a, b)))
    assert seg.iou(a, a) == seg.dice(a, a) == seg.iou(a & False, a & False) == seg.dice(a & False, a & False) == 1
    assert seg.iou(a, ~a) == seg.dice(a, ~a) == 0
    assert seg.class_iou(a.astype(int), b.astype(int))[1] == seg.iou(a, b)


@pytest.mark.oracle
@pytest.mark.topic("R449", "R450", "R451", "R452")
def test_as_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(3):
        y, predicted = (a.ravel() for a in draws(seed=seed))
        assert seg.pixel_accuracy(y, predicted) == metrics.accuracy_score(y, predicted)
        assert seg.mean_class_accuracy(y, predicted) == pytest.approx(metrics.balanced_accuracy_score(y, predicted))
        assert seg.mean_iou(y, predicted) == pytest.approx(metrics.jaccard_score(y, predicted, average="macro"))
        weighted = metrics.jaccard_score(y, predicted, average="weighted")
        assert seg.frequency_weighted_iou(y, predicted) == pytest.approx(weighted)
        assert seg.adjusted_rand(predicted, y) == pytest.approx(metrics.adjusted_rand_score(y, predicted), abs=1e-12)
        assert seg.dice(y == 1, predicted == 1) == pytest.approx(metrics.f1_score(y == 1, predicted == 1))


@pytest.mark.topic("R095")
def test_adjusted_rand():
    y, other = draws()
    assert seg.adjusted_rand(y, y) == 1 == seg.adjusted_rand(5 - y, y)  # names do not matter
    random = np.random.default_rng(7).integers(0, 4, y.shape)
    assert abs(seg.adjusted_rand(random, y)) < 0.02
    assert 0.2 < seg.adjusted_rand(other, y) < 0.8
    assert seg.adjusted_rand(y * 0, y * 0) == 1


@pytest.mark.topic("R096")
def test_leaks():
    wanted = np.array([[0, 0, 0, 1, 1, 1]])
    assert seg.undersegmentation_error(np.array([[0, 1, 2, 3, 4, 4]]), wanted) == 0  # more segments are no leak
    assert seg.undersegmentation_error(np.array([[0, 0, 0, 0, 1, 1]]), wanted) == 2 / 6  # min(3, 1) + min(1, 3)
    assert seg.achievable_accuracy(np.array([[0, 0, 0, 0, 1, 1]]), wanted) == 5 / 6
    assert seg.achievable_accuracy([[0, 0, 0, 0, 1, 1]], wanted.tolist()) == 5 / 6


@pytest.mark.topic("R096")
def test_boundaries():
    a, b = np.zeros((2, 10, 10), bool)
    a[:, 3], b[:, 5] = True, True
    assert seg.boundary_f(a, b, 2) == 1 and seg.boundary_f(a, b, 1.9) == 0
    b[0, 9] = True  # 5 pixels away: recall of `wanted` b falls
    assert seg.boundary_recall(a, b) == 10 / 11
    assert seg.boundary_f(a, b) == pytest.approx(2 * (10 / 11) / (1 + 10 / 11))
    none = a & False
    assert seg.boundary_f(none, none) == 1 == seg.boundary_recall(a, none)
    assert seg.boundary_f(a, none) == seg.boundary_f(none, a) == 0 == seg.boundary_recall(none, a)


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: seg.iou(Y, P), "iou: mask should be an array of bool"),
        (lambda: seg.dice(Y > 0, (P > 0)[:2]), r"dice: mask should be an array of shape \(2, 3\)"),
        (lambda: seg.adjusted_rand(Y * 0.5, P), "adjusted_rand: segments should be an array of integers"),
        (lambda: seg.adjusted_rand(Y[:0], P[:0]), "not empty"),
        (lambda: seg.boundary_recall(Y > 0, P > 0, -1), "tolerance should be in"),
        (lambda: seg.mean_iou(Y, P[:1]), "predicted should be labels of shape"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()

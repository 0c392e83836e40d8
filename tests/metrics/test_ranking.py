"""ROC and precision-recall curves: by hand, by counting pairs, and beside scikit-learn."""

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.metrics import average_precision, precision_recall_curve, roc_auc, roc_curve


def samples(N=60, different=12, seed=0):
    """Scores with many ties, higher for the positives."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, N)
    return y, np.floor(random.random(N) * different + 3 * y)


@pytest.mark.topic("R429")
def test_a_curve_by_hand():
    y, scores = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8, 0.9])
    fpr, tpr, thresholds = roc_curve(y, scores)
    assert thresholds.tolist() == [np.inf, 0.9, 0.8, 0.4, 0.1]
    assert fpr.tolist() == [0, 0, 0, 1 / 2, 1]
    assert tpr.tolist() == [0, 1 / 3, 2 / 3, 1, 1]  # the two at 0.4 come in together: a slope, no step
    np.testing.assert_allclose(roc_auc(y, scores), (2 + 2 + 1.5) / 6, rtol=1e-15)  # pairs won, of 6; the tie is half
    precision, recall, thresholds = precision_recall_curve(y, scores)
    assert thresholds.tolist() == [0.9, 0.8, 0.4, 0.1]
    assert precision.tolist() == [1, 1, 3 / 4, 3 / 5] and recall.tolist() == [1 / 3, 2 / 3, 1, 1]
    np.testing.assert_allclose(average_precision(y, scores), 1 / 3 + 1 / 3 + 1 / 4, rtol=1e-15)


@pytest.mark.topic("R429")
@pytest.mark.parametrize("different", [1, 2, 12, 10**6])
def test_the_area_is_mann_whitney(different):
    y, scores = samples(different=different)
    positive, negative = scores[y == 1][:, None], scores[y == 0]
    U = np.sum(positive > negative) + np.sum(positive == negative) / 2
    np.testing.assert_allclose(roc_auc(y, scores), U / (positive.size * negative.size), rtol=1e-13)


@pytest.mark.topic("R429")
def test_laws_of_the_area():
    y, scores = samples()
    area = roc_auc(y, scores)
    assert 0.5 < area < 1 and type(area) is float
    np.testing.assert_allclose(roc_auc(y, np.exp(scores)), area, rtol=1e-15)  # only the order counts
    np.testing.assert_allclose(roc_auc(y, -scores), 1 - area, rtol=1e-13)
    np.testing.assert_allclose(roc_auc(1 - y, scores), 1 - area, rtol=1e-13)
    order = np.random.default_rng(1).permutation(len(y))
    assert roc_auc(y[order], scores[order]) == area
    assert roc_auc(y, y) == 1 and roc_auc(y, np.zeros(60)) == 0.5
    assert roc_auc(y == 1, npdl.Tensor(scores)) == area


@pytest.mark.topic("R429")
def test_every_point_by_counting():
    y, scores = samples()
    roc, pr = roc_curve(y, scores), precision_recall_curve(y, scores)
    assert np.array_equal(roc.thresholds[1:], np.unique(scores)[::-1])
    for i, t in enumerate(pr.thresholds):
        said = scores >= t
        assert roc.fpr[i + 1] == np.mean(said[y == 0]) and roc.tpr[i + 1] == np.mean(said[y == 1]) == pr.recall[i]
        assert pr.precision[i] == np.mean(y[said])


def test_average_precision_of_the_best_and_of_no_order():
    y, _ = samples()
    assert average_precision(y, y) == 1
    assert average_precision(y, np.zeros(60)) == np.mean(y)


@pytest.mark.oracle
@pytest.mark.topic("R429")
@pytest.mark.parametrize("different", [1, 2, 12, 10**6])
def test_as_scikit_learn(different):
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(5):
        y, scores = samples(different=different, seed=seed)
        for ours, theirs in zip(
            roc_curve(y, scores), metrics.roc_curve(y, scores, drop_intermediate=False), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-15)
        np.testing.assert_allclose(roc_auc(y, scores), metrics.roc_auc_score(y, scores), rtol=1e-13)
        np.testing.assert_allclose(average_precision(y, scores), metrics.average_precision_score(y, scores), rtol=1e-13)
        precision, recall, thresholds = metrics.precision_recall_curve(y, scores)  # lowest first, (1, 0) at the end
        ours = precision_recall_curve(y, scores)
        np.testing.assert_allclose(ours.precision[::-1], precision[:-1], rtol=1e-15)
        np.testing.assert_allclose(ours.recall[::-1], recall[:-1], rtol=1e-15)
        assert np.array_equal(ours.thresholds[::-1], thresholds)


@pytest.mark.parametrize("function", [roc_curve, precision_recall_curve])
@pytest.mark.parametrize(
    "y, scores, error, message",
    [
        ([0, 1], np.zeros(2), InputTypeError, "y should be an array"),
        (np.array([0, 2]), np.zeros(2), InputError, "y should be integers 0 and 1"),
        (np.array([-1, 1]), np.zeros(2), InputError, "y should be integers 0 and 1"),
        (np.zeros(0, int), np.zeros(0), InputError, "y should be integers 0 and 1"),
        (np.array([0, 1]), np.zeros((2, 2)), InputError, r"scores should be an array of shape \(2,\)"),
        (np.array([0, 1]), np.array([0, np.nan]), InputError, "scores should be numbers, and no NaN"),
        (np.array([0, 0]), np.zeros(2), InputError, "y should be (of both kinds|with a positive sample)"),
    ],
)
def test_refuses(function, y, scores, error, message):
    with pytest.raises(error, match=f"{function.__name__}: {message}"):
        function(y, scores)


def test_only_positives_have_no_roc():
    with pytest.raises(InputError, match="roc_curve: y should be of both kinds"):
        roc_auc(np.ones(3, int), np.arange(3))

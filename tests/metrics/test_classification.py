"""Metrics of classification: by hand, by counting, and beside scikit-learn."""

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.metrics import (
    accuracy,
    classification_report,
    confusion_matrix,
    f1,
    precision,
    recall,
    top_k_accuracy,
)


@pytest.mark.topic("R425", "R452")
def test_by_hand():
    y, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert accuracy(y, predicted) == 4 / 6 and type(accuracy(y, predicted)) is float
    assert confusion_matrix(y, predicted).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert confusion_matrix(y, predicted).dtype == np.int64


@pytest.mark.topic("R425", "R452")
def test_rows_are_the_truth():
    random = np.random.default_rng(0)
    y, predicted = random.integers(0, 5, 200), random.integers(0, 5, 200)
    matrix = confusion_matrix(y, predicted)
    assert np.array_equal(matrix.sum(axis=1), np.bincount(y))
    assert np.array_equal(matrix.sum(axis=0), np.bincount(predicted))
    assert np.trace(matrix) / 200 == accuracy(y, predicted)
    for i in range(5):
        for j in range(5):
            assert matrix[i, j] == sum(t == i and p == j for t, p in zip(y, predicted, strict=True))


def test_scores_become_labels():
    scores = np.array([[0.1, 0.9, 0.0], [0.5, 0.2, 0.5], [-3.0, -2.0, -1.0]], dtype=np.float32)
    assert accuracy(np.array([1, 0, 2]), scores) == 1  # of equal scores the smaller class
    assert confusion_matrix(np.array([1, 0, 1]), scores).tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert accuracy(np.array([1, 0, 2]), npdl.Tensor(scores)) == 1


def test_maps_of_labels():
    y = np.random.default_rng(0).integers(0, 3, (2, 4, 5))
    scores = np.eye(3)[y].transpose(0, 3, 1, 2)  # (N, C, H, W)
    assert accuracy(y, scores) == accuracy(y, y) == 1
    assert confusion_matrix(y, scores).sum() == 40


def test_number_of_classes():
    y = np.array([0, 1], dtype=np.uint8)  # whose products would wrap around
    assert confusion_matrix(y, y, classes=300).shape == (300, 300)
    assert confusion_matrix(y, np.zeros((2, 7))).shape == (7, 7)
    assert confusion_matrix(np.array([0, 4]), np.array([1, 2])).shape == (5, 5)


@pytest.mark.oracle
def test_as_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    y, predicted = random.integers(0, 6, 500), random.integers(0, 6, 500)
    assert accuracy(y, predicted) == metrics.accuracy_score(y, predicted)
    assert np.array_equal(confusion_matrix(y, predicted), metrics.confusion_matrix(y, predicted))


@pytest.mark.parametrize("function", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    "y, predicted, error, message",
    [
        ([0, 1], np.array([0, 1]), InputTypeError, "y should be an array"),
        (np.array([0.0, 1.0]), np.array([0, 1]), InputTypeError, "y should be of integer labels"),
        (np.array([0, 1]), np.array([0.2, 0.7]), InputTypeError, "predicted should be of integer labels"),
        (np.array([0, 1]), np.array([0, 1, 1]), InputError, r"predicted should be labels of shape \(2,\)"),
        (np.array([0, 1]), np.zeros((3, 2)), InputError, r"predicted should be labels of shape \(2,\)"),
        (np.zeros(0, int), np.zeros(0, int), InputError, "not empty"),
    ],
)
def test_refuses(function, y, predicted, error, message):
    with pytest.raises(error, match=f"{function.__name__}: .*{message}"):
        function(y, predicted)


def test_confusion_matrix_refuses_labels_outside():
    with pytest.raises(InputError, match=r"confusion_matrix: y should be integers in \[0, 2\); got 2"):
        confusion_matrix(np.array([0, 2]), np.array([0, 1]), classes=2)
    with pytest.raises(InputError, match=r"confusion_matrix: predicted should be integers in \[0, 2\); got -1"):
        confusion_matrix(np.array([0, 1]), np.array([0, -1]), classes=2)
    with pytest.raises(InputError, match="confusion_matrix: classes should be"):
        confusion_matrix(np.array([0, 1]), np.array([0, 1]), classes=["cat", "dog"])


def answers(C=4, N=300, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, C, N)
    return y, np.where(random.random(N) < 0.6, y, random.integers(0, C, N))


@pytest.mark.topic("R425", "R426", "R427", "R428")
def test_the_four_counts_of_two_classes():
    TP, FP, FN, TN = 5, 2, 3, 10
    y = np.repeat([1, 0, 1, 0], [TP, FP, FN, TN])
    predicted = np.repeat([1, 1, 0, 0], [TP, FP, FN, TN])
    assert accuracy(y, predicted) == (TP + TN) / (TP + FP + FN + TN)
    P, R = precision(y, predicted), recall(y, predicted)
    assert (P, R) == (TP / (TP + FP), TP / (TP + FN))
    np.testing.assert_allclose(f1(y, predicted), 2 * P * R / (P + R), rtol=1e-15)
    assert f1(y, predicted) == 2 * TP / (2 * TP + FP + FN)
    assert type(P) is type(R) is type(f1(y, predicted)) is float
    assert precision(predicted, y) == R  # what is said and what is true change places


@pytest.mark.topic("R426", "R427", "R428")
def test_the_averages():
    y, predicted = answers()
    matrix = confusion_matrix(y, predicted)
    P, R, F = (metric(y, predicted, average=None) for metric in (precision, recall, f1))
    for c in range(4):
        for metric, value in ((precision, P[c]), (recall, R[c]), (f1, F[c])):
            assert value == metric((y == c).astype(int), (predicted == c).astype(int))  # c against the rest
        assert R[c] == matrix[c, c] / matrix[c].sum() and P[c] == matrix[c, c] / matrix[:, c].sum()
    for metric, values in ((precision, P), (recall, R), (f1, F)):
        np.testing.assert_allclose(metric(y, predicted, average="macro"), values.mean(), rtol=1e-15)
        assert metric(y, predicted, average="micro") == accuracy(y, predicted)


@pytest.mark.topic("R426", "R427", "R428")
def test_nothing_divided_by_nothing_is_nothing():
    none, some = np.zeros(4, int), np.array([0, 0, 1, 1])
    assert precision(some, none) == recall(none, some) == f1(none, none) == recall(none, none) == 0
    assert precision(none, some) == 0 and recall(some, none) == 0 and f1(some, none) == 0


def test_classes_that_do_not_occur_have_no_part_in_the_mean():
    y, predicted = np.array([0, 0, 5, 5]), np.array([0, 5, 5, 5])
    assert recall(y, predicted, average="macro") == 0.75
    assert recall(y, predicted, average=None).tolist() == [0.5, 0, 0, 0, 0, 1]


@pytest.mark.oracle
@pytest.mark.topic("R425", "R426", "R427", "R428", "R452")
@pytest.mark.parametrize("C, N", [(2, 50), (4, 300), (12, 20)])
def test_averages_as_scikit_learn(C, N):
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(5):
        y, predicted = answers(C, N, seed)
        assert accuracy(y, predicted) == metrics.accuracy_score(y, predicted)
        labels = np.arange(max(y.max(), predicted.max()) + 1)
        matrix = metrics.confusion_matrix(y, predicted, labels=labels)
        assert np.array_equal(confusion_matrix(y, predicted), matrix)
        for ours, theirs in (
            (precision, metrics.precision_score),
            (recall, metrics.recall_score),
            (f1, metrics.f1_score),
        ):
            for average in ("macro", "micro", *(["binary"] if C == 2 else [])):
                expected = theirs(y, predicted, average=average, zero_division=0)
                np.testing.assert_allclose(ours(y, predicted, average=average), expected, rtol=1e-14)
            expected = theirs(y, predicted, average=None, labels=labels, zero_division=0)
            np.testing.assert_allclose(ours(y, predicted, average=None), expected, rtol=1e-14)


@pytest.mark.parametrize("metric", [precision, recall, f1])
def test_averages_refuse(metric):
    y, predicted = answers()
    with pytest.raises(
        InputError, match=f'{metric.__name__}: average should be "macro", "micro" or None for 4 classes'
    ):
        metric(y, predicted)
    with pytest.raises(InputError, match=f'{metric.__name__}: average should be "binary", "macro"'):
        metric(y, predicted, average="weighted")
    with pytest.raises(InputError, match=f"{metric.__name__}: predicted should be integers in .0, 2.; got -1"):
        metric(np.array([0, 1]), np.array([0, -1]))


def test_top_k_by_hand():
    scores = np.array([[0.1, 0.9, 0.5], [0.5, 0.2, 0.5], [0.3, 0.3, 0.3]], dtype=np.float32)
    y = np.array([2, 2, 1])
    assert [top_k_accuracy(y, scores, k) for k in (1, 2, 3)] == [0, 1, 1]
    assert top_k_accuracy(np.array([2, 2, 2]), scores, 2) == 2 / 3  # of equal scores the smaller class is ahead


def test_top_k_laws():
    random = np.random.default_rng(0)
    scores, y = random.integers(0, 6, (200, 7)).astype(float), random.integers(0, 7, 200)
    shares = [top_k_accuracy(y, scores, k) for k in range(1, 8)]
    assert shares[0] == accuracy(y, scores) and shares[-1] == 1 and np.all(np.diff(shares) >= 0)
    for k in range(1, 8):
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        assert shares[k - 1] == np.mean([label in row for label, row in zip(y, best, strict=True)])
    maps = scores.reshape(10, 4, 5, 7).transpose(0, 3, 1, 2)  # (N, C, H, W)
    assert top_k_accuracy(y.reshape(10, 4, 5), npdl.Tensor(maps), 3) == shares[2]


@pytest.mark.parametrize("bad", [np.nan, [0.0, np.nan], [np.nan, 1.0]])
def test_a_row_with_a_nan_is_never_right(bad):
    scores = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 3.0]])
    scores[0] = bad
    for y in (np.array([0, 0, 1]), np.array([1, 0, 1])):
        assert accuracy(y, scores) == top_k_accuracy(y, scores, 1) == 2 / 3
    with pytest.raises(InputError, match="confusion_matrix: the scores should be numbers, and no NaN"):
        confusion_matrix(np.array([0, 0, 1]), scores)


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, f1])
def test_one_score_a_sample_has_no_highest(metric):
    """Its argmax is 0 everywhere: all of class 0 would be right."""
    with pytest.raises(InputError, match=rf"{metric.__name__}: the scores should be of two classes or more; of one"):
        metric(np.array([0, 1, 0]), np.array([[-1.0], [2.0], [0.5]]))


def test_a_network_that_gives_nan_is_never_right():
    scores = np.array([[0.0, np.nan, 1.0], [np.nan] * 3])
    assert top_k_accuracy(np.array([1, 0]), scores, 3) == 0
    assert top_k_accuracy(np.array([2, 2]), scores, 2) == 0.5  # one is behind, and only if its own score is a number


@pytest.mark.oracle
def test_top_k_as_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    scores, y = random.normal(size=(100, 8)), random.integers(0, 8, 100)
    for k in (1, 3, 7):
        assert top_k_accuracy(y, scores, k) == metrics.top_k_accuracy_score(y, scores, k=k, labels=np.arange(8))


@pytest.mark.parametrize(
    "y, scores, k, message",
    [
        (np.array([0, 1]), np.zeros((2, 3)), 4, r"k should be an integer in \[1, 3\]; got 4"),
        (np.array([0, 1]), np.zeros((2, 3)), 0, "k should be"),
        (np.array([0, 3]), np.zeros((2, 3)), 1, "y should be integers in"),
        (np.array([0, 1]), np.array([0, 1]), 1, "scores should be scores with the classes on axis 1"),
    ],
)
def test_top_k_refuses(y, scores, k, message):
    with pytest.raises(InputError, match=f"top_k_accuracy: {message}"):
        top_k_accuracy(y, scores, k)


def test_the_report():
    y, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    lines = classification_report(y, predicted, names=["cat", "aeroplane", "dog"]).splitlines()
    assert [line.split() for line in lines] == [
        ["precision", "recall", "F1", "samples"],
        ["cat", "0.500", "0.500", "0.500", "2"],
        ["aeroplane", "0.500", "1.000", "0.667", "1"],
        ["dog", "1.000", "0.667", "0.800", "3"],
        ["mean", "0.667", "0.722", "0.656", "6"],
        ["accuracy", "0.667"],
    ]
    assert len({len(line) for line in lines[:-1]}) == 1  # columns
    assert "1.000" in classification_report(np.zeros(3, int), np.zeros(3, int))  # one class is enough
    with pytest.raises(InputError, match="classification_report: names should be 3, one for each class"):
        classification_report(y, predicted, names=["cat", "dog"])

"""Accuracy and confusion matrix: by hand, by counting, and beside scikit-learn."""

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.metrics import accuracy, confusion_matrix


def test_by_hand():
    y, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert accuracy(y, predicted) == 4 / 6 and type(accuracy(y, predicted)) is float
    assert confusion_matrix(y, predicted).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    assert confusion_matrix(y, predicted).dtype == np.int64


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

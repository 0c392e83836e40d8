"""Nearest neighbours: three ways to the same distances, and votes with ties settled as documented."""

import time

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from npdl import InputError
from npdl.data import load_digits, train_val_split
from npdl.metrics import accuracy
from npdl.ml import KNearestNeighbor, knn

METRICS = {"l1": "cityblock", "l2": "euclidean"}


def problem(N=40, M=13, D=17, classes=4):
    random = np.random.default_rng(0)
    return random.normal(size=(N, D)), random.integers(0, classes, N), random.normal(size=(M, D))


def by_definition(distances, y, k):
    """Sort by (distance, place), count the votes, take the smallest label of those with most: in plain Python."""
    answers = []
    for row in distances.tolist():
        nearest = sorted(range(len(row)), key=lambda j: (row[j], j))[:k]
        labels = [int(y[j]) for j in nearest]
        answers.append(min(set(labels), key=lambda label: (-labels.count(label), label)))
    return answers


def best_of(repeats, function, *args):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.topic("R105", "R503")
@pytest.mark.parametrize("metric", METRICS)
def test_all_three_distances_agree_with_scipy(metric):
    x, y, queries = problem()
    classifier = KNearestNeighbor(metric).fit(x, y)
    expected = cdist(queries, x, METRICS[metric])
    for loops in ("two_loops", "one_loop", "no_loops"):
        found = getattr(classifier, f"compute_distances_{loops}")(queries)
        assert found.shape == (13, 40) and found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.topic("R105")
@pytest.mark.parametrize("block", [1, 17, 100, 17 * 40, 5000])
def test_l1_is_the_same_in_blocks_of_any_size(block, monkeypatch):
    x, y, queries = problem()
    classifier = KNearestNeighbor("l1").fit(x, y)
    monkeypatch.setattr(knn, "BLOCK", block)
    expected = classifier.compute_distances_two_loops(queries)
    np.testing.assert_allclose(classifier.compute_distances_no_loops(queries), expected, rtol=0, atol=1e-12)


@pytest.mark.topic("R105")
def test_l2_is_never_the_root_of_a_negative_number():
    x = np.random.default_rng(0).normal(size=(200, 50)) * 1000 + 0.1
    squared = (x**2).sum(1)[:, None] - 2 * x @ x.T + (x**2).sum(1)
    assert squared.min() < 0  # so there is something to guard against
    distances = KNearestNeighbor().fit(x, np.zeros(200, dtype=int)).compute_distances_no_loops(x)
    assert np.isfinite(distances).all()
    assert np.diag(distances).max() < 1e-2  # beside distances of about 10,000


@pytest.mark.topic("R105", "R503")
@pytest.mark.parametrize("metric", METRICS)
def test_without_loops_is_faster(metric):
    (x, y), (queries, _) = load_digits()
    classifier, queries = KNearestNeighbor(metric).fit(x, y), queries[:40]
    slow = best_of(2, classifier.compute_distances_two_loops, queries)
    fast = best_of(5, classifier.compute_distances_no_loops, queries)
    assert slow > 3 * fast  # measured on a busy machine: l1 47 times, l2 12 (and 240 for all 360 queries)


@pytest.mark.topic("R104")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("loops", [0, 1, 2])
def test_votes_by_definition(metric, loops):
    x, y, queries = problem()
    classifier = KNearestNeighbor(metric).fit(x, y)
    for k in (1, 2, 3, 8, 40):
        labels = classifier.predict(queries, k=k, loops=loops)
        assert labels.tolist() == by_definition(cdist(queries, x, METRICS[metric]), y, k)


@pytest.mark.topic("R104")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("loops", [0, 1, 2])
def test_votes_by_definition_where_ties_abound(metric, loops):
    random = np.random.default_rng(1)
    x, queries = random.integers(0, 3, (60, 4)), random.integers(0, 3, (30, 4))  # whole numbers: ties are exact
    y = random.integers(0, 5, 60)
    classifier = KNearestNeighbor(metric).fit(x, y)
    for k in (1, 2, 3, 4, 7):
        expected = by_definition(cdist(queries, x, METRICS[metric]), y, k)
        assert classifier.predict(queries, k=k, loops=loops).tolist() == expected


@pytest.mark.topic("R104")
def test_tie_rules():
    x = np.array([[1.0], [-1.0], [3.0], [-3.0]])
    at_zero = np.array([[0.0]])
    assert KNearestNeighbor().fit(x, np.array([9, 2, 9, 2])).predict(at_zero, k=1) == [9]  # the earlier sample
    assert KNearestNeighbor().fit(x, np.array([9, 2, 9, 2])).predict(at_zero, k=2) == [2]  # the smaller label
    assert KNearestNeighbor().fit(x, np.array([9, 2, 9, 2])).predict(at_zero, k=3) == [9]  # two votes to one


@pytest.mark.topic("R104")
def test_images_are_flattened_and_bytes_do_not_wrap_around():
    dark, light = np.zeros((1, 3, 4, 4), np.uint8), np.full((1, 3, 4, 4), 200, np.uint8)
    classifier = KNearestNeighbor("l1").fit(np.concatenate([dark, light]), np.array([-5, 7]))
    assert classifier.compute_distances_no_loops(dark + 90).tolist() == [[90 * 48, 110 * 48]]
    assert classifier.predict(np.concatenate([dark + 90, dark + 110])).tolist() == [-5, 7]


@pytest.mark.topic("R104")
@pytest.mark.parametrize("metric", METRICS)
def test_digits(metric):
    (x, y), (x_test, y_test) = load_digits()
    classifier = KNearestNeighbor(metric).fit(x, y)
    distances = classifier.compute_distances_no_loops(x_test)
    right = {k: accuracy(y_test, classifier.predict_labels(distances, k)) for k in (1, 5, 300)}
    assert right[1] >= {"l2": 0.98, "l1": 0.977}[metric]  # the split is fixed: 353 and 352 of 360 (98.06 %, 97.78 %)
    assert right[5] >= {"l2": 0.986, "l1": 0.988}[metric]  # 355 and 356
    assert 0.8 < right[300] < right[1]  # a large k blurs: 86.7 %
    train = classifier.compute_distances_no_loops(x)
    assert accuracy(y, classifier.predict_labels(train, 1)) == 1  # a small k learns the noise too: each finds itself


@pytest.mark.topic("R106")
def test_k_is_chosen_on_a_validation_set_that_was_not_learned():
    (x, y), (x_test, y_test) = load_digits()
    (x_train, y_train, train), (x_val, y_val, val) = train_val_split(x, y, np.arange(len(y)), stratify=y)
    assert not set(train) & set(val) and len(train) + len(val) == len(y)
    classifier = KNearestNeighbor().fit(x_train, y_train)
    assert len(classifier.x) == len(train)
    distances = classifier.compute_distances_no_loops(x_val)
    assert distances.min() > 0  # no validation image is among those remembered
    scores = {k: accuracy(y_val, classifier.predict_labels(distances, k)) for k in (1, 3, 5, 10, 100)}
    best = max(scores, key=scores.get)
    assert best != 100 and scores[best] >= 0.98
    assert accuracy(y_test, classifier.predict(x_test, k=best)) >= 0.975


@pytest.mark.oracle
@pytest.mark.topic("R104")
@pytest.mark.parametrize("metric", METRICS)
def test_labels_are_those_of_scikit_learn(metric):
    neighbors = pytest.importorskip("sklearn.neighbors")
    (x, y), (x_test, _) = load_digits()
    random = np.random.default_rng(0)  # a little noise, as scikit-learn promises nothing for equal distances
    x, x_test = (a.reshape(len(a), -1) + 1e-6 * random.random((len(a), 64)) for a in (x, x_test))
    for k in (1, 2, 4, 5, 9):
        theirs = neighbors.KNeighborsClassifier(k, algorithm="brute", metric=METRICS[metric]).fit(x, y)
        assert np.array_equal(KNearestNeighbor(metric).fit(x, y).predict(x_test, k=k), theirs.predict(x_test))


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda c: KNearestNeighbor("cosine"), '"l1" or "l2"'),
        (lambda c: c.fit(np.zeros(3), np.zeros(3, int)), "fit: x should be"),
        (lambda c: c.fit(np.zeros((3, 2)), np.zeros(3)), "fit: y should be an array of integer labels"),
        (lambda c: c.fit(np.zeros((3, 2)), np.zeros(4, int)), r"fit: y should be an array of shape \(3,\)"),
        (lambda c: c.predict(np.zeros((3, 5))), "x should be .* of 2 numbers each"),
        (lambda c: c.predict(np.zeros((3, 2)), k=5), r"k should be an integer in \[1, 4\]; got 5"),
        (lambda c: c.predict(np.zeros((3, 2)), loops=3), "loops should be 0, 1 or 2"),
        (lambda c: c.predict_labels(np.zeros((3, 2))), "distances should be .* for 4 training samples"),
        (lambda c: c.predict_labels(np.full((3, 4), np.nan)), "distances should be .* free of nan and inf"),
        (lambda c: c.predict(np.full((3, 2), np.nan)), "x should be .* finite numbers"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action(KNearestNeighbor().fit(np.zeros((4, 2)), np.zeros(4, dtype=int)))


def test_predict_before_fit():
    with pytest.raises(RuntimeError, match="call fit first"):
        KNearestNeighbor().predict(np.zeros((1, 2)))

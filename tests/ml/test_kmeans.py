"""k-means: the two constraints that it ends at, and the same answers as scikit-learn from the same start."""

import numpy as np
import pytest

from npdl import InputError
from npdl.ml import KMeans, MiniBatchKMeans, kmeans


def blobs(N=300, k=4, D=2, spread=0.3, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, k, N)
    return random.normal(size=(k, D))[y] * 3 + random.normal(size=(N, D)) * spread, y


def distances(x, centres):
    return ((x[:, None] - centres) ** 2).sum(axis=2)


@pytest.mark.topic("R101")
@pytest.mark.parametrize("init", ["++", "random"])
@pytest.mark.parametrize("D", [1, 2, 7])
def test_the_two_constraints_hold_at_the_end(init, D):
    x, _ = blobs(D=D, spread=2)
    found = KMeans(5, init=init, seed=3).fit(x)
    squared = distances(x, found.centres)
    np.testing.assert_array_equal(found.labels, squared.argmin(axis=1))  # each sample at its nearest centre
    for c in range(5):  # each centre the mean of its samples
        np.testing.assert_allclose(found.centres[c], x[found.labels == c].mean(axis=0), atol=1e-12)
    assert found.inertia == pytest.approx(squared.min(axis=1).sum(), rel=1e-12)


@pytest.mark.topic("R101")
def test_inertia_never_rises_and_restarts_keep_the_best():
    x, _ = blobs(k=6, spread=1)
    history = KMeans(6, init="random", seed=1).fit(x).history
    assert len(history) > 3 and np.all(np.diff(history) <= 1e-9)
    once = [KMeans(6, init="random", seed=seed).fit(x).inertia for seed in range(8)]
    assert max(once) > min(once) + 1  # the result is not unique
    assert KMeans(6, init="random", restarts=20).fit(x).inertia <= min(once) + 1e-9


@pytest.mark.topic("R101")
def test_three_samples_by_hand():
    found = KMeans(2, init=np.array([[0.0], [1.0]]), max_iterations=1).fit(np.array([[0], [1], [5]]))
    assert found.centres.tolist() == [[0], [3]] and found.history == [16, 5]  # 1 is nearer to 0 now than to 3
    assert KMeans(2, init=np.array([[0.0], [1.0]])).fit(np.array([[0], [1], [5]])).centres.tolist() == [[0.5], [5]]


@pytest.mark.topic("R101")
def test_plus_plus_draws_by_squared_distance():
    x = np.array([[0.0], [1.0], [3.0]])
    seconds = {0.0: [], 1.0: [], 3.0: []}
    for seed in range(3000):
        first, second = kmeans.plus_plus(x, 2, np.random.default_rng(seed))[:, 0]
        seconds[first].append(second)
    assert np.mean(np.equal(seconds[0.0], 3)) == pytest.approx(9 / 10, abs=0.03)
    assert np.mean(np.equal(seconds[1.0], 3)) == pytest.approx(4 / 5, abs=0.04)
    assert np.mean(np.equal(seconds[3.0], 0)) == pytest.approx(9 / 13, abs=0.05)


@pytest.mark.topic("R101")
def test_plus_plus_starts_better():
    x, _ = blobs(N=400, k=10, spread=0.1)
    starts = {init: np.mean([KMeans(10, init=init, seed=s).fit(x).history[0] for s in range(20)])
              for init in ("++", "random")}  # fmt: skip
    assert starts["++"] < starts["random"] / 2


@pytest.mark.topic("R101")
def test_empty_clusters_start_again():
    x = np.array([[0.0], [0.0], [10.0], [11.0]])
    found = KMeans(3, init=np.array([[0.0], [10.5], [1000.0]])).fit(x)
    assert found.inertia == 0 and sorted(found.centres[:, 0]) == [0, 10, 11]
    assert KMeans(4).fit(np.arange(4.0)[:, None] ** 2).inertia == 0  # as many as samples
    far = MiniBatchKMeans(2, init=np.array([[0.0], [1000.0]]), max_iterations=3).fit(x)
    assert far.centres[1] == 1000  # a batch without samples for it leaves it where it is
    same = KMeans(3).fit(np.ones((5, 2)))
    assert same.inertia == 0 and np.all(same.centres == 1)


@pytest.mark.topic("R101")
def test_blocks_and_types(monkeypatch):
    x, _ = blobs(spread=1)
    init = x[:4].copy()
    whole = KMeans(4, init=init).fit(x)
    single = KMeans(4, init=init).fit(x.astype(np.float32))
    monkeypatch.setattr(kmeans, "BLOCK", 50)
    blocks = KMeans(4, init=init).fit(x)
    np.testing.assert_array_equal(blocks.labels, whole.labels)
    np.testing.assert_allclose(blocks.centres, whole.centres, rtol=1e-13)
    assert single.centres.dtype == np.float32
    np.testing.assert_allclose(single.centres, whole.centres, atol=1e-5)
    np.testing.assert_array_equal(whole.predict(x), whole.labels)


@pytest.mark.topic("R101")
def test_far_from_the_origin():
    x, _ = blobs(spread=0.3)
    near, far = (KMeans(4, init=x[:4] + shift).fit(x + shift) for shift in (0, 1e6))
    np.testing.assert_array_equal(far.labels, near.labels)


@pytest.mark.topic("R101")
def test_mini_batches():
    x, _ = blobs(N=2000, k=4)
    best = KMeans(4, restarts=10).fit(x)
    found = MiniBatchKMeans(4, batch_size=100, init=best.centres + 0.5).fit(x)
    assert best.inertia <= found.inertia < 1.02 * best.inertia
    one = MiniBatchKMeans(1, batch_size=64, max_iterations=5, seed=9, init=np.zeros((1, 2))).fit(x)
    random, middle = np.random.default_rng(9), x.mean(axis=0)
    seen = np.concatenate([x[random.integers(0, 2000, 64)] for _ in range(5)])
    np.testing.assert_allclose(one.centres[0], seen.mean(axis=0), atol=1e-12)  # the mean of all that it was given
    assert not np.allclose(one.centres[0], middle, atol=1e-3)


def picture(H=40, W=50):
    i, j = np.mgrid[:H, :W]
    random = np.random.default_rng(0)
    image = np.stack([i / H, j / W, np.sin(i / 9) * np.cos(j / 7) / 2 + 0.5], axis=2)
    return np.clip(image**2 + random.normal(size=image.shape) * 0.02, 0, 1)


@pytest.mark.topic("R103")
def test_a_palette_is_better_than_uniform_levels():
    image = picture()
    pixels = image.reshape(-1, 3)
    found = KMeans(8, restarts=3).fit(pixels)
    palette = np.mean((found.centres[found.labels] - pixels) ** 2)
    uniform = np.mean((np.floor(np.minimum(pixels, 0.999) * 2) / 2 + 0.25 - pixels) ** 2)  # 8 colours
    assert palette < 0.6 * uniform


@pytest.mark.oracle
@pytest.mark.topic("R101", "R103")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("k", [1, 3, 8])
def test_as_scikit_learn_from_the_same_start(k, dtype):
    cluster = pytest.importorskip("sklearn.cluster")
    for x in (blobs(spread=1, D=5)[0].astype(dtype), picture().reshape(-1, 3).astype(dtype)):
        init = x[:: len(x) // k][:k].copy()
        theirs = cluster.KMeans(k, init=init, n_init=1, algorithm="lloyd", tol=0).fit(x)
        ours = KMeans(k, init=init).fit(x)
        tolerance = 1e-10 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(ours.centres, theirs.cluster_centers_, atol=tolerance)
        assert np.mean(ours.labels == theirs.labels_) > (1 - 1e-12 if dtype == "float64" else 0.999)
        assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-10 if dtype == "float64" else 1e-4)


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: KMeans(0), "KMeans: k should be an integer >= 1; got 0"),
        (lambda: KMeans(2, init="best"), 'KMeans: init should be "\\+\\+", "random" or'),
        (lambda: KMeans(5).fit(np.zeros((4, 2))), "KMeans.fit: x should be at least k = 5 samples"),
        (lambda: KMeans(2).fit(np.zeros(4)), r"KMeans.fit: x should be a 2-d array \(N, D\)"),
        (lambda: KMeans(2).fit(np.zeros((0, 2))), "not empty"),
        (lambda: KMeans(2).fit(np.array([[0.0], [np.nan]])), "finite numbers, and no NaN"),
        (lambda: KMeans(2).fit(np.array([["a"], ["b"]])), "real numbers"),
        (lambda: KMeans(2, init=np.zeros((3, 2))).fit(np.zeros((4, 2))), r"init should be an array of shape \(2, 2\)"),
        (lambda: KMeans(1).fit(np.zeros((4, 2))).predict(np.zeros((4, 3))), "predict: x should be"),
        (lambda: MiniBatchKMeans(1, batch_size=0), "MiniBatchKMeans: batch_size"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()


def test_predict_before_fit():
    with pytest.raises(RuntimeError, match="call fit first"):
        KMeans(2).predict(np.zeros((1, 2)))

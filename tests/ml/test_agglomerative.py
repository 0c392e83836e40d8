"""Agglomerative clustering: heights by definition, as SciPy and scikit-learn have them; what each linkage is for."""

import numpy as np
import pytest
from scipy.cluster import hierarchy

from npdl import InputError
from npdl.ml import agglomerate, cut

LINKAGES = [
    pytest.param("single", marks=pytest.mark.topic("R098")),
    pytest.param("complete", marks=pytest.mark.topic("R099")),
    pytest.param("average", marks=pytest.mark.topic("R100")),
]
linkages = pytest.mark.parametrize("linkage", LINKAGES)


def moons(N=100):
    t = np.linspace(0, np.pi, N // 2)
    upper, lower = np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.4 - np.sin(t)], 1)
    noise = np.random.default_rng(0).normal(size=(N, 2)) * 0.03
    return np.concatenate([upper, lower]) + noise, np.repeat([0, 1], N // 2)


def by_definition(x, linkage):
    """Merge the pair of clusters that is nearest, all distances anew from the samples: the heights."""
    d = np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))
    reduce = {"single": np.min, "complete": np.max, "average": np.mean}[linkage]
    clusters, heights = [[n] for n in range(len(x))], []
    while len(clusters) > 1:
        pairs = [(reduce(d[np.ix_(a, b)]), i, j) for j, b in enumerate(clusters) for i, a in enumerate(clusters[:j])]
        height, i, j = min(pairs)
        clusters[i] = clusters[i] + clusters.pop(j)
        heights.append(height)
    return heights


@linkages
@pytest.mark.topic("R097")
def test_heights_by_definition_and_as_scipy(linkage):
    x = np.random.default_rng(0).normal(size=(30, 3))
    found = agglomerate(x, linkage)
    np.testing.assert_allclose(found.heights, by_definition(x, linkage), rtol=1e-12)
    theirs = hierarchy.linkage(x, linkage)
    np.testing.assert_array_equal(found.merges, theirs[:, :2])
    np.testing.assert_allclose(found.heights, theirs[:, 2], rtol=1e-10)
    np.testing.assert_array_equal(found.sizes, theirs[:, 3])
    assert np.all(np.diff(found.heights) >= 0)


@linkages
def test_four_points_by_hand(linkage):
    found = agglomerate(np.array([[0.0], [1.0], [3.0], [7.0]]), linkage)
    assert found.merges.tolist() == [[0, 1], [2, 4], [3, 5]]
    expected = {"single": [1, 2, 4], "complete": [1, 3, 7], "average": [1, 2.5, (7 + 6 + 4) / 3]}[linkage]
    np.testing.assert_allclose(found.heights, expected, rtol=1e-14)
    assert found.sizes.tolist() == [2, 3, 4]


@linkages
@pytest.mark.topic("R097")
def test_the_drawing_has_no_crossing_lines(linkage):
    x = np.random.default_rng(1).normal(size=(25, 2))
    found = agglomerate(x, linkage)
    assert sorted(found.leaves) == list(range(25))
    members = {n: {n} for n in range(25)}
    place = np.argsort(found.leaves)
    for m, (a, b) in enumerate(found.merges):
        members[25 + m] = members[a] | members[b]
        places = sorted(place[list(members[25 + m])])
        assert places == list(range(places[0], places[0] + found.sizes[m]))  # side by side
        assert found.x[25 + m] == (found.x[a] + found.x[b]) / 2


@pytest.mark.topic("R100")
def test_average_linkage_is_the_mean_over_all_pairs():
    pair, triple = np.array([[0.0], [1.0]]), np.array([[10.0], [11.0], [13.0]])
    found = agglomerate(np.concatenate([pair, triple]), "average")
    expected = [1, 1, (3 + 2) / 2, np.abs(pair - triple.T).sum() / (2 * 3)]  # Σ d / (|A| |B|): sizes count
    np.testing.assert_allclose(found.heights, expected, rtol=1e-14)
    x = np.random.default_rng(5).normal(size=(50, 4))
    np.testing.assert_allclose(agglomerate(x, "average").heights, hierarchy.linkage(x, "average")[:, 2], rtol=1e-10)


@pytest.mark.topic("R098")
def test_single_linkage_is_the_minimum_spanning_tree():
    from scipy.sparse.csgraph import minimum_spanning_tree

    x = np.random.default_rng(2).normal(size=(40, 2))
    tree = minimum_spanning_tree(np.sqrt(((x[:, None] - x) ** 2).sum(axis=2))).data
    np.testing.assert_allclose(agglomerate(x, "single").heights, np.sort(tree), rtol=1e-12)


@pytest.mark.parametrize(
    "linkage, separated",
    [
        pytest.param("single", True, marks=pytest.mark.topic("R098")),
        pytest.param("complete", False, marks=pytest.mark.topic("R099")),
    ],
)
def test_two_moons(linkage, separated):
    x, y = moons()
    labels = cut(agglomerate(x, linkage), 2)
    right = np.mean(labels == y)
    assert (right == 1) if separated else 0.6 < right < 0.95


@linkages
@pytest.mark.topic("R097")
def test_cuts(linkage):
    x = np.random.default_rng(3).normal(size=(30, 2))
    found = agglomerate(x, linkage)
    assert np.all(cut(found, 1) == 0)
    assert cut(found, 30).tolist() == list(range(30))
    for k in (2, 5, 11):
        labels = cut(found, k)
        theirs = hierarchy.fcluster(hierarchy.linkage(x, linkage), k, "maxclust")
        assert len(set(labels)) == k == len(set(zip(labels, theirs, strict=True)))  # the same, but for the names
        assert labels[0] == 0 and [labels.tolist().index(c) for c in range(k)] == sorted(
            labels.tolist().index(c) for c in range(k)
        )


@linkages
def test_equal_distances(linkage):
    grid = np.stack(np.mgrid[:4, :4], axis=-1).reshape(-1, 2).astype(float)
    found = agglomerate(grid, linkage)
    assert found.sizes[-1] == 16 and np.all(np.diff(found.heights) >= 0)
    assert np.all(agglomerate(np.zeros((5, 2)), linkage).heights == 0)
    if linkage == "single":
        assert np.all(found.heights == 1)


@pytest.mark.oracle
@linkages
@pytest.mark.topic("R097")
def test_labels_as_scikit_learn(linkage):
    cluster = pytest.importorskip("sklearn.cluster")
    x = np.random.default_rng(4).normal(size=(60, 3))
    theirs = cluster.AgglomerativeClustering(7, linkage=linkage).fit_predict(x)
    assert len(set(zip(cut(agglomerate(x, linkage), 7), theirs, strict=True))) == 7


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: agglomerate(np.zeros((4, 2)), "ward"), 'agglomerate: linkage should be "single"'),
        (lambda: agglomerate(np.zeros((1, 2))), "two samples or more"),
        (lambda: agglomerate(np.array([[1.0], [np.nan]])), "no NaN"),
        (lambda: cut(agglomerate(np.eye(3)), 4), r"cut: k should be an integer in \[1, 3\]; got 4"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()

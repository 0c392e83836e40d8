"""Markov chains."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.markov import after, simulate, stationary, transition_counts

P = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.1, 0.5, 0.4]])
walk = simulate(P, 0, 60_000, np.random.default_rng(0))


@pytest.mark.topic("R031")
def test_the_stationary_law_is_the_left_eigenvector():
    pi = stationary(P)
    values, vectors = np.linalg.eig(P.T)
    expected = np.real(vectors[:, np.abs(values - 1).argmin()])
    np.testing.assert_allclose(pi, expected / expected.sum(), rtol=1e-10)
    np.testing.assert_allclose(pi @ P, pi, rtol=1e-10)
    np.testing.assert_allclose(after(P, [0, 0, 1], 200), pi, rtol=1e-10)


@pytest.mark.topic("R031")
def test_a_long_walk_is_in_each_state_as_often_as_it_says():
    shares = np.bincount(walk, minlength=3) / len(walk)
    np.testing.assert_allclose(shares, stationary(P), atol=0.01)
    counts = transition_counts(walk, 3)
    assert counts.sum() == 60_000
    np.testing.assert_allclose(counts / counts.sum(axis=1, keepdims=True), P, atol=0.015)


@pytest.mark.topic("R031")
def test_the_past_does_not_matter_when_the_present_is_known():
    for past in range(3):
        for now in range(3):
            here = (walk[:-2] == past) & (walk[1:-1] == now)
            shares = np.bincount(walk[2:][here], minlength=3) / here.sum()
            assert (np.abs(shares - P[now]) < 4 * np.sqrt(P[now] * (1 - P[now]) / here.sum())).all()


@pytest.mark.topic("R031")
def test_after_some_steps_the_law_is_the_power_of_the_matrix():
    np.testing.assert_allclose(after(P, [1, 0, 0], 2), (P @ P)[0])
    np.testing.assert_allclose(after(P, [0.2, 0.3, 0.5], 0), [0.2, 0.3, 0.5])


def test_bad_input():
    with pytest.raises(InputError, match="rows of the sum 1"):
        stationary(np.ones((2, 2)))
    with pytest.raises(InputError, match="rows of the sum 1"):
        stationary(np.array([[1.5, -0.5], [0.5, 0.5]]))
    with pytest.raises(InputError, match="rows of the sum 1"):
        stationary(np.full((2, 3), 1 / 3))
    with pytest.raises(InputError, match="one stationary law"):
        stationary(np.eye(2))
    with pytest.raises(InputError, match=r"integers in \[0, 3\)"):
        simulate(P, 3, 5, np.random.default_rng(0))

"""The random numbers: known values, uniform, normal, and a function of seed, stream, index and name alone."""

import numpy as np
import pytest

from npdl.data.scenes.draws import STEP, Draws, mix


def splitmix64(state, count):
    """The published generator, in Python's own integers (Vigna's splitmix64.c)."""
    out, mask = [], 2**64 - 1
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        out.append(z ^ (z >> 31))
    return out


def test_mix_is_the_finaliser_of_splitmix64():
    assert splitmix64(1234567, 2) == [6457827717110365317, 3203168211198807973]  # the known ones of that generator
    states = np.uint64(1234567) + np.arange(1, 9, dtype=np.uint64) * STEP
    assert mix(states).tolist() == splitmix64(1234567, 8)


def test_numbers_are_frozen():
    draws = Draws(0, 0, [0, 1, 2])
    assert draws.bits("class", 2).tolist() == FROZEN
    assert Draws(2**63 - 1, 255, [2**56 - 1]).bits("class").shape == (1,)


FROZEN = [
    [5306526765731583717, 13064791319313113242],
    [90744274458114826, 11263697784253971743],
    [17812848809824925089, 4105452815150579553],
]


def test_a_number_depends_on_where_it_is_used_alone():
    draws, part = Draws(3, 1, np.arange(50)), Draws(3, 1, [7, 49])
    assert np.array_equal(draws.bits("a", 4, 2)[[7, 49]], part.bits("a", 4, 2))
    assert np.array_equal(draws.take(np.array([7, 49])).bits("a", 4, 2), part.bits("a", 4, 2))
    assert np.array_equal(part.bits("a", 8).reshape(2, 4, 2), part.bits("a", 4, 2))
    everything = [
        Draws(seed, stream, np.arange(100)).bits(name, 10) for seed in (0, 1) for stream in (0, 1) for name in "ab"
    ]
    assert len(np.unique(everything)) == 8000


@pytest.mark.parametrize("shape", [(), (3,), (3, 5)])
def test_shapes(shape):
    draws = Draws(0, 0, np.arange(4))
    for values in (draws.bits("x", *shape), draws.uniform("x", *shape), draws.gaussian("x", *shape)):
        assert values.shape == (4, *shape)


def test_uniform_numbers_are_uniform_and_unrelated():
    u = Draws(0, 0, np.arange(20000)).uniform("x", 4)
    assert u.min() >= 0 and u.max() < 1
    counts = np.apply_along_axis(lambda column: np.histogram(column, 20, (0, 1))[0], 0, u)  # (20, 4)
    chi2 = ((counts - 1000) ** 2 / 1000).sum(axis=0)
    assert chi2.max() < 48  # 19 degrees of freedom: 43.8 is one in a thousand
    r = np.corrcoef(u.T)
    assert abs(r - np.eye(4)).max() < 4 / np.sqrt(20000)
    neighbours = np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(20000)


def test_integers_cover_their_range_evenly():
    draws = Draws(0, 0, np.arange(7000))
    assert np.bincount(draws.integers("x", 7), minlength=7).min() > 1000 - 4 * 30
    high = np.tile([1, 3], 3500)
    assert (draws.integers("y", high) < high).all()


def test_gaussian_has_the_moments_of_a_normal():
    z = Draws(0, 0, np.arange(2000)).gaussian("noise", 100)
    assert z.dtype == np.float32
    assert abs(z.mean()) < 0.01 and abs(z.std() - 1) < 0.01 and abs((z**3).mean()) < 0.03
    assert abs((z**4).mean() - 2.7) < 0.05  # the sum of four uniform numbers: 3 - 6 / (5 · 4)
    assert abs(np.corrcoef(z[:, 0], z[:, 1])[0, 1]) < 0.1

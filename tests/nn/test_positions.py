"""Positions: closed forms, what a distance is to them, and how far they reach."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npdl import InputError, Tensor, nn

some = settings(deadline=None, derandomize=True, max_examples=25)


@pytest.mark.topic("R285")
def test_sines_and_cosines_of_falling_frequencies():
    table = nn.sinusoidal(50, 8)
    assert table.shape == (50, 8)
    for m in (0, 1, 7, 49):
        for i in range(4):
            angle = m / 10000 ** (2 * i / 8)
            np.testing.assert_allclose(table[m, 2 * i : 2 * i + 2], [math.sin(angle), math.cos(angle)], atol=1e-13)


@pytest.mark.topic("R285")
def test_two_ways_to_write_them_are_the_same():
    """10000^(-2i/d), or e^(-2i ln 10000 / d): what implementations differ in."""
    frequencies = np.exp(np.arange(0, 512, 2) * (-math.log(10000.0) / 512))
    expected = np.sin(np.arange(100)[:, None] * frequencies)
    np.testing.assert_allclose(nn.sinusoidal(100, 512)[:, ::2], expected, atol=1e-13)


@pytest.mark.topic("R285")
@some
@given(st.integers(1, 32), st.integers(0, 40), st.integers(0, 40))
def test_a_distance_is_a_linear_map_and_every_row_has_one_length(half, m, k):
    """PE(m + k) = R(k) PE(m): R turns each pair by k times its frequency, whatever m."""
    table = nn.sinusoidal(100, 2 * half)
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), math.sqrt(half), rtol=1e-12)
    turn = np.zeros((2 * half, 2 * half))
    for i, angle in enumerate(nn.rotary_angles(1, 2 * half, offset=k)[0]):
        c, s = math.cos(angle), math.sin(angle)
        turn[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, s], [-s, c]]
    np.testing.assert_allclose(turn @ table[m], table[m + k], atol=1e-12)


@pytest.mark.topic("R285", "R286")
@pytest.mark.parametrize("positions", [nn.SinusoidalPositions(4, length=6), nn.LearnedPositions(6, 4)])
def test_they_are_added_from_an_offset_on_and_end_somewhere(positions):
    x = Tensor(np.ones((2, 3, 4), np.float32))
    table = positions(Tensor(np.zeros((1, 6, 4), np.float32))).data[0]
    for offset in (0, 2, 3):
        y = positions(x, offset=offset)
        np.testing.assert_array_equal(y.data, x.data + table[offset : offset + 3])
        assert y.dtype == np.float32
    name = type(positions).__name__
    with pytest.raises(InputError, match=f"{name}: x should be a sequence that ends within the 6 positions there are"):
        positions(x, offset=4)
    with pytest.raises(InputError, match="got 'one that ends at position 7'"):
        positions(np.ones((1, 7, 4), np.float32))


@pytest.mark.topic("R286")
def test_the_gradient_of_learned_positions_is_the_sum_over_the_batch():
    positions, dout = nn.LearnedPositions(6, 4).astype("float64"), np.random.default_rng(0).standard_normal((5, 3, 4))
    x = Tensor(np.zeros((5, 3, 4)), requires_grad=True)
    positions(x, offset=1).backward(dout)
    np.testing.assert_allclose(positions.weight.grad[1:4], dout.sum(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(positions.weight.grad[[0, 4, 5]], 0)
    np.testing.assert_array_equal(x.grad, dout)


@pytest.mark.topic("R286")
def test_positions_of_another_grid():
    """A table that is linear in row and column is so on the new grid, away from the edges; the prefix stays."""
    rows, columns = np.indices((4, 6)).astype(float)
    table = np.concatenate([[[7.0, 8.0]], np.stack([rows, columns], axis=-1).reshape(24, 2)])
    new = nn.interpolate_positions(table, (4, 6), (8, 12), prefix=1)
    assert new.shape == (97, 2)
    np.testing.assert_array_equal(new[0], [7, 8])
    grid = new[1:].reshape(8, 12, 2)
    np.testing.assert_allclose(grid[1:-1, 0, 0], np.arange(1, 7) / 2 - 0.25, rtol=1e-12)
    np.testing.assert_allclose(grid[0, 1:-1, 1], np.arange(1, 11) / 2 - 0.25, rtol=1e-12)
    np.testing.assert_allclose(nn.interpolate_positions(table, (4, 6), (4, 6), prefix=1), table, rtol=1e-12)


@pytest.mark.oracle
@pytest.mark.topic("R286")
def test_positions_of_another_grid_are_pytorchs():
    torch = pytest.importorskip("torch")
    table = nn.LearnedPositions(12, 5).astype("float64").weight
    new = nn.interpolate_positions(table, (3, 4), (7, 2))
    image = torch.tensor(table.data).reshape(1, 3, 4, 5).permute(0, 3, 1, 2)
    expected = torch.nn.functional.interpolate(image, (7, 2), mode="bilinear").permute(0, 2, 3, 1).reshape(14, 5)
    np.testing.assert_allclose(new.data, expected.numpy(), rtol=0, atol=1e-12)
    new.sum().backward()
    assert table.grad.shape == (12, 5)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.SinusoidalPositions(5), "rotary_angles: dim should be even"),
        (lambda: nn.rotary_angles(3, 5), "rotary_angles: dim should be even: sines and cosines come in pairs; got 5"),
        (lambda: nn.interpolate_positions(np.ones((12, 2)), (3, 4), (2, 2), prefix=1), r"table should be \(13, dim\)"),
    ],
)
def test_wrong_sizes_are_named(call, message):
    with pytest.raises(InputError, match=message):
        call()

"""Pooling: sizes of known networks, ties, overlapping windows, and what counts as a pixel."""

import numpy as np
import pytest

from npdl import ops

rng = np.random.default_rng(0)


def gradient(op, dout, x, **options):
    return op.backward(np.asarray(dout), op.forward(x, **options)[1])


@pytest.mark.topic("R159")
def test_max_pooling_gives_the_numbers_that_cs231n_prints():
    x = np.linspace(-0.3, 0.4, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    y = ops.max_pool2d(x, size=2)
    assert y.shape == (2, 3, 2, 2)
    np.testing.assert_allclose([y.flat[0], y.flat[-1]], [-0.26315789, 0.4], rtol=1e-7)


@pytest.mark.topic("R159")
def test_windows_side_by_side_halve_each_side():
    x = rng.standard_normal((2, 3, 28, 28))
    y = ops.max_pool2d(x, size=2)
    assert y.shape == (2, 3, 14, 14)
    np.testing.assert_array_equal(y, x.reshape(2, 3, 14, 2, 14, 2).max(axis=(3, 5)))
    dx = gradient(ops.max_pool2d, y, x, size=2)
    np.testing.assert_array_equal(dx, np.where(x == y.repeat(2, axis=2).repeat(2, axis=3), x, 0))


@pytest.mark.topic("R159")
@pytest.mark.parametrize(
    "window, winner",
    [([[7, 7], [7, 7]], (0, 0)), ([[1, 7], [7, 7]], (0, 1)), ([[1, 2], [7, 7]], (1, 0)), ([[-9, -9], [-9, 0]], (1, 1))],
)
def test_of_equal_numbers_the_first_wins(window, winner):
    dx = gradient(ops.max_pool2d, [[[[5.0]]]], np.array([[window]], dtype=float), size=2)
    expected = np.zeros((1, 1, 2, 2))
    expected[0, 0][winner] = 5
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.topic("R159")
@pytest.mark.oracle
def test_ties_are_decided_as_in_pytorch():
    torch = pytest.importorskip("torch")
    x = rng.integers(0, 3, (4, 3, 7, 8)).astype(float)  # three grey levels
    dout = rng.standard_normal((4, 3, 4, 4))
    t = torch.tensor(x, requires_grad=True)
    torch.nn.functional.max_pool2d(t, 3, 2, 1).backward(torch.tensor(dout))
    np.testing.assert_allclose(gradient(ops.max_pool2d, dout, x, size=3, stride=2, pad=1), t.grad.numpy(), atol=1e-14)


@pytest.mark.topic("R160")
def test_alexnets_overlapping_pools():
    x, sizes = np.zeros((1, 1, 55, 55)), [55]
    while x.shape[-1] > 6:
        x = ops.max_pool2d(x, size=3, stride=2)
        sizes.append(x.shape[-1])
    assert sizes == [55, 27, 13, 6]


@pytest.mark.topic("R160")
def test_a_pixel_that_wins_in_several_windows_is_paid_by_each():
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = 1  # in all four windows
    dx = gradient(ops.max_pool2d, [[[[1.0, 10.0], [100.0, 1000.0]]]], x, size=3, stride=2)
    assert dx[0, 0, 2, 2] == dx.sum() == 1111


@pytest.mark.parametrize("pad", [1, ((1, 0), (0, 2))])
def test_padding_never_wins_a_maximum(pad):
    x = -np.abs(rng.standard_normal((1, 2, 5, 6))) - 1
    y = ops.max_pool2d(x, size=3, stride=1, pad=pad)
    assert np.isin(y, x).all()
    np.testing.assert_allclose(gradient(ops.max_pool2d, np.ones_like(y), x, size=3, stride=1, pad=pad).sum(), y.size)


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_nan_is_seen(place):
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    x[0, 0][place] = np.nan
    np.testing.assert_array_equal(ops.max_pool2d(x, size=2), [[[[np.nan, 7], [13, 15]]]])


@pytest.mark.topic("R161")
def test_average_pooling():
    x = rng.standard_normal((2, 3, 14, 14))
    y = ops.avg_pool2d(x, size=5, stride=3)
    assert y.shape == (2, 3, 4, 4)  # GoogLeNet's auxiliary head: 14 -> 4
    np.testing.assert_allclose(y[:, :, 1, 2], x[:, :, 3:8, 6:11].mean(axis=(2, 3)), rtol=1e-12)
    assert ops.avg_pool2d(x, size=3, stride=2, pad=1).shape == (2, 3, 7, 7)  # ShuffleNet's shortcut


@pytest.mark.topic("R161")
@pytest.mark.parametrize("count_include_pad, corner", [(True, 4 / 9), (False, 1.0)])
def test_whether_padding_counts(count_include_pad, corner):
    y = ops.avg_pool2d(np.ones((1, 1, 4, 4)), size=3, stride=1, pad=1, count_include_pad=count_include_pad)
    np.testing.assert_allclose([y[0, 0, 0, 0], y[0, 0, 1, 1]], [corner, 1])


def test_what_only_ceil_mode_added_never_counts():
    y = ops.avg_pool2d(np.ones((1, 1, 5, 5)), size=2, ceil_mode=True)
    np.testing.assert_array_equal(y, np.ones((1, 1, 3, 3)))


@pytest.mark.topic("R162")
def test_global_average_pooling():
    x, dout = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3))
    np.testing.assert_allclose(ops.global_avg_pool2d(x), x.mean(axis=(2, 3)), rtol=1e-12)
    np.testing.assert_allclose(ops.global_avg_pool2d(x), ops.avg_pool2d(x, size=(5, 4))[:, :, 0, 0], rtol=1e-12)
    dx = gradient(ops.global_avg_pool2d, dout, x)
    np.testing.assert_allclose(dx, np.broadcast_to(dout[:, :, None, None] / 20, x.shape), rtol=1e-14)

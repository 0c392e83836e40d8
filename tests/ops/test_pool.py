"""Pooling: sizes of known networks, ties, overlapping windows, what counts as a pixel, and the way back."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, ops

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


# Windows as the output wants them.


def test_adaptive_pooling_to_one_pixel_is_the_global_mean():
    x, dout = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 1, 1))
    np.testing.assert_allclose(ops.adaptive_avg_pool2d(x, size=1)[:, :, 0, 0], ops.global_avg_pool2d(x), rtol=1e-12)
    expected = gradient(ops.global_avg_pool2d, dout[:, :, 0, 0], x)
    np.testing.assert_allclose(gradient(ops.adaptive_avg_pool2d, dout, x, size=1), expected, rtol=1e-12)


def test_where_the_size_divides_the_images_it_is_average_pooling():
    x = rng.standard_normal((2, 3, 6, 8))
    np.testing.assert_allclose(ops.adaptive_avg_pool2d(x, size=(3, 2)), ops.avg_pool2d(x, size=(2, 4)), rtol=1e-12)
    np.testing.assert_allclose(ops.adaptive_avg_pool2d(x, size=(6, 8)), x, rtol=1e-12)


def test_elsewhere_its_windows_overlap():
    """7 rows for 3: rows 0-2, 2-4, 4-6, from floor(7 i / 3) to ceil(7 (i + 1) / 3); 2 rows for 5 are repeated."""
    x = np.arange(7.0).reshape(1, 1, 7, 1)
    np.testing.assert_allclose(ops.adaptive_avg_pool2d(x, size=(3, 1)).ravel(), [1, 3, 5])
    dx = gradient(ops.adaptive_avg_pool2d, np.array([3.0, 30, 300]).reshape(1, 1, 3, 1), x, size=(3, 1))
    np.testing.assert_allclose(dx.ravel(), [1, 1, 11, 10, 110, 100, 100])
    np.testing.assert_allclose(ops.adaptive_avg_pool2d(x[:, :, :2], size=(5, 1)).ravel(), [0, 0, 0.5, 1, 1])


# The way back.


@pytest.mark.parametrize("options", [{"size": 2}, {"size": (2, 3)}, {"size": 2, "ceil_mode": True}])
def test_unpooling_puts_the_maxima_back(options):
    x = rng.standard_normal((2, 3, 7, 8))
    y, places = ops.max_pool2d(x, **options), ops.max_pool2d_places(x, **options)
    back = ops.max_unpool2d(y, places, shape=(7, 8))
    kept = back != 0
    assert kept.sum() == y.size
    np.testing.assert_array_equal(back[kept], x[kept])
    np.testing.assert_array_equal(ops.max_pool2d(np.where(kept, x, -np.inf), **options), y)


def test_unpooling_is_the_backward_of_max_pooling_and_the_other_way_round():
    x, y = rng.standard_normal((2, 3, 7, 8)), rng.standard_normal((2, 3, 3, 4))
    options = {"size": 3, "stride": 2, "pad": ((0, 0), (1, 0))}  # overlapping: a place may be named twice
    places = ops.max_pool2d_places(x, **options)
    assert len(np.unique(places[0, 0])) < places[0, 0].size
    unpooled, cache = ops.max_unpool2d.forward(y, places, shape=(7, 8))
    np.testing.assert_allclose(unpooled, gradient(ops.max_pool2d, y, x, **options), rtol=1e-12)
    dx, _ = ops.max_unpool2d.backward(x, cache)
    np.testing.assert_array_equal(dx, ops.max_pool2d(x, **options))


@pytest.mark.oracle
@pytest.mark.parametrize("options", [(2, 2, 0, False), (3, 2, 1, True), ((3, 2), (1, 2), (1, 0), False)])
def test_places_are_pytorchs_indices(options):
    torch = pytest.importorskip("torch")
    x = rng.integers(0, 4, (2, 3, 7, 8)).astype(float)  # with ties
    size, stride, pad, ceil_mode = options
    _, expected = torch.nn.functional.max_pool2d(
        torch.tensor(x), size, stride, pad, ceil_mode=ceil_mode, return_indices=True
    )
    places = ops.max_pool2d_places(Tensor(x), size=size, stride=stride, pad=pad, ceil_mode=ceil_mode)
    np.testing.assert_array_equal(places, expected.numpy())


def test_places_lie_in_the_image_even_where_nothing_is_larger_than_the_padding():
    places = ops.max_pool2d_places(np.full((1, 1, 4, 4), -np.inf), size=3, stride=2, pad=1)
    np.testing.assert_array_equal(places, [[[[0, 1], [4, 5]]]])


def test_a_window_of_nothing_but_minus_infinity_has_its_first_pixel_for_a_winner():
    """As PyTorch: the padding is no pixel, whatever is in the image."""
    image = np.full((1, 1, 4, 5), -np.inf)
    options = dict(size=3, stride=2, pad=1, ceil_mode=True)
    y, cache = ops.max_pool2d.forward(image, **options)
    dout = np.arange(1.0, 1 + y.size).reshape(y.shape)
    dx = ops.max_pool2d.backward(dout, cache)
    expected = np.zeros(image.size)
    np.add.at(expected, ops.max_pool2d_places(image, **options).reshape(-1), dout.reshape(-1))
    np.testing.assert_array_equal(dx.reshape(-1), expected)
    np.testing.assert_array_equal(ops.max_pool2d_places(image, **options)[0, 0], [[0, 1, 3], [5, 6, 8], [15, 16, 18]])


one, four = np.ones((1, 1, 2, 2)), np.array([[[[0, 1], [2, 3]]]])


@pytest.mark.parametrize(
    "call, error, says",
    [
        (lambda: ops.adaptive_avg_pool2d(one, size=0), InputError, "adaptive_avg_pool2d: size should be .* got 0"),
        (lambda: ops.adaptive_avg_pool2d(one[0], size=1), InputError, "adaptive_avg_pool2d: x should be a 4-d array"),
        (lambda: ops.max_unpool2d(one[0], four, shape=(2, 2)), InputError, "max_unpool2d: x should be a 4-d array"),
        (lambda: ops.max_unpool2d(one, four, shape=4), InputError, r"max_unpool2d: shape should be \(height, width\)"),
        (lambda: ops.max_unpool2d(one, one, shape=(2, 2)), InputTypeError, "places should be an array of integers"),
        (lambda: ops.max_unpool2d(one, four[:, :, 0], shape=(2, 2)), InputError, "places .* like x; got int64 array"),
        (
            lambda: ops.max_unpool2d(one, four, shape=(1, 3)),
            InputError,
            r"places should be integers in \[0, 3\); got 3",
        ),
    ],
)
def test_what_is_said_of_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()

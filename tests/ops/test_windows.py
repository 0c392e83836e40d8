"""Sliding windows: how many fit, and what each of them meets."""

import itertools

import numpy as np
import pytest

from npdl.ops.windows import output_size, sliding, taps, unpad

# (length, kernel, stride, pad, ceil_mode) as PyTorch allows them: padding at most half the kernel
COMBINATIONS = [
    (n, k, s, p, ceil_mode)
    for n, k, s, p, ceil_mode in itertools.product((5, 6, 12, 13), (1, 2, 3, 5), (1, 2, 3, 4), (0, 1, 2), (False, True))
    if p <= k // 2
]


def starts(n, k, s, before, after, ceil_mode):
    """All places where a window may begin, counted from the first padded pixel: the definition."""
    fits = [i for i in range(0, n + before + after, s) if i + k <= n + before + after]
    if ceil_mode and fits[-1] + k < n + before + after and fits[-1] + s < n + before:
        fits.append(fits[-1] + s)  # hangs over the end, but begins in the image
    return fits


@pytest.mark.topic("R137")
def test_the_formula_counts_the_places_where_a_window_may_begin():
    assert len(COMBINATIONS) > 100
    for n, k, s, p, ceil_mode in COMBINATIONS:
        expected = len(starts(n, k, s, p, p, ceil_mode))
        assert output_size(n, k, stride=s, pad=(p, p), ceil_mode=ceil_mode) == expected, (n, k, s, p, ceil_mode)


@pytest.mark.topic("R137")
@pytest.mark.oracle
def test_the_formula_is_pytorchs():
    torch = pytest.importorskip("torch")
    for n, k, s, p, ceil_mode in COMBINATIONS:
        y = torch.nn.functional.max_pool1d(torch.zeros(1, 1, n), k, s, p, ceil_mode=ceil_mode)
        assert output_size(n, k, stride=s, pad=(p, p), ceil_mode=ceil_mode) == y.shape[-1], (n, k, s, p, ceil_mode)
    for n, k, s, d in itertools.product((9, 12), (1, 2, 3), (1, 2, 3), (1, 2, 3)):
        y = torch.nn.functional.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, dilation=d)
        assert output_size(n, k, stride=s, dilation=d) == y.shape[-1], (n, k, s, d)


@pytest.mark.topic("R137")
@pytest.mark.parametrize(
    "length, kernel, options, expected",
    [
        (5, 3, {"pad": (1, 1)}, 5),
        (224, 11, {"pad": (1, 2), "stride": 4}, 55),
        (32, 5, {}, 28),  # LeNet: 32, 28, 14, 10, 5
        (28, 2, {"stride": 2}, 14),
        (14, 5, {}, 10),
        (10, 2, {"stride": 2}, 5),
        (7, 3, {"stride": 3}, 2),  # floor: one column is left over
        (7, 3, {"stride": 3, "ceil_mode": True}, 3),
    ],
)
def test_sizes_of_known_networks(length, kernel, options, expected):
    assert output_size(length, kernel, **options) == expected


def test_taps_read_every_window():
    x = np.random.default_rng(0).standard_normal((2, 3, 9, 8))
    geometry = sliding("test", x, (3, 2), stride=(2, 1), dilation=(1, 3))
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 4), axis=(2, 3))[:, :, ::2, :, :, ::3]
    assert windows.shape[2:4] == geometry.out
    for i, j, view in taps(x, geometry):
        np.testing.assert_array_equal(view, windows[..., i, j])
        assert np.shares_memory(view, x)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_taps_of_any_number_of_axes(dim):
    x = np.random.default_rng(0).standard_normal((2, 3, *(9, 8, 7)[:dim]))
    kernel, stride, dilation = (3, 2, 2)[:dim], (2, 1, 3)[:dim], (1, 3, 2)[:dim]
    geometry = sliding("test", x, kernel, stride=stride, dilation=dilation, dim=dim)
    axes = tuple(range(2, 2 + dim))
    windows = np.lib.stride_tricks.sliding_window_view(x, geometry.reach, axis=axes)
    windows = windows[:, :, *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in dilation)]
    assert windows.shape[2 : 2 + dim] == geometry.out
    places = []
    for *place, view in taps(x, geometry):
        np.testing.assert_array_equal(view, windows[..., *place])
        places.append(tuple(place))
    assert places == list(np.ndindex(*kernel))


def test_adding_to_taps_is_the_transpose_of_reading_them():
    """<read(x), c> = <x, add(c)>: im2col and col2im."""
    rng = np.random.default_rng(0)
    x, back = rng.standard_normal((2, 3, 7, 6)), np.zeros((2, 3, 7, 6))
    geometry = sliding("test", x, 3, stride=2)
    columns = rng.standard_normal((3, 3, 2, 3, *geometry.out))
    read = sum((view * columns[i, j]).sum() for i, j, view in taps(x, geometry))
    for i, j, view in taps(back, geometry):
        view += columns[i, j]
    np.testing.assert_allclose(read, (x * back).sum(), rtol=1e-12)


def test_unpad_takes_off_what_pad_put_on():
    x = np.ones((2, 3, 4, 5))
    for pad in [((0, 0), (0, 0)), ((1, 2), (0, 3)), ((0, 1), (2, 0))]:
        np.testing.assert_array_equal(unpad(np.pad(x, ((0, 0), (0, 0), *pad)), pad), x)

"""Images of another size: where pixels lie, what is kept exactly, and that backward is the adjoint."""

import numpy as np
import pytest

from npdl import InputError, ops

rng = np.random.default_rng(0)
x = rng.standard_normal((2, 3, 5, 4))

MODES = pytest.mark.parametrize(
    "options",
    [{}, {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True}, {"mode": "bicubic"}],
    ids=["nearest", "bilinear", "corners", "bicubic"],
)


def gradient(op, dout, x, **options):
    return op.backward(np.asarray(dout), op.forward(x, **options)[1])


@pytest.mark.topic("R171")
def test_two_pixels_a_side_become_four():
    """The picture of every course: nearest neighbour copies, bilinear mixes in quarters."""
    image = np.array([[1.0, 2.0], [3.0, 4.0]])[None, None]
    np.testing.assert_array_equal(
        ops.resize(image, size=4)[0, 0], [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    )
    mixed = [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]
    np.testing.assert_allclose(ops.resize(image, size=4, mode="bilinear")[0, 0], mixed, rtol=1e-12)
    thirds = np.add.outer([1, 5 / 3, 7 / 3, 3], [0, 1 / 3, 2 / 3, 1])
    corners = ops.resize(image, size=4, mode="bilinear", align_corners=True)
    np.testing.assert_allclose(corners[0, 0], thirds, rtol=1e-12)


@pytest.mark.topic("R171")
@MODES
@pytest.mark.parametrize("size", [(10, 8), (3, 7), (1, 1), (13, 2)])
def test_backward_is_the_adjoint(options, size):
    """<R x, y> = <x, Rᵀ y> for all x and y."""
    y = rng.standard_normal((2, 3, *size))
    forth = (ops.resize(x, size=size, **options) * y).sum()
    np.testing.assert_allclose((x * gradient(ops.resize, y, x, size=size, **options)).sum(), forth, rtol=1e-10)


@pytest.mark.topic("R171")
@MODES
def test_the_same_size_is_the_identity(options):
    np.testing.assert_allclose(ops.resize(x, size=(5, 4), **options), x, rtol=1e-12)
    np.testing.assert_allclose(gradient(ops.resize, x, x, size=(5, 4), **options), x, rtol=1e-12)


@pytest.mark.topic("R171")
@MODES
@pytest.mark.parametrize("size", [(9, 11), (2, 3)])
def test_a_constant_stays_and_every_new_pixel_is_paid_for_in_full(options, size):
    """The weights of a new pixel have the sum 1."""
    ones = np.ones((1, 1, 5, 4))
    np.testing.assert_allclose(ops.resize(ones, size=size, **options), 1, rtol=1e-12)
    dout = rng.standard_normal((1, 1, *size))
    np.testing.assert_allclose(gradient(ops.resize, dout, ones, size=size, **options).sum(), dout.sum(), rtol=1e-10)


@pytest.mark.topic("R171")
@pytest.mark.parametrize("n, out", [(5, 8), (5, 3), (7, 21)])
def test_a_ramp_stays_a_ramp(n, out):
    """A straight line has its own values in the new places, but for the half pixels beyond the outer centres."""
    ramp = np.arange(n, dtype=float)
    image = np.broadcast_to(3 * ramp[:, None] - 2 * ramp, (1, 1, n, n))
    inside = np.clip((np.arange(out) + 0.5) * n / out - 0.5, 0, n - 1)
    y = ops.resize(image, size=out, mode="bilinear")[0, 0]
    np.testing.assert_allclose(y, 3 * inside[:, None] - 2 * inside, rtol=1e-12, atol=1e-12)
    whole = np.linspace(0, n - 1, out)
    y = ops.resize(image, size=out, mode="bilinear", align_corners=True)[0, 0]
    np.testing.assert_allclose(y, 3 * whole[:, None] - 2 * whole, rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R171")
@pytest.mark.parametrize("n, factor", [(2, 49), (3, 7), (1, 5)])
def test_nearest_neighbours_come_in_equal_numbers(n, factor):
    """The place i n / (n factor) is computed in integers: in floating point 49 · (2 / 98) is below 1."""
    row = rng.standard_normal(n)
    y = ops.resize(row.reshape(1, 1, 1, n), size=(1, n * factor))
    np.testing.assert_array_equal(y[0, 0, 0], row.repeat(factor))


def test_keys_cubic_keeps_parabolas_and_pytorchs_bends_even_lines():
    """Keys' a = -1/2 has no error up to degree 2; with a = -3/4 a line is off by up to 0.05 of a pixel."""
    t = np.arange(-2, 3)[:, None] + np.linspace(0, 1, 9, endpoint=False)  # the way to the pixels around
    keys, pytorchs = (ops.resample._cubic(np.abs(t), a) * (np.abs(t) < 2) for a in (-0.5, -0.75))
    for degree in (1, 2):
        np.testing.assert_allclose((keys * t**degree).sum(axis=0), 0, atol=1e-12)
    assert 0.04 < np.abs((pytorchs * t).sum(axis=0)).max() < 0.05


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_float32_on_channels_last_memory(mode):
    image = rng.standard_normal((2, 16, 16, 8)).astype("float32").transpose(0, 3, 1, 2)
    y = ops.resize(image, size=(31, 9), mode=mode)
    assert y.dtype == np.float32
    exact = ops.resize(image.astype("float64"), size=(31, 9), mode=mode)
    np.testing.assert_allclose(y, exact, rtol=0, atol=1e-6)


# Channels to pixels and back.


@pytest.mark.topic("R170")
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_shuffled_and_unshuffled_nothing_is_lost(factor):
    channels = rng.standard_normal((2, 2 * factor**2, 3, 5))
    y, cache = ops.pixel_shuffle.forward(channels, factor=factor)
    assert y.shape == (2, 2, 3 * factor, 5 * factor)
    back, back_cache = ops.pixel_unshuffle.forward(y, factor=factor)
    np.testing.assert_array_equal(back, channels)
    np.testing.assert_array_equal(ops.pixel_shuffle.backward(y, cache), channels)  # a permutation: its inverse
    np.testing.assert_array_equal(ops.pixel_unshuffle.backward(channels, back_cache), y)


@pytest.mark.topic("R170")
def test_the_formula_of_pixel_shuffle():
    r, channels = 2, rng.standard_normal((2, 12, 3, 5))
    y = ops.pixel_shuffle(channels, factor=r)
    for c, h, w, i, j in np.ndindex(3, 3, 5, r, r):
        np.testing.assert_array_equal(y[:, c, h * r + i, w * r + j], channels[:, c * r * r + i * r + j, h, w])


@pytest.mark.topic("R170")
@pytest.mark.oracle
def test_pixels_are_where_pytorch_has_them():
    torch = pytest.importorskip("torch")
    channels, pixels = rng.standard_normal((2, 18, 4, 5)), rng.standard_normal((2, 3, 6, 9))
    expected = torch.pixel_shuffle(torch.tensor(channels), 3).numpy()
    np.testing.assert_array_equal(ops.pixel_shuffle(channels, factor=3), expected)
    expected = torch.pixel_unshuffle(torch.tensor(pixels), 3).numpy()
    np.testing.assert_array_equal(ops.pixel_unshuffle(pixels, factor=3), expected)


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ops.resize(x, size=3, mode="cubic"), r"resize: mode should be .* or \"bicubic\"; got 'cubic'"),
        (lambda: ops.resize(x, size=3, align_corners=True), "resize: align_corners should be False for mode"),
        (lambda: ops.resize(x, size=(3, 0)), r"resize: size should be an integer >= 1 .* got \(3, 0\)"),
        (lambda: ops.resize(x[0], size=3), r"resize: x should be a 4-d array \(N, C, H, W\)"),
        (lambda: ops.pixel_shuffle(x, factor=2), r"pixel_shuffle: x should be of a multiple of factor² = 4 channels"),
        (lambda: ops.pixel_shuffle(x, factor=0), "pixel_shuffle: factor should be an integer >= 1; got 0"),
        (lambda: ops.pixel_unshuffle(x, factor=2), "pixel_unshuffle: x should be of height and width .* factor = 2"),
        (lambda: ops.pixel_unshuffle(x[0], factor=2), "pixel_unshuffle: x should be a 4-d array"),
        (lambda: ops.pixel_unshuffle(x, factor=1.0), "pixel_unshuffle: factor should be an integer >= 1; got 1.0"),
    ],
)
def test_what_is_said_of_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

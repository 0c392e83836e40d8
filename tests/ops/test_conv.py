"""Convolution: the definition in loops, published numbers, and the backward pass said in two other ways."""

import numpy as np
import pytest
from hypothesis import given, settings

import gradcheck
from npdl import InputError, nn, ops
from npdl.maths.convolution import insert_zeros
from tests.ops import configurations
from tests.ops.helpers import distance

rng = np.random.default_rng(0)


@pytest.mark.topic("R136")
@settings(max_examples=60, deadline=None, derandomize=True)
@given(configurations.conv.conv2d())
def test_taps_equal_the_definition_in_loops(configuration):
    args, options = configuration
    assert distance(ops.conv2d_forward(*args, **options)[0], ops.conv2d_naive(*args, **options), 0.1) < 1e-12


@pytest.mark.topic("R136")
def test_the_kernel_is_not_flipped_and_is_as_deep_as_the_image():
    x, w = rng.standard_normal((1, 3, 6, 6)), rng.standard_normal((1, 3, 3, 3))
    y = ops.conv2d(x, w)
    assert y.shape == (1, 1, 4, 4)  # 6 x 6 x 3 with a kernel 3 x 3 x 3: 4 x 4 x 1
    assert y[0, 0, 1, 2] == pytest.approx((x[0, :, 1:4, 2:5] * w[0]).sum())
    np.testing.assert_allclose(ops.conv2d(x, w, np.array([5.0])), y + 5, rtol=1e-12)


@pytest.mark.topic("R136")
def test_the_numbers_that_cs231n_prints():
    x = np.linspace(-0.1, 0.5, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, 3 * 3 * 4 * 4).reshape(3, 3, 4, 4)
    y = ops.conv2d(x, w, np.linspace(-0.1, 0.2, 3), stride=2, pad=1)
    assert y.shape == (2, 3, 2, 2)
    np.testing.assert_allclose([y.flat[0], y.flat[-1]], [-0.08759809, 2.38247847], rtol=1e-6)


@pytest.mark.topic("R136", "R151")
def test_groups_are_convolutions_side_by_side():
    x, w, b = rng.standard_normal((2, 6, 7, 6)), rng.standard_normal((4, 3, 3, 2)), rng.standard_normal(4)
    halves = [ops.conv2d(x[:, 3 * g : 3 * g + 3], w[2 * g : 2 * g + 2], b[2 * g : 2 * g + 2]) for g in (0, 1)]
    np.testing.assert_allclose(ops.conv2d(x, w, b, groups=2), np.concatenate(halves, axis=1), rtol=1e-12)


@pytest.mark.topic("R136", "R154")
def test_dilation_is_a_kernel_with_holes():
    x, w = rng.standard_normal((2, 3, 9, 8)), rng.standard_normal((4, 3, 3, 2))
    holes = np.zeros((4, 3, 5, 4))
    holes[:, :, ::2, ::3] = w
    np.testing.assert_allclose(ops.conv2d(x, w, dilation=(2, 3)), ops.conv2d(x, holes), rtol=1e-12)


@pytest.mark.topic("R148")
def test_a_kernel_of_one_pixel_is_a_matrix_product_over_channels():
    x, w = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((6, 3, 1, 1))
    np.testing.assert_allclose(ops.conv2d(x, w), np.einsum("fc,nchw->nfhw", w[:, :, 0, 0], x), rtol=1e-12)


@pytest.mark.topic("R138")
@pytest.mark.parametrize("stride", [1, 2, 3, (2, 3), (3, 1)])
def test_a_strided_convolution_is_a_dense_one_decimated(stride):
    x, w = rng.standard_normal((2, 3, 9, 8)), rng.standard_normal((4, 3, 3, 2))
    sh, sw = (stride, stride) if isinstance(stride, int) else stride
    np.testing.assert_allclose(
        ops.conv2d(x, w, stride=stride, pad=1), ops.conv2d(x, w, pad=1)[:, :, ::sh, ::sw], rtol=1e-12
    )


@pytest.mark.topic("R139")
@pytest.mark.parametrize(
    "pad, sides", [(2, ((2, 2), (2, 2))), ((1, 2), ((1, 1), (2, 2))), (((1, 2), (0, 3)), ((1, 2), (0, 3)))]
)
def test_padding_is_numpys_zero_padding(pad, sides):
    x, w = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((4, 3, 3, 2))
    padded = np.pad(x, ((0, 0), (0, 0), *sides))
    np.testing.assert_allclose(ops.conv2d(x, w, pad=pad), ops.conv2d(padded, w), rtol=1e-12)


@pytest.mark.topic("R139")
@pytest.mark.parametrize("k", [1, 3, 5, 7])
def test_padding_by_half_an_odd_kernel_keeps_the_size(k):
    y = ops.conv2d(np.ones((1, 1, 6, 9)), np.ones((1, 1, k, k)), pad=(k - 1) // 2)
    assert y.shape == (1, 1, 6, 9)


@pytest.mark.topic("R139")
def test_alexnet_pads_one_before_and_two_after():
    x, w = np.ones((1, 1, 224, 224), np.float32), np.ones((1, 1, 11, 11), np.float32)
    assert ops.conv2d(x, w, stride=4, pad=((1, 2), (1, 2))).shape == (1, 1, 55, 55)
    assert ops.conv2d(x, w, stride=4, pad=1).shape == (1, 1, 54, 54)


@pytest.mark.topic("R140")
def test_ten_kernels_of_5_by_5_on_an_rgb_image_have_760_parameters():
    layer = nn.Conv2d(3, 10, 5, pad=2)
    assert sum(p.size for p in layer.parameters()) == (5 * 5 * 3 + 1) * 10 == 760
    assert layer(np.zeros((1, 3, 32, 32), np.float32)).shape == (1, 10, 32, 32)


# The backward pass, said as convolutions. n: image, k: kernel, p: padding, s: stride.

SIZES = [(5, 3, 1, 1), (5, 3, 0, 1), (7, 3, 1, 2), (5, 5, 2, 1), (6, 3, 1, 2), (9, 3, 1, 3), (8, 2, 0, 3)]
every_size = pytest.mark.parametrize("n, k, p, s", SIZES)


def strided_case(n, k, p, s):
    x, w, b = rng.standard_normal((2, 3, n, n)), rng.standard_normal((4, 3, k, k)), rng.standard_normal(4)
    y, cache = ops.conv2d_forward(x, w, b, stride=s, pad=p)
    dout = rng.standard_normal(y.shape)
    remainder = (n + 2 * p - k) % s  # columns at the end that no window reaches
    return x, w, dout, remainder, ops.conv2d_backward(dout, cache)


@pytest.mark.topic("R141", "R143")
@every_size
def test_dx_is_the_zero_inserted_dout_with_the_kernel_rotated(n, k, p, s):
    """Outer padding k - 1 - p, and what the last window left over; the kernel rotated by 180°, summed over filters."""
    _, w, dout, remainder, (dx, _, _) = strided_case(n, k, p, s)
    rotated = w[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C, F, k, k)
    before, after = k - 1 - p, k - 1 - p + remainder
    again, _ = ops.conv2d_forward(insert_zeros(dout, s), rotated, pad=((before, after), (before, after)))
    np.testing.assert_allclose(again, dx, rtol=1e-11, atol=1e-13)


@pytest.mark.topic("R142")
@every_size
def test_dw_is_the_image_correlated_with_the_zero_inserted_dout(n, k, p, s):
    """dw[f, c] = x[:, c] with dout[:, f] as its kernel, summed over the images: batch and channels change places."""
    x, _, dout, remainder, (_, dw, db) = strided_case(n, k, p, s)
    seen = slice(0, n + 2 * p - remainder)
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))[:, :, seen, seen]
    again, _ = ops.conv2d_forward(xp.swapaxes(0, 1), insert_zeros(dout, s).swapaxes(0, 1))
    np.testing.assert_allclose(again.swapaxes(0, 1), dw, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(db, [dout[:, f].sum() for f in range(4)], rtol=1e-12)


@pytest.mark.topic("R141", "R142", "R143")
@every_size
def test_all_gradients_equal_numerical_ones(n, k, p, s):
    inputs = rng.standard_normal((1, 2, n, n)), rng.standard_normal((2, 2, k, k)), rng.standard_normal(2)
    report = gradcheck.check(ops.conv2d_forward, ops.conv2d_backward, inputs, options={"stride": s, "pad": p})
    assert report.ok, report


@pytest.mark.topic("R141", "R142", "R143")
@pytest.mark.oracle
@every_size
def test_all_gradients_equal_pytorchs(n, k, p, s):
    torch = pytest.importorskip("torch")
    x, w, dout, _, (dx, dw, db) = strided_case(n, k, p, s)
    tx, tw, tb = torch.tensor(x, requires_grad=True), torch.tensor(w, requires_grad=True), torch.zeros(4).double()
    torch.nn.functional.conv2d(tx, tw, tb.requires_grad_(), stride=s, padding=p).backward(torch.tensor(dout))
    for mine, theirs in ((dx, tx), (dw, tw), (db, tb)):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.topic("R143")
@pytest.mark.parametrize("s", [1, 2, 3])
def test_zeros_are_inserted_by_slicing(s):
    dout = rng.standard_normal((2, 3, 4, 5))
    dense = insert_zeros(dout, s)
    np.testing.assert_array_equal(dense[:, :, ::s, ::s], dout)
    assert np.count_nonzero(dense) == dout.size
    assert dense.shape == (2, 3, 3 * s + 1, 4 * s + 1)


def test_an_empty_batch_gives_an_empty_batch():
    x, w = np.zeros((0, 3, 5, 5)), np.ones((2, 3, 3, 3))
    out, cache = ops.conv2d.forward(x, w)
    assert out.shape == (0, 2, 3, 3)
    dx, dw, _ = ops.conv2d.backward(out, cache)
    assert dx.shape == x.shape and not dw.any()


# One, two and three axes; channels; groups.

CONVS = {1: (ops.conv1d, "conv1d"), 2: (ops.conv2d, "conv2d"), 3: (ops.conv3d, "conv3d")}


def correlated(xp, w):
    """The definition for any number of axes, with NumPy's windows: y[n, f, i] = Σ w[f, c, u] xp[n, c, i + u]."""
    axes = tuple(range(2, xp.ndim))
    windows = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=axes)  # (N, C, *out, *kernel)
    channels_and_places = (1, *range(xp.ndim, windows.ndim)), tuple(range(1, w.ndim))
    return np.moveaxis(np.tensordot(windows, w, channels_and_places), -1, 1)


@pytest.mark.topic("R144")
@pytest.mark.parametrize("dim", CONVS)
def test_one_two_and_three_axes_are_sums_over_windows(dim):
    function, _ = CONVS[dim]
    x, w = rng.standard_normal((2, 3, 7, 6, 5)[: 2 + dim]), rng.standard_normal((4, 3, 3, 2, 2)[: 2 + dim])
    y = function(x, w, np.ones(4), pad=1)
    expected = correlated(np.pad(x, ((0, 0), (0, 0), *[(1, 1)] * dim)), w) + 1
    assert y.shape == (2, 4, *(n + 2 - k + 1 for n, k in zip(x.shape[2:], w.shape[2:])))
    np.testing.assert_allclose(y, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.topic("R144")
def test_conv1d_is_conv2d_of_images_one_pixel_high_and_a_layer_of_conv3d():
    x, w = rng.standard_normal((2, 3, 9)), rng.standard_normal((4, 3, 3))
    y = ops.conv1d(x, w, stride=2, pad=((2, 1),), dilation=2)
    flat = ops.conv2d(x[:, :, None], w[:, :, None], stride=(1, 2), pad=((0, 0), (2, 1)), dilation=(1, 2))
    np.testing.assert_allclose(y, flat[:, :, 0], rtol=1e-12, atol=1e-13)
    film, kernel = rng.standard_normal((1, 3, 4, 6, 5)), rng.standard_normal((2, 3, 1, 3, 2))
    layers = [ops.conv2d(film[:, :, t], kernel[:, :, 0]) for t in range(4)]
    np.testing.assert_allclose(ops.conv3d(film, kernel), np.stack(layers, axis=2), rtol=1e-11, atol=1e-13)


@pytest.mark.topic("R144")
@pytest.mark.oracle
@pytest.mark.parametrize("dim", CONVS)
@pytest.mark.parametrize("options", [{}, {"stride": 2, "pad": 1}, {"dilation": 2, "pad": 2, "groups": 2}], ids=str)
def test_all_axes_equal_pytorchs(dim, options):
    torch = pytest.importorskip("torch")
    function, name = CONVS[dim]
    groups = options.get("groups", 1)
    x, w = rng.standard_normal((2, 4, *(7, 6, 8)[:dim])), rng.standard_normal((6, 4 // groups, *(3, 2, 3)[:dim]))
    args = x, w, rng.standard_normal(6)
    tensors = [torch.tensor(a, requires_grad=True) for a in args]
    theirs = {"padding" if key == "pad" else key: value for key, value in options.items()}
    expected = getattr(torch.nn.functional, name)(*tensors, **theirs)
    y, cache = function.forward(*args, **options)
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-10, atol=1e-11)
    dout = rng.standard_normal(y.shape)
    expected.backward(torch.tensor(dout))
    for mine, tensor in zip(function.backward(dout, cache), tensors):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), rtol=1e-10, atol=1e-11)


@pytest.mark.topic("R146")
@pytest.mark.parametrize("channels", [1, 3])
def test_a_filter_has_as_many_channels_as_the_image(channels):
    """Grey has one, RGB three. What a filter does to each of them is added up."""
    x, w = rng.standard_normal((2, channels, 6, 5)), rng.standard_normal((4, channels, 3, 3))
    parts = [ops.conv2d(x[:, c : c + 1], w[:, c : c + 1]) for c in range(channels)]
    np.testing.assert_allclose(ops.conv2d(x, w), sum(parts), rtol=1e-11, atol=1e-13)
    with pytest.raises(InputError, match=rf"w should be \(F, {channels}, kh, kw\), as x has {channels} channels"):
        ops.conv2d(x, np.ones((4, 2, 3, 3)))


@pytest.mark.topic("R147")
def test_each_filter_makes_one_map():
    x, w = rng.standard_normal((2, 3, 8, 7)), rng.standard_normal((5, 3, 3, 3))
    maps = ops.conv2d(x, w, stride=2, pad=1)
    assert maps.shape == (2, 5, 4, 4)
    for f in range(5):
        np.testing.assert_allclose(maps[:, [f]], ops.conv2d(x, w[[f]], stride=2, pad=1), rtol=1e-11, atol=1e-13)


@pytest.mark.topic("R149")
@pytest.mark.oracle
def test_depthwise_is_pytorchs_groups_of_one_channel():
    torch = pytest.importorskip("torch")
    x, w = rng.standard_normal((2, 5, 7, 6)), rng.standard_normal((5, 1, 3, 3))
    expected = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), padding=1, groups=5).numpy()
    np.testing.assert_allclose(ops.conv2d(x, w, pad=1, groups=5), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.topic("R149")
def test_depthwise_is_a_convolution_of_each_channel_by_itself():
    x, w = rng.standard_normal((2, 5, 7, 6)), rng.standard_normal((5, 1, 3, 3))
    alone = [ops.conv2d(x[:, c : c + 1], w[c : c + 1]) for c in range(5)]
    np.testing.assert_allclose(ops.conv2d(x, w, groups=5), np.concatenate(alone, axis=1), rtol=1e-12)


@pytest.mark.topic("R150")
def test_depthwise_then_pointwise_is_a_full_convolution_of_rank_one_kernels():
    """w[f, c] = pointwise[f, c] · depthwise[c]: the kernels of one channel differ between filters by a factor only."""
    x, depthwise, pointwise = (rng.standard_normal(shape) for shape in ((2, 3, 6, 5), (3, 1, 3, 3), (4, 3)))
    y = ops.conv2d(ops.conv2d(x, depthwise, groups=3), pointwise[:, :, None, None])
    full = pointwise[:, :, None, None] * depthwise[:, 0]
    np.testing.assert_allclose(y, ops.conv2d(x, full), rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R151")
def test_stacked_groups_never_mix():
    """However many grouped layers: what is moved in one group stays in it. Full layers, or a shuffle, would mix."""
    x, layers = rng.standard_normal((1, 6, 9, 8)), rng.standard_normal((4, 6, 2, 3, 3))
    moved = x.copy()
    moved[:, 2:4] += 1
    for w in layers:
        x, moved = (np.tanh(ops.conv2d(maps, w, pad=1, groups=3)) for maps in (x, moved))
    np.testing.assert_array_equal((x != moved).any(axis=(0, 2, 3)), [False, False, True, True, False, False])


@pytest.mark.topic("R154")
@pytest.mark.parametrize("k, r", [(3, 1), (3, 2), (3, 4), (5, 2), (2, 3)])
def test_a_dilated_kernel_reaches_further_with_the_same_weights(k, r):
    """k + (k - 1)(r - 1) pixels; padded by half of the rest, the maps keep their size."""
    effective = k + (k - 1) * (r - 1)
    x, w = rng.standard_normal((1, 1, 23, 22)), rng.uniform(1, 2, (1, 1, k, k))
    y, cache = ops.conv2d_forward(x, w, dilation=r)
    dout = np.zeros_like(y)
    dout[0, 0, 3, 2] = 1
    rows, columns = np.nonzero(ops.conv2d_backward(dout, cache)[0][0, 0])  # the pixels that one output sees
    assert len(rows) == k * k and rows.max() - rows.min() + 1 == columns.max() - columns.min() + 1 == effective
    if effective % 2:
        assert ops.conv2d(x, w, dilation=r, pad=effective // 2).shape == x.shape


@pytest.mark.topic("R154")
@pytest.mark.oracle
@pytest.mark.parametrize("r", [1, 2, 3])
def test_dilation_is_pytorchs(r):
    torch = pytest.importorskip("torch")
    x, w = rng.standard_normal((2, 3, 11, 10)), rng.standard_normal((4, 3, 3, 2))
    expected = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), dilation=r, padding=r).numpy()
    np.testing.assert_allclose(ops.conv2d(x, w, dilation=r, pad=r), expected, rtol=1e-10, atol=1e-12)

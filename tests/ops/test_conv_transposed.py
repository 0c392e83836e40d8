"""Correlate, spread and meet; the transposed convolution that they make; standardised weights."""

import numpy as np
import pytest

from npdl import Tensor, ops
from npdl.ops import conv

rng = np.random.default_rng(0)

GEOMETRIES = [
    {},
    {"stride": 2, "pad": 1},  # a row is left over
    {"stride": 3, "pad": ((0, 2), (1, 0)), "dilation": (1, 2)},
    {"stride": (2, 1), "pad": (1, 0), "dilation": 2, "groups": 2},
]
every_geometry = pytest.mark.parametrize("options", GEOMETRIES, ids=str)


@every_geometry
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_spread_and_meet_are_the_transposes_of_correlate(dim, options):
    """⟨correlate(xp, w), y⟩ = ⟨xp, spread(y, w)⟩ = ⟨w, meet(xp, y)⟩."""
    cut = {key: value[:dim] if isinstance(value, tuple) else value for key, value in options.items()}
    cut = {"stride": 1, "pad": 0, "dilation": 1, "groups": 1} | cut
    if dim == 3:
        cut = {key: (*value, value[-1]) if isinstance(value, tuple) else value for key, value in cut.items()}
    groups = cut["groups"]
    x, w = rng.standard_normal((2, 4, *(8, 6, 7)[:dim])), rng.standard_normal((6, 4 // groups, *(3, 2, 3)[:dim]))
    geometry = conv.conv_geometry("test", dim, x, w, None, *cut.values())
    xp, wg = np.pad(x, ((0, 0), (0, 0), *geometry.pad)), w.reshape(groups, 6 // groups, *w.shape[1:])
    correlated = conv.correlate(xp, wg, geometry)
    y = rng.standard_normal(correlated.shape)
    value = (correlated * y).sum()
    assert (xp * conv.spread(y, wg, geometry, xp.shape)).sum() == pytest.approx(value, rel=1e-10)
    assert (wg * conv.meet(xp, y, geometry, wg.shape)).sum() == pytest.approx(value, rel=1e-10)


@pytest.mark.topic("R155")
@every_geometry
def test_conv_transpose2d_is_the_gradient_of_conv2d_and_the_other_way_round(options):
    x, w = rng.standard_normal((2, 4, 8, 7)), rng.standard_normal((6, 4 // options.get("groups", 1), 3, 2))
    y, cache = ops.conv2d_forward(x, w, **options)
    dout = rng.standard_normal(y.shape)
    size = ops.conv_transpose2d(dout, w, **options).shape[2:]
    more = tuple(n - m for n, m in zip(x.shape[2:], size))
    back, transposed_cache = ops.conv_transpose2d_forward(dout, w, output_pad=more, **options)
    dx, dw, _ = ops.conv2d_backward(dout, cache)
    np.testing.assert_allclose(back, dx, rtol=1e-11, atol=1e-12)
    again, transposed_dw, _ = ops.conv_transpose2d_backward(x, transposed_cache)
    np.testing.assert_allclose(again, y, rtol=1e-11, atol=1e-12)  # the gradient of the gradient is conv2d
    np.testing.assert_allclose(transposed_dw, dw, rtol=1e-11, atol=1e-12)


@pytest.mark.topic("R155")
@pytest.mark.oracle
@pytest.mark.parametrize("n, k, p, s", [(2, 3, 0, 1), (3, 3, 1, 2), (4, 4, 1, 2), (5, 2, 0, 3)])
def test_conv_transpose2d_is_pytorchs(n, k, p, s):
    torch = pytest.importorskip("torch")
    x, w, b = rng.standard_normal((2, 3, n, n)), rng.standard_normal((3, 4, k, k)), rng.standard_normal(4)
    expected = torch.nn.functional.conv_transpose2d(*map(torch.tensor, (x, w, b)), stride=s, padding=p).numpy()
    y = ops.conv_transpose2d(x, w, b, stride=s, pad=p)
    assert y.shape == (2, 4, (n - 1) * s - 2 * p + k, (n - 1) * s - 2 * p + k)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.topic("R155")
def test_one_pixel_paints_the_kernel_and_neighbours_overlap():
    w = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(ops.conv_transpose2d(np.full((1, 1, 1, 1), 2.0), w), 2 * w)
    y = ops.conv_transpose2d(np.ones((1, 1, 1, 2)), w, stride=2)[0, 0]
    np.testing.assert_array_equal(y, [[1, 2, 4, 2, 3], [4, 5, 10, 5, 6], [7, 8, 16, 8, 9]])


@pytest.mark.topic("R155")
@pytest.mark.parametrize("more", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_output_pad_tells_apart_the_sizes_that_a_stride_makes_equal(more):
    """Images of 7 and of 8 rows have 4 after a stride of 2; the row more is one that would be cut."""
    x, w = rng.standard_normal((1, 2, 4, 3)), rng.standard_normal((2, 3, 3, 3))
    y = ops.conv_transpose2d(x, w, stride=2, pad=1, output_pad=more)
    assert y.shape == (1, 3, 7 + more[0], 5 + more[1])
    assert ops.conv2d(y, w, stride=2, pad=1).shape == x.shape
    whole = np.pad(ops.conv_transpose2d(x, w, stride=2), ((0, 0), (0, 0), (0, 1), (0, 1)))
    expected = whole[:, :, 1 : 8 + more[0], 1 : 6 + more[1]]
    np.testing.assert_allclose(y, expected, rtol=1e-14, atol=1e-15)  # products of other shapes add in another order


@pytest.mark.parametrize(
    "forward, backward",
    [(ops.conv2d_forward, ops.conv2d_backward), (ops.conv_transpose2d_forward, ops.conv_transpose2d_backward)],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_channels_last_in_memory_changes_nothing(forward, backward, dtype):
    def turned(a):
        return np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)

    x, w = rng.standard_normal((2, 4, 5, 6)).astype(dtype), rng.standard_normal((4, 2, 3, 2)).astype(dtype)
    options = {"stride": 2, "pad": 1, "groups": 2}
    y, cache = forward(x, w, **options)
    dout = rng.standard_normal(y.shape).astype(dtype)
    other, other_cache = forward(turned(x), turned(w), **options)
    np.testing.assert_array_equal(other, y)
    for one, two in zip(backward(dout, cache)[:2], backward(turned(dout), other_cache)[:2]):
        np.testing.assert_allclose(one, two, rtol=1e-6 if dtype == "float32" else 1e-13, atol=1e-6)
        assert one.dtype == two.dtype == dtype


def test_a_number_of_rows_that_no_window_reaches_has_no_gradient():
    x, w = rng.standard_normal((1, 1, 8, 9)), rng.standard_normal((1, 1, 3, 3))
    y, cache = ops.conv2d_forward(x, w, stride=3)
    dx, _, _ = ops.conv2d_backward(np.ones_like(y), cache)
    assert y.shape == (1, 1, 2, 3) and dx[:, :, :6].all() and not dx[:, :, 6:].any()


# Standardised weights.


@pytest.mark.topic("R158")
@pytest.mark.parametrize("shape", [(4, 3, 3, 3), (5, 2, 7), (3, 8)])
def test_a_standardised_filter_has_mean_0_and_variance_1(shape):
    w = ops.standardise_weight(3 * rng.standard_normal(shape) + 1, eps=0.0).reshape(shape[0], -1)
    np.testing.assert_allclose(w.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(w.var(axis=1), 1, rtol=1e-12)


@pytest.mark.topic("R158")
def test_it_does_not_see_scale_and_offset_and_its_gradient_does_not_point_there():
    w = rng.standard_normal((4, 3, 3, 2))
    scale, offset = rng.uniform(1, 2, (4, 1, 1, 1)), rng.standard_normal((4, 1, 1, 1))
    what, cache = ops.standardise_weight_forward(w, eps=0.0)
    np.testing.assert_allclose(ops.standardise_weight(scale * w + offset, eps=0.0), what, rtol=1e-10, atol=1e-12)
    dw = ops.standardise_weight_backward(rng.standard_normal(w.shape), cache)
    np.testing.assert_allclose(dw.sum(axis=(1, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((dw * w).sum(axis=(1, 2, 3)), 0, atol=1e-12)


@pytest.mark.topic("R158")
@pytest.mark.oracle
def test_it_is_pytorchs_batch_norm_of_the_weight():
    torch = pytest.importorskip("torch")
    x, w = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 3))
    t = torch.tensor(w, requires_grad=True)
    what = torch.nn.functional.batch_norm(t.reshape(1, 4, -1), None, None, training=True, eps=1e-5).reshape(w.shape)
    torch.nn.functional.conv2d(torch.tensor(x), what).square().sum().backward()
    mine = Tensor(w, requires_grad=True)
    y = ops.conv2d(x, ops.standardise_weight(mine))
    (y * y).sum().backward()
    np.testing.assert_allclose(mine.grad, t.grad.numpy(), rtol=1e-9, atol=1e-10)

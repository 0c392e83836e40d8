"""Initial weights: their variance, and what it does to signals and gradients in 20 layers."""

import numpy as np
import pytest

import npdl
from npdl import InputError, Tensor, nn, ops
from npdl.nn import init

WIDTH, LAYERS, SAMPLES = 400, 20, 200
SCHEMES = {
    "kaiming_normal": (init.kaiming_normal, ops.relu),
    "kaiming_uniform": (init.kaiming_uniform, ops.relu),
    "xavier_normal": (init.xavier_normal, None),  # Glorot's derivation is for a linear network
    "xavier_uniform": (init.xavier_uniform, None),
}
EACH_SCHEME = pytest.mark.parametrize("scheme, activation", SCHEMES.values(), ids=SCHEMES)


def growth(scheme, activation, factor=1.0):
    """How 20 layers change the mean square of a signal on its way up, and of a gradient on its way down."""
    rng = np.random.default_rng(0)
    x = Tensor(rng.standard_normal((SAMPLES, WIDTH)).astype("float32"), requires_grad=True)
    h = x
    for _ in range(LAYERS):
        h = activation(h) if activation else h
        h = ops.affine(h, Tensor(factor * scheme((WIDTH, WIDTH), rng=rng)))
    dout = rng.standard_normal(h.shape).astype("float32")
    h.backward(dout)
    return np.square(h.data).mean() / np.square(x.data).mean(), np.square(x.grad).mean() / np.square(dout).mean()


@pytest.mark.topic("R501")
@EACH_SCHEME
def test_the_variance_is_kept_over_20_layers(scheme, activation):
    for ratio in growth(scheme, activation):
        assert 1 / 2 < ratio < 2


@pytest.mark.topic("R501")
@EACH_SCHEME
@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_with_other_weights_it_vanishes_or_explodes(scheme, activation, factor):
    """A factor in each of 20 layers is factor⁴⁰ in the variance: a millionth, or 700,000."""
    for ratio in growth(scheme, activation, factor):
        np.testing.assert_allclose(np.log10(ratio), 40 * np.log10(factor), atol=0.4)


@pytest.mark.topic("R501")
def test_kaiming_is_for_relu_and_xavier_would_halve_the_power_in_each_layer():
    up, _ = growth(init.xavier_normal, ops.relu)
    np.testing.assert_allclose(np.log2(up), -LAYERS, atol=1)


@pytest.mark.parametrize(
    "scheme, variance",
    [
        (init.kaiming_normal, lambda fan_in, fan_out: 2 / fan_in),
        (init.kaiming_uniform, lambda fan_in, fan_out: 2 / fan_in),
        (init.xavier_normal, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
        (init.xavier_uniform, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    ],
)
@pytest.mark.parametrize("shape, fans", [((300, 500), (500, 300)), ((60, 40, 5, 3), (600, 900))])
def test_variance_shape_and_dtype(scheme, variance, shape, fans):
    w = scheme(shape, rng=np.random.default_rng(0))
    assert w.shape == shape and w.dtype == np.float32
    expected = variance(*fans)
    np.testing.assert_allclose(w.var(), expected, rtol=0.03)
    assert abs(w.mean()) < 0.02 * np.sqrt(expected)
    if "uniform" in scheme.__name__:
        bound = np.sqrt(3 * expected)  # a uniform distribution on [-a, a] has variance a² / 3
        assert 0.99 * bound < np.abs(w).max() <= bound * (1 + 1e-6)
    else:
        assert np.abs(w).max() > 3.5 * np.sqrt(expected)
    doubled = 3 * w if "kaiming" in scheme.__name__ else 2 * w
    gain = 3 * np.sqrt(2) if "kaiming" in scheme.__name__ else 2.0
    np.testing.assert_allclose(scheme(shape, gain=gain, rng=np.random.default_rng(0)), doubled, rtol=1e-6)


def test_a_transposed_convolution_reads_fewer_products_than_its_kernel_has():
    """Of stride 2, a kernel of 4 x 4 meets 2 x 2 pixels of each channel."""
    w = init.transposed_normal((100, 60, 4, 4), stride=2, groups=2, gain=1.0, rng=np.random.default_rng(0))
    assert (w.shape, w.dtype) == ((100, 60, 4, 4), np.float32)
    assert w.std() == pytest.approx(1 / np.sqrt(50 * 4), rel=0.01)


def test_shrink_multiplies_every_parameter():
    layer = nn.Affine(3, 2, rng=np.random.default_rng(0))
    layer.bias.data += 1
    before = [p.data.copy() for p in layer.parameters()]
    init.shrink(layer, 0.1)
    for p, old in zip(layer.parameters(), before, strict=True):
        np.testing.assert_allclose(p.data, 0.1 * old, rtol=1e-6)


def test_fans_are_what_a_unit_reads_and_what_reads_it():
    assert init.fans((3, 5)) == (5, 3)
    assert init.fans((6, 4, 3, 2)) == (24, 36)
    with pytest.raises(InputError, match=r"fans: shape should be \(out, in\) or .*; got \(3,\)"):
        init.fans((3,))


def test_the_shared_generator_is_used_when_none_is_given():
    npdl.seed(1)
    first = init.kaiming_normal((3, 2))
    npdl.seed(1)
    np.testing.assert_array_equal(init.kaiming_normal((3, 2)), first)
    assert (init.kaiming_normal((3, 2)) != first).all()
    npdl.seed(None)


def test_layers_start_as_kaiming():
    """The default of Affine and Conv2d: gain √2, as relu follows most of them."""
    rng = np.random.default_rng
    np.testing.assert_array_equal(nn.Affine(5, 3, rng=rng(0)).weight.data, init.kaiming_normal((3, 5), rng=rng(0)))
    np.testing.assert_array_equal(
        nn.Conv2d(4, 6, 3, rng=rng(0)).weight.data, init.kaiming_normal((6, 4, 3, 3), rng=rng(0))
    )


def test_normal_has_the_standard_deviation_that_is_asked_for():
    w = init.normal((300, 200), std=0.3, rng=np.random.default_rng(0))
    assert w.dtype == np.float32 and w.std() == pytest.approx(0.3, rel=0.01) and abs(w.mean()) < 0.01


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3, 1), (20, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape):
    w = init.orthogonal(shape, gain=2.0, rng=np.random.default_rng(0))
    assert w.shape == shape and w.dtype == np.float32
    m = w.reshape(shape[0], -1)
    gram = m @ m.T if m.shape[0] <= m.shape[1] else m.T @ m
    np.testing.assert_allclose(gram, 4 * np.eye(len(gram)), atol=1e-5)


def test_orthogonal_matrices_have_no_favourite_direction():
    rng = np.random.default_rng(0)
    first = np.array([init.orthogonal((3, 3), rng=rng)[0] for _ in range(2000)])
    assert np.abs(first.mean(axis=0)).max() < 0.05  # QR alone would give one sign more often than the other
    np.testing.assert_allclose(np.square(first).mean(axis=0), 1 / 3, atol=0.03)


# The kernel that interpolates. f: how many times larger.


def enlarge(x, f):
    k = 2 * f - f % 2
    w = init.bilinear((x.shape[1], x.shape[1], k, k)).astype(x.dtype)
    return ops.conv_transpose2d(x, w, stride=f, pad=(k - f) // 2)


@pytest.mark.topic("R172")
@pytest.mark.parametrize("f", [2, 3, 4, 5, 8])
def test_bilinear_enlarges_a_ramp_exactly_inside(f):
    n, m = 6, 5
    i, j = np.mgrid[:n, :m]
    y = enlarge((2.0 * i + 3.0 * j + 1.0)[None, None], f)
    assert y.shape == (1, 1, f * n, f * m)
    # pixel a of the large image lies at (a + 1/2) / f - 1/2 of the small one
    a, b = ((np.arange(f * size) + 0.5) / f - 0.5 for size in (n, m))
    np.testing.assert_allclose(y[0, 0, f:-f, f:-f], (2 * a[:, None] + 3 * b + 1)[f:-f, f:-f], rtol=1e-6)


@pytest.mark.topic("R172")
@pytest.mark.oracle
@pytest.mark.parametrize("f", [2, 3, 4])
def test_bilinear_is_bilinear_interpolation_in_the_interior(f):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 5))
    expected = torch.nn.functional.interpolate(torch.tensor(x), scale_factor=f, mode="bilinear").numpy()
    np.testing.assert_allclose(enlarge(x, f)[..., f:-f, f:-f], expected[..., f:-f, f:-f], rtol=1e-5, atol=1e-6)


@pytest.mark.topic("R172")
def test_bilinear_kernels():
    np.testing.assert_allclose(init.bilinear((1, 1, 4))[0, 0], [0.25, 0.75, 0.75, 0.25])  # f = 2
    np.testing.assert_allclose(init.bilinear((1, 1, 5))[0, 0], [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3], rtol=1e-6)  # f = 3
    w = init.bilinear((3, 3, 4, 5))
    assert w.dtype == np.float32
    np.testing.assert_allclose(w[0, 0], np.outer([0.25, 0.75, 0.75, 0.25], [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]), rtol=1e-6)
    assert (w != 0).any(axis=(2, 3)).tolist() == np.eye(3, dtype=bool).tolist()  # each map by itself
    np.testing.assert_array_equal(init.bilinear((3, 1, 4, 5))[:, 0], [w[0, 0]] * 3)
    with pytest.raises(InputError, match=r"bilinear: shape should be \(C, C, \*kernel\).*; got \(3, 2, 4, 4\)"):
        init.bilinear((3, 2, 4, 4))


def test_redraw_gives_new_numbers_to_matrices_alone():
    model = nn.Sequential(nn.Affine(40, 50), nn.BatchNorm(50), nn.Embedding(50, 40))
    model[0].bias.data += 1
    init.redraw(model, std=0.02, rng=np.random.default_rng(0))
    again = np.random.default_rng(0)
    for matrix in (model[0].weight, model[2].weight):
        np.testing.assert_array_equal(matrix.data, init.normal(matrix.shape, std=0.02, rng=again))
    assert (model[0].bias.data == 1).all() and (model[1].weight.data == 1).all()

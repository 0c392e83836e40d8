"""Conv2d: the shapes of its weights for all its options, and how they start."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops, optim


@pytest.mark.parametrize(
    "kernel, options, weight, out",
    [
        (3, {}, (6, 4, 3, 3), (7, 5)),
        (1, {}, (6, 4, 1, 1), (9, 7)),
        ((3, 2), {}, (6, 4, 3, 2), (7, 6)),
        (3, {"pad": 1}, (6, 4, 3, 3), (9, 7)),
        (3, {"pad": ((0, 1), (2, 3))}, (6, 4, 3, 3), (8, 10)),
        (3, {"stride": 2, "pad": 1}, (6, 4, 3, 3), (5, 4)),
        (3, {"stride": (1, 2)}, (6, 4, 3, 3), (7, 3)),
        (3, {"dilation": 2}, (6, 4, 3, 3), (5, 3)),
        (3, {"groups": 2}, (6, 2, 3, 3), (7, 5)),
    ],
)
def test_shapes_and_the_number_of_weights(kernel, options, weight, out):
    """(kh kw C / groups + 1) F numbers, and the output sizes of the floor formula for a 9×7 image."""
    layer = nn.Conv2d(4, 6, kernel, **options)
    assert layer.weight.shape == weight and layer.bias.shape == (6,)
    kh, kw = weight[2:]
    assert sum(p.size for p in layer.parameters()) == (kh * kw * 4 // options.get("groups", 1) + 1) * 6
    assert layer(np.zeros((2, 4, 9, 7), np.float32)).shape == (2, 6, *out)


def test_without_bias():
    layer = nn.Conv2d(2, 3, 3, bias=False)
    assert list(layer.state_dict()) == ["weight"]
    assert not layer(np.zeros((1, 2, 4, 4), np.float32)).data.any()


def test_weights_start_with_variance_2_by_fan_in_and_biases_at_zero():
    layer = nn.Conv2d(64, 128, 5, groups=2, rng=np.random.default_rng(0))
    np.testing.assert_allclose(layer.weight.data.std(), np.sqrt(2 / (32 * 25)), rtol=0.01)
    assert abs(layer.weight.data.mean()) < 1e-3 and not layer.bias.data.any()


def test_groups_must_divide_the_channels():
    with pytest.raises(InputError, match=r"Conv2d: groups should be a divisor of channels = 4 and filters = 6; got 3"):
        nn.Conv2d(4, 6, 3, groups=3)
    for groups in (4, 0, True):
        for layer in (nn.Conv2d, nn.ConvTranspose2d):
            with pytest.raises(InputError, match=rf"{layer.__name__}: groups should be a divisor .*; got {groups}"):
                layer(4, 6, 3, groups=groups)


@pytest.mark.topic("R144", "R146")
@pytest.mark.parametrize(
    "layer, shape, weight, out",
    [
        (lambda: nn.Conv1d(4, 6, 3, stride=2), (2, 4, 9), (6, 4, 3), (2, 6, 4)),
        (lambda: nn.Conv1d(4, 6, (5,), pad=((2, 1),), groups=2), (2, 4, 9), (6, 2, 5), (2, 6, 8)),
        (lambda: nn.Conv3d(3, 2, 3, pad=1), (1, 3, 4, 5, 6), (2, 3, 3, 3, 3), (1, 2, 4, 5, 6)),
        (lambda: nn.Conv3d(3, 2, (1, 2, 3), stride=(1, 2, 1)), (1, 3, 4, 5, 6), (2, 3, 1, 2, 3), (1, 2, 4, 2, 4)),
        (lambda: nn.ConvTranspose2d(4, 6, 4, stride=2, pad=1), (2, 4, 5, 3), (4, 6, 4, 4), (2, 6, 10, 6)),
        (lambda: nn.ConvTranspose2d(4, 6, 3, output_pad=0, groups=2), (2, 4, 5, 3), (4, 3, 3, 3), (2, 6, 7, 5)),
        (lambda: nn.DepthwiseConv2d(4, 3, pad=1), (2, 4, 5, 3), (4, 1, 3, 3), (2, 4, 5, 3)),
        (lambda: nn.StdConv2d(4, 6, 3, groups=2, pad=1), (2, 4, 5, 3), (6, 2, 3, 3), (2, 6, 5, 3)),
        (lambda: nn.ZeroConv2d(4, 6), (2, 4, 5, 3), (6, 4, 1, 1), (2, 6, 5, 3)),
    ],
)
def test_shapes_of_the_others(layer, shape, weight, out):
    layer = layer()
    assert layer.weight.shape == weight and layer.bias.shape == (out[1],)
    assert layer(np.zeros(shape, np.float32)).shape == out
    with pytest.raises(InputError, match=f"x has {shape[1] + 2} channels|C = {shape[1] + 2}"):
        layer(np.zeros((shape[0], shape[1] + 2, *shape[2:]), np.float32))


@pytest.mark.topic("R147")
def test_feature_maps_shrink_as_the_channels_grow():
    """The maps of a small network, dumped layer by layer: one 2-d map a filter, of the size that the formula gives."""
    first, second = nn.Conv2d(3, 8, 5, pad=2), nn.Conv2d(8, 16, 3, stride=2, pad=1)
    maps = [Tensor(np.random.default_rng(0).standard_normal((2, 3, 32, 24)).astype("float32"))]
    for layer in (first, nn.MaxPool2d(2), second, nn.MaxPool2d(3, stride=2)):
        maps.append(layer(maps[-1]))
    assert [m.shape for m in maps[1:]] == [(2, 8, 32, 24), (2, 8, 16, 12), (2, 16, 8, 6), (2, 16, 3, 2)]
    alone = ops.conv2d(maps[0].data, first.weight.data[5:6], pad=2)  # map 5 is made by filter 5
    np.testing.assert_allclose(alone[:, 0], maps[1].data[:, 5], rtol=1e-4, atol=1e-5)


@pytest.mark.topic("R150")
def test_separable_is_depthwise_then_pointwise_and_has_fewer_weights():
    layer = nn.SeparableConv2d(32, 64, 3, pad=1, bias=False)
    assert list(layer.state_dict()) == ["depthwise.weight", "pointwise.weight"]
    count = sum(p.size for p in layer.parameters())
    assert count == 32 * 9 + 32 * 64
    full = nn.Conv2d(32, 64, 3, bias=False).weight.size
    assert full / count == pytest.approx(1 / (1 / 64 + 1 / 9))
    x = Tensor(np.random.default_rng(0).standard_normal((1, 32, 6, 5)).astype("float32"))
    np.testing.assert_array_equal(layer(x).data, layer.pointwise(layer.depthwise(x)).data)


@pytest.mark.topic("R149")
def test_depthwise_channels_do_not_see_each_other():
    layer = nn.DepthwiseConv2d(4, 3, pad=1, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((1, 4, 5, 6)).astype("float32")
    moved = x.copy()
    moved[:, 2] += 1
    changed = (layer(moved).data != layer(x).data).any(axis=(0, 2, 3))
    np.testing.assert_array_equal(changed, [False, False, True, False])


@pytest.mark.topic("R157")
def test_a_zero_convolution_starts_silent_and_learns_at_once():
    x = Tensor(np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype("float32"), requires_grad=True)
    layer = nn.ZeroConv2d(3, 2)
    y = layer(x)
    assert not y.data.any()
    y.sum().backward()
    # y = w x + b a pixel: dy/dw = x, dy/db = 1, dy/dx = w = 0
    expected = np.broadcast_to(x.data.sum(axis=(0, 2, 3))[:, None, None], (2, 3, 1, 1))
    np.testing.assert_allclose(layer.weight.grad, expected, rtol=1e-4)
    assert (layer.weight.grad != 0).all()
    np.testing.assert_array_equal(layer.bias.grad, 2 * 4 * 5)
    assert not x.grad.any()

    optim.SGD(layer.parameters(), lr=0.1).step()
    assert (layer.weight.data != 0).all()
    x.grad = None
    layer(x).sum().backward()
    assert x.grad.all()  # now the gradient comes through


@pytest.mark.topic("R157")
def test_a_zero_convolution_leaves_a_network_what_it_is():
    rng = np.random.default_rng(0)
    locked, branch, zero = nn.Conv2d(3, 4, 3, pad=1, rng=rng), nn.Conv2d(3, 4, 3, pad=1, rng=rng), nn.ZeroConv2d(4, 4)
    x = Tensor(rng.standard_normal((1, 3, 5, 6)).astype("float32"))
    np.testing.assert_array_equal((locked(x) + zero(branch(x))).data, locked(x).data)


@pytest.mark.topic("R158")
def test_a_standardised_convolution_does_not_see_scale_and_offset_of_its_weight():
    layer = nn.StdConv2d(3, 4, 3, pad=1, eps=0.0, rng=np.random.default_rng(0)).astype("float64")
    x = np.random.default_rng(1).standard_normal((2, 3, 5, 6))
    before = layer(x).data
    layer.weight.data = 7 * layer.weight.data + np.arange(4.0)[:, None, None, None]
    np.testing.assert_allclose(layer(x).data, before, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("stride, kernel", [(1, 3), (2, 4), (3, 3)])
def test_a_transposed_layer_keeps_the_power_of_a_signal(stride, kernel):
    """Weights of variance 2 / fan_in, as relu halves the power: here the output has twice the input's."""
    rng = np.random.default_rng(0)
    layer = nn.ConvTranspose2d(32, 64, kernel, stride=stride, groups=2, rng=rng)
    x = rng.standard_normal((4, 32, 16, 16)).astype("float32")
    inside = layer(x).data[:, :, 8:-8, 8:-8]
    assert np.square(inside).mean() == pytest.approx(2, rel=0.1)


@pytest.mark.oracle
def test_weights_are_exchanged_with_pytorch():
    torch = pytest.importorskip("torch")
    pairs = [
        (torch.nn.Conv1d(4, 6, 3, padding=1, groups=2), nn.Conv1d(4, 6, 3, pad=1, groups=2), (2, 4, 7)),
        (torch.nn.Conv3d(2, 3, 3, stride=2), nn.Conv3d(2, 3, 3, stride=2), (2, 2, 5, 6, 4)),
        (
            torch.nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
            nn.ConvTranspose2d(4, 6, 3, stride=2, pad=1, output_pad=1, groups=2),
            (2, 4, 5, 3),
        ),
    ]
    for theirs, mine, shape in pairs:
        mine.load_state_dict({name: p.detach().numpy() for name, p in theirs.named_parameters()})
        x = np.random.default_rng(0).standard_normal(shape).astype("float32")
        np.testing.assert_allclose(mine(x).data, theirs(torch.tensor(x)).detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer, channels", [(nn.Conv1d, 4), (nn.Conv3d, 4), (nn.ConvTranspose2d, 4)])
def test_groups_must_divide_the_channels_of_each(layer, channels):
    with pytest.raises(InputError, match=rf"{layer.__name__}: groups should be a divisor of channels = 4.*; got 3"):
        layer(channels, 6, 3, groups=3)

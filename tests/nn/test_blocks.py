"""Blocks: against their formulas and PyTorch, shapes, names, and where the gradients go."""

import numpy as np
import pytest

from npdl import Tensor, nn, ops

rng = np.random.default_rng(0)
X = rng.standard_normal((3, 4, 5, 6))


def jacobian_norms(block, x):
    """|∂(channel c of y) / ∂x| for each channel, by the tape."""
    norms = []
    for c in range(block(x).shape[1]):
        leaf = Tensor(x, requires_grad=True)
        ops.sum(block(leaf)[:, c]).backward()
        norms.append(np.abs(leaf.grad).max())
    return np.array(norms)


# Squeeze and excitation.


@pytest.mark.topic("R168")
@pytest.mark.oracle
def test_squeeze_and_excitation_is_pytorchs_composition():
    torch = pytest.importorskip("torch")
    block, x = nn.SqueezeExcitation(4, 2, rng=np.random.default_rng(1)).astype("float64"), Tensor(X, requires_grad=True)
    block.fc1.bias.data, block.fc2.bias.data = rng.standard_normal(2) + 1, rng.standard_normal(4)
    dout = rng.standard_normal(X.shape)
    y = block(x)
    y.backward(dout)

    theirs = {name: torch.tensor(p.data, requires_grad=True) for name, p in block.named_parameters()}
    tx, functional = torch.tensor(X, requires_grad=True), torch.nn.functional
    hidden = functional.conv2d(functional.adaptive_avg_pool2d(tx, 1), theirs["fc1.weight"], theirs["fc1.bias"]).relu()
    scale = functional.conv2d(hidden, theirs["fc2.weight"], theirs["fc2.bias"]).sigmoid()
    (tx * scale).backward(torch.tensor(dout))

    np.testing.assert_allclose(y.data, (tx * scale).detach().numpy(), rtol=1e-10)
    np.testing.assert_allclose(x.grad, tx.grad.numpy(), rtol=1e-9, atol=1e-12)
    for name, parameter in block.named_parameters():
        np.testing.assert_allclose(parameter.grad, theirs[name].grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.topic("R168")
def test_each_channel_is_scaled_by_one_number_between_0_and_1():
    block = nn.SqueezeExcitation(4, 2, rng=np.random.default_rng(1)).astype("float64")
    scale = (block(X).data / X).reshape(3, 4, -1)
    np.testing.assert_allclose(scale, np.broadcast_to(scale[..., :1], scale.shape), rtol=1e-10)
    np.testing.assert_allclose(scale[..., 0], block.scale(X).data[:, :, 0, 0], rtol=1e-10)
    assert (scale > 0).all() and (scale < 1).all() and np.ptp(scale[..., 0]) > 0.01


@pytest.mark.topic("R168")
def test_the_squeezed_units_are_counted_by_themselves():
    """MBConv of 16 channels expanded to 96: a quarter of 16, not of 96."""
    block = nn.SqueezeExcitation(96, 16 // 4)
    assert {name: p.shape for name, p in block.named_parameters()} == {
        "fc1.weight": (4, 96, 1, 1),
        "fc1.bias": (4,),
        "fc2.weight": (96, 4, 1, 1),
        "fc2.bias": (96,),
    }
    assert sum(p.size for p in block.parameters()) == 2 * 4 * 96 + 4 + 96


def test_its_activation_and_gate_can_be_others():
    block = nn.SqueezeExcitation(4, 2, activation=nn.Tanh(), gate=nn.Softmax(axis=1)).astype("float64")
    np.testing.assert_allclose(block.scale(X).data.sum(axis=1), 1, rtol=1e-10)
    hidden = np.tanh(block.fc1(X.mean(axis=(2, 3), keepdims=True)).data)
    np.testing.assert_allclose(block.scale(X).data, ops.softmax(block.fc2(hidden).data, axis=1), rtol=1e-10)


# Dense blocks.


@pytest.mark.topic("R167")
@pytest.mark.parametrize("bottleneck", [None, 4])
def test_a_dense_block_by_its_formula(bottleneck):
    block = nn.DenseBlock(4, 3, 2, bottleneck=bottleneck, rng=np.random.default_rng(1)).astype("float64")
    outputs = [X]
    for layer in (block.denselayer1, block.denselayer2, block.denselayer3):
        outputs.append(layer(np.concatenate(outputs, axis=1)).data)
    y = block(X).data
    assert y.shape == (3, 4 + 3 * 2, 5, 6)
    np.testing.assert_allclose(y, np.concatenate(outputs, axis=1), rtol=1e-12)
    np.testing.assert_array_equal(y[:, :4], X)


@pytest.mark.topic("R167")
def test_densenets_first_block():
    """DenseNet-121: 64 channels, six layers of growth 32: 256 channels, and torchvision's names."""
    block = nn.DenseBlock(64, 6, 32, bottleneck=4)
    last = {name: p.shape for name, p in block.named_parameters() if name.startswith("denselayer6.")}
    assert last == {
        "denselayer6.norm1.weight": (224,),
        "denselayer6.norm1.bias": (224,),
        "denselayer6.conv1.weight": (128, 224, 1, 1),
        "denselayer6.norm2.weight": (128,),
        "denselayer6.norm2.bias": (128,),
        "denselayer6.conv2.weight": (32, 128, 3, 3),
    }
    assert sum(p.size for p in block.parameters()) == 335_040
    assert block(np.zeros((1, 64, 4, 4), np.float32)).shape == (1, 256, 4, 4)


@pytest.mark.topic("R167")
def test_the_gradient_reaches_the_input_directly():
    """With all convolutions at zero the layers pass nothing on: what arrives came through the concatenations alone."""
    block = nn.DenseBlock(4, 3, 2).astype("float64")
    x, dout = Tensor(X, requires_grad=True), rng.standard_normal((3, 10, 5, 6))
    block(x).backward(dout)
    through_all = x.grad - dout[:, :4]
    assert np.abs(through_all).max() > 0.1
    for name, parameter in block.named_parameters():
        if "conv" in name:
            parameter.data = np.zeros_like(parameter.data)
    x.grad = None
    block(x).backward(dout)
    np.testing.assert_array_equal(x.grad, dout[:, :4])


@pytest.mark.topic("R167")
def test_every_layer_sees_all_before_it_and_none_behind():
    block = nn.DenseBlock(4, 3, 2).astype("float64").eval()
    before = block(X).data
    block.denselayer2.conv1.weight.data = block.denselayer2.conv1.weight.data + 1
    changed = [(block(X).data[:, c] != before[:, c]).any() for c in range(10)]
    assert changed == [False] * 6 + [True] * 4  # x, layer 1; layers 2 and 3
    assert (jacobian_norms(block, X) > 0).all()


# Residual in residual, without norms.


def rrdb():
    return nn.ResidualInResidualDenseBlock(4, 3, rng=np.random.default_rng(1)).astype("float64")


@pytest.mark.topic("R189")
def test_rrdb_has_no_norms_and_is_the_same_in_training_and_test():
    block = rrdb()
    assert not any(isinstance(m, (nn.BatchNorm, nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm)) for m in block.modules())
    assert not list(block.named_buffers())
    names = [name for name, _ in block.named_parameters()]
    assert len(names) == 3 * 5 * 2 and {name.rpartition(".")[2] for name in names} == {"weight", "bias"}
    assert {p.ndim for p in block.parameters()} == {4, 1}  # kernels and biases of convolutions
    training = block(X).data
    np.testing.assert_array_equal(block.eval()(X).data, training)
    np.testing.assert_allclose(block(X[:1]).data, training[:1], rtol=1e-10)  # an image is no concern of another


@pytest.mark.topic("R189")
def test_rrdb_by_its_formula():
    def dense(block, x):
        features = x
        for layer in (
            block.dense.denselayer1,
            block.dense.denselayer2,
            block.dense.denselayer3,
            block.dense.denselayer4,
        ):
            z = layer[0](features).data
            features = np.concatenate([features, np.where(z > 0, z, 0.2 * z)], axis=1)
        return x + 0.2 * block.merge(features).data

    block = rrdb()
    for parameter in block.parameters():
        parameter.data = 10 * parameter.data  # so that the branches are felt
    expected = X + 0.2 * dense(block.rdb3, dense(block.rdb2, dense(block.rdb1, X)))
    np.testing.assert_allclose(block(X).data, expected, rtol=1e-10)


@pytest.mark.topic("R189")
def test_rrdb_starts_near_its_skip_connections():
    """Weights of a tenth: of the branch remains the 1.2 that skips the three blocks inside, times 0.2."""
    block = nn.ResidualInResidualDenseBlock(16, 8, rng=np.random.default_rng(1))
    for parameter in block.parameters():
        if parameter.ndim == 4:
            fan_in = np.prod(parameter.shape[1:])
            assert abs(parameter.data.std() / (0.1 * np.sqrt(2 / fan_in)) - 1) < 0.1
    x = rng.standard_normal((1, 16, 6, 6)).astype("float32")
    y = block(x).data
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, 1.2 * x, atol=0.05)


def test_esrgans_block_has_its_number_of_weights():
    """64 channels, growth 32: three times (64, 96, 128, 160 -> 32 and 192 -> 64) of 3x3 kernels and biases."""
    weights = 9 * (32 * (64 + 96 + 128 + 160) + 64 * 192) + 4 * 32 + 64
    assert sum(p.size for p in nn.ResidualInResidualDenseBlock(64).parameters()) == 3 * weights == 719_424

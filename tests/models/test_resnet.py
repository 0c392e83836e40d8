"""Residual networks: shapes, counts, gradients, and what the shortcut is for."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.data import DataLoader, load_digits
from npdl.models import BasicBlock, ResNet, ResNet18, ResNet20
from npdl.optim import Momentum
from npdl.train import Trainer
from tests.models.helpers import enlarged, some_digits, steps_to_learn_by_heart
from tests.nn.helpers import worst_gradient_error


def tiny(residual=True, seed=0):
    return ResNet((1, 2), (3, 4), 5, channels=2, residual=residual, rng=np.random.default_rng(seed))


def test_shapes_from_stage_to_stage():
    rows = nn.summary(ResNet20(classes=7), (3, 32, 32)).rows
    shapes = list(dict.fromkeys(row.shape for row in rows))
    assert shapes == [(16, 32, 32), (32, 16, 16), (64, 8, 8), (64,), (7,)]
    rows = nn.summary(ResNet18(), (3, 32, 32)).rows
    assert list(dict.fromkeys(row.shape for row in rows))[3:] == [(512, 4, 4), (512,), (10,)]


@pytest.mark.parametrize("depth, layers", [(8, 8), (20, 20), (56, 56)])
def test_depth_counts_the_layers_with_weights_but_for_the_projections(depth, layers):
    rows = nn.summary(ResNet20(depth=depth), (3, 32, 32)).rows
    weighted = [row.name for row in rows if row.op in ("conv2d", "affine")]
    assert len([name for name in weighted if "downsample" not in name]) == layers
    assert len([name for name in weighted if "downsample" in name]) == 2


def test_names_are_torchvisions():
    names = [name for name, _ in ResNet18().named_parameters()]
    assert names[:4] == ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"]
    assert "layer2.0.downsample.0.weight" in names and "layer2.0.downsample.1.bias" in names
    assert names[-2:] == ["fc.weight", "fc.bias"]


@pytest.mark.parametrize("residual", [True, False])
def test_numerical_gradient_of_the_whole_net(residual):
    """Of a block that keeps its shape, and one that halves it and projects its input."""
    rng = np.random.default_rng(1)
    model = ResNet((1, 1), (2, 3), 5, channels=2, residual=residual, rng=rng).astype("float64")
    x, y = Tensor(rng.standard_normal((3, 2, 6, 4)), requires_grad=True), np.array([2, 0, 4])
    loss = lambda: ops.softmax_cross_entropy(model(x), y)  # noqa: E731
    assert worst_gradient_error(loss, dict(model.named_parameters(), x=x)) < 1e-5


@pytest.mark.topic("R165")
def test_a_block_whose_body_is_silent_passes_what_is_positive():
    block = BasicBlock(3, 3, rng=np.random.default_rng(0))
    block.bn2.weight.data[...] = 0  # gamma of the body's last layer
    x = np.random.default_rng(1).standard_normal((2, 3, 5, 5)).astype("float32")
    np.testing.assert_array_equal(block(x).data, np.maximum(x, 0))


@pytest.mark.slow
@pytest.mark.topic("R504")
def test_degradation_deeper_plain_nets_train_worse_and_shortcuts_cure_it():
    """He et al. 2016, figures 1 and 6, on digits: the plain network of 56 layers does not learn its training set."""
    (x, y), _ = load_digits()

    def training_loss(depth, residual):
        n = (depth - 2) // 6
        rng = np.random.default_rng(0)
        model = ResNet((n, n, n), (8, 16, 32), channels=1, residual=residual, rng=rng)
        trainer = Trainer(model, Momentum(model.parameters(), lr=0.05), progress=False)
        history = trainer.fit(DataLoader(x, y, batch_size=64, seed=0), 4)
        return np.mean(history["loss"][-23:])  # of the last epoch

    plain20, plain56, residual56 = training_loss(20, False), training_loss(56, False), training_loss(56, True)
    assert plain56 > 3 * plain20
    assert residual56 < plain56 / 2


@pytest.mark.topic("R179")
def test_one_model_from_pixels_to_loss_and_a_gradient_for_every_weight():
    model, x = tiny(), np.random.default_rng(0).standard_normal((4, 2, 6, 6)).astype("float32")
    ops.softmax_cross_entropy(model(x), np.array([0, 1, 2, 3])).backward()
    assert all(np.abs(p.grad).max() > 0 for p in model.parameters())


def test_it_learns_50_digits_by_heart():
    x, y = some_digits()
    model = ResNet((1, 1), (8, 16), channels=1, rng=np.random.default_rng(0))
    assert steps_to_learn_by_heart(model, enlarged(x)[:, :, ::2, ::2], y, lr=1e-2)


@pytest.mark.parametrize("depth", [2, 7, 21, 1, 20.0])
def test_a_depth_that_is_not_6n_plus_2(depth):
    with pytest.raises(InputError, match=r"ResNet20: depth should be 6n \+ 2 for an integer n >= 1"):
        ResNet20(depth=depth)


@pytest.mark.parametrize("blocks, widths", [((1, 1), (16,)), ((1,), (16, 32)), ((), ())])
def test_blocks_and_widths_that_are_not_of_the_same_stages(blocks, widths):
    with pytest.raises(InputError, match=rf"ResNet: widths should be one for each of the {len(blocks)} stages"):
        ResNet(blocks, widths)

"""ConvNet: the pattern ((conv - relu) × convs - pool) × blocks - (affine - relu) × hidden - affine."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.models import ConvNet
from tests.models.helpers import shapes_inside, some_digits, steps_to_learn_by_heart
from tests.nn.helpers import worst_gradient_error


@pytest.mark.topic("R200")
@pytest.mark.parametrize("convs", [1, 2, 3])
@pytest.mark.parametrize("blocks", [0, 1, 2])
@pytest.mark.parametrize("hidden", [(), (9,), (9, 7)])
def test_shapes(convs, blocks, hidden):
    model = ConvNet((3, 12, 8), 5, convs=convs, blocks=blocks, filters=4, hidden=hidden)
    expected, c, h, w = [], 3, 12, 8
    for block in range(blocks):
        c = 4 * 2**block
        expected += [("Conv2d", (2, c, h, w)), ("ReLU", (2, c, h, w))] * convs
        h, w = h // 2, w // 2
        expected.append(("MaxPool2d", (2, c, h, w)))
    expected.append(("Flatten", (2, c * h * w)))
    for size in hidden:
        expected += [("Affine", (2, size)), ("ReLU", (2, size))]
    expected.append(("Affine", (2, 5)))
    assert shapes_inside(model, np.zeros((2, 3, 12, 8), np.float32)) == expected


@pytest.mark.topic("R200")
@pytest.mark.parametrize("convs, blocks, hidden", [(1, 1, ()), (2, 1, (5,)), (1, 2, (5, 4))])
def test_numerical_gradient_of_the_whole_net(convs, blocks, hidden):
    rng = np.random.default_rng(0)
    model = ConvNet((2, 6, 5), 3, convs=convs, blocks=blocks, filters=3, hidden=hidden, rng=rng).astype("float64")
    for parameter in model.parameters():
        parameter.data = parameter.data + 0.1 * rng.standard_normal(parameter.shape)
    x, y = Tensor(rng.standard_normal((3, 2, 6, 5)), requires_grad=True), np.array([2, 0, 1])
    loss = lambda: ops.softmax_cross_entropy(model(x), y)  # noqa: E731
    assert worst_gradient_error(loss, dict(model.named_parameters(), x=x)) < 1e-6


def test_it_learns_50_digits_by_heart():
    model = ConvNet((1, 8, 8), filters=8, hidden=(32,), rng=np.random.default_rng(0))
    assert steps_to_learn_by_heart(model, *some_digits(), lr=3e-3)


def test_dropout_follows_each_hidden_layer():
    model = ConvNet((1, 8, 8), hidden=(9, 7), dropout=0.4)
    assert [part.p for part in model.parts if isinstance(part, nn.Dropout)] == [0.4, 0.4]


def test_the_first_loss_is_near_that_of_chance():
    x, y = some_digits()
    loss = ops.softmax_cross_entropy(ConvNet((1, 8, 8), rng=np.random.default_rng(0))(x), y)
    assert 2 < loss.item() < 3.5  # log 10 = 2.3


def test_an_image_too_small_for_so_many_blocks():
    with pytest.raises(InputError, match=r"ConvNet: blocks should be few enough to halve a 7×8 image so often; got 3"):
        ConvNet((1, 7, 8), blocks=3)

"""FullyConnectedNet: its layers, the numerical gradient of the whole net, and 50 digits by heart."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.models import FullyConnectedNet
from tests.models.helpers import some_digits, steps_to_learn_by_heart
from tests.nn.helpers import worst_gradient_error

NORMS = pytest.mark.parametrize("norm", [None, "batch", "layer"])


@pytest.mark.parametrize(
    "norm, dropout, expected",
    [
        (None, 0, "Flatten Affine ReLU Affine ReLU Affine"),
        (None, 0.3, "Flatten Affine ReLU Dropout Affine ReLU Dropout Affine"),
        ("batch", 0, "Flatten Affine BatchNorm ReLU Affine BatchNorm ReLU Affine"),
        ("layer", 0.3, "Flatten Affine LayerNorm ReLU Dropout Affine LayerNorm ReLU Dropout Affine"),
    ],
)
def test_its_layers_in_order(norm, dropout, expected):
    model = FullyConnectedNet(12, (7, 5), 3, norm=norm, dropout=dropout)
    assert [type(part).__name__ for part in model.parts] == expected.split()
    affines = [part.weight.shape for part in model.parts if isinstance(part, nn.Affine)]
    assert affines == [(7, 12), (5, 7), (3, 5)]
    assert all(part.p == 0.3 for part in model.parts if isinstance(part, nn.Dropout))
    assert model(np.zeros((4, 3, 2, 2), np.float32)).shape == (4, 3)


@pytest.mark.topic("R199")
@NORMS
def test_numerical_gradient_of_the_whole_net(norm):
    rng = np.random.default_rng(0)
    model = FullyConnectedNet(12, (7, 5), 3, norm=norm, rng=rng).astype("float64")
    for parameter in model.parameters():  # away from 0 and 1, where a mistake could hide
        parameter.data = parameter.data + 0.1 * rng.standard_normal(parameter.shape)
    x, y = Tensor(rng.standard_normal((6, 3, 2, 2)), requires_grad=True), rng.integers(0, 3, 6)
    loss = lambda: ops.softmax_cross_entropy(model(x), y)  # noqa: E731
    assert worst_gradient_error(loss, dict(model.named_parameters(), x=x)) < 1e-6


@pytest.mark.topic("R199")
@NORMS
@pytest.mark.parametrize("hidden", [(100, 100), (50, 50, 50, 50)], ids=["3 layers", "5 layers"])
def test_it_learns_50_digits_by_heart(norm, hidden):
    model = FullyConnectedNet(64, hidden, norm=norm, rng=np.random.default_rng(0))
    assert steps_to_learn_by_heart(model, *some_digits())


def test_a_norm_that_is_none():
    with pytest.raises(InputError, match='FullyConnectedNet: norm should be None, "batch" or "layer"; got \'group\''):
        FullyConnectedNet(12, (7,), norm="group")


def test_no_hidden_layer_is_a_linear_classifier():
    assert [type(part).__name__ for part in FullyConnectedNet(12, ()).parts] == ["Flatten", "Affine"]

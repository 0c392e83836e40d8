"""Loss modules: their options reach the op, and a mistake in an option is named."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn

X = np.array([[2.0, 0.0, -1.0], [0.5, 1.0, 0.0]])
Y = np.array([0, 2])
LOG_P = X - np.log(np.exp(X).sum(axis=1, keepdims=True))
NLL = -LOG_P[[0, 1], Y]
Z = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
BCE = np.log(1 + np.exp(X)) - X * Z
SQUARES = (X - Z) ** 2


@pytest.mark.parametrize(
    "module, target, expected",
    [
        (nn.SoftmaxCrossEntropy(), Y, NLL.mean()),
        (nn.SoftmaxCrossEntropy(reduction="sum"), Y, NLL.sum()),
        (nn.SoftmaxCrossEntropy(reduction="none"), Y, NLL),
        (nn.SoftmaxCrossEntropy(ignore_index=2), Y, NLL[0]),
        (nn.SoftmaxCrossEntropy(label_smoothing=0.3), Y, (0.7 * NLL - 0.1 * LOG_P.sum(axis=1)).mean()),
        (nn.SVMLoss(), Y, (0 + (1.5 + 2)) / 2),  # margins 0 - 2 + 1 and -1 - 2 + 1; 0.5 - 0 + 1 and 1 - 0 + 1
        (nn.SVMLoss(delta=3), Y, ((1 + 0) + (3.5 + 4)) / 2),
        (nn.BCEWithLogits(), Z, BCE.mean()),
        (nn.BCEWithLogits(reduction="none"), Z, BCE),
        (nn.MSE(), Z, SQUARES.mean()),
        (nn.MSE(reduction="sum"), Z, SQUARES.sum()),
    ],
)
def test_values(module, target, expected):
    np.testing.assert_allclose(module(X, target), expected, rtol=1e-12)
    np.testing.assert_allclose(module(Tensor(X), target).data, expected, rtol=1e-12)
    assert module.parameters() == []


@pytest.mark.parametrize("loss, target", [(nn.SoftmaxCrossEntropy, Y), (nn.BCEWithLogits, Z), (nn.MSE, Z)])
def test_a_reduction_that_is_none_of_three(loss, target):
    with pytest.raises(InputError, match='reduction should be "mean", "sum" or "none"; got \'average\''):
        loss(reduction="average")(X, target)

"""Loss modules: their options reach the op, and a mistake in an option is named."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, nn

X = np.array([[2.0, 0.0, -1.0], [0.5, 1.0, 0.0]])
Y = np.array([0, 2])
LOG_P = X - np.log(np.exp(X).sum(axis=1, keepdims=True))
NLL = -LOG_P[[0, 1], Y]
Z = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
BCE = np.log(1 + np.exp(X)) - X * Z
Q = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]])
SOFT = -(Q * LOG_P).sum(axis=1)


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
        (nn.SoftmaxCrossEntropy(weight=np.array([2.0, 1.0, 6.0])), Y, (2 * NLL[0] + 6 * NLL[1]) / 8),
        (nn.SoftCrossEntropy(), Q, SOFT.mean()),
        (nn.SoftCrossEntropy(reduction="none"), Q, SOFT),
        (nn.NLL(), Y, -X[[0, 1], Y].mean()),
        (nn.NLL(ignore_index=2), Y, -X[0, 0]),
        (nn.SVMLoss(reduction="sum"), Y, 0 + (1.5 + 2)),
    ],
)
def test_values(module, target, expected):
    np.testing.assert_allclose(module(X, target), expected, rtol=1e-12)
    np.testing.assert_allclose(module(Tensor(X), target).data, expected, rtol=1e-12)
    assert module.parameters() == []


def test_an_option_that_the_loss_does_not_have_is_refused_when_it_is_made():
    with pytest.raises(InputTypeError, match=r"MSE: an option should be one of its options, .*: reduction; got 'foo'"):
        nn.MSE(foo=1)
    with pytest.raises(InputTypeError, match=r"L2Penalty: an option should be .*: none; got 'reduction'"):
        nn.L2Penalty(reduction="sum")


@pytest.mark.topic("R512")
def test_auxiliary_losses_have_three_tenths_of_the_say():
    """total = main + 0.3 Σ auxiliary, in the gradients too; in test mode there is the main output alone."""
    main, first, second = (Tensor(X + i, requires_grad=True) for i in range(3))
    first.data = X[::-1].copy()
    loss = nn.Auxiliary()
    alone = [nn.SoftmaxCrossEntropy()(t, Y) for t in (main, first, second)]
    total = loss((main, first, second), Y)
    np.testing.assert_allclose(total.data, alone[0].data + 0.3 * (alone[1].data + alone[2].data), rtol=1e-12)
    total.backward()
    for tensor, weight in ((main, 1), (first, 0.3), (second, 0.3)):
        p = np.exp(tensor.data) / np.exp(tensor.data).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(tensor.grad, weight * (p - np.eye(3)[Y]) / 2, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(loss(main, Y).data, alone[0].data)
    np.testing.assert_allclose(nn.Auxiliary(nn.SVMLoss(), 0.5)((main, main), Y).data, 1.5 * nn.SVMLoss()(X, Y))


def test_auxiliary_losses_of_nothing():
    with pytest.raises(InputError, match=r"Auxiliary: out should be scores, or a tuple .*; got \(\)"):
        nn.Auxiliary()((), Y)
    for loss in (nn.SVMLoss, "svm"):
        with pytest.raises(InputTypeError, match=r"Auxiliary: loss should be an instance, such as nn.SVMLoss\(\)"):
            nn.Auxiliary(loss)


def test_bce_of_probabilities():
    p = 1 / (1 + np.exp(-X))
    np.testing.assert_allclose(nn.BCE()(p, Z), BCE.mean(), rtol=1e-12)
    np.testing.assert_allclose(nn.BCE(reduction="sum")(Tensor(p), Z).data, BCE.sum(), rtol=1e-12)


@pytest.mark.parametrize("loss, target", [(nn.SoftmaxCrossEntropy, Y), (nn.BCEWithLogits, Z), (nn.MSE, Z)])
def test_a_reduction_that_is_none_of_three(loss, target):
    with pytest.raises(InputError, match='reduction should be "mean", "sum" or "none"; got \'average\''):
        loss(reduction="average")(X, target)

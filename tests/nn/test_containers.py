"""Sequential and Residual."""

import numpy as np
import pytest

import gradcheck
from npdl import Tensor, nn, ops

rng = np.random.default_rng(0)


def test_sequential_runs_its_parts_one_after_the_other():
    parts = [nn.Affine(3, 5), nn.ReLU(), nn.Affine(5, 2)]
    net, x = nn.Sequential(*parts), rng.standard_normal((4, 3)).astype("float32")
    np.testing.assert_array_equal(net(x).data, parts[2](parts[1](parts[0](x))).data)
    assert len(net) == 3 and net[0] is parts[0] and net[-1] is parts[2] and list(net) == parts
    assert isinstance(net[1:], nn.Sequential) and net[1:].parts == parts[1:]


@pytest.mark.topic("R490")
def test_names_in_a_sequential_are_pytorchs():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sequential(nn.ReLU(), nn.BatchNorm(2)), nn.Affine(3, 4, bias=False))
    names = "0.weight 0.bias 1.1.weight 1.1.bias 2.weight 1.1.running_mean 1.1.running_var"
    assert " ".join(net.state_dict()) == names


def test_an_empty_sequential_is_the_identity():
    x = Tensor(np.ones(2))
    assert nn.Sequential()(x) is x


def residual_jacobian(body, shortcut=None):
    """∂y/∂x for one sample of 3 numbers, row by row by the tape."""
    block, point = nn.Residual(body, shortcut).astype("float64"), rng.standard_normal((1, 3))
    rows = []
    for dout in np.eye(3)[:, None]:
        x = Tensor(point, requires_grad=True)
        block(x).backward(dout)
        rows.append(x.grad[0])
    return np.array(rows), point


@pytest.mark.topic("R165")
def test_the_gradient_of_a_skip_is_1_plus_the_branch():
    branch = nn.Sequential(nn.Affine(3, 8), nn.Tanh(), nn.Affine(8, 3))
    jacobian, point = residual_jacobian(branch)

    def of_branch(i):
        return gradcheck.numerical_gradient(lambda x: branch(x).data[:, i].sum(), point)[0]

    np.testing.assert_allclose(jacobian, np.eye(3) + np.array([of_branch(i) for i in range(3)]), rtol=0, atol=1e-9)


@pytest.mark.topic("R165")
def test_with_a_branch_of_zero_it_is_the_identity_and_the_gradient_1():
    branch = nn.Sequential(nn.Affine(3, 8), nn.ReLU(), nn.Affine(8, 3))
    branch[2].weight.data = np.zeros((3, 8))
    jacobian, point = residual_jacobian(branch)
    np.testing.assert_array_equal(jacobian, np.eye(3))
    np.testing.assert_array_equal(nn.Residual(branch)(point).data, point)


def test_with_a_shortcut_of_its_own():
    shortcut = nn.Affine(3, 2, bias=False)
    block = nn.Residual(nn.Affine(3, 2), shortcut)
    x = rng.standard_normal((4, 3)).astype("float32")
    np.testing.assert_allclose(block(x).data, block.body(x).data + x @ shortcut.weight.data.T, rtol=1e-6)
    assert list(block.state_dict()) == ["body.weight", "body.bias", "shortcut.weight"]


@pytest.mark.topic("R165")
def test_something_arrives_through_50_layers():
    """50 small branches: without skips the gradient is gone after a few, with them it arrives whole."""

    def arriving(wrap):
        x = Tensor(np.ones((1, 8)), requires_grad=True)
        y = x
        for seed in range(50):
            y = wrap(nn.Sequential(nn.Affine(8, 8, rng=np.random.default_rng(seed)), Shrink()).astype("float64"))(y)
        y.sum().backward()
        return np.abs(x.grad).mean()

    assert arriving(lambda branch: branch) < 1e-30
    assert 0.1 < arriving(nn.Residual) < 10


class Shrink(nn.Module):
    def forward(self, x):
        return ops.mul(x, 0.02)


def test_a_sequential_with_a_part_of_its_own_trains_it_too():
    class WithHead(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Affine(3, 4))
            self.head = nn.Affine(4, 2)

    assert [name for name, _ in WithHead().named_parameters()] == ["0.weight", "0.bias", "head.weight", "head.bias"]

"""What the tests of the optimisers share: the rules, CS231n's grids, and small problems to descend on."""

import numpy as np
import pytest
from hypothesis import settings

from npdl import Tensor, nn, ops, optim

RULES = {
    "sgd": lambda parameters: optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: optim.Momentum(parameters, lr=0.05, momentum=0.8),
    "momentum, lr outside": lambda parameters: optim.Momentum(parameters, lr=0.05, momentum=0.8, lr_inside=False),
    "nesterov": lambda parameters: optim.Nesterov(parameters, lr=0.05, momentum=0.8),
    "nesterov, lr outside": lambda parameters: optim.Nesterov(parameters, lr=0.05, momentum=0.8, lr_inside=False),
    "adagrad": lambda parameters: optim.Adagrad(parameters, lr=0.1),
    "rmsprop": lambda parameters: optim.RMSProp(parameters, lr=0.01, decay=0.9),
    "adam": lambda parameters: optim.Adam(parameters, lr=0.02, betas=(0.8, 0.95)),
    "adamw": lambda parameters: optim.AdamW(parameters, lr=0.02, betas=(0.8, 0.95), weight_decay=0.1),
}
LAWS = settings(max_examples=60, deadline=None, derandomize=True)
EACH_RULE = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)

_rng = np.random.default_rng(0)
X, Y = _rng.standard_normal((12, 1, 6, 6)).astype("float32"), _rng.integers(0, 3, 12)


def network(seed=1):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, rng=rng), nn.BatchNorm(2), nn.ReLU(), nn.Flatten(), nn.Affine(32, 3, bias=False, rng=rng)
    )


def train(model, optimizer, steps, *after):
    """The loss of each step on all of X; what is in `after` is called at the end of each."""
    losses = []
    for _ in range(steps):
        loss = ops.softmax_cross_entropy(model(Tensor(X)), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for call in after:
            call()
        losses.append(loss.item())
    return losses


def grid(low, high):
    """CS231n's test input: 20 numbers from low to high, 4×5."""
    return np.linspace(low, high, 20).reshape(4, 5)


def one_step(rule, w, g, **state):
    """One step from w with gradient g and the given state; returns the new w and the new state."""
    parameter = nn.Parameter(w.copy())
    optimizer = rule([parameter])
    optimizer.state[0] = state
    parameter.grad = g
    optimizer.step()
    return parameter.data, optimizer.state[0]


def descend(rule, gradient, w0, steps):
    """w_0, w_1, ..., w_steps by the rule, for a loss with this gradient: (steps + 1, *w0.shape)."""
    parameter = nn.Parameter(np.array(w0, dtype=np.float64))
    optimizer, path = rule([parameter]), [np.array(w0, dtype=np.float64)]
    for _ in range(steps):
        parameter.grad = gradient(parameter.data)
        optimizer.step()
        path.append(parameter.data.copy())
    return np.array(path)


def bumpy(w):
    """The gradient of Σ (c w² / 2 + cos 3w), steep in some directions and flat in others."""
    return np.geomspace(0.1, 10, w.size).reshape(w.shape) * w - 3 * np.sin(3 * w)


class Regression:
    """Softmax regression of 40 points, 4 features, 3 classes, in batches of 7: in npdl and in PyTorch, float64."""

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((40, 4)), rng.integers(0, 3, 40)
    weight, bias = rng.standard_normal((3, 4)), rng.standard_normal(3)

    def batches(self, steps):
        order = np.random.default_rng(1)
        return [order.permutation(40)[:7] for _ in range(steps)]

    def path(self, rule, steps):
        """The weights after each step: (steps, 15)."""
        weight, bias = nn.Parameter(self.weight.copy()), nn.Parameter(self.bias.copy())
        optimizer, path = rule([weight, bias]), []
        for batch in self.batches(steps):
            scores = ops.affine(Tensor(self.x[batch]), weight.T, bias)
            optimizer.zero_grad()
            ops.softmax_cross_entropy(scores, self.y[batch]).backward()
            optimizer.step()
            path.append(np.concatenate([weight.data.ravel(), bias.data]))
        return np.array(path)

    def torch_path(self, torch, rule, steps):
        torch.set_num_threads(1)
        weight, bias = torch.tensor(self.weight, requires_grad=True), torch.tensor(self.bias, requires_grad=True)
        optimizer, path = rule([weight, bias]), []
        for batch in self.batches(steps):
            scores = torch.tensor(self.x[batch]) @ weight.T + bias
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(scores, torch.tensor(self.y[batch])).backward()
            optimizer.step()
            path.append(np.concatenate([weight.detach().numpy().ravel(), bias.detach().numpy()]))
        return np.array(path)

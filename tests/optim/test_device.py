"""All of npdl.optim on the strict look-alike of a GPU array: the same numbers; no step waits for the device."""

import numpy as np
import pytest

from npdl import backend, nn, optim
from tests.optim.helpers import EACH_RULE
from tests.strict.array import StrictArray, module, syncs

W = np.random.default_rng(0).standard_normal((2, 3)).astype("float32")


@pytest.fixture(autouse=True)
def device(monkeypatch):
    monkeypatch.setitem(backend.modules, StrictArray, module)


def run(rule, upload, wrap, steps=4):
    """Weights after some steps with decay, clipping, a schedule and an average; and the average and all states."""
    parameters = [nn.Parameter(upload(W)), nn.Parameter(upload(W[0]))]
    given = wrap(parameters)
    optimizer = rule(given)
    optimizer.weight_decay = 0.1
    schedule, ema = optim.Schedule(optimizer, optim.cosine(5)), optim.EMA(given, 0.9)
    for _ in range(steps):
        optimizer.zero_grad()
        for p in parameters:
            g = 3 * p.data * p.data - 1
            if p.grad is None:
                p.grad = g
            else:
                p.grad += g
        optim.clip_grad_value(given, 2.0)
        optim.clip_grad_norm(given, 1.0)
        before = syncs.total()
        optimizer.step()
        ema.update()
        schedule.step()
        assert syncs.total() == before
    with ema.swap():
        averaged = [backend.to_numpy(p).copy() for p in parameters]
    weights = [backend.to_numpy(p) for p in parameters]
    return weights, averaged, optimizer, ema


@EACH_RULE
@pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
def test_it_computes_the_same_there(rule, wrap):
    host, device = run(rule, np.array, wrap), run(rule, module.asarray, wrap)
    for here, there in zip(host[:2], device[:2]):
        for a, b in zip(here, there):
            np.testing.assert_array_equal(a, b)
    for here, there in zip(host[2:], device[2:]):
        a, b = here.state_dict(), there.state_dict()
        assert a.keys() == b.keys() and all(type(array) is np.ndarray for array in b.values())
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])
        there.load_state_dict(a)
        assert all(there.state_dict()[name].tobytes() == a[name].tobytes() for name in a)
    for state in device[2].state.values():
        assert all(isinstance(v, (int, StrictArray)) for v in state.values())

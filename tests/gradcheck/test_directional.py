"""Directional mode: its cost does not grow with the inputs, and it finds the entries that are wrong."""

import numpy as np
import pytest

from gradcheck import check
from npdl import ops
from tests.strict.array import StrictArray, module

rng = np.random.default_rng(6)


def network(x, w1, b1, w2, b2):
    h = np.maximum(x @ w1 + b1, 0)
    return h @ w2 + b2, (x, w1, h, w2)


def network_backward(dout, cache):
    x, w1, h, w2 = cache
    dh = dout @ w2.T * (h > 0)
    return dh @ w1.T, x.T @ dh, dh.sum(axis=0), h.T @ dout, dout.sum(axis=0)


INPUTS = {
    "x": rng.standard_normal((5, 40)),
    "w1": rng.standard_normal((40, 300)) / 6,
    "b1": np.zeros(300),
    "w2": rng.standard_normal((300, 7)) / 17,
    "b2": np.zeros(7),
}


def wrong_in(name, change):
    """The network's backward with a change made to one gradient."""

    def backward(dout, cache):
        gradients = dict(zip(INPUTS, network_backward(dout, cache)))
        gradients[name] = change(gradients[name].copy())
        return tuple(gradients.values())

    return backward


def test_all_inputs_together_cost_no_more_than_one():
    report = check(network, network_backward, INPUTS)
    assert report.mode == "directional" and report.ok and report.forwards < 50
    assert [r.total for r in report.inputs.values()] == [x.size for x in INPUTS.values()]


@pytest.mark.parametrize("name", INPUTS)
def test_a_thousandth_in_one_entry_of_one_input_is_found_where_it_is(name):
    index = tuple(n // 2 for n in INPUTS[name].shape)

    def change(gradient):
        gradient[index] += 1e-3 * np.sqrt(np.mean(gradient**2))
        return gradient

    report = check(network, wrong_in(name, change), INPUTS, mode="directional")
    assert [n for n, r in report.inputs.items() if not r.ok] == [name]
    assert report.inputs[name].index == index and report.inputs[name].wrong == 1


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("change", [lambda g: 0 * g, lambda g: g * 1.001, lambda g: -g, lambda g: np.roll(g, 1)])
def test_a_whole_gradient_that_is_wrong(name, change):
    report = check(network, wrong_in(name, change), INPUTS, mode="directional")
    assert [n for n, r in report.inputs.items() if not r.ok] == [name]
    assert report.inputs[name].wrong > 0.5 * INPUTS[name].size
    assert np.isfinite(report.inputs[name].numeric)


def test_several_wrong_entries_are_all_found():
    where = [(3, 5), (17, 200), (39, 299)]

    def change(gradient):
        for index in where:
            gradient[index] += 1
        return gradient

    report = check(network, wrong_in("w1", change), INPUTS, mode="directional")
    assert report.inputs["w1"].wrong == 3 and "3 found by bisection" in str(report)
    found = report.case.wrong["w1"]
    assert {tuple(map(int, i)) for i in np.argwhere(found)} == set(where)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite(value):
    def change(gradient):
        gradient[2, 3] = value
        return gradient

    report = check(network, wrong_in("w2", change), INPUTS, mode="directional")
    assert report.inputs["w2"].verdict == "not finite" and report.inputs["w2"].index == (2, 3)


def test_the_directions_follow_the_seed():
    seen = []

    def forward(x):
        seen.append(x.copy())
        return np.sin(x), x

    def points(seed):
        seen.clear()
        check(forward, lambda dout, x: np.cos(x) * dout, [INPUTS["x"]], mode="directional", seed=seed)
        return np.array(seen)

    assert (points(1) == points(1)).all() and (points(1)[-1] != points(2)[-1]).any()


# Arrays of another library: the strict look-alike of a GPU array refuses to be mixed with NumPy's.


@pytest.fixture
def strict(monkeypatch):
    from gradcheck import arrays
    from npdl import backend

    monkeypatch.setitem(backend.modules, StrictArray, module)
    monkeypatch.setitem(arrays.modules, StrictArray, module)


def test_device_arrays_are_judged_by_the_same_code(strict):
    inputs = {
        "x": module.asarray(rng.standard_normal((2, 3, 7, 6))),
        "w": module.asarray(rng.standard_normal((4, 3, 3, 2))),
        "b": module.asarray(rng.standard_normal(4)),
    }
    for mode in ("auto", "full"):
        for dtype in ("float64", "float32"):
            report = check(ops.conv2d_forward, ops.conv2d_backward, inputs, mode=mode, dtype=dtype, stride=2, pad=1)
            assert report.ok and report.mode == ("directional" if mode == "auto" else "full"), str(report)

    def wrong(dout, cache):
        dx, dw, db = ops.conv2d_backward(dout, cache)
        return dx, dw * 1.001, db

    report = check(ops.conv2d_forward, wrong, inputs, stride=2, pad=1)
    assert [name for name, r in report.inputs.items() if not r.ok] == ["w"], str(report)

"""Warnings about inputs: each one for the input that deserves it, and none for characteristic inputs."""

import re

import numpy as np
import pytest

import npdl.faults  # noqa: F401  its inputs are judged below
from gradcheck import blindspots, check, faults
from gradcheck.case import Case
from gradcheck.inputs import Draw, inputs

d = Draw(0)


def case(inputs, out, *, douts=None, **more):
    """A Case of these inputs whose (first) output is out."""
    outs = out if isinstance(out, tuple) else (out,)
    douts = tuple(d.gaussian(*np.shape(o)) for o in outs) if douts is None else douts
    wanted = [name for name, x in inputs.items() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    wanted = [name for name in wanted if name not in more.get("mutable", ())]
    return Case(inputs, wanted, outs, douts, None, more.pop("options", {}), {}, **more)


def affine(**changes):
    x, w, b = d.arrays("N D", "D M", "M")
    return {"x": x, "w": w, "b": b, **changes}


X, W, B = affine().values()
IMAGE, KERNEL = d.gaussian(3, 2, 7, 6), d.gaussian(5, 2, 3, 3)
OUT = d.gaussian(3, 2)


def conv(options, kernel=KERNEL, **more):
    return case({"x": IMAGE, "w": kernel, "b": d.gaussian(5)}, d.gaussian(3, 5, 4, 3), options=options, **more)


def pool(options, **inputs):
    return case({"x": IMAGE, **inputs}, d.gaussian(3, 2, 3, 2), options=options)


def one_sided(f, x):
    def run_forward(values):
        return (np.asarray(f(values["x"])),), None

    return case({"x": x}, f(x), run_forward=run_forward)


BLIND = {
    "dout of ones": (case(affine(), OUT, douts=(np.ones((3, 2)),)), "dout is 1 everywhere"),
    "dout of zeros": (case(affine(), OUT, douts=(np.zeros((3, 2)),)), "dout is 0 everywhere"),
    "the second dout": (case(affine(), (OUT, OUT), douts=(OUT, np.ones((3, 2)))), r"dout\[1\] is 1 everywhere"),
    "one sample": (case(affine(x=X[:1]), OUT[:1]), "x holds one sample: a mean in place of a sum"),
    "one sample, a loss": (case({"x": X[:1]}, 0.3), "x holds one sample"),
    "one time step": (case({"x": d.gaussian(3, 1, 5), "w": W}, d.gaussian(3, 1, 2)), "axis 1 of x has length 1"),
    "gamma of ones": (case(affine(b=np.ones(2)), OUT), "b is 1 everywhere: a factor b"),
    "beta of zeros": (case(affine(b=np.zeros(2)), OUT), "b is 0 everywhere: a mistake in what is multiplied by b"),
    "initial state of zeros": (case({**affine(), "h0": np.zeros((3, 2))}, OUT), "h0 is 0 everywhere"),
    "a constant": (case(affine(b=np.full(2, 0.3)), OUT), "b is 0.3 everywhere: entries of b"),
    "equal axes": (case({"x": d.gaussian(5, 5), "w": W}, d.gaussian(5, 2)), "axes 0 and 1 of x have the same length 5"),
    "a mask of one value": (
        case(affine(m=np.ones((3, 5), bool)), OUT),
        "m is True everywhere: a backward that ignores",
    ),
    "an integer mask": (case(affine(mask=np.ones((3, 5), int)), OUT), "mask is 1 everywhere"),
    "a mask as option": (case(affine(), OUT, options={"mask": np.zeros(3, bool)}), "mask is False everywhere"),
    "ids that do not repeat": (
        case({"ids": np.array([[3, 1], [0, 2]]), "W": d.gaussian(7, 5)}, d.gaussian(2, 2, 5)),
        "no id occurs twice in ids: gradients of W that are overwritten",
    ),
    "p = 0.5": (case({"x": X}, X, options={"p": 0.5}), "p = 0.5: p in place of 1 - p"),
    "p in a dict": (case({"x": X, "dropout_param": {"p": 0.5}}, X), r"dropout_param\['p'\] = 0.5"),
    "nothing is dropped": (case({"x": X}, X, options={"p": 0.0}), "p = 0 drops nothing"),
    "everything is kept": (case({"x": X}, X, options={"keep_prob": 1.0}), "keep_prob = 1 drops nothing"),
    "tau = 1": (case({"x": X}, X, options={"tau": 1.0}), "tau = 1: a temperature that backward forgets"),
    "reg = 0": (case({"x": X, "reg": 0.0}, X), "reg = 0: a mistake in the gradient of the regularisation"),
    "scale = 1": (case({"x": X}, X, options={"scale": 1}), "scale = 1: a factor that backward forgets"),
    "pooling without overlap": (pool({"size": 2, "stride": 2}), "stride = 2 = pool size: windows do not overlap"),
    "pooling by default": (
        case({"x": IMAGE}, d.gaussian(3, 2, 2, 3), options={"size": (3, 2)}),
        r"stride = \(3, 2\) = pool size",
    ),
    "pooling in CS231n's words": (
        pool({}, pool_param={"pool_height": 2, "pool_width": 3, "stride": 3}),
        r"pool_param\['stride'\] = 3 >= pool size",
    ),
    "conv without overlap": (conv({"stride": 3, "pad": 1}), "stride = 3 = kernel: windows do not overlap"),
    "conv, a larger stride": (conv({"stride": (3, 4), "pad": 1}), r"stride = \(3, 4\) >= kernel"),
    "conv with nothing special": (conv({"stride": 1, "pad": 0}), "stride = 1 and pad = 0: a backward that ignores"),
    "conv by default": (conv({}, op="conv2d"), "stride = 1 and pad = 0"),
    "relu of positive numbers": (one_sided(lambda x: np.maximum(x, 0), d.positive(3, 5)), r"x is nowhere negative"),
    "relu of negative numbers": (one_sided(lambda x: np.maximum(x, 0), -d.positive(3, 5)), r"x is nowhere positive"),
    "kinks": (case({"x": X}, X, kinks={"x": X > 0}), r"\d+% of x lie on a kink"),
}


@pytest.mark.parametrize("blind, expected", BLIND.values(), ids=BLIND)
def test_a_blind_spot_is_named_once_and_nothing_else_is(blind, expected):
    (warning,) = blindspots.warnings(blind)
    assert re.search(expected, warning), warning
    assert warning.endswith(("show", "show them", "show (a mask x > 0)", "distinct numbers"))


GOOD = {
    "affine": case(affine(), OUT),
    "a loss with one dout": case(affine(), 0.3, douts=(np.ones(()),)),
    "one entry of dout": case(affine(), np.ones(1), douts=(np.ones(1),)),
    "one sample of an activation": case({"x": X[:1]}, X[:1]),
    "a bias of one row": case({"b": d.gaussian(1, 5), "x": X}, X),
    "running statistics": case({**affine(), "mean": np.zeros(2), "var": np.ones(2)}, OUT, mutable=("mean", "var")),
    "conv": conv({"stride": 2, "pad": 1}),
    "conv with padding alone": conv({"stride": 1, "pad": ((1, 0), (0, 1))}),
    "conv, overlap in one direction": conv({"stride": (3, 2), "pad": 1}),
    "conv, dilated": conv({"stride": 2, "pad": 1, "dilation": 2}, kernel=d.gaussian(5, 2, 2, 2)),
    "pooling": pool({"size": 3, "stride": 2}),
    "pooling with stride 1": case({"x": IMAGE}, d.gaussian(3, 2, 5, 4), options={"size": 3, "stride": 1, "pad": 0}),
    "pooling, CS231n": pool({}, pool_param={"pool_height": 3, "pool_width": 3, "stride": 2}),
    "upsampling": case({"x": IMAGE}, d.gaussian(3, 2, 14, 12), options={"size": 2}),
    "resizing": case({"x": IMAGE}, d.gaussian(3, 2, 5, 4), options={"size": (5, 4)}),
    "a size that is none": pool({"size": None, "stride": "same"}),
    "a transpose": case({"x": d.gaussian(3, 3, 2)}, d.gaussian(3, 2, 3)),
    "dropout": case({"x": X}, X, options={"p": d.hyper(0.1, 0.4)}),
    "dropout in test mode": case({"x": X}, X, options={"p": 0.0, "training": False}),
    "a mask": case({"x": X, "mask": d.mask(3, 5)}, X),
    "embedding": case({"ids": d.tokens(7, 2, 3), "W": d.gaussian(7, 5)}, d.gaussian(2, 3, 5)),
    "labels of one class": case({"x": X, "y": np.array([1, 1, 1])}, d.gaussian(3)),
    "labels": case({"x": X, "y": np.array([2, 0, 1])}, d.gaussian(3)),
    "a sequence": case({"x": d.gaussian(3, 5, 2), "w": W}, d.gaussian(3, 5, 2)),
    "log of positive numbers": one_sided(np.log, d.positive(3, 5)),
    "something linear of positive numbers": one_sided(lambda x: 3 * x[1:] + 2, d.positive(3, 5)),
    "relu": one_sided(lambda x: np.maximum(x, 0), d.off_zero(3, 5)),
    "one entry": one_sided(lambda x: np.maximum(x, 0), np.array([2.0])),
    "few kinks": case({"x": d.gaussian(10, 11)}, X, kinks={"x": np.arange(110) < 5}),
    "no output": case({"x": np.empty((0, 3))}, np.empty((0, 3))),
}


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_good_inputs_get_no_warning(good):
    assert blindspots.warnings(good) == []


def test_a_forward_that_refuses_negative_numbers_is_no_fault():
    def refuse(values):
        raise RuntimeError("below zero")

    x = d.positive(3, 5)
    assert blindspots.warnings(case({"x": x}, x**0.5, run_forward=refuse)) == []


def test_several_blind_spots_are_all_named():
    warnings = blindspots.warnings(case(affine(x=X[:1], b=np.zeros(2)), OUT[:1], douts=(np.ones((1, 2)),)))
    assert [w.split(" ")[0] for w in warnings] == ["dout", "x", "b"]


@pytest.mark.parametrize("op", sorted(faults.registry))
def test_the_inputs_of_the_dictionary_have_no_blind_spot(op):
    for seed in range(3):
        arrays, options = inputs(op, seed)

        def run_forward(values, options=options):
            out, cache = faults.registry[op].forward(*values.values(), **options)
            return out if isinstance(out, tuple) else (out,), cache

        outs = tuple(np.asarray(out) for out in run_forward(arrays)[0])
        assert blindspots.warnings(case(arrays, outs, options=options, op=op, run_forward=run_forward)) == []


def test_a_report_holds_the_warnings():
    def forward(x, gamma):
        return x * gamma, (x, gamma)

    def backward(dout, cache):
        x, _ = cache  # gamma is forgotten, and nobody sees it
        return dout * 1.0, (dout * x).sum(axis=0)

    report = check(forward, backward, {"x": X, "gamma": np.ones(5)})
    assert report.ok and report.warnings == [
        "gamma is 1 everywhere: a factor gamma that backward forgets, or puts elsewhere, cannot show"
    ]
    assert not check(forward, backward, {"x": X, "gamma": d.off_zero(5)}).ok

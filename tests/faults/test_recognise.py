"""The op of a check is recognised however its arguments are given."""

import numpy as np

import npdl.faults  # noqa: F401
from gradcheck import faults
from gradcheck.case import Case
from gradcheck.faults.recognise import plain_options, recognise
from npdl import ops

RNG = np.random.default_rng(0)


def check(reference, arrays, options, given, keywords):
    """The Case of a check of right code whose inputs and options are `given` and `keywords`."""
    out, _ = reference(*arrays, **options)
    outs = out if isinstance(out, tuple) else (out,)
    douts = tuple(RNG.standard_normal(np.shape(o)) for o in outs)
    wanted = [name for name, x in given.items() if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    return Case(given, wanted, outs, douts, None, keywords, {name: np.ones(given[name].shape) for name in wanted})


def names(case):
    return [known.op.name for known in recognise(case)]


def conv_arrays():
    return RNG.standard_normal((2, 3, 7, 6)), RNG.standard_normal((5, 3, 3, 3)), RNG.standard_normal(5)


def test_options_in_a_dict():
    x, w, b = conv_arrays()
    given = {"x": x, "w": w, "b": b, "conv_param": {"stride": 2, "pad": 1}}
    case = check(ops.conv2d_forward, (x, w, b), {"stride": 2, "pad": 1}, given, {})
    assert "conv2d" in names(case)


def test_options_in_a_closure_are_guessed():
    x, w, b = conv_arrays()
    case = check(ops.conv2d_forward, (x, w, b), {"stride": 2, "pad": 1}, {"x": x, "w": w, "b": b}, {})
    known = next(known for known in recognise(case) if known.op.name == "conv2d")
    assert known.arguments["stride"] == 2 and known.arguments["pad"] == 1


def test_pool_sizes_of_two_names():
    x = RNG.standard_normal((2, 3, 7, 7))
    pool_param = {"pool_height": 3, "pool_width": 2, "stride": 2}
    assert plain_options(pool_param)["size"] == (3, 2)
    case = check(ops.max_pool2d_forward, (x,), {"size": (3, 2), "stride": 2}, {"x": x, "pool_param": pool_param}, {})
    assert "max_pool2d" in names(case)


def test_batchnorm_in_both_modes():
    x, gamma, beta = RNG.standard_normal((7, 5)), RNG.standard_normal(5), RNG.standard_normal(5)
    given = {"x": x, "gamma": gamma, "beta": beta}
    train = {**given, "bn_param": {"mode": "train", "eps": 1e-3}}
    assert "batchnorm" in names(check(ops.batchnorm_forward, (x, gamma, beta), {"eps": 1e-3}, train, {}))
    running = {"running_mean": RNG.standard_normal(5), "running_var": RNG.uniform(1, 2, 5)}
    test = {**given, "bn_param": {"mode": "test", **running}}
    case = check(ops.batchnorm_forward, (x, gamma, beta, *running.values()), {"training": False}, test, {})
    assert "batchnorm_test" in names(case)


def test_the_running_statistics_of_a_check_are_not_changed():
    x, gamma, beta, mean, var = RNG.standard_normal((7, 5)), *RNG.uniform(1, 2, (4, 5))
    given = {"x": x, "gamma": gamma, "beta": beta, "running_mean": mean.copy(), "running_var": var.copy()}
    case = check(ops.batchnorm_forward, (x, gamma, beta), {}, given, {})
    assert "batchnorm" in names(case)
    assert (given["running_mean"] == mean).all() and (given["running_var"] == var).all()


def test_dropout_by_the_mask_that_its_outputs_show():
    x = RNG.standard_normal((5, 7))
    options = {"p": 0.4, "rng": np.random.default_rng(1)}
    given = {"x": x, "dropout_param": {"mode": "train", "p": 0.6, "seed": 1}}
    case = check(ops.dropout_forward, (x,), options, given, {})
    case.gradients["x"] = case.douts[0]
    finding = faults.findings(case)[0]
    assert finding.guess == "the mask is not applied to dout"


def test_an_op_that_is_told_is_the_only_one():
    x = np.abs(RNG.standard_normal((3, 5)))
    case = check(ops.relu_forward, (x,), {}, {"x": x}, {})
    assert set(names(case)) >= {"relu", "leaky_relu", "abs"}
    case.op = "relu_forward"
    assert names(case) == ["relu"]


def test_another_function_is_no_known_op():
    x = RNG.standard_normal((3, 5))
    case = check(lambda x: (np.sin(x) * x, None), (x,), {}, {"x": x}, {})
    assert names(case) == []


def test_gradients_that_are_no_arrays_have_no_name():
    x = RNG.standard_normal((3, 5))
    case = check(ops.relu_forward, (x,), {}, {"x": x}, {})
    for gradient in (None, "dx", np.ones(3)):
        case.gradients = {"x": gradient}
        assert faults.findings(case) == []

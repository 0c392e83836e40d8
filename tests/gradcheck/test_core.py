"""gradcheck: right pairs pass, every planted fault fails, and nothing of the caller's is changed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradcheck import check, numerical_gradient

rng = np.random.default_rng(1)
X, W, B = rng.standard_normal((4, 3)), rng.standard_normal((3, 3)), rng.standard_normal(3)
INPUTS = dict(x=X, w=W, b=B)


def forward(x, w, b):
    """The mean over n of tanh(x w + b): every kind of fault below can hide in its backward."""
    y = np.tanh(x @ w + b)
    return y.mean(axis=0), (x, w, y)


def backward(dout, cache):
    x, w, y = cache
    dz = dout / len(x) * (1 - y * y)
    return dz @ w.T, x.T @ dz, dz.sum(axis=0)


def faulty(change):
    """backward with one change made to its (dx, dw, db)."""
    return lambda dout, cache: change(*backward(dout, cache))


def one_entry(dw):
    dw = dw.copy()
    dw[1, 2] *= 1.001
    return dw


def broken(dw, value):
    dw = dw.copy()
    dw[1, 2] = value
    return dw


# A right pair passes.


def test_a_right_pair_passes():
    report = check(forward, backward, INPUTS)
    assert report.ok and report.worst < 1e-8
    assert list(report.inputs) == ["x", "w", "b"]
    assert [r.total for r in report.inputs.values()] == [12, 9, 3]
    assert all(r.wrong == 0 and r.ok for r in report.inputs.values())


def test_inputs_may_be_a_sequence_and_float32():
    report = check(forward, backward, [X.astype("float32"), W, B])
    assert report.ok and list(report.inputs) == ["x", "w", "b"]


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
def test_a_right_pair_passes_at_any_scale_and_a_wrong_one_fails(scale):
    def cube(x):
        return x * x * x / scale**2, x

    assert check(cube, lambda dout, x: 3 * x * x / scale**2 * dout, [scale * X]).ok
    assert not check(cube, lambda dout, x: 3.0001 * x * x / scale**2 * dout, [scale * X]).ok
    assert check(lambda x: (scale * x, None), lambda dout, _: scale * dout, [X]).ok


def test_a_pair_with_several_outputs():
    def split(x):
        return (x[:2] ** 2, 3 * x[2:]), x

    def split_backward(douts, x):
        return np.concatenate([2 * x[:2] * douts[0], 3 * douts[1]])

    assert check(split, split_backward, [X]).ok
    swapped = check(split, lambda douts, x: split_backward(douts[::-1], x), [X])
    assert not swapped.ok


def test_numbers_without_axes():
    assert check(lambda x: (x * x, x), lambda dout, x: 2 * x * dout, [np.array(3.0)]).ok
    assert check(lambda x: (np.sum(x * x), x), lambda dout, x: 2 * x * dout, [X]).ok


# Every fault fails, in the input where it is.

FAULTS = {
    "sign": (lambda dx, dw, db: (dx, -dw, db), "w"),
    "factor 2": (lambda dx, dw, db: (dx, 2 * dw, db), "w"),
    "missing 1/N": (lambda dx, dw, db: (dx, 4 * dw, db), "w"),
    "transposed": (lambda dx, dw, db: (dx, dw.T, db), "w"),
    "off by a millionth": (lambda dx, dw, db: (dx, dw * (1 + 1e-6), db), "w"),
    "one entry": (lambda dx, dw, db: (dx, one_entry(dw), db), "w"),
    "zero": (lambda dx, dw, db: (dx, 0 * dw, db), "w"),
    "not summed": (lambda dx, dw, db: (dx, dw, np.tile(db, (4, 1))), "b"),
    "summed too far": (lambda dx, dw, db: (dx, dw, db.sum()), "b"),
    "keepdims": (lambda dx, dw, db: (dx, dw, db[None]), "b"),
    "None": (lambda dx, dw, db: (dx, None, db), "w"),
    "left out": (lambda dx, dw, db: (dx, dw), "b"),
    "nan": (lambda dx, dw, db: (dx, broken(dw, np.nan), db), "w"),
    "inf": (lambda dx, dw, db: (dx, broken(dw, np.inf), db), "w"),
}


@pytest.mark.parametrize("change, where", FAULTS.values(), ids=FAULTS)
def test_a_fault_fails_and_is_found_where_it_is(change, where):
    report = check(forward, faulty(change), INPUTS)
    assert not report.ok
    assert [name for name, r in report.inputs.items() if not r.ok] == [where]
    assert report.worst == report.inputs[where].worst > 1e-7


@pytest.mark.parametrize("change", [one_entry, lambda dw: broken(dw, np.nan), lambda dw: broken(dw, np.inf)])
def test_the_report_points_at_the_wrong_entry_and_counts_it(change):
    report = check(forward, faulty(lambda dx, dw, db: (dx, change(dw), db)), INPUTS).inputs["w"]
    assert report.index == (1, 2) and report.wrong == 1 and report.total == 9
    right = check(forward, backward, INPUTS, seed=0).inputs["w"]
    assert right.ok and not np.isclose(report.analytic, report.numeric, rtol=1e-6)


def test_gradients_in_a_list_are_as_good_as_in_a_tuple():
    assert check(forward, lambda dout, cache: list(backward(dout, cache)), INPUTS).ok


def test_a_gradient_that_is_zero_passes():
    """A shift before a standardisation changes nothing: both gradients are rounding, of no size to compare with."""

    def standardise(x, shift):
        centred = x + shift - (x + shift).mean(axis=0)
        std = centred.std(axis=0)
        return centred / std, (centred / std, std)

    def standardise_backward(dout, cache):
        xhat, std = cache
        dx = (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0)) / std
        return dx, dx.sum(axis=0)

    report = check(standardise, standardise_backward, dict(x=X, shift=B))
    assert report.ok, report


def test_dout_is_not_the_x_of_everybody_who_starts_with_default_rng_0():
    """With dout = x a standardisation has gradient zero, and a right pair would fail and a wrong one pass."""
    seen = []
    check(lambda x: (2 * x, None), lambda dout, _: seen.append(dout) or 2 * dout, [X])
    assert (seen[0] != np.random.default_rng(0).standard_normal(X.shape)).all()


# What is given is respected.


def test_a_dout_of_ones_can_be_asked_for():
    softmax = lambda x: (np.exp(x) / np.exp(x).sum(), x)  # noqa: E731
    wrong = lambda dout, x: 0 * x  # noqa: E731  (right for dout = 1 alone: the probabilities always add to 1)
    assert not check(softmax, wrong, [B]).ok
    seen = []
    check(lambda x: (2 * x, None), lambda dout, _: seen.append(dout) or 2 * dout, [X], dout=np.ones_like(X))
    assert (seen[0] == 1).all()


def test_the_seed_fixes_dout():
    first, again, other = (check(forward, backward, INPUTS, seed=seed).case.douts[0] for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize("fixed", [np.array([2, 0, 1, 2]), np.array([True, False, True, True]), None, 3, "mean"])
def test_inputs_that_are_no_floats_are_held_fixed(fixed):
    def scaled(x, anything):
        assert anything is None or type(anything) is type(fixed)
        return 3 * x, None

    report = check(scaled, lambda dout, _: 3 * dout, dict(x=X, fixed=fixed))
    assert report.ok and list(report.inputs) == ["x"]


def test_mutable_inputs_are_restored_before_every_call():
    """forward reads the running mean that it updates: without a fresh copy each call would be another function."""
    running = np.full(3, 5.0)
    seen = []

    def centre(x, running):
        seen.append(running.copy())
        y = (x - running) ** 2
        running *= 0.9
        return y, y

    def centre_backward(dout, y):
        return 2 * (X - 5) * dout, None

    report = check(centre, centre_backward, dict(x=X, running=running), mutable=("running",))
    assert report.ok and list(report.inputs) == ["x"]
    assert len(seen) > 20 and all((r == 5).all() for r in seen) and (running == 5).all()


def test_the_arrays_of_the_caller_stay_as_they_are():
    def careless(x, w):
        y = x @ w
        x *= 0  # in place
        return y, w

    def careless_backward(dout, w):
        dx = dout @ w.T
        dout *= 0
        return dx, None

    x, w, dout = X.copy(), W.copy(), np.ones((4, 3))
    assert check(careless, careless_backward, dict(x=x, w=w), dout=dout).inputs["x"].ok
    assert (x == X).all() and (w == W).all() and (dout == 1).all()


def test_a_random_generator_in_the_options_draws_the_same_in_every_call():
    def dropout(x, *, rng):
        mask = rng.random(x.shape) > 0.5
        return x * mask, mask

    generator = np.random.default_rng(7)
    before = generator.bit_generator.state
    assert check(dropout, lambda dout, mask: dout * mask, [X], options={"rng": generator}).ok
    assert generator.bit_generator.state == before


def test_an_empty_input_has_nothing_wrong():
    report = check(lambda x: (2 * x, None), lambda dout, _: 2 * dout, [np.zeros((0, 3))])
    assert report.ok and report.inputs["x"].total == 0


# The text.


def test_the_report_reads_well():
    report = check(forward, faulty(lambda dx, dw, db: (dx, one_entry(dw), None)), INPUTS)
    first, header, x, w, b, problem = str(report).splitlines()[:6]
    assert first.startswith("FAIL <lambda>   (full mode, seed 0, ")
    assert header.split() == ["input", "shape", "verdict", "wrong", "worst", "at", "yours", "numerical", "ratio"]
    assert x.split()[:5] == ["x", "(4,", "3)", "ok", "0/12"]
    found = report.inputs["w"]
    assert w.split()[3:5] == ["wrong", "1/9"] and f"(1, 2)  {found.analytic:.6g}" in w and w.endswith("1.001")
    assert b.split()[2:5] == ["wrong", "3/3", "inf"]
    assert problem == "  b: no gradient for an input of shape (3,)"
    assert str(check(forward, backward, INPUTS)).startswith("ok backward ")


def test_a_wrong_shape_is_told_with_both_shapes():
    report = check(forward, faulty(lambda dx, dw, db: (dx, dw, db[None])), INPUTS)
    assert "a gradient of shape (1, 3) for an input of shape (3,)" in str(report)


# numerical_gradient.


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize(
    "f, gradient",
    [
        (lambda u: np.sum(u**3), lambda u: 3 * u**2),
        (lambda u: np.sum(np.sin(u)), np.cos),
        (lambda u: np.sum(np.exp(u)), np.exp),
        (lambda u: np.sum(u[0] * u[1]), lambda u: np.stack([u[1], u[0], 0 * u[2], 0 * u[3]])),
        (lambda u: np.log(np.exp(u).sum()), lambda u: np.exp(u) / np.exp(u).sum()),
    ],
)
def test_closed_forms_at_any_scale(f, gradient, scale):
    """f(x / scale), whose slope is 1 / scale times as steep: the step h follows the size of x."""
    numeric = numerical_gradient(lambda x: f(x / scale), scale * X)
    expected = gradient(X) / scale
    np.testing.assert_allclose(numeric, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_dout_weighs_the_outputs():
    dout = rng.standard_normal((4, 3))
    np.testing.assert_allclose(numerical_gradient(np.sin, X, dout), np.cos(X) * dout, rtol=0, atol=1e-9)
    both = numerical_gradient(lambda x: (x * x, 3 * x), X, (dout, np.ones((4, 3))))
    np.testing.assert_allclose(both, 2 * X * dout + 3, rtol=0, atol=1e-8)


def test_large_outputs_that_cancel_do_no_harm():
    """The sum of all outputs is 10⁶ and would swallow the digits; each is subtracted by itself first."""
    dout = np.array([1.0, -1.0] * 500)
    numeric = numerical_gradient(lambda x: 1e3 + x * np.ones(1000), np.array([2.0]), dout + 1e-3)
    np.testing.assert_allclose(numeric, [1.0], rtol=1e-6)


def test_an_entry_much_larger_than_the_others():
    """x + h is rounded, at 10⁶ to a 10,000th of h: so it is divided by the step that was made, not by 2h."""
    x = np.array([1.0, 1.0, 1e6])
    np.testing.assert_allclose(numerical_gradient(lambda v: 3 * v, x, np.ones(3)), 3, rtol=1e-9)


def test_it_does_not_change_x():
    x = X.copy()
    numerical_gradient(lambda v: np.sum(v), x)
    assert (x == X).all()


@pytest.mark.parametrize("x", [np.zeros(3), np.array(0.0), np.array([0.0, 1e-3, 0.0])])
def test_at_zero(x):
    np.testing.assert_allclose(numerical_gradient(lambda v: np.sum(np.sin(v)), x), np.cos(x), rtol=1e-8)


def test_gradcheck_needs_no_npdl():
    root = Path(__file__).parents[2]
    program = (
        "import sys, numpy as np, gradcheck\n"
        "assert gradcheck.check(lambda x: (x * x, x), lambda dout, x: 2 * x * dout, [np.ones(3)]).ok\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('npdl', 'scipy', 'matplotlib')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_large_constant_hides_no_small_error():
    """Outputs near 1e6 round by 1e-10: that explains an error of 1e-4 in a numerical slope, but none of 1e-3."""
    report = check(lambda x: (x + 1e6, None), lambda dout, _: dout * 1.0005, {"x": X})
    assert not report.ok


@pytest.mark.parametrize("x", [np.arange(6).reshape(2, 3), [[1.0, 2.0]]], ids=["integers", "a list"])
def test_nothing_to_check_is_an_error_and_no_ok(x):
    with pytest.raises(ValueError, match=r"floating-point array that is not `mutable`"):
        check(lambda x: (x, None), lambda dout, _: dout, {"x": x})


def test_writing_into_dout_or_an_input_is_a_fault():
    def writes_into_dout(dout, x):
        dout[x <= 0] = 0
        return dout

    def writes_into_x(x):
        np.maximum(x, 0, out=x)
        return x.copy(), x

    report = check(lambda x: (np.maximum(x, 0), x), writes_into_dout, {"x": X})
    assert not report.ok and "backward changed its dout in place" in str(report)
    report = check(writes_into_x, lambda dout, y: dout * (y > 0), {"x": X})
    assert not report.ok and "forward changed its input x in place" in str(report)


def test_labels_and_cached_inputs_are_not_to_be_written_to_either():
    def writes_into_labels(x, y):
        y[0] = 7
        return x * 2, None

    inputs = {"x": np.ones(3), "y": np.arange(3)}
    report = check(writes_into_labels, lambda dout, _: (dout * 2, None), inputs)
    assert "forward changed its input y in place" in str(report)

    def writes_into_cache(dout, x):
        return np.multiply(2 * x, dout, out=x).copy()

    assert "backward changed the input x in place" in str(check(lambda x: (x * x, x), writes_into_cache, {"x": X}))

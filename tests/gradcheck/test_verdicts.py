"""The verdict: no false alarm, no false pass, and where neither can be had, an honest "cannot tell"."""

import numpy as np
import pytest

from gradcheck import check, diagnosis
from npdl import op, ops
from npdl.ops.samples import may_be_scaled, samples

rng = np.random.default_rng(2)
X = rng.standard_normal((5, 7))
MODES = pytest.mark.parametrize("mode", ["full", "directional"])

relu = lambda x: (np.maximum(x, 0), x)  # noqa: E731
relu_backward = lambda dout, x: dout * (x > 0)  # noqa: E731
sigmoid = lambda x: ((y := 1 / (1 + np.exp(-x))), y)  # noqa: E731
sigmoid_backward = lambda dout, y: dout * y * (1 - y)  # noqa: E731


@pytest.fixture
def verdict_alone(monkeypatch):
    """No diagnosis, which takes longer than the verdict where an input is large or its kinks are many."""
    monkeypatch.setattr(diagnosis, "diagnose", lambda case: [])


def check_op(name, sample, scale=1.0, **how):
    one = op.registry[name]
    args = [a * scale if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in sample.args]
    inputs = dict(zip(one.argument_names(len(args)), args))
    constant = [n for n in one.constant if n in inputs]
    return check(one.forward, one.backward, inputs, options=sample.options, mutable=constant, **how)


# No false alarm. (benchmarks/gradcheck_false_alarms.py runs a thousand seeds.)


DRAWS = {("full", "float64"): [1], ("full", "float32"): [0]}  # entry by entry, which is slow, one: test_registry has 0


@MODES
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", sorted(op.registry))
def test_every_op_passes_in_both_modes_and_dtypes(name, dtype, mode):
    for seed in DRAWS.get((mode, dtype), [0, 1]):
        for sample in samples(name, seed=seed):
            report = check_op(name, sample, dtype=dtype, mode=mode)
            assert report.ok, str(report)


SCALES = (1e-6, 1e-3, 1e3, 1e6)
SCALED = [(n, s) for n in sorted(op.registry) for s in SCALES if may_be_scaled(n, s)]


@pytest.mark.parametrize("name, scale", SCALED)
def test_no_scale_of_the_inputs_raises_an_alarm(name, scale):
    """Each sample at each scale, in one dtype if there are several, and then in the other one at the next scale."""
    several = len(samples(name)) > 1
    for number, sample in enumerate(samples(name)):
        turn = (number + SCALES.index(scale)) % 2
        for dtype in ("float64", "float32")[turn : turn + 1] if several else ("float64", "float32"):
            report = check_op(name, sample, scale, dtype=dtype)
            assert report.verdict != "wrong", str(report)


@pytest.mark.slow
@pytest.mark.parametrize("name, scale", SCALED)
def test_no_scale_of_the_inputs_raises_an_alarm_in_either_dtype(name, scale):
    for dtype in ("float64", "float32"):
        for sample in samples(name):
            report = check_op(name, sample, scale, dtype=dtype)
            assert report.verdict != "wrong", str(report)


def grey(levels, seed, shape=(2, 2, 8, 9)):
    return np.random.default_rng((levels, seed)).integers(0, levels, shape) / (levels - 1)


@pytest.mark.parametrize("levels", [2, 3, 9, 65])
@pytest.mark.parametrize("options", [{"size": 2}, {"size": 3, "stride": 2}], ids=["side by side", "overlapping"])
def test_max_pooling_of_images_of_few_grey_levels(levels, options):
    for seed in range(3):
        for dtype in ("float64", "float32"):
            report = check(
                ops.max_pool2d_forward, ops.max_pool2d_backward, [grey(levels, seed)], dtype=dtype, **options
            )
            assert report.ok, str(report)
            assert report.nondifferentiable or levels == 65


def shared_ties(dout, x):
    """Max over the last axis, ties sharing the gradient: the other convention."""
    tied = x == x.max(axis=-1, keepdims=True)
    return tied * (dout / tied.sum(axis=-1))[..., None]


def paid_to_all_ties(dout, x):
    return (x == x.max(axis=-1, keepdims=True)) * dout[..., None]


def paid_to_the_first(dout, x):
    return (np.arange(x.shape[-1]) == x.argmax(axis=-1)[..., None]) * dout[..., None]


@pytest.mark.parametrize("backward, right", [(shared_ties, True), (paid_to_the_first, True), (paid_to_all_ties, False)])
def test_both_conventions_for_ties_pass_and_paying_everybody_fails(backward, right):
    for seed in range(5):
        x = np.random.default_rng(seed).integers(0, 3, (5, 4)).astype(float)
        report = check(lambda x: (x.max(axis=-1), x), backward, [x])
        assert report.ok == right, str(report)
        assert right or (report.findings[0].code == "TIES" and "the whole gradient" in report.findings[0].guess)


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_relu_at_and_near_zero_whatever_its_convention(at_zero):
    x = np.array([0, 1e-12, -1e-12, 1e-13, 0.3, -0.7, 1.1, 0])
    backward = lambda dout, x: dout * np.where(x == 0, at_zero, x > 0)  # noqa: E731
    report = check(relu, backward, [x])
    assert report.ok and report.nondifferentiable["x"] >= (2 if at_zero == 0.5 else 3) - 1, str(report)


def test_outside_of_the_possible_slopes_is_wrong_also_at_a_kink():
    x = np.array([0.0, 1.0, -1.0, 2.0])
    report = check(relu, lambda dout, x: dout * np.where(x == 0, 1.5, x > 0), [x])
    assert report.inputs["x"].wrong == 1 and report.inputs["x"].index == (0,)


@pytest.mark.parametrize("distance", [1e-8, 1e-6, 1e-4])
def test_relu_near_zero_is_judged_where_it_has_a_derivative(distance):
    x = np.array([distance, -distance, 1.0, -1.0])
    assert check(relu, relu_backward, [x]).ok
    assert check(relu, lambda dout, x: dout * (x > 0.01), [x]).inputs["x"].wrong == 1


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("x", [[30.0, 40, 700, -30, -700], [20.0, 25, 30, -1], [-36.0, -300, -700, 36, 1]])
def test_saturated_sigmoids_are_no_alarm(x, dtype):
    x = np.array(x)
    stable = lambda x: ops.sigmoid_forward(x)  # noqa: E731
    report = check(stable, sigmoid_backward, [x], dtype=dtype)
    assert report.verdict != "wrong", str(report)
    tanh = check(ops.tanh_forward, ops.tanh_backward, [x / 2], dtype=dtype)
    assert tanh.verdict != "wrong", str(tanh)
    assert check(stable, lambda dout, y: dout * y, [x], dtype=dtype).verdict == "wrong"


def test_a_division_near_its_pole_is_no_alarm():
    for seed in range(200):
        x = np.random.default_rng(seed).standard_normal(12)
        x[0] *= 1e-3
        assert check(lambda x: (1 / x, x), lambda dout, x: -dout / (x * x), [x]).ok, seed
        assert check(lambda x: (np.log(np.abs(x)), x), lambda dout, x: dout / x, [x]).ok, seed


# No false pass.


@pytest.mark.parametrize("dtype, factor", [("float64", 1 + 1e-6), ("float64", 1.001), ("float32", 1.01)])
@MODES
def test_a_small_factor_is_seen(mode, dtype, factor):
    backward = lambda dout, x: factor * np.cos(x) * dout  # noqa: E731
    report = check(lambda x: (np.sin(x), x), backward, [X], dtype=dtype, mode=mode)
    assert report.verdict == "wrong"
    if mode == "full":
        assert report.inputs["x"].wrong == X.size


def changed(kind, n, seed):
    """cos(x) dout with one entry off by 0.1 %, or with +e and -e in two entries."""
    i, j = np.random.default_rng((n, seed)).choice(n, 2, replace=False)

    def backward(dout, x):
        dx = np.cos(x) * dout
        if kind == "one entry":
            dx[i] *= 1.001
        else:
            e = 1e-3 * np.sqrt(np.mean(dx * dx))
            dx[i], dx[j] = dx[i] + e, dx[j] - e
        return dx

    return backward, {(int(i),)} | ({(int(j),)} if kind != "one entry" else set())


@pytest.mark.parametrize("kind", ["one entry", "antisymmetric"])
@pytest.mark.parametrize("n, mode, seeds", [(100, "full", 20), (2000, "full", 2), (100_000, "directional", 3)])
def test_a_thousandth_in_one_entry_or_two_that_cancel(verdict_alone, kind, n, mode, seeds):
    for seed in range(seeds):
        backward, where = changed(kind, n, seed)
        x = np.random.default_rng(seed).standard_normal(n)
        report = check(lambda x: (np.sin(x), x), backward, [x], mode=mode, seed=seed)
        assert report.verdict == "wrong" and report.inputs["x"].index in where, str(report)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one entry", "antisymmetric"])
def test_in_a_million_entries(kind):
    for seed in range(5):
        backward, where = changed(kind, 1_000_000, seed)
        x = np.random.default_rng(seed).standard_normal(1_000_000)
        report = check(lambda x: (np.sin(x), x), backward, [x], seed=seed)
        assert report.mode == "directional" and report.verdict == "wrong" and report.inputs["x"].index in where


def test_a_huge_constant_output_beside_a_small_one_hides_nothing():
    forward = lambda x: (np.concatenate([np.full(3, 1e10), np.sin(x)]), x)  # noqa: E731
    assert check(forward, lambda dout, x: np.cos(x) * dout[3:], [X[0]]).ok
    assert check(forward, lambda dout, x: 1.0001 * np.cos(x) * dout[3:], [X[0]]).verdict == "wrong"


@pytest.mark.parametrize("levels", [2, 9, 65])
def test_ties_hide_no_factor(verdict_alone, levels):
    backward = lambda dout, cache: 1.001 * ops.max_pool2d_backward(dout, cache)  # noqa: E731
    for mode in ("full", "directional"):
        report = check(ops.max_pool2d_forward, backward, [grey(levels, 0)], size=2, mode=mode)
        assert report.verdict == "wrong", str(report)


# Float32.


def test_code_that_casts_to_float32_inside_is_right_and_its_mistakes_still_show():
    def forward(x):
        y = np.tanh(x.astype(np.float32))
        return y, y

    assert check(forward, lambda dout, y: dout * (1 - y * y), [X]).ok
    assert check(forward, lambda dout, y: dout * (1 - y), [X]).verdict == "wrong"
    back = lambda x: (forward(x)[0].astype(np.float64), forward(x)[1])  # noqa: E731  (the dtype does not tell)
    assert check(back, lambda dout, y: dout * (1 - y * y), [X]).ok


def test_float32_and_float16_code_is_judged_by_a_float64_slope():
    seen = set()

    def forward(x, w):
        seen.add(x.dtype.name)
        return np.tanh(x @ w), (x, w, np.tanh(x @ w))

    def backward(dout, cache):
        x, w, y = cache
        dz = dout * (1 - y * y)
        return dz @ w.T, x.T @ dz

    for dtype in ("float32", "float16"):
        report = check(forward, backward, [X, rng.standard_normal((7, 3))], dtype=dtype)
        assert report.ok and report.inputs["x"].dtype == dtype, str(report)
    assert seen == {"float32", "float16", "float64"}


def test_a_gradient_of_another_dtype_is_noted():
    report = check(relu, lambda dout, x: (dout * (x > 0)).astype(np.float32), [X])
    assert report.ok and "the gradient of x is float32, and x is float64" in report.warnings


# Neither right nor wrong.


def test_what_rounding_hides_is_not_passed_silently():
    report = check(lambda x: (np.sin(x) + 1e17, x), lambda dout, x: 2 * np.cos(x) * dout, [X])
    assert report.verdict == "inconclusive" and not report.ok and report.inconclusive == {"x": X.size}
    assert str(report).startswith("INCONCLUSIVE")


def test_a_gradient_that_is_zero_among_others_that_are_not_passes_with_a_note():
    """The bias before a batch normalisation: its gradient is zero but for rounding."""

    def forward(x, b, gamma):
        z = x + b
        centred = z - z.mean(axis=0)
        std = np.sqrt((centred**2).mean(axis=0) + 1e-5)
        return gamma * centred / std, (centred / std, std, gamma)

    def backward(dout, cache):
        xhat, std, gamma = cache
        g = dout * gamma
        dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
        return dx, dx.sum(axis=0), (dout * xhat).sum(axis=0)

    report = check(forward, backward, [X, rng.standard_normal(7), rng.standard_normal(7)])
    assert report.ok and report.inputs["b"].verdict in ("below rounding", "ok"), str(report)


def test_nan_is_told_with_its_place():
    bad = X.copy()
    bad[1, 2] = np.nan
    report = check(relu, relu_backward, [bad])
    assert report.verdict == "wrong" and report.findings[0].code == "NOT_FINITE"
    assert "nan in the output at (1, 2)" in str(report) and "the input x holds nan" in str(report)


def test_a_nan_in_the_gradient_is_told_with_its_place():
    def backward(dout, x):
        dx = dout * (x > 0)
        dx[3, 4] = np.nan
        return dx

    report = check(relu, backward, [X])
    assert report.inputs["x"].verdict == "not finite" and report.inputs["x"].index == (3, 4)


@np.errstate(over="ignore")
def test_infinite_outputs_cannot_be_judged_and_the_others_are():
    x = np.array([1.0, 800.0, -1.0, 2.0, 0.5])
    report = check(ops.exp_forward, ops.exp_backward, [x])
    assert report.verdict == "ok" and report.inconclusive == {"x": 1} and "infinite" in report.warnings[0]
    assert check(ops.exp_forward, lambda dout, y: 2 * dout * y, [x]).verdict == "wrong"


@pytest.mark.parametrize("value", [-np.inf, np.inf])
def test_infinite_inputs_are_held(value):
    """A masked attention score is -inf, and softmax gives it no gradient."""
    x = X.copy()
    x[0, 1] = -np.inf
    assert check(ops.softmax_forward, ops.softmax_backward, [x]).ok


@pytest.mark.parametrize("shape", [(0, 3), (0,), (3, 0)])
def test_empty_arrays(shape):
    report = check(relu, relu_backward, [np.zeros(shape)])
    assert report.ok and report.inputs["x"].total == 0


def test_numbers_without_axes_and_python_numbers():
    assert check(lambda x: (x * x, x), lambda dout, x: 2 * x * dout, [np.float64(3.0)]).ok
    assert check(lambda x: (float(np.sum(x * x)), x), lambda dout, x: 2 * x * dout, [X]).ok


@pytest.mark.parametrize(
    "x, words", [(np.array([1, "a"], object), "real numbers"), (np.ones(3, complex), "got an array of complex128")]
)
def test_arrays_that_are_no_real_numbers_are_an_error(x, words):
    with pytest.raises(TypeError, match=words):
        check(relu, relu_backward, [x])


@pytest.mark.parametrize(
    "how, words",
    [
        (dict(mode="slow"), "mode should be one of auto, full, directional; got 'slow'"),
        (dict(dtype="int32"), "dtype should be float64, float32, float16 or None; got 'int32'"),
        (dict(dout=np.ones(3)), r"dout should have the shape of forward's output, \(5, 7\); got \(3,\)"),
        (dict(mutable=("running",)), r"mutable should name inputs"),
    ],
)
def test_bad_arguments(how, words):
    with pytest.raises(ValueError, match=words):
        check(relu, relu_backward, {"x": X}, **how)


def test_a_pair_that_breaks_the_contract():
    with pytest.raises(TypeError, match=r"forward should return \(out, cache\); got an array"):
        check(lambda x: x, relu_backward, [X])
    with pytest.raises(TypeError, match="inputs should be a list or a dict of arrays"):
        check(relu, relu_backward, X)
    with pytest.raises(TypeError, match="forward should be a function; got NoneType"):
        check(None, relu_backward, [X])
    with pytest.raises(ValueError, match="backward should return at most 1 gradients"):
        check(relu, lambda dout, x: (dout, dout, dout), [X])
    with pytest.raises(ValueError, match=r"backward should name inputs \(x\); got \['y'\]"):
        check(relu, lambda dout, x: {"y": dout}, [X])


def test_when_time_is_up_ties_are_not_called_wrong():
    report = check(ops.max_pool2d_forward, ops.max_pool2d_backward, [grey(2, 0)], size=2, mode="full", budget=0.0)
    assert report.verdict in ("ok", "inconclusive") and report.inconclusive

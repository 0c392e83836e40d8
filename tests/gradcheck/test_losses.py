"""check_loss: CS231n's two-layer net in both styles, right and with each of its mistakes; what the report adds."""

import numpy as np
import pytest

from gradcheck.networks import check_loss

rng = np.random.default_rng(5)
N, D, H, C = 5, 4, 7, 3
X, Y = rng.standard_normal((N, D)), np.array([0, 2, 1, 2, 0])


def fresh():
    draw = np.random.default_rng(8).standard_normal
    return {"W1": draw((D, H)), "b1": draw(H), "W2": draw((H, C)), "b2": draw(C)}


def two_layer(params, mistake="", reg=0.3):
    """(loss, grads) of affine - tanh - affine - softmax with reg/2 ΣW², and what the mistake does to it."""
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    h = np.tanh(X @ W1 + b1)
    scores = h @ W2 + b2
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), Y]).mean() + reg / 2 * ((W1 * W1).sum() + (W2 * W2).sum())
    ds = p.copy()
    ds[np.arange(N), Y] -= 1
    ds /= 1 if mistake == "no_div_n" else N
    dh = ds @ W2.T * (1 if mistake == "no_tanh" else 1 - h * h)
    grads = dict(W1=X.T @ dh + reg * W1, b1=dh.sum(0), W2=h.T @ ds + reg * W2, b2=ds.sum(0))
    if mistake == "reg_bias":
        grads["b1"] = grads["b1"] + reg * b1
    elif mistake == "all_twice":
        grads = {k: 2 * g for k, g in grads.items()}
    elif mistake == "missing":
        del grads["W2"]
    elif mistake == "extra":
        grads["W3"] = W2
    return loss, grads


def codes(report):
    return [finding.code for finding in report.findings]


# Right ones pass, in both styles.


def test_a_right_loss_passes():
    report = check_loss(two_layer, fresh())
    assert report.ok and report.findings == [] and list(report.inputs) == ["W1", "b1", "W2", "b2"]
    assert report.worst < 1e-7


def test_a_right_loss_that_works_on_its_own_arrays_passes_and_leaves_them_as_they_were():
    params = fresh()
    before, arrays = {k: p.tobytes() for k, p in params.items()}, dict(params)
    assert check_loss(lambda: two_layer(params), params).ok
    assert {k: p.tobytes() for k, p in params.items()} == before
    assert all(params[k] is arrays[k] for k in arrays)


def test_the_arrays_are_restored_when_f_raises():
    params, calls = fresh(), []
    before = {k: p.tobytes() for k, p in params.items()}

    def stumble():
        calls.append(1)
        if len(calls) > 4:
            raise ArithmeticError
        return two_layer(params)

    with pytest.raises(ArithmeticError):
        check_loss(stumble, params)
    assert {k: p.tobytes() for k, p in params.items()} == before


def test_float32_parameters_are_judged_in_float64():
    assert check_loss(two_layer, {k: p.astype("float32") for k, p in fresh().items()}).ok


def test_check_takes_its_keywords():
    report = check_loss(two_layer, fresh(), mode="directional", seed=3, budget=1.0)
    assert report.ok and report.mode == "directional" and report.seed == 3


@pytest.mark.parametrize("style", ["given", "own"])
def test_dropout_between_is_no_false_alarm(style):
    def f(params):
        mask = np.random.rand(H) > 0.5  # noqa: NPY002
        h = X @ params["W1"] * mask
        return (h * h).sum(), {"W1": X.T @ (2 * h * mask)}

    params, before = {"W1": fresh()["W1"]}, np.random.get_state()[1].copy()  # noqa: NPY002
    assert check_loss(f if style == "given" else lambda: f(params), params).ok
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# Mistakes.


@pytest.mark.parametrize("mistake", ["no_div_n", "no_tanh", "reg_bias", "all_twice", "missing"])
@pytest.mark.parametrize("mode", ["full", "directional"])
def test_every_mistake_fails(mistake, mode):
    assert not check_loss(lambda p: two_layer(p, mistake), fresh(), mode=mode).ok


def test_a_factor_that_all_share_is_the_losss():
    finding = check_loss(lambda p: two_layer(p, "all_twice"), fresh()).findings[0]
    assert finding.code == "ALL_ONE_FACTOR" and finding.fact == "every gradient is 2 times the right one"
    report = check_loss(lambda p: two_layer(p, "no_div_n", reg=0), fresh())
    assert report.findings[0].fact == "every gradient is 5 times the right one"  # N


def test_right_gradients_behind_wrong_ones_leave_the_code_between():
    report = check_loss(lambda p: two_layer(p, "no_tanh"), fresh())
    where = next(f for f in report.findings if f.code == "WHERE")
    assert where.fact == "right: W2, b2; wrong: W1, b1"
    assert where.guess == "the code between W2, b2 and W1, b1, on the way back"


def test_one_wrong_gradient_of_a_layer_is_its_own_formula():
    report = check_loss(lambda p: two_layer(p, "reg_bias"), fresh())
    where = next(f for f in report.findings if f.code == "WHERE")
    assert where.fact == "right: W2, b2; wrong: b1" and where.guess.startswith("the formula of b1's gradient itself")


def test_a_missing_gradient_is_named():
    report = check_loss(lambda p: two_layer(p, "missing"), fresh())
    assert "grads has no 'W2'" in report.problems and not report.inputs["W2"].ok and report.inputs["W1"].ok


def test_a_gradient_too_many_is_a_note():
    report = check_loss(lambda p: two_layer(p, "extra"), fresh())
    assert report.ok and "grads has 'W3', which is no parameter" in report.warnings


def test_grads_of_an_earlier_call_are_stale():
    kept = []

    def f(params):
        loss, grads = two_layer(params)
        kept.append(grads)
        return loss, kept[max(0, len(kept) - 2)]

    report = check_loss(f, fresh())
    assert not report.ok and report.findings[0].code == "STALE_GRADS"
    assert "those of an earlier call" in report.findings[0].fact


def test_grads_of_the_first_call_are_stale_though_right_where_they_are_checked():
    kept = {}

    def f(params):
        loss, grads = two_layer(params)
        return loss, kept.setdefault("grads", grads)

    report = check_loss(f, fresh())
    assert not report.ok and report.findings[0].code == "STALE_GRADS"
    assert "do not change when the parameters do" in report.findings[0].fact
    assert report.findings[0].fact in report.problems


def test_a_linear_loss_has_constant_grads_and_is_right():
    assert check_loss(lambda p: ((X @ p["W"]).sum(), {"W": X.T @ np.ones((N, 2))}), {"W": np.ones((D, 2))}).ok


def test_grads_that_accumulate_are_found():
    params = {"W": rng.standard_normal((D, 2))}
    grads = {"W": np.zeros((D, 2))}

    def f():
        h = X @ params["W"]
        grads["W"] += X.T @ (2 * h)
        return (h * h).sum(), grads

    report = check_loss(f, params)
    assert not report.ok and report.findings[0].code == "STALE_GRADS"


def test_a_loss_that_is_not_finite_is_a_problem():
    report = check_loss(lambda p: (np.inf, {"W": p["W"]}), {"W": np.ones(3)})
    assert not report.ok and "the loss is inf" in report.problems[0] and "the loss is inf" in str(report)


def test_a_loss_of_shape_1_is_a_problem():
    report = check_loss(lambda p: ((p["W"] ** 2).sum(keepdims=True), {"W": 2 * p["W"]}), {"W": np.arange(1.0, 4)})
    assert report.problems == ("the loss is an array of shape (1,); it should be a number",)
    assert report.inputs["W"].ok


def test_what_is_refused():
    with pytest.raises(TypeError, match="params should be a dict of floating-point arrays; got list"):
        check_loss(two_layer, [X])
    with pytest.raises(TypeError, match="params should be a dict of floating-point arrays; got y"):
        check_loss(two_layer, {"y": Y})
    with pytest.raises(TypeError, match=r"should return \(loss, a dict of gradients\); got float"):
        check_loss(lambda p: 1.0, fresh())
    with pytest.raises(ValueError, match=r"a loss that is one number; got float64 array of shape \(5, 4\)"):
        check_loss(lambda p: (X, {}), fresh())
    params = {"W": np.ones(3, "float32")}
    with pytest.raises(ValueError, match=r"params\['W'\] should be in float64.*; got float32"):
        check_loss(lambda: (params["W"].sum(), {"W": np.ones(3)}), params)

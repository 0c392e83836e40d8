"""The diagnosis names mistakes it knows nothing about, from the gradients alone."""

import numpy as np
import pytest

import gradcheck
from gradcheck import diagnosis
from gradcheck.diagnosis import diagnose, expressions, jacobian, sums, whatif
from tests.gradcheck import diagnosis_zoo as zoo

NAMED = [  # (layer, mistake, what the first Findings must say)
    ("affine", "db_mean", "1 / x.shape[0]"),
    ("affine", "db_wrong_axis", "yours = dout.sum(axis=1); the right one = dout.sum(axis=0)"),
    ("affine", "db_keepdims", "keepdims=True keeps an axis that is not wanted"),
    ("affine", "dw_sign", "yours = -right"),
    ("relu", "mask_missing", "`(x > 0)` (the mask of ReLU) is missing"),
    ("relu", "inverted", "the mask is inverted"),
    ("sigmoid", "no_1ms", "the factor `(1 - out)` is missing"),
    ("tanh", "x2", "`(1 - x**2)` stands where `(1 - out**2)` belongs"),
    ("tanh", "plus", "a term is too much: 2 * dout * out**2"),
    ("gelu", "no_xphi", "the term dout * x * phi(x) is missing"),
    ("cube", "no_3", "c = 0.3333333 = 1/3"),
    ("clip", "no_mask", "(np.abs(x) < 1)"),
    ("leaky_relu", "alpha_on_pos", "np.where(x > 0, alpha, 1)"),
    ("glu", "gate_no_deriv", "only x[:, 3:] is wrong; there yours = dout * cache[0]"),
    ("mul_div", "db_no_square", "the factor `1 / b` is missing"),
    ("bilinear", "dx_swapped", "an operand is transposed: `(dout[..., None] * y) @ w.T` is wanted"),
    ("bilinear", "dw_T", "the two sides of the matrix product are exchanged"),
    ("softmax", "axis0", "wrong axes"),
    ("softmax", "diag_only", "the diagonal of the Jacobian"),
    ("log_softmax", "no_sum_dout", "`cache` stands where `cache * dout.mean(axis=1, keepdims=True)` belongs"),
    ("softmax_loss", "no_onehot", "`cache[0]` stands where `(cache[0] - onehot(y))` belongs"),
    ("softmax_loss", "no_dout", "1 / dout"),
    ("svm_loss", "no_correct", "wrong only at the labels (x[arange, y]), where yours is zero"),
    ("huber", "no_clip", "np.clip(cache[0], -delta, delta)"),
    ("mse", "div_n_not_nd", "all 2 gradients = c * right with one and the same c = 3"),
    ("two_layer_net", "reg_bias", "2 * reg * dout"),
    ("two_layer_net", "w2_uses_x", "besides dout * 2 * reg * W2 in both"),
    ("two_layer_net", "w2_no_T", "((cache[2] - onehot(y)) @ W2)` stands where"),
    ("batchnorm", "no_mean_path", "the term (dout * gamma).mean(axis=0, keepdims=True) is missing"),
    ("batchnorm", "no_std", "the factor `1 / cache[2]` is missing"),
    ("batchnorm", "no_eps", "`cache[2]` stands where `np.sqrt(cache[2]**2 - eps)` belongs"),
    ("layernorm", "other_axis", "`.mean(axis=1, keepdims=True)` is wanted, not `.mean(axis=0, keepdims=True)`"),
    ("layernorm", "no_gamma", "the factor `gamma` is missing before the mean is taken"),
    ("layernorm", "dgamma_uses_x", "`x` stands where `cache[1]` belongs"),
    ("dropout", "scale_p", "(1 - p) / p"),
    ("conv2d", "crop_tail", "shifted by (-1, -1)"),
    ("conv2d", "no_crop", "yours[:, :, 1:6, 1:6] is the right one"),
    ("conv2d", "dw_flip", "np.flip(axis=(2, 3))"),
    ("conv2d", "dx_flip", "w flipped along (2, 3) stands for w"),
    ("conv2d", "w_swap", "w.transpose(1, 0, 2, 3) stands for w"),
    ("conv2d", "dx_overwrite", "`=` stands where `+=` belongs"),
    ("conv2d", "dw_overwrite_n", "dout[:-1, :, :, :] are never added"),
    ("conv1d_dilated", "dx_no_dilation", "dilation"),
    ("maxpool", "avg", "an equal share of its gradient to 9"),
    ("avgpool", "overwrite", "`=` stands where `+=` belongs"),
    ("embedding", "overwrite", "np.add.at"),
    ("attention", "dv_no_T", "`cache[3].swapaxes(-1, -2) @ dout` is wanted"),
    ("attention", "no_scale_bwd", "sqrt(q.shape[2])"),
    ("rnn_step", "swap_wx_wh", "the gradients of Wx and Wh are exchanged"),
    ("rnn_step", "no_tanh", "x.T @ (dout * (1 - out**2))"),
    ("rnn_seq", "no_carry", "nothing is carried back from later steps to earlier ones"),
    ("lstm_step", "gate_swap_fo", "blocks 1 and 2 are exchanged"),
    ("lstm_step", "dc_not_added", "the contributions of dout[1] are never added"),
    ("lstm_step", "forget_no_deriv", "dout[0] * (1 / (1 - cache[6]))"),
    ("kl", "no_minus1", "`np.exp(lv)` stands where `(np.exp(lv) - 1)` belongs"),
    ("reparam", "dlv_zero", "yours is zero everywhere"),
    ("l2_normalize", "no_jacobian", "(dout - out * (dout * out).sum(-1, keepdims=True))"),
    ("residual_tanh", "no_branch", "the term (dout * (1 - cache[2]**2)) @ W.T is missing"),
]


@pytest.fixture(autouse=True)
def no_dictionary(monkeypatch):
    """The rules by themselves: the dictionary of faults would name many of these at once."""
    monkeypatch.setattr(diagnosis.faults, "findings", lambda case: [])


@pytest.fixture
def patient(monkeypatch):
    """Searches with time enough on a busy machine, too."""
    for rules in (expressions, jacobian, sums, whatif):
        monkeypatch.setattr(rules, "MOST_SECONDS", 60)


@pytest.mark.parametrize(("layer", "mistake", "words"), NAMED, ids=[f"{a}.{b}" for a, b, _ in NAMED])
def test_mistake_is_named(layer, mistake, words, patient):
    found = diagnose(zoo.case(layer, mistake))
    assert words in "\n".join(map(str, found))


@pytest.mark.parametrize("layer", ["tanh", "batchnorm", "conv2d", "rnn_step", "lstm_step", "attention"])
def test_right_backward_has_no_findings(layer):
    assert diagnose(zoo.case(layer, None)) == []


def test_findings_are_sorted_and_a_guess_never_stands_without_a_fact():
    found = diagnose(zoo.case("lstm_step", "forget_no_deriv"))
    assert [f.confidence for f in found] == sorted((f.confidence for f in found), reverse=True)
    assert all(f.fact for f in found)


def test_the_case_is_not_changed():
    case = zoo.case("two_layer_net", "w2_no_T")
    before = {n: x.copy() for n, x in case.inputs.items()}, [np.copy(a) for a in case.cache[:6]]
    diagnose(case)
    assert all(np.array_equal(case.inputs[n], x) for n, x in before[0].items())
    assert all(np.array_equal(a, b) for a, b in zip(case.cache[:6], before[1]))


def test_works_without_the_means_to_run_the_code_again():
    case = zoo.case("layernorm", "no_var_path")
    case.run_forward = case.run_backward = None
    assert "the term cache[1] * (dout * cache[1] * gamma).mean(axis=1, keepdims=True) is missing" in str(
        diagnose(case)[0]
    )


def test_a_wrong_cache_argument_is_found_by_trying():
    case = zoo.case("svm_loss", "use_margin_value")
    found = diagnose(case)
    assert found[0].code == "WHAT_IF"
    assert "`cache[0]` stands where `(cache[0] > 0)` belongs" in str(found[0])


def test_a_backward_that_raises_in_the_trials_is_no_obstacle():
    case = zoo.case("tanh", "x2")
    case.run_backward = lambda douts, cache: 1 / 0
    assert "`(1 - x**2)` stands where `(1 - out**2)` belongs" in str(diagnose(case)[0])


def test_an_unsure_entry_of_the_numerical_gradient_is_measured_again():
    case = zoo.case("hardsigmoid", "no_sixth")
    case.error = {"x": np.zeros((5, 4))}
    case.numeric["x"][2, 1] *= 1.001
    case.error["x"][2, 1] = 1e-3
    assert diagnose(case)[0].code == "SCALE"


def test_only_is_said_of_entries_that_alone_differ():
    """A check may confirm the worst entries and leave the others open."""
    case = zoo.case("gru_step", "reset_path")
    case.wrong["h"] = np.zeros((5, 4), bool)
    case.wrong["h"][0, 0] = True
    assert not any(f.code == "ENTRY" for f in diagnose(case))


def test_targets_of_integers_are_numbers_too():
    def forward(x, w, t):
        p = 1 / (1 + np.exp(-x @ w))
        return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(), (x, p, t)

    def backward(dout, cache, wrong):
        x, p, t = cache
        dz = dout * (p - t) * (p * (1 - p) if wrong else 1) / p.size
        return {"w": x.T @ dz, "x": np.zeros_like(x)}

    rng = np.random.default_rng(0)
    values = {"x": rng.standard_normal((7, 3)), "w": rng.standard_normal((3, 4)), "t": rng.integers(0, 2, (7, 4))}
    case = zoo.case_of(forward, lambda d, c: backward(d, c, True), lambda d, c: backward(d, c, False), values)
    assert "the factor `cache[1] * (1 - cache[1])` (the derivative of the sigmoid) is too much" in str(
        diagnose(case)[0]
    )


def test_a_forward_that_refuses_what_lies_beyond_its_domain():
    """The diagnosis measures again with large steps; where forward raises, that step tells nothing."""

    def forward(p):
        if (p <= 0).any() or (p >= 1).any():
            raise ValueError("p should lie in (0, 1)")
        return -np.log(p).mean(), p

    def backward(dout, p):
        return -dout / p / p.size * (p > 0.3)

    report = gradcheck.check(forward, backward, [np.random.default_rng(0).uniform(0.1, 0.9, (3, 7))])
    assert report.verdict == "wrong" and report.findings
    assert not any("diagnosis failed" in warning for warning in report.warnings)


def test_not_finite():
    case = zoo.case("tanh", "x2")
    case.gradients["x"][1, 2] = np.nan
    (finding,) = diagnose(case)
    assert finding.code == "NOT_FINITE"
    assert finding.fact == "1 of 20 entries are nan, the first at (1, 2)"


def test_a_large_gradient_takes_little_time():
    from time import perf_counter

    def forward(x, w):
        return np.tanh(x @ w), (x, w, np.tanh(x @ w))

    def backward(dout, cache, wrong):
        x, w, out = cache
        dz = dout * (1 if wrong else 1 - out**2)
        return {"x": dz @ w.T, "w": x.T @ dz}

    rng = np.random.default_rng(0)
    values = {"x": rng.standard_normal((300, 200)), "w": rng.standard_normal((200, 150)) / 14}
    case = zoo.case_of(forward, lambda d, c: backward(d, c, True), lambda d, c: backward(d, c, False), values)
    start = perf_counter()
    found = diagnose(case)
    assert perf_counter() - start < 10
    assert "(1 - out**2)" in str(found[0])


@pytest.mark.slow
def test_most_of_the_zoo_is_named():
    """Named: a finding of high confidence that is no mere place. 215 of 236 when the rules were frozen."""
    cases = list(zoo.all_cases())
    named = sum(any(f.confidence >= 0.85 for f in diagnose(case)) for _, _, case in cases)
    assert named >= 0.87 * len(cases)

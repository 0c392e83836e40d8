"""properties: npdl's ops obey their laws, and each mistake of the catalogue that no gradient check sees breaks one."""

import inspect

import numpy as np
import pytest

from gradcheck.properties import PRESETS, properties
from gradcheck.properties.laws import (
    batch_mean,
    causal,
    chance_level,
    depends_on,
    equals,
    finite_for_large,
    identity,
    independent,
    nonnegative,
    permutation_equivariant,
    rows_sum_to_one,
    scale_invariant,
    shift_invariant,
    zero_mean_unit_variance,
)
from gradcheck.properties.modes import (
    deterministic,
    in_test_mode,
    inputs_unchanged,
    mean_over_seeds,
    no_shared_memory,
    running_statistics,
    variance_over_seeds,
)
from npdl import ops

rng = np.random.default_rng(11)
X = rng.standard_normal((5, 3))
IMAGES = rng.standard_normal((4, 3, 5, 2))
Y = np.array([2, 0, 1, 1, 2])
GAMMA, BETA = rng.standard_normal(3) + 2, rng.standard_normal(3)
TOKENS = rng.standard_normal((2, 5, 6))  # (N, T, D)
WEIGHTS = rng.standard_normal((4, 6, 6)) / 2


def batchnorm_inputs(x):
    return dict(x=x, gamma=GAMMA, beta=BETA, running_mean=rng.standard_normal(3), running_var=1 + rng.random(3))


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def heads(x, h=2):
    """(N, T, D) -> (N, h, T, D / h)."""
    return x.reshape(*x.shape[:2], h, -1).transpose(0, 2, 1, 3)


def merged(x):
    """(N, h, T, D / h) -> (N, T, D)."""
    return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)


def attention(x, w, *, future=None, scale=True, merge=merged):
    """Self-attention with two heads; future: the diagonal from which on the mask forbids."""
    q, k, v = (heads(x @ m) for m in w[:3])
    scores = q @ k.swapaxes(-1, -2) / (np.sqrt(q.shape[-1]) if scale else 1)
    if future is not None:
        scores = np.where(np.triu(np.ones(scores.shape[-2:], bool), future), -1e30, scores)
    return merge(softmax(scores) @ v) @ w[3], None


# What is right obeys its laws.

RIGHT = {
    "softmax": ("softmax", ops.softmax_forward, [X], {}),
    "softmax of images": ("softmax", ops.softmax_forward, [IMAGES], {}),
    "batchnorm": ("batchnorm", ops.batchnorm_forward, batchnorm_inputs(X), {}),
    "batchnorm of images": ("batchnorm", ops.batchnorm_forward, batchnorm_inputs(IMAGES), {"momentum": 0.7}),
    "layernorm": ("layernorm", ops.layernorm_forward, [X, GAMMA, BETA], {}),
    "dropout": ("dropout", ops.dropout_forward, [X], dict(p=0.3, rng=np.random.default_rng(0))),
    "dropout, p = 0.9": ("dropout", ops.dropout_forward, [X], dict(p=0.9, rng=np.random.default_rng(0))),
    "cross_entropy": ("cross_entropy", ops.softmax_cross_entropy_forward, [X, Y], {}),
    "embedding": ("embedding", ops.embedding_forward, [np.array([[2, 0], [2, 1]]), X], {}),
    "attention": ("attention", attention, [TOKENS, WEIGHTS], {}),
    "causal_attention": ("causal_attention", attention, [TOKENS, WEIGHTS], {"future": 1}),
}


@pytest.mark.parametrize("case", RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_right_functions_obey_their_preset(case, seed):
    preset, forward, inputs, options = RIGHT[case]
    report = properties(forward, inputs, preset, options=options, seed=seed)
    assert report.ok, str(report)
    assert len(report) == len(PRESETS[preset])


def test_every_preset_is_tried():
    assert {preset for preset, *_ in RIGHT.values()} == set(PRESETS)


@pytest.mark.parametrize(
    "forward, inputs, law, options",
    [
        (ops.groupnorm_forward, [IMAGES[:, :2], GAMMA[:2], BETA[:2]], independent(), {"groups": 1}),
        (ops.groupnorm_forward, [IMAGES, GAMMA, BETA], scale_invariant(), {"groups": 3}),
        (ops.svm_loss_forward, [X, Y], [chance_level(2.0), batch_mean(), shift_invariant(axis=1)], {}),
        (ops.bce_with_logits_forward, [X, X > 0], [chance_level(np.log(2)), finite_for_large(), batch_mean()], {}),
        (ops.mse_forward, [X, X + 1], [nonnegative(), equals(1.0), batch_mean()], {}),
        (ops.relu_forward, [X], [nonnegative(), independent(axis=1), no_shared_memory(), inputs_unchanged()], {}),
        (ops.sigmoid_forward, [X], [finite_for_large(), equals(lambda x: 1 / (1 + np.exp(-x)))], {}),
        (ops.log_softmax_forward, [X], [finite_for_large(), shift_invariant()], {}),
        (ops.max_pool2d_forward, [IMAGES], [independent(), independent(axis=1)], dict(size=2, stride=1)),
        (ops.affine_forward, [X, rng.standard_normal((3, 4)), np.zeros(4)], [independent(), depends_on(1)], {}),
    ],
)
def test_other_ops_obey_laws_of_theirs(forward, inputs, law, options):
    report = properties(forward, inputs, law, options=options)
    assert report.ok, str(report)


# What the catalogue knows and no gradient check sees (plain_check_catches: "no"; values and properties).


def reshaped_batchnorm(x, gamma, beta, running_mean, running_var, **options):
    """The axes of images are not swapped before they become rows."""
    out, _ = ops.batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, running_mean, running_var, **options)
    return out.reshape(x.shape), None


def swapped_momentum(x, gamma, beta, running_mean, running_var, training=True):
    return ops.batchnorm_forward(x, gamma, beta, running_mean, running_var, training=training, momentum=1 - 0.9)


def always_batch_statistics(x, gamma, beta, running_mean, running_var, training=True):
    return ops.batchnorm_forward(x, gamma, beta, running_mean, running_var)


def log_of_sigmoid(x, z):
    p = 1 / (1 + np.exp(-x))
    return -(z * np.log(p) + (1 - z) * np.log(1 - p)).mean(), None


def flipped_conv(x, w, b):
    return ops.conv2d_forward(x, w[:, :, ::-1, ::-1], b)


def conv_without_padding_in_the_shape(x, w, b):
    out, cache = ops.conv2d_forward(x, w, b, pad=1)
    return out[:, :, :-2, :-2], cache


def always_dropping(x, rng, training=True):
    return ops.dropout_forward(x, p=0.3, rng=rng)


def scaling_in_test_mode(x, rng, training=True):
    return ops.dropout_forward(x, p=0.3, rng=rng) if training else (x * 0.7, None)


def swapped_labels(real, fake):
    p, q = (1 / (1 + np.exp(-s)) for s in (real, fake))
    return -np.log(1 - p).mean() - np.log(q).mean(), None


def right_labels(real, fake):
    return swapped_labels(-real, -fake)


def infonce_without_the_positive(a, b):
    s = a @ b.T
    others = np.where(np.eye(len(s), dtype=bool), -np.inf, s)
    return np.mean(np.log(np.exp(others).sum(axis=1)) - np.diag(s)), None


def batch_layernorm(x, gamma, beta):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + beta, None


def all_pairs(x, y):
    return -np.log(softmax(x)[:, y]).sum() / len(x), None


def reshaped_heads(x, w):
    return attention(x, w, merge=lambda a: a.reshape(a.shape[0], a.shape[2], -1))


def merged_without_transpose(x):
    return x.reshape(x.shape[0], x.shape[2], -1), None


def adding_in_place(x, p):
    x += p[: x.shape[1]]
    return x, None


def positions(T, D, power=2):
    """sin, cos of t / 10000^(2i/D)."""
    angle = np.arange(T)[:, None] / 10000 ** (power * np.arange(D // 2) / D)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, D)


def rnn_from_zero(x, h0, w):
    h = np.zeros_like(h0)
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] + h @ w)
    return h, None


def embedding_gradient(dout, ids, padding=None):
    """The gradient of a table of 3 rows; that of the padding row should be zero."""
    dtable = np.zeros((3, dout.shape[1]))
    np.add.at(dtable, ids[ids != padding], dout[ids != padding])
    return dtable


def summed_loss(x, y):
    return ops.softmax_cross_entropy_forward(x, y, reduction="sum")


def sampled(mu, logvar, rng, half=0.5):
    return mu + np.exp(half * logvar) * rng.standard_normal(mu.shape), None


def doubled_std(mu, logvar, rng):
    return sampled(mu, logvar, rng, half=1)


SAMPLES = dict(rng=np.random.default_rng(0))
MODE = dict(rng=np.random.default_rng(0))
W, B = rng.standard_normal((2, 3, 3, 2)), np.zeros(2)
MASKED = [TOKENS, WEIGHTS]
WRONG = {
    "attention_mask_leak": (attention, MASKED, causal(), {"future": 2}),
    "attention_scale_both": (lambda x, w: attention(x, w, scale=False), MASKED, equals(attention), {}),
    "batchnorm_conv_axes": (reshaped_batchnorm, batchnorm_inputs(IMAGES), zero_mean_unit_variance(), {}),
    "batchnorm_momentum_swapped": (swapped_momentum, batchnorm_inputs(X), running_statistics(), {}),
    "batchnorm_test_uses_batch": (always_batch_statistics, batchnorm_inputs(X), in_test_mode(independent()), {}),
    "bce_log_zero": (log_of_sigmoid, [X, (X > 0) * 1.0], finite_for_large(50), {}),
    "conv_forward_flip": (flipped_conv, [IMAGES, W, B], equals(ops.conv2d_forward), {}),
    "conv_forward_stride_shape": (
        conv_without_padding_in_the_shape,
        [IMAGES, W, B],
        equals(lambda *a: ops.conv2d_forward(*a, pad=1)),
        {},
    ),
    "dropout_train_test": (scaling_in_test_mode, [X], in_test_mode(identity()), MODE),
    "dropout_train_test, masks": (always_dropping, [X], in_test_mode(deterministic()), MODE),
    "embedding_padding_idx": (lambda dout, ids: embedding_gradient(dout, ids)[0], [X, Y], equals(np.zeros(3)), {}),
    "gan_label_swap": (swapped_labels, [np.full(3, 9.0), np.full(3, -9.0)], equals(right_labels), {}),
    "infonce_pos_in_denominator": (infonce_without_the_positive, [3 * X, 3 * X], nonnegative(), {}),
    "layernorm_forward_axis": (batch_layernorm, [X, GAMMA, BETA], independent(), {}),
    "loss_at_chance": (all_pairs, [X, Y], chance_level(), {}),
    "mha_forward_reshape": (reshaped_heads, MASKED, permutation_equivariant(axis=1), {}),
    "mha_forward_reshape, alone": (
        merged_without_transpose,
        [rng.standard_normal((2, 3, 5, 2))],
        independent(axis=2, out_axis=1),
        {},
    ),
    "posenc_add_inplace": (adding_in_place, [TOKENS, positions(5, 6)], inputs_unchanged(), {}),
    "posenc_sin_cos": (lambda x: x + positions(5, 6, power=1), [TOKENS], equals(lambda x: x + positions(5, 6)), {}),
    "rnn_h0_not_used": (rnn_from_zero, [TOKENS, X[:2, :1] * np.ones(6), WEIGHTS[0]], depends_on(1), {}),
    "softmax_forward_no_shift": (lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), [X], finite_for_large(), {}),
    "softmax_loss_forward_sum": (summed_loss, [X, Y], batch_mean(), {}),
    "softmax_loss_forward_sum, at chance": (summed_loss, [X, Y], chance_level(), {}),
    "vae_std_logvar": (doubled_std, [X, X / 3], variance_over_seeds(lambda mu, logvar: np.exp(logvar)), SAMPLES),
    "view_alias": (lambda dout: (dout.T, None), [X], no_shared_memory(), {}),
    # Other mistakes of this kind, named in no catalogue.
    "softmax over the batch": (lambda x: softmax(x, axis=0), [X], rows_sum_to_one(), {}),
    "mask after the softmax": (
        lambda x: np.tril(softmax(x @ x.swapaxes(1, 2))) @ x,
        [TOKENS],
        causal(),
        {},
    ),
    "dropout without its factor": (lambda x, rng: x * (rng.random(x.shape) > 0.3), [X], mean_over_seeds(), MODE),
    "dropout with normal numbers": (
        lambda x, rng: x * (rng.standard_normal(x.shape) > 0.3) / 0.7,
        [X],
        mean_over_seeds(),
        MODE,
    ),
    "layernorm without the mean": (
        lambda x: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5),
        [X],
        scale_invariant(),
        {},
    ),
    "log-softmax that shifts by a number of the whole batch": (
        lambda x: x - np.log(np.exp(x - x.max()).sum(-1, keepdims=True)),
        [X],
        shift_invariant(),
        {},
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_mistakes_that_no_gradient_check_sees_break_a_law(mistake):
    forward, inputs, law, options = WRONG[mistake]
    report = properties(forward, inputs, law, options=options)
    assert not report.ok and report[0].fact, str(report)


def test_the_right_sides_of_the_table_obey_the_same_laws():
    right = [
        (attention, MASKED, causal(), {"future": 1}),
        (right_labels, [np.full(3, 9.0), np.full(3, -9.0)], equals(right_labels), {}),
        (sampled, [X, X / 3], variance_over_seeds(lambda mu, logvar: np.exp(logvar)), SAMPLES),
        (sampled, [X, X / 3], mean_over_seeds(), SAMPLES),
        (lambda dout, ids: embedding_gradient(dout, ids, padding=0)[0], [X, Y], equals(np.zeros(3)), {}),
        (lambda x: (merged(x), None), [rng.standard_normal((2, 3, 5, 2))], independent(axis=2, out_axis=1), {}),
        (lambda x, h0, w: np.tanh(x.sum(1) + h0 @ w), [TOKENS, TOKENS[:, 0], WEIGHTS[0]], depends_on(1), {}),
    ]
    for forward, inputs, law, options in right:
        report = properties(forward, inputs, law, options=options)
        assert report.ok, str(report)


# Facts.


def test_causality_says_which_output_sees_which_input():
    report = properties(attention, MASKED, causal(), options={"future": 2})[0]
    assert report.fact.startswith("with other inputs from 1 on, out is") and report.where[1] == 0
    assert str(report).startswith("FAIL causal: with other inputs")


def test_running_statistics_say_what_was_mixed():
    report = properties(swapped_momentum, batchnorm_inputs(X), running_statistics())[0]
    assert report.fact.startswith("running_mean = 0.1 · old + 0.9 · batch; it should be 0.9 · old + 0.1 · batch")


def test_running_statistics_are_found_in_a_dict_of_options():
    def forward(x, bn_param):
        m = bn_param["momentum"]
        bn_param["running_mean"] = m * bn_param["running_mean"] + (1 - m) * x.mean(0)
        bn_param["running_var"] = m * bn_param["running_var"] + (1 - m) * x.var(0, ddof=1)
        return x, None

    parameters = dict(momentum=0.8, running_mean=np.zeros(3), running_var=np.ones(3))
    assert properties(forward, [X], running_statistics(), options=dict(bn_param=parameters)).ok
    assert not properties(forward, [X], running_statistics(momentum=0.9), options=dict(bn_param=parameters)).ok
    assert not parameters["running_mean"].any()


def test_dropouts_mean_is_told_as_a_factor():
    report = properties(lambda x, rng: x * (rng.random(x.shape) > 0.3), [X], mean_over_seeds(), options=MODE)[0]
    assert "is 0.7" in report.fact and "standard errors" in report.fact


def test_seeds_of_numpys_own_generator_are_drawn_anew_and_put_back():
    def forward(x):
        return x * (np.random.rand(*x.shape) > 0.5) / 0.5, None  # noqa: NPY002

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert properties(forward, [X], mean_over_seeds()).ok
    assert not properties(forward, [X], deterministic()).ok
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_a_nan_is_no_agreement():
    for law in (rows_sum_to_one(), nonnegative(), shift_invariant(), independent(), identity()):
        assert not properties(lambda x: x * np.nan, [X], law).ok


def test_a_laws_signature_is_what_the_caller_gives():
    assert list(inspect.signature(causal).parameters) == ["input", "axis", "out_axis"]


def test_inputs_are_not_changed():
    x = TOKENS.copy()
    properties(adding_in_place, [x, positions(5, 6)], inputs_unchanged(), causal())
    assert np.array_equal(x, TOKENS)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"should be a function or one of softmax, .*; got 'sofmax'"):
        properties(ops.softmax_forward, [X], "sofmax")
    with pytest.raises(ValueError, match=r"there should be a law, or one of softmax, .*; got none"):
        properties(ops.softmax_forward, [X])
    with pytest.raises(ValueError, match=r"input 0 should be longer than 1 on axis 0; got shape \(1, 3\)"):
        properties(ops.softmax_forward, [X[:1]], independent())
    with pytest.raises(TypeError, match="a law should be a function, such as causal"):
        properties(ops.softmax_forward, [X], 3)
    with pytest.raises(TypeError, match="inputs should be a list or a dict of arrays"):
        properties(ops.softmax_forward, X, "softmax")
    with pytest.raises(ValueError, match="input should be one of 0; got 'scores'"):
        properties(ops.softmax_forward, [X], shift_invariant("scores"))
    with pytest.raises(ValueError, match="should find an array named 'running_mean'"):
        properties(ops.softmax_forward, [X], running_statistics())

"""Divergences: definitions, identities, bounds, and logits far from zero."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from npdl import InputError, Tensor, ops
from tests.ops.helpers import loss_and_gradients

rng = np.random.default_rng(0)
a, b = rng.standard_normal((2, 6, 4)) * 2
p, q = special.softmax(a, axis=1), special.softmax(b, axis=1)
mu1, logvar1, mu2, logvar2 = rng.standard_normal((4, 6, 4))


# Of probabilities and of logits.


@pytest.mark.topic("R024")
def test_kl_is_scipys_and_zero_only_for_equal_distributions():
    kl = ops.kl_divergence(p, q, reduction="none")
    np.testing.assert_allclose(kl, stats.entropy(p, q, axis=1), rtol=1e-12)
    assert (kl > 0).all()
    np.testing.assert_array_equal(ops.kl_divergence(p, p, reduction="none"), 0)


@pytest.mark.topic("R024")
def test_kl_is_not_symmetric():
    fair, loaded = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])
    assert ops.kl_divergence(fair, loaded) == pytest.approx(math.log(4 / 3) / 2)
    assert ops.kl_divergence(loaded, fair) == pytest.approx(0.75 * math.log(3) - math.log(2))


@pytest.mark.topic("R024")
def test_kl_has_0_log_0_equal_0():
    certain, other = np.array([[1.0, 0.0, 0.0]]), np.array([[0.25, 0.75, 0.0]])
    loss, (dp, dq) = loss_and_gradients(ops.kl_divergence, certain, other)
    assert loss == pytest.approx(math.log(4))
    np.testing.assert_allclose(dp, [[math.log(4) + 1, 0, 0]], rtol=1e-12)
    np.testing.assert_array_equal(dq, [[-4, 0, 0]])


@pytest.mark.filterwarnings("error")
def test_what_q_rules_out_costs_infinitely_much_and_no_warning():
    loss, (dp, dq) = loss_and_gradients(ops.kl_divergence, np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    assert loss == np.inf
    np.testing.assert_array_equal(dp, [[1 - math.log(2), np.inf]])
    np.testing.assert_array_equal(dq, [[-0.5, -np.inf]])


@pytest.mark.parametrize("size", [1e-2, 1e-3, 1e-4])
def test_near_the_prior_float32_keeps_its_digits(size):
    """e^x - 1 - x ≈ x²/2: subtracted term by term, nothing would be left of it. No value is below 0."""
    near = (size * rng.standard_normal((4, 1000))).astype(np.float32)
    exact, zero = near.astype(float), np.zeros_like(near)
    for loss, arrays in (
        (ops.gaussian_kl, (zero, near)),
        (ops.normal_kl, (zero, near, zero, zero)),
        (ops.normal_kl, (zero, zero, zero, near)),
    ):
        got, gradients = loss_and_gradients(loss, *arrays, reduction="none")
        x = -exact if arrays[-1] is near and loss is ops.normal_kl else exact
        series = x**2 / 2 + x**3 / 6 + x**4 / 24 + x**5 / 120
        assert (got >= 0).all()
        np.testing.assert_allclose(got, 0.5 * series.sum(axis=1), rtol=1e-7 / size)
        dlogvar = next(g for g, a in zip(gradients, arrays, strict=True) if a is near)
        np.testing.assert_allclose(dlogvar, 0.5 * np.expm1(x) * (1 if x is exact else -1), rtol=1e-6)


@pytest.mark.topic("R027")
def test_cross_entropy_is_entropy_plus_kl():
    """H(p, q) = H(p) + KL(p ‖ q): what a model pays, the least it could pay, and what it pays in vain."""
    cross = ops.soft_cross_entropy(np.log(q), p, reduction="none")
    entropy = ops.soft_cross_entropy(np.log(p), p, reduction="none")
    np.testing.assert_allclose(cross, -(p * np.log(q)).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(entropy, stats.entropy(p, axis=1), rtol=1e-12)
    np.testing.assert_allclose(cross, entropy + ops.kl_divergence(p, q, reduction="none"), rtol=1e-12)
    np.testing.assert_allclose(cross, entropy + ops.kl_with_logits(a, b, reduction="none"), rtol=1e-12)


@pytest.mark.topic("R027")
def test_cross_entropy_and_kl_pull_the_model_alike():
    """They differ by H(p), which does not depend on the model: distillation may minimise either."""
    _, (_, of_kl) = loss_and_gradients(ops.kl_with_logits, a, b)
    _, (of_cross_entropy, _) = loss_and_gradients(ops.soft_cross_entropy, b, p)
    np.testing.assert_allclose(of_kl, of_cross_entropy, atol=1e-15)


@pytest.mark.topic("R024")
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_kl_of_logits_is_kl_of_their_softmax_on_the_tape(reduction):
    logits, parts = ([Tensor(x, requires_grad=True) for x in (a, b)] for _ in range(2))
    one = ops.kl_with_logits(*logits, reduction=reduction)
    two = ops.kl_divergence(*(ops.softmax(x, axis=1) for x in parts), reduction=reduction)
    np.testing.assert_allclose(one.data, two.data, rtol=1e-12)
    one.sum().backward()
    two.sum().backward()
    for x, y in zip(logits, parts, strict=True):
        np.testing.assert_allclose(x.grad, y.grad, atol=1e-15)


@pytest.mark.oracle
def test_pytorchs_kl_div_has_the_arguments_the_other_way_round():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.functional.kl_div(torch.tensor(np.log(q)), torch.tensor(p), reduction="batchmean")
    assert ops.kl_divergence(p, q) == pytest.approx(theirs.item(), rel=1e-12)


@pytest.mark.topic("R024")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kl_of_logits_far_from_zero(dtype):
    first = np.array([[1e4, -1e4], [1e4, 1e4], [-1e4, 1e4]], dtype)
    second = np.array([[-1e4, 1e4], [1e4, -1e4], [-1e4, 1e4]], dtype)
    loss, (da, db) = loss_and_gradients(ops.kl_with_logits, first, second, reduction="none")
    np.testing.assert_allclose(loss, [2e4, 1e4 - math.log(2), 0], rtol=1e-7)
    np.testing.assert_allclose(da, [[0, 0], [-5000, 5000], [0, 0]], rtol=1e-7)
    np.testing.assert_array_equal(db, [[-1, 1], [0.5, -0.5], [0, 0]])
    assert loss.dtype == da.dtype == db.dtype == dtype


def test_a_class_that_neither_has_changes_nothing():
    ruled_out = [np.insert(x, 2, -np.inf, axis=1) for x in (a, b)]
    loss, gradients = loss_and_gradients(ops.kl_with_logits, *ruled_out)
    alike, expected = loss_and_gradients(ops.kl_with_logits, a, b)
    assert loss == pytest.approx(alike)
    for gradient, without in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, np.insert(without, 2, 0, axis=1), atol=1e-15)


def test_pixels_are_samples():
    maps = rng.standard_normal((2, 2, 4, 3, 5))
    flat = [x.transpose(0, 2, 3, 1).reshape(-1, 4) for x in maps]
    assert ops.kl_with_logits(*maps) == pytest.approx(ops.kl_with_logits(*flat))


# Of Gaussians.


@pytest.mark.topic("R025")
def test_kl_of_two_gaussians_is_its_integral():
    first, second = stats.norm(0.3, math.exp(-0.25)), stats.norm(-0.2, math.exp(0.2))
    expected, _ = integrate.quad(lambda x: first.pdf(x) * (first.logpdf(x) - second.logpdf(x)), -20, 20)
    got = ops.normal_kl(*(np.array([[number]]) for number in (0.3, -0.5, -0.2, 0.4)))
    assert got == pytest.approx(expected, rel=1e-8)
    assert got == pytest.approx(0.237075, abs=1e-6)


@pytest.mark.topic("R025")
def test_kl_of_equal_gaussians_is_zero_and_least():
    loss, gradients = loss_and_gradients(ops.normal_kl, mu1, logvar1, mu1, logvar1)
    assert loss == 0
    assert not np.any(gradients)
    assert (ops.normal_kl(mu1, logvar1, mu2, logvar2, reduction="none") > 0).all()


@pytest.mark.topic("R025")
def test_kl_to_the_standard_normal_is_that_of_two():
    zero = np.zeros_like(mu1)
    loss, gradients = loss_and_gradients(ops.gaussian_kl, mu1, logvar1)
    expected, two = loss_and_gradients(ops.normal_kl, mu1, logvar1, zero, zero)
    assert loss == pytest.approx(expected)
    assert loss == pytest.approx(0.5 * (mu1**2 + np.exp(logvar1) - 1 - logvar1).sum() / 6)
    np.testing.assert_allclose(gradients, two[:2], atol=1e-15)


@pytest.mark.topic("R025")
def test_kl_is_cross_entropy_minus_entropy_of_gaussians():
    """E_1[-log N_2] = NLL at mu1 + var1 / (2 var2), by R026's formula."""
    cross = ops.gaussian_nll(mu1, mu2, logvar2, reduction="none") + 0.5 * np.exp(logvar1 - logvar2)
    entropy = stats.norm(mu1, np.exp(logvar1 / 2)).entropy()
    np.testing.assert_allclose(
        ops.normal_kl(mu1, logvar1, mu2, logvar2, reduction="none"), (cross - entropy).sum(axis=1), rtol=1e-12
    )


@pytest.mark.topic("R025")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gaussian_kl_far_from_zero(dtype):
    far, zero = np.array([[1e4], [-1e4]], dtype), np.zeros((2, 1), dtype)
    loss, (dmu, dlogvar) = loss_and_gradients(ops.gaussian_kl, far, zero, reduction="none")
    np.testing.assert_array_equal(loss, 5e7)
    np.testing.assert_array_equal(dmu, far)
    np.testing.assert_array_equal(dlogvar, 0)
    loss, (dmu, dlogvar) = loss_and_gradients(ops.gaussian_kl, zero, -np.abs(far), reduction="none")
    np.testing.assert_array_equal(loss, 5000 - 0.5)  # a variance of e^-10000
    np.testing.assert_array_equal(dmu, 0)
    np.testing.assert_array_equal(dlogvar, -0.5)
    assert loss.dtype == dmu.dtype == dlogvar.dtype == dtype


# Jensen's inequality, which makes bounds of them.


@pytest.mark.topic("R028")
def test_jensens_inequality_on_a_log_normal():
    """-log E[X] <= E[-log X], for -log is convex. For X = e^{mu + s Z} the gap is s²/2."""
    mu, s, count = 0.7, 0.8, 200_000
    X = np.exp(mu + s * rng.standard_normal(count))
    left, right = -ops.log(ops.mean(X)), ops.mean(-ops.log(X))
    assert left < right
    assert right == pytest.approx(-mu, abs=4 * s / math.sqrt(count))
    spread = math.sqrt((math.exp(s * s) - 1) / count)  # the standard deviation of mean(X) / E[X]
    assert left == pytest.approx(-mu - s * s / 2, abs=4 * spread)


@pytest.mark.topic("R028")
def test_jensens_inequality_is_an_equality_for_a_constant():
    X = np.full(7, 2.5)
    assert -ops.log(ops.mean(X)) == pytest.approx(ops.mean(-ops.log(X)), rel=1e-15)


@pytest.mark.topic("R028")
def test_the_variational_bound_misses_the_likelihood_by_the_kl_to_the_posterior():
    """z ~ N(0, 1), x ~ N(z, v). By Jensen -log p(x) <= E_q[-log p(x|z)] + KL(q ‖ p(z)); the gap is KL(q ‖ p(z|x)).

    Both sides are known here: x ~ N(0, 1 + v), and z given x ~ N(x / (1 + v), v / (1 + v)).
    """
    x, log_v, mean, logvar = rng.standard_normal((4, 50, 1))
    v = np.exp(log_v)
    expected_nll = ops.gaussian_nll(x, mean, log_v, reduction="none") + 0.5 * np.exp(logvar) / v
    bound = expected_nll[:, 0] + ops.gaussian_kl(mean, logvar, reduction="none")
    exact = ops.gaussian_nll(x, np.zeros_like(x), np.log(1 + v), reduction="none")[:, 0]
    gap = ops.normal_kl(mean, logvar, x / (1 + v), np.log(v / (1 + v)), reduction="none")
    assert (bound > exact).all()
    np.testing.assert_allclose(bound - exact, gap, rtol=1e-9)


# What all have in common.


@pytest.mark.parametrize(
    "loss, arrays",
    [
        (ops.kl_divergence, (p, q)),
        (ops.kl_with_logits, (a, b)),
        (ops.gaussian_kl, (mu1, logvar1)),
        (ops.normal_kl, (mu1, logvar1, mu2, logvar2)),
    ],
)
def test_the_mean_is_over_samples(loss, arrays):
    each = loss(*arrays, reduction="none")
    assert each.shape == (6,)
    assert loss(*arrays) == pytest.approx(each.mean())
    assert loss(*arrays, reduction="sum") == pytest.approx(each.sum())


@pytest.mark.parametrize(
    "loss, arrays, options, message",
    [
        (ops.kl_divergence, (p[0], q[0]), {}, r"p should be \(N, C\) or \(N, C, ...\); got"),
        (ops.kl_divergence, (p, q[:1]), {}, r"q should be an array of shape \(6, 4\) like p"),
        (ops.kl_divergence, (a, q), {}, r"p should be probabilities, in \[0, 1\]; got"),
        (ops.kl_divergence, (p, q / 2), {}, "q should be distributions, with sum 1 over axis 1; got 0.5"),
        (ops.kl_divergence, (p, np.log(q)), {}, r"q should be probabilities, in \[0, 1\]; got -"),
        (ops.kl_divergence, (p, q), {"reduction": "batchmean"}, "reduction should be"),
        (ops.kl_with_logits, (a, b.T), {}, r"b should be an array of shape \(6, 4\) like a"),
        (ops.kl_with_logits, (a[0], b[0]), {}, r"a should be \(N, C\) or"),
        (ops.kl_with_logits, (a, b), {"reduction": "batchmean"}, "reduction should be"),
        (ops.gaussian_kl, (mu1, logvar1[:, 0]), {}, r"logvar should be an array of shape \(6, 4\) like mu"),
        (ops.gaussian_kl, (mu1[:0], logvar1[:0]), {}, "the batch should be of at least one sample"),
        (ops.gaussian_kl, (mu1, logvar1), {"reduction": "batchmean"}, "reduction should be"),
        (ops.normal_kl, (mu1, logvar1, mu2[0], logvar2), {}, r"mu2 should be an array of shape \(6, 4\) like mu1"),
        (ops.normal_kl, (mu1, logvar1, mu2, logvar2[0]), {}, r"logvar2 should be an array of shape \(6, 4\)"),
    ],
)
def test_bad_input(loss, arrays, options, message):
    with pytest.raises(InputError, match=f"^{loss.name}: {message}"):
        loss(*arrays, **options)

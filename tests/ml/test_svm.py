"""Support vector machines: the dual, SMO, the margins and the kernels."""

import numpy as np
import pytest
from scipy.optimize import minimize

from npdl import InputError
from npdl.ml import SVM
from npdl.ml.svm import dual_objective, gaussian_kernel, linear_kernel, polynomial_kernel, primal_objective, smo


def problem(N=60, gap=4.0, D=2, seed=0):
    random = np.random.default_rng(seed)
    y = np.where(np.arange(N) % 2, 1, -1)
    x = random.normal(size=(N, D))
    x[:, 0] += gap * y / 2
    return x, y


XOR = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]]), np.array([0, 0, 1, 1])


@pytest.mark.topic("R114", "R117")
def test_two_points_in_closed_form():
    found = SVM(np.inf).fit(np.array([[1.0, 1.0], [3.0, 5.0]]), np.array([7, 9]))
    np.testing.assert_allclose(found.w, [0.2, 0.4], rtol=1e-12)  # 2 (a - b) / |a - b|²
    assert found.b == pytest.approx(-1.6)
    np.testing.assert_allclose(found.decision(np.array([[1.0, 1.0], [3.0, 5.0], [2.0, 3.0]])), [-1, 1, 0], atol=1e-12)
    assert found.margin == pytest.approx(np.sqrt(20) / 2)  # half the distance
    assert found.predict(np.array([[0.0, 0.0], [9.0, 9.0]])).tolist() == [7, 9]


@pytest.mark.topic("R114", "R117")
def test_the_hard_margin():
    x, y = problem(gap=6)
    found = SVM(np.inf, tolerance=1e-9).fit(x, y)
    margins = y * found.decision(x)
    assert margins.min() == pytest.approx(1, abs=1e-8)  # y (w·x + b) >= 1
    np.testing.assert_allclose(margins[found.support], 1, atol=1e-8)  # with equality for the support vectors alone
    assert 2 <= len(found.support) <= 4
    assert found.margin == pytest.approx(1 / np.linalg.norm(found.w), rel=1e-12)
    assert found.margin == pytest.approx(np.min(y * (x @ found.w + found.b)) / np.linalg.norm(found.w), rel=1e-7)
    each = y[found.support] - x[found.support] @ found.w
    np.testing.assert_allclose(each, found.b, atol=1e-6)  # every support vector gives the same b
    again = SVM(np.inf, tolerance=1e-9).fit(x[found.support], y[found.support])
    np.testing.assert_allclose(again.w, found.w, atol=1e-7)  # the others do not matter


@pytest.mark.topic("R115", "R118")
@pytest.mark.parametrize("C", [0.1, 1.0, 10.0])
def test_dual_and_primal_meet(C):
    x, y = problem(gap=2)
    found = SVM(C, tolerance=1e-8).fit(x, y)
    gram = linear_kernel(x, x)
    dual = dual_objective(found.multipliers, y, gram)
    assert dual == pytest.approx(primal_objective(found.w, found.b, x, y, C), rel=1e-6)
    assert dual == pytest.approx(found.history[-1], rel=1e-10)
    random = np.random.default_rng(0)
    for _ in range(20):  # every feasible λ is below, every (w, b) above
        other = random.uniform(0, C, len(y))
        other[y > 0] *= other[y < 0].sum() / other[y > 0].sum()
        assert other.max() > C or dual_objective(other, y, gram) <= dual
        w, b = found.w + random.normal(size=2) * 0.1, found.b + random.normal() * 0.1
        assert primal_objective(w, b, x, y, C) >= dual


@pytest.mark.topic("R115")
def test_a_general_solver_finds_the_same():
    x, y = problem(20, gap=1.5)
    gram, C = linear_kernel(x, x), 2.0
    theirs = minimize(
        lambda m: -dual_objective(m, y, gram),
        np.full(20, 0.5),
        jac=lambda m: y * (gram @ (m * y)) - 1,
        bounds=[(0, C)] * 20,
        constraints={"type": "eq", "fun": lambda m: m @ y, "jac": lambda m: y},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert SVM(C).fit(x, y).history[-1] == pytest.approx(-theirs.fun, rel=1e-6)


@pytest.mark.topic("R116", "R118")
@pytest.mark.parametrize("kernel", ["linear", "polynomial", "gaussian"])
@pytest.mark.parametrize("C", [0.3, 5.0])
def test_smo_climbs_to_the_optimum(kernel, C):
    x, y = problem(gap=1)
    found = SVM(C, kernel=kernel).fit(x, y)
    assert np.diff(found.history).min() > -1e-9 and found.history[0] == 0
    assert found.multipliers.min() >= 0 and found.multipliers.max() <= C
    assert abs(found.multipliers @ y) < 1e-9
    margins = y * found.decision(x)
    free = (found.multipliers > 0) & (found.multipliers < C)
    assert np.all(margins[found.multipliers == 0] >= 1 - 1e-5)  # Karush, Kuhn, Tucker
    assert np.all(margins[found.multipliers == C] <= 1 + 1e-5)
    np.testing.assert_allclose(margins[free], 1, atol=1e-5)


@pytest.mark.topic("R116")
def test_a_step_changes_two_multipliers():
    x, y = problem(gap=1)
    gram = linear_kernel(x, x)
    calls = []

    def row(n):
        calls.append(n)
        return gram[n]

    history = smo(y, 1.0, row, gram.diagonal()).history
    assert len(calls) == 3 * (len(history) - 1)
    assert calls[0::3] == calls[1::3] and np.all(np.array(calls[0::3]) != calls[2::3])  # rows i, i and j
    i, j, t = calls[0], calls[2], np.linspace(0, 1, 1001)  # the first pair, λ_i = λ_j = t: the best of that edge
    curvature = gram[i, i] + gram[j, j] - 2 * gram[i, j]
    assert y[i] != y[j] and history[1] == pytest.approx(np.max(2 * t - t**2 * curvature / 2), abs=1e-4)


@pytest.mark.topic("R119")
def test_the_linear_kernel():
    x, _ = problem(10, D=3)
    np.testing.assert_array_equal(linear_kernel(x, x), x @ x.T)
    found = SVM(1.0).fit(*problem())
    np.testing.assert_allclose(found.decision(x[:, :2]), x[:, :2] @ found.w + found.b, atol=1e-12)


@pytest.mark.topic("R120")
def test_the_polynomial_kernel_is_a_product_of_monomials():
    x, _ = problem(10)
    features = np.stack([x[:, 0] ** 2, np.sqrt(2) * x[:, 0] * x[:, 1], x[:, 1] ** 2], axis=1)
    np.testing.assert_allclose(polynomial_kernel(x, x, 2), features @ features.T, atol=1e-12)
    y = np.where(np.sum(x**2, axis=1) > 1.5, 1, -1)
    quadratic, explicit = SVM(1.0, kernel="polynomial", degree=2).fit(x, y), SVM(1.0).fit(features, y)
    np.testing.assert_allclose(quadratic.decision(x), explicit.decision(features), atol=1e-5)


@pytest.mark.topic("R121")
def test_the_gaussian_kernel():
    x, _ = problem(12)
    gram = gaussian_kernel(x, x, 0.7)
    for i in range(12):
        for j in range(12):
            assert gram[i, j] == pytest.approx(np.exp(-np.sum((x[i] - x[j]) ** 2) / (2 * 0.7**2)), rel=1e-10)
    assert np.linalg.eigvalsh(gram).min() > -1e-12


@pytest.mark.topic("R121", "R118")
def test_xor_needs_a_curved_boundary():
    x, y = XOR
    assert SVM(np.inf, kernel="gaussian", sigma=0.5).fit(x, y).predict(x).tolist() == y.tolist()
    assert np.mean(SVM(10.0).fit(x, y).predict(x) == y) < 1
    with pytest.raises(RuntimeError, match="are the classes separable"):
        SVM(np.inf, max_steps=500).fit(x, y)


@pytest.mark.topic("R122")
def test_the_gram_matrix_saves_time_not_pairs():
    x, y = problem(gap=1)
    kept, anew = (SVM(1.0, kernel="gaussian", gram=gram).fit(x, y) for gram in (True, False))
    np.testing.assert_allclose(kept.multipliers, anew.multipliers, atol=1e-5)
    for N in (10, 100, 200):
        a = problem(N)[0]
        assert gaussian_kernel(a, a).nbytes == 8 * N**2  # all pairs, whatever the kernel


@pytest.mark.topic("R117")
def test_b_without_a_support_vector_on_the_margin():
    x, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    found = SVM(0.1).fit(x, y)
    assert found.multipliers.tolist() == [0.1, 0.1] and found.b == 0


@pytest.mark.oracle
@pytest.mark.topic("R114", "R116", "R117", "R118")
@pytest.mark.parametrize("C", [0.1, 1.0, 10.0, np.inf])
@pytest.mark.parametrize("kernel", ["linear", "polynomial", "gaussian"])
def test_as_scikit_learn(kernel, C):
    sklearn = pytest.importorskip("sklearn.svm")
    x, y = problem(80, gap=6 if C == np.inf else 1.5, seed=4)
    options = {"linear": {}, "polynomial": dict(degree=3, gamma=1, coef0=0), "gaussian": dict(gamma=1 / (2 * 1.3**2))}
    theirs = sklearn.SVC(
        C=min(C, 1e6),
        kernel={"linear": "linear", "polynomial": "poly", "gaussian": "rbf"}[kernel],
        tol=1e-8,
        **options[kernel],
    )
    theirs.fit(x, y)  # its kernel values are float32: more than 1e-4 cannot be asked
    ours = SVM(C, kernel=kernel, degree=3, sigma=1.3, tolerance=1e-8).fit(x, y)
    scale = max(1, np.abs(theirs.dual_coef_).max())
    expected = np.zeros(len(y))
    expected[theirs.support_] = np.abs(theirs.dual_coef_[0])
    np.testing.assert_allclose(ours.multipliers / scale, expected / scale, atol=1e-5)
    assert ours.b == pytest.approx(theirs.intercept_[0], abs=1e-5)
    np.testing.assert_allclose(ours.decision(x), theirs.decision_function(x), atol=1e-4)
    if kernel == "linear":
        np.testing.assert_allclose(ours.w, theirs.coef_[0], atol=1e-5)
        assert ours.margin == pytest.approx(1 / np.linalg.norm(theirs.coef_), rel=1e-5)


@pytest.mark.oracle
@pytest.mark.topic("R114", "R116", "R117", "R118")
@pytest.mark.parametrize("C", [0.1, 1.0, 10.0, np.inf])
@pytest.mark.parametrize("kernel", ["linear", "gaussian"])
def test_as_the_support_vectors_of_scikit_learn_demand(kernel, C):
    """Its λ are rounded, but they tell who is inside the margin (λ = C) and who on it: those and b solve the equations

    y_s (Σ_n λ_n y_n k(x_n, x_s) + b) = 1 for each s on the margin, Σ_n λ_n y_n = 0.
    """
    sklearn = pytest.importorskip("sklearn.svm")
    x, y = problem(80, gap=6 if C == np.inf else 1.5, seed=4)
    name, options = {"linear": ("linear", {}), "gaussian": ("rbf", dict(gamma=1 / (2 * 1.3**2)))}[kernel]
    theirs = sklearn.SVC(C=min(C, 1e6), kernel=name, tol=1e-8, **options).fit(x, y)
    rough = np.zeros(len(y))
    rough[theirs.support_] = np.abs(theirs.dual_coef_[0])
    gram = linear_kernel(x, x) if kernel == "linear" else gaussian_kernel(x, x, 1.3)
    weights = np.where(rough >= C, rough, 0) * y
    on = np.flatnonzero((rough > 0) & (rough < C))
    equations = np.block([[gram[np.ix_(on, on)], np.ones((len(on), 1))], [np.ones((1, len(on))), np.zeros((1, 1))]])
    solved = np.linalg.solve(equations, np.append(y[on] - gram[on] @ weights, -weights.sum()))
    weights[on] = solved[:-1]
    ours = SVM(C, kernel=kernel, sigma=1.3, tolerance=1e-10).fit(x, y)
    np.testing.assert_allclose(ours.multipliers * y, weights, atol=1e-6 * max(1, np.abs(weights).max()))
    np.testing.assert_allclose(ours.decision(x), gram @ weights + solved[-1], atol=1e-7)
    assert ours.margin == pytest.approx(1 / np.sqrt(weights @ gram @ weights), rel=1e-7)


@pytest.mark.oracle
@pytest.mark.topic("R119", "R120", "R121")
def test_kernels_as_scikit_learn():
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    a, b = problem(9, D=4)[0], problem(7, D=4, seed=1)[0]
    np.testing.assert_allclose(linear_kernel(a, b), pairwise.linear_kernel(a, b), atol=1e-12)
    np.testing.assert_allclose(polynomial_kernel(a, b, 3), pairwise.polynomial_kernel(a, b, degree=3, gamma=1, coef0=0))
    np.testing.assert_array_equal(polynomial_kernel(a, b), polynomial_kernel(a, b, 2))
    np.testing.assert_allclose(gaussian_kernel(a, b, 2), pairwise.rbf_kernel(a, b, gamma=1 / 8), rtol=1e-10)


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: SVM(0), "SVM: C should be greater than 0"),
        (lambda: SVM(kernel="sigmoid"), 'SVM: kernel should be "linear"'),
        (lambda: SVM(degree=0), "SVM: degree should be"),
        (lambda: SVM().fit(np.zeros((3, 2)), np.array([0, 1, 2])), r"y should be labels of two classes; got .0, 1, 2"),
        (lambda: SVM().fit(np.zeros((3, 2)), np.array([0.0, 1, 1])), "integer labels"),
        (lambda: SVM().fit(np.full((2, 2), np.nan), np.array([0, 1])), "no NaN"),
        (lambda: SVM().fit(*XOR).decision(np.zeros((1, 3))), "SVM.decision: x should be"),
        (lambda: primal_objective(np.zeros(1), 0, np.zeros((1, 1)), np.ones(1), np.inf), "finite"),
    ],
)
def test_refuses(action, message):
    with pytest.raises(InputError, match=message):
        action()

"""Lagrange's multipliers and strong duality."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.duality import QuadraticProgram, hard_margin_program, kkt_residuals

rng = np.random.default_rng(0)
x = np.array([[2.0, 2.0], [3.0, 1.0], [4.0, 3.0], [0.0, 0.5], [-1.0, 1.0], [0.5, -0.5], [-1.0, -2.0]])
y = np.array([1, 1, 1, -1, -1, -1, -1])


@pytest.mark.topic("R033")
def test_primal_and_dual_of_a_hard_margin_svm_meet():
    program = hard_margin_program(x, y)
    w_b, multipliers, value = program.solve()
    assert program.dual(multipliers) == pytest.approx(value, abs=1e-9)
    assert max(kkt_residuals(program, w_b, multipliers).values()) < 1e-9
    w, b = w_b[:2], w_b[2]
    np.testing.assert_allclose(w, (multipliers * y) @ x, atol=1e-9)
    assert multipliers @ y == pytest.approx(0, abs=1e-9)
    margins = y * (x @ w + b)
    assert margins.min() == pytest.approx(1)
    np.testing.assert_allclose(margins[multipliers > 1e-9], 1)
    assert value == pytest.approx(multipliers.sum() - value)  # ½‖ω‖² = Σ λ - ½‖ω‖²


@pytest.mark.oracle
@pytest.mark.topic("R033")
def test_scikit_learns_svm():
    SVC = pytest.importorskip("sklearn.svm").SVC
    theirs = SVC(kernel="linear", C=1e6, tol=1e-8).fit(x, y)
    w_b, multipliers, _ = hard_margin_program(x, y).solve()
    np.testing.assert_allclose(w_b[:2], theirs.coef_[0], atol=1e-5)
    assert w_b[2] == pytest.approx(theirs.intercept_[0], abs=1e-5)
    np.testing.assert_array_equal(np.flatnonzero(multipliers > 1e-9), np.sort(theirs.support_))


@pytest.mark.topic("R033")
def test_the_dual_is_below_the_primal_everywhere_and_touches_it():
    root = rng.standard_normal((3, 3))
    program = QuadraticProgram(root @ root.T, rng.standard_normal(3), rng.standard_normal((4, 3)), np.ones(4))
    best, multipliers, value = program.solve()
    assert program.dual(multipliers) == pytest.approx(value)
    for _ in range(200):
        trial = rng.exponential(1, 4)
        assert program.dual(trial) <= value + 1e-9
        point = rng.standard_normal(3)
        if (program.G @ point <= 1).all():
            assert program.primal(point) >= value - 1e-9 and program.lagrangian(point, trial) <= program.primal(point)
    assert program.lagrangian(best, multipliers) == pytest.approx(value)


@pytest.mark.topic("R033")
def test_the_multiplier_is_the_price_of_the_constraint():
    """min x² subject to x >= c: λ = 2c, the slope of the best value c²."""
    best = [QuadraticProgram([[2.0]], [0.0], [[-1.0]], [-c]).solve() for c in (1.5, 1.5 + 1e-6)]
    assert best[0].x[0] == pytest.approx(1.5) and best[0].multipliers[0] == pytest.approx(3)
    assert (best[1].value - best[0].value) / 1e-6 == pytest.approx(3, abs=1e-4)
    idle = QuadraticProgram([[2.0]], [0.0], [[-1.0]], [1.0]).solve()
    assert idle.multipliers[0] == 0 and idle.value == 0


def test_the_dual_is_minus_infinity_where_the_lagrangian_falls_without_end():
    program = hard_margin_program(x, y)
    assert program.dual(np.eye(7)[0]) == -np.inf


def test_bad_input():
    with pytest.raises(InputError, match="some x keeps"):
        QuadraticProgram([[1.0]], [0.0], [[1.0], [-1.0]], [-1.0, -1.0]).solve()
    with pytest.raises(InputError, match="at most 14"):
        QuadraticProgram(np.eye(2), np.zeros(2), np.ones((15, 2)), np.ones(15)).solve()
    with pytest.raises(InputError, match="as G has n columns"):
        QuadraticProgram(np.eye(3), np.zeros(2), np.ones((1, 2)), np.ones(1))

"""The classics: the right numbers, x restored, and each trap of the original refused."""

import numpy as np
import pytest

from gradcheck.classic import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    relative_error,
)

rng = np.random.default_rng(3)
X = rng.standard_normal((4, 3))


def cube_sum(x):
    return float((x**3).sum())


def test_relative_error_is_that_of_the_course():
    a, b = np.array([1.0, -2.0, 0.0]), np.array([1.0, -2.2, 0.0])
    assert relative_error(a, b) == pytest.approx(0.2 / 4.2)
    assert relative_error(1e-10, 2e-10) == pytest.approx(0.01)  # the floor
    assert relative_error(1e-10, 2e-10, floor=0) == pytest.approx(1 / 3)


def test_relative_error_of_zeros_and_of_nothing_is_zero():
    assert relative_error(np.zeros(3), np.zeros(3), floor=0) == 0.0
    assert relative_error(np.zeros((0, 3)), np.zeros((0, 3))) == 0.0


def test_relative_error_with_nan_is_nan():
    assert np.isnan(relative_error([1.0, np.nan], [1.0, 2.0]))


def test_shapes_that_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"relative_error: argument b should be of shape \(1, 3\); got \(3,\)"):
        relative_error(np.ones((1, 3)), np.ones(3))


def test_numerical_gradient_of_a_number(capsys):
    gradient = eval_numerical_gradient(cube_sum, X.copy())
    assert relative_error(gradient, 3 * X**2) < 1e-6
    assert capsys.readouterr().out.startswith("(0, 0) ")
    eval_numerical_gradient(cube_sum, X.copy(), False)
    assert capsys.readouterr().out == ""


def test_numerical_gradient_of_an_array():
    dout = rng.standard_normal(X.shape)
    gradient = eval_numerical_gradient_array(np.tanh, X.copy(), dout)
    assert relative_error(gradient, dout * (1 - np.tanh(X) ** 2)) < 1e-7


def test_an_f_that_returns_its_argument_has_a_gradient():
    dout = rng.standard_normal(X.shape)
    assert relative_error(eval_numerical_gradient_array(lambda x: x, X.copy(), dout), dout) < 1e-9


def test_f_may_close_over_x():
    x = X.copy()
    assert relative_error(eval_numerical_gradient(lambda _: cube_sum(x), x, verbose=False), 3 * X**2) < 1e-6


def test_float32_is_stepped_by_what_rounding_leaves_of_h():
    x = np.array([100.0], np.float32)  # the neighbours of 100 are 8e-6 apart: h = 1e-5 is not what x moves by
    assert eval_numerical_gradient(lambda v: float(v[0]), x, verbose=False) == pytest.approx(1.0)


def test_sparse_check_prints_as_the_course_does_and_returns_the_worst(capsys):
    assert grad_check_sparse(cube_sum, X.copy(), 3 * X**2, 5, seed=0) < 1e-6
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and all(line.startswith("numerical: ") and " analytic: " in line for line in lines)
    assert grad_check_sparse(cube_sum, X.copy(), 2 * X**2, seed=0) == pytest.approx(0.2, rel=1e-4)


def test_sparse_check_draws_the_same_entries_for_the_same_seed(capsys):
    for _ in range(2):
        grad_check_sparse(cube_sum, X.copy(), 3 * X**2, seed=7)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:10] == lines[10:] and len(set(lines)) > 3


def test_sparse_check_of_a_zero_gradient_has_no_error(capsys):
    assert grad_check_sparse(lambda x: 1.0, X.copy(), np.zeros_like(X)) == 0.0
    assert "nan" not in capsys.readouterr().out


def test_sparse_check_does_not_lose_a_nan(capsys):
    assert np.isnan(grad_check_sparse(cube_sum, X.copy(), np.full(X.shape, np.nan), 3))


@pytest.mark.parametrize("name", ["eval_numerical_gradient", "grad_check_sparse"])
def test_x_is_restored_bit_for_bit_also_when_f_raises(name):
    def stumble(x):
        raise ArithmeticError("f")

    function = {"eval_numerical_gradient": eval_numerical_gradient, "grad_check_sparse": grad_check_sparse}[name]
    more = () if name == "eval_numerical_gradient" else (np.zeros_like(X),)
    x = X.copy()
    with pytest.raises(ArithmeticError):
        function(stumble, x, *more)
    assert x.tobytes() == X.tobytes()
    function(cube_sum, x, *more)
    assert x.tobytes() == X.tobytes()


def test_integers_are_refused():
    with pytest.raises(TypeError, match=r"x\[i\] \+= h does nothing to integers; got int64 array"):
        eval_numerical_gradient(cube_sum, np.arange(3))
    with pytest.raises(TypeError, match="floating-point array; got list"):
        grad_check_sparse(cube_sum, [1.0], [1.0])


def test_a_step_that_rounding_swallows_is_refused():
    with pytest.raises(ValueError, match="argument h should be large enough"):
        eval_numerical_gradient(lambda v: float(v[0]), np.array([1e20]))


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"analytic_grad should be of shape \(4, 3\); got \(3,\)"):
        grad_check_sparse(cube_sum, X.copy(), np.zeros(3))
    with pytest.raises(ValueError, match=r"df should be of shape \(4, 3\); got \(4, 1\)"):
        eval_numerical_gradient_array(np.tanh, X.copy(), np.ones((4, 1)))
    with pytest.raises(ValueError, match=r"f should return one number; got an array of shape \(4, 3\)"):
        eval_numerical_gradient(np.tanh, X.copy())

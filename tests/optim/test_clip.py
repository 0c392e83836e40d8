"""Clipping: by the norm of all gradients together, which keeps the direction, and entry by entry, which does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import InputError, InputTypeError, nn, optim
from npdl.optim import clip_grad_norm, clip_grad_value
from tests.optim.helpers import LAWS


def parameters(*gradients, wrap=list):
    made = [nn.Parameter(np.zeros_like(g)) for g in gradients]
    made = wrap(made)
    for p, g in zip(made if wrap is list else made.parameters, gradients):
        p.grad = g.copy() if wrap is list else p.grad
        p.grad[...] = g
    return made


def gradients(made):
    return [p.grad for p in (made.parameters if isinstance(made, optim.FlatParameters) else made)]


WRAP = pytest.mark.parametrize("wrap", [list, optim.FlatParameters], ids=["list", "flat"])
numbers = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(np.array)


@LAWS
@given(a=numbers, b=numbers, max_norm=st.floats(1e-3, 1e3))
@WRAP
def test_the_norm_is_max_norm_at_most_and_the_direction_stays(wrap, a, b, max_norm):
    made, g = parameters(a, b, wrap=wrap), np.concatenate([a, b])
    before = clip_grad_norm(made, max_norm)
    assert before == pytest.approx(np.linalg.norm(g), rel=1e-12) and type(before) is float
    clipped = np.concatenate(gradients(made))
    if before > max_norm:
        np.testing.assert_allclose(clipped, g * (max_norm / before), rtol=1e-12)
        assert np.linalg.norm(clipped) == pytest.approx(max_norm, rel=1e-9)
    else:
        np.testing.assert_array_equal(clipped, g)


def test_the_norm_is_of_all_gradients_together():
    made = parameters(np.array([3.0]), np.array([[4.0]]))
    assert clip_grad_norm(made, 4) == 5
    np.testing.assert_allclose([made[0].grad.item(), made[1].grad.item()], [2.4, 3.2])


@WRAP
def test_it_is_in_place_and_keeps_float32(wrap):
    made = parameters(np.full(3, 2, np.float32), wrap=wrap)
    (array,) = gradients(made)
    clip_grad_norm(made, np.float64(1))
    clip_grad_value(made, np.float64(0.25))
    assert gradients(made)[0] is array and array.dtype == np.float32 and (array == 0.25).all()


def test_an_infinite_max_norm_only_measures():
    made = parameters(np.array([3.0, 4.0]))
    assert clip_grad_norm(made, float("inf")) == 5 and made[0].grad.tolist() == [3, 4]


def test_a_float32_gradient_whose_square_float32_cannot_hold():
    made = parameters(np.array([3e30, 4e30], np.float32))
    assert clip_grad_norm(made, 1) == pytest.approx(5e30, rel=1e-6)
    np.testing.assert_allclose(made[0].grad, [0.6, 0.8], rtol=1e-6)


def test_what_is_frozen_or_has_no_gradient_does_not_count():
    made = parameters(np.array([3.0]), np.array([4.0]), np.array([12.0]))
    made[1].requires_grad, made[2].grad = False, None
    assert clip_grad_norm(made, 1) == 3
    clip_grad_value(made, 0.5)
    assert made[0].grad == 0.5 and made[1].grad == 4 and made[2].grad is None
    assert clip_grad_norm(made[2:], 1) == 0


@WRAP
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_norm_that_is_no_number_raises_and_changes_nothing(wrap, bad):
    """PyTorch's default multiplies by max_norm / inf = 0: the step is lost, or poisoned with NaN, without a word."""
    made = parameters(np.array([3.0]), np.array([1.0, bad]), wrap=wrap)
    which = r"gradient 1, of shape \(2,\), has 1 of 2" if wrap is list else r"gradient 0, of shape \(3,\), has 1 of 3"
    with pytest.raises(FloatingPointError, match=f"clip_grad_norm: the norm is (nan|inf); {which} values NaN or Inf"):
        clip_grad_norm(made, 1)
    assert gradients(made)[0] == 3
    np.testing.assert_array_equal(gradients(made)[1], [1, bad])


def test_finite_entries_with_a_norm_beyond_float64():
    with pytest.raises(FloatingPointError, match="the norm is inf; every entry is finite"):
        clip_grad_norm(parameters(np.array([1e200])), 1)


@LAWS
@given(g=numbers, value=st.floats(1e-3, 1e3))
@WRAP
def test_every_entry_is_clipped_by_itself(wrap, g, value):
    made = parameters(g, wrap=wrap)
    assert clip_grad_value(made, value) is None
    np.testing.assert_array_equal(gradients(made)[0], np.minimum(np.maximum(g, -value), value))


def test_clip_value_takes_in_what_is_infinite_and_leaves_nan():
    made = parameters(np.array([np.inf, -np.inf, np.nan]))
    clip_grad_value(made, 2)
    np.testing.assert_array_equal(made[0].grad, [2, -2, np.nan])


def test_a_clipped_step_is_at_most_lr_max_norm_long():
    made = parameters(np.array([30.0, 40.0]))
    clip_grad_norm(made, 2)
    optim.SGD(made, lr=0.1).step()
    np.testing.assert_allclose(made[0].data, [-0.12, -0.16])


@pytest.mark.oracle
def test_pytorch_clips_alike():
    """It divides by norm + 1e-6."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    given = [rng.standard_normal((3, 4)), rng.standard_normal(5)]
    for max_norm in (0.5, 100.0):
        theirs = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in given]
        for p, g in zip(theirs, given):
            p.grad = torch.tensor(g)
        mine = parameters(*given)
        norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
        assert clip_grad_norm(mine, max_norm) == pytest.approx(norm.item(), rel=1e-12)
        for p, q in zip(mine, theirs):
            np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=2e-6)
        torch.nn.utils.clip_grad_value_(theirs, 0.1)
        clip_grad_value(mine, 0.1)
        for p, q in zip(mine, theirs):
            np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=2e-6)


@pytest.mark.parametrize("bad", [0, -1, float("nan"), "a", None])
def test_bounds_that_are_none(bad):
    made = parameters(np.ones(2))
    with pytest.raises(InputError, match="clip_grad_norm: max_norm should be greater than 0; got"):
        clip_grad_norm(made, bad)
    with pytest.raises(InputError, match=r"clip_grad_value: value should be in \(0, inf\); got"):
        clip_grad_value(made, bad)


def test_what_has_no_gradients():
    for clip in (clip_grad_norm, clip_grad_value):
        with pytest.raises(InputTypeError, match=f"{clip.__name__}: parameters should be a list"):
            clip(nn.Affine(2, 2), 1)
        with pytest.raises(InputTypeError, match=f"{clip.__name__}: parameters should be Parameters"):
            clip([np.zeros(2)], 1)

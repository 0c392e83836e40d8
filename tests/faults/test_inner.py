"""Mistakes in functions that backward calls: planted into copies, one or several at once."""

import numpy as np
import pytest

import npdl.faults  # noqa: F401
from gradcheck import faults
from npdl.ops import conv


def gradients(*names):
    """(dx, dw, db) of conv2d with these mistakes."""
    known = faults.registry["conv2d"]
    forward, backward = known.mutant(*(fault for fault in known.faults if fault.name in names))
    inputs, options = faults.sample("conv2d", 0)
    out, cache = forward(**inputs, **options)
    return backward(np.cos(np.arange(out.size)).reshape(out.shape), cache)


@pytest.mark.parametrize("first, second", [("dx_flip", "dw_flip"), ("dx_div_n", "dw_flip"), ("dw_mean_n", "dx_flip")])
def test_two_mistakes_in_two_functions(first, second):
    dx, dw, db = gradients(first, second)
    for gradient, alone in ((dx, 0), (dw, 1)):
        name = first if first.startswith(("dx", "dw")[alone]) else second
        np.testing.assert_array_equal(gradient, gradients(name)[alone])
    np.testing.assert_array_equal(db, gradients()[2])


def test_two_mistakes_in_one_function():
    both, flipped, alone = gradients("dw_flip", "dw_mean_n")[1], gradients("dw_flip")[1], gradients("dw_mean_n")[1]
    np.testing.assert_allclose(both, flipped / 2, rtol=1e-12)
    np.testing.assert_allclose(both, alone[:, :, ::-1, ::-1], rtol=1e-12)


def test_the_functions_of_npdl_stay_right():
    spread, right = conv.spread, gradients()
    gradients("dx_flip")
    assert conv.spread is spread
    for before, after in zip(right, gradients(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_text_that_is_in_neither_raises():
    fault = faults.registry["conv2d"].faults[0]
    lost = type(fault)("lost", "no such text", "", "nothing", function=conv.spread)
    with pytest.raises(ValueError, match="text that the source of backward"):
        faults.registry["conv2d"].mutant(lost)

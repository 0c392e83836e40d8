"""Linear and shift-invariant systems."""

import numpy as np
import pytest

from npdl import InputError
from npdl.maths.systems import impulse, impulse_response, is_linear, is_shift_invariant, superpose
from npdl.vision.convolution import convolve
from npdl.vision.derivatives import sobel
from npdl.vision.median import median
from npdl.vision.smoothing import box

rng = np.random.default_rng(0)
SHAPE = (7, 8)
weights = rng.random(SHAPE)
SYSTEMS = {  # name: (system, linear, shift-invariant)
    "box": (lambda f: box(f, 3, border="wrap"), True, True),
    "sobel": (lambda f: sobel(f, border="wrap")[0], True, True),
    "threshold": (lambda f: (f > 0.3).astype(float), False, True),
    "median": (lambda f: median(f, border="wrap"), False, True),
    "square": (lambda f: f * f, False, True),
    "plus one": (lambda f: f + 1, False, True),
    "vignette": (lambda f: f * weights, True, False),
    "mirror": (lambda f: f[:, ::-1], True, False),
}
every_system = pytest.mark.parametrize("name", SYSTEMS)


@pytest.mark.topic("R017")
@every_system
def test_which_systems_are_linear(name):
    system, linear, _ = SYSTEMS[name]
    assert is_linear(system, SHAPE, rng) == linear


@pytest.mark.topic("R019")
@every_system
def test_which_systems_are_shift_invariant(name):
    system, _, invariant = SYSTEMS[name]
    assert is_shift_invariant(system, SHAPE, rng) == invariant


@pytest.mark.topic("R018", "R019")
@every_system
def test_only_with_both_the_impulse_response_says_everything(name):
    system, linear, invariant = SYSTEMS[name]
    f = rng.standard_normal(SHAPE)
    equal = np.allclose(superpose(f, impulse_response(system, SHAPE)), system(f))
    assert equal == (linear and invariant)


@pytest.mark.topic("R018")
def test_the_impulse_gives_the_kernel_back():
    h = rng.random((3, 5))
    response = impulse_response(lambda f: convolve(f, h), (7, 9))
    np.testing.assert_allclose(response[2:5, 2:7], h)
    assert np.count_nonzero(response) == h.size
    assert impulse((3, 4)).sum() == impulse((3, 4))[0, 0] == 1


@pytest.mark.topic("R018")
def test_an_image_is_a_sum_of_impulses():
    f = rng.random((4, 5))
    shifted = sum(f[k, l] * impulse(f.shape, (k, l)) for k, l in np.ndindex(f.shape))
    np.testing.assert_array_equal(shifted, f)


@pytest.mark.topic("R018")
def test_rounding_is_relative_to_the_answer():
    assert is_linear(lambda f: 1e9 * f * np.arange(5), (30, 5), rng)


def test_bad_input():
    with pytest.raises(InputError, match="like the image"):
        superpose(np.ones((3, 3)), np.ones((2, 2)))

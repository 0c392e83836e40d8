"""The fast pair of conv2d: taken where it fits, and equal to the readable one."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings

import gradcheck
import npdl
from npdl import Tensor, backend, ops
from npdl.kernels import add
from npdl.kernels.cpu import conv
from npdl.ops.samples import samples
from tests.ops import configurations
from tests.ops.helpers import distance
from tests.strict.array import StrictArray, module

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
REFERENCE = (ops.conv2d_forward, ops.conv2d_backward)
x, w, b = np.random.default_rng(0).standard_normal((2, 3, 7, 6)), np.ones((5, 3, 3, 2)), np.ones(5)


@pytest.fixture
def fast(monkeypatch):
    """The list of fast pairs, as it was after the test."""
    monkeypatch.setattr(ops.conv2d, "fast", list(ops.conv2d.fast))
    return ops.conv2d.fast


def pair_that_runs(*args, **options):
    return ops.conv2d.pair_for(args, options)


def test_numpy_arrays_take_a_fast_pair():
    pair = pair_that_runs(x, w, b)
    assert pair.array_type is np.ndarray
    assert pair.name.startswith("npdl.kernels.cpu.conv.")
    assert pair.forward is not ops.conv2d_forward
    _, (made_by, _) = ops.conv2d.forward(x, w, b)
    assert made_by is pair


@pytest.mark.parametrize("dtype", TOLERANCE)
@settings(max_examples=80, deadline=None, derandomize=True)
@given(configuration=configurations.conv.conv2d())
def test_equals_the_readable_pair(dtype, configuration):
    args, options = configuration
    cast = [None if a is None else a.astype(dtype) for a in args]
    expected, cache = ops.conv2d_forward(*args, **options)
    out, fast_cache = ops.conv2d.forward(*cast, **options)
    assert out.dtype == dtype
    assert distance(out, expected, floor=0.1) < TOLERANCE[dtype]

    dout = np.random.default_rng(1).standard_normal(expected.shape)
    gradients = ops.conv2d.backward(dout.astype(dtype), fast_cache)
    for got, wanted in zip(gradients, ops.conv2d_backward(dout, cache), strict=True):
        assert (got is None) == (wanted is None)
        if wanted is not None:
            assert got.dtype == dtype
            assert distance(got, wanted, floor=0.1) < TOLERANCE[dtype]


@pytest.mark.parametrize("n, c", [(3, 16), (5, 4)])  # blocks of 1, 1 and 1 image, and of 3 and 2
def test_equals_the_readable_pair_on_batches_of_several_blocks(n, c):
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((n, c, 33, 31)), rng.standard_normal((8, c, 3, 3)), rng.standard_normal(8)
    expected, cache = ops.conv2d_forward(x, w, b, pad=1)
    out, fast_cache = ops.conv2d.forward(x, w, b, pad=1)
    np.testing.assert_allclose(out, expected, rtol=1e-11, atol=1e-11)
    pairs = zip(ops.conv2d.backward(out, fast_cache), ops.conv2d_backward(out, cache), strict=True)
    for got, wanted in pairs:
        assert distance(got, wanted) < 1e-12


@pytest.mark.parametrize("number", range(len(samples("conv2d"))))
def test_its_gradients_equal_numerical_ones(number):
    args, options = samples("conv2d")[number]
    report = gradcheck.check(ops.conv2d.forward, ops.conv2d.backward, args, options=options)
    assert report.ok, report


def test_it_computes_no_gradient_that_nobody_asked_for():
    _, cache = ops.conv2d.forward(x, w, b)
    dout = np.ones((2, 5, 5, 5))
    for needs in [(True, False, False), (False, True, False), (False, False, True)]:
        assert tuple(g is not None for g in ops.conv2d.backward(dout, cache, needs)) == needs


def test_it_works_on_views_that_are_not_contiguous():
    turned = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)  # channels last in memory
    backwards = w[:, :, ::-1, ::-1]
    np.testing.assert_allclose(ops.conv2d(turned, backwards), ops.conv2d_forward(x, backwards.copy())[0], rtol=1e-12)


def test_swap_turns_it_off():
    with npdl.swap(conv2d=REFERENCE):
        assert pair_that_runs(x, w, b).forward is ops.conv2d_forward
        np.testing.assert_array_equal(ops.conv2d(x, w, b), ops.conv2d_forward(x, w, b)[0])
    assert pair_that_runs(x, w, b).forward is not ops.conv2d_forward


def test_a_cache_goes_back_to_the_pair_that_made_it():
    dout = np.ones((2, 5, 5, 5))
    _, fast_cache = ops.conv2d.forward(x, w, b)
    with npdl.swap(conv2d=REFERENCE):
        _, slow_cache = ops.conv2d.forward(x, w, b)
        inside = ops.conv2d.backward(dout, fast_cache)
    outside = ops.conv2d.backward(dout, slow_cache)
    for one, other in zip(inside, outside, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_tensor_recorded_by_one_pair_goes_back_through_it():
    def other_forward(x, w, b=None, **options):
        return ops.conv2d_forward(x, w, b, **options)

    def other_backward(dout, cache):
        return tuple(100 * g for g in ops.conv2d_backward(dout, cache))

    fast, swapped = Tensor(x, requires_grad=True), Tensor(x, requires_grad=True)
    y = ops.conv2d(fast, w, b)
    with npdl.swap(conv2d=(other_forward, other_backward)):
        z = ops.conv2d(swapped, w, b)
        y.sum().backward()
    z.sum().backward()
    np.testing.assert_allclose(100 * fast.grad, swapped.grad, rtol=1e-12)


def test_a_pair_for_another_array_type_is_not_taken(fast, monkeypatch):
    monkeypatch.setitem(backend.modules, StrictArray, module)

    def never_forward(*args, **options):
        raise AssertionError("not for these arrays")

    add(ops.conv2d, never_forward, ops.conv2d_backward, array_type=StrictArray, refuses=lambda *args, **options: None)
    newest = fast[-1]
    assert pair_that_runs(x, w, b) is fast[-2]
    device = [module.asarray(a) for a in (x, w, b)]
    assert pair_that_runs(*device) is newest

    del fast[-1]
    assert pair_that_runs(*device) is ops.conv2d.reference  # NumPy's fast pair is not for them
    np.testing.assert_array_equal(npdl.to_numpy(ops.conv2d(*device)), ops.conv2d_forward(x, w, b)[0])


def test_the_newest_pair_that_accepts_the_call_is_taken(fast):
    only_stride_two = copy.copy(fast[-1])
    only_stride_two.refuses = lambda *args, stride=1, **options: None if stride == 2 else 'its stride'
    fast.append(only_stride_two)
    assert pair_that_runs(x, w, b, stride=2) is only_stride_two
    assert pair_that_runs(x, w, b) is fast[-2]


def test_padding_wider_than_the_kernel_reaches():
    """Outputs that see zeros alone: dx must leave their dout out."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((4, 3, 2, 3))
    out, cache = ops.conv2d.forward(x, w, pad=((3, 0), (4, 5)))
    assert cache[0] is not ops.conv2d.reference
    expected, reference = ops.conv2d_forward(x, w, pad=((3, 0), (4, 5)))
    np.testing.assert_allclose(out, expected, atol=1e-12)
    dout = rng.standard_normal(out.shape)
    for got, right in zip(ops.conv2d.backward(dout, cache), ops.conv2d_backward(dout, reference), strict=True):
        if right is not None:
            np.testing.assert_allclose(got, right, atol=1e-12)


def test_the_memory_that_is_kept_has_a_bound():
    x = np.zeros((1, 64, 160, 160), "float32")
    ops.conv2d(x, np.zeros((4, 64, 3, 3), "float32"))
    assert conv._thread.workspace.nbytes == 8 * conv.BLOCK_BYTES

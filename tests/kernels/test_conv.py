"""Which way takes which convolution, and that all of them mean what the readable pairs mean."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels import explain, use
from npdl.ops.samples import samples
from tests.kernels.convolutions import OPS, TOLERANCE, error
from tests.kernels.twins import threads
from tests.ops import configurations

WAYS = [  # op, x, w, options, and the ways that take it in float32 and in float64
    ("conv2d", (64, 64, 32, 32), (64, 64, 3, 3), {"pad": 1}, "winograd", "columns"),
    ("conv2d", (8, 512, 7, 7), (512, 512, 3, 3), {"pad": 1}, "winograd", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 64, 5, 5), {"pad": 2}, "winograd", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 64, 3, 3), {"pad": 2, "dilation": 2}, "winograd", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 64, 3, 3), {"pad": 2, "dilation": 2, "stride": 2}, "columns", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 64, 7, 7), {"pad": 3}, "columns", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 32, 3, 3), {"pad": 1, "groups": 2}, "columns", "columns"),
    ("conv2d", (32, 3, 224, 224), (64, 3, 7, 7), {"pad": 3, "stride": 2}, "columns", "columns"),
    ("conv2d", (32, 64, 32, 32), (256, 64, 1, 1), {}, "pointwise", "pointwise"),
    ("conv2d", (32, 64, 32, 32), (256, 64, 1, 1), {"stride": 2, "pad": ((0, 0), (0, 0))}, "pointwise", "pointwise"),
    ("conv2d", (32, 64, 32, 32), (256, 64, 1, 1), {"pad": (0, 1)}, "columns", "columns"),
    ("conv2d", (32, 64, 32, 32), (256, 32, 1, 1), {"groups": 2}, "columns", "columns"),
    ("conv2d", (32, 64, 32, 32), (64, 1, 3, 3), {"pad": 1, "groups": 64}, "depthwise", "depthwise"),
    ("conv2d", (32, 64, 32, 32), (128, 1, 3, 3), {"pad": 1, "groups": 64}, "columns", "columns"),
    ("conv2d", (32, 4, 32, 32), (4, 1, 3, 3), {"pad": 1, "groups": 4}, "columns", "columns"),
    ("conv2d", (0, 64, 32, 32), (64, 64, 3, 3), {"pad": 1}, "reference", "reference"),
    ("conv2d", (0, 64, 32, 32), (64, 64, 1, 1), {}, "reference", "reference"),
    ("conv1d", (32, 64, 100), (64, 64, 3), {"pad": 1}, "columns", "columns"),
    ("conv1d", (32, 64, 100), (64, 64, 1), {}, "pointwise", "pointwise"),
    ("conv1d", (32, 64, 100), (64, 1, 5), {"groups": 64}, "depthwise", "depthwise"),
    ("conv3d", (2, 16, 8, 8, 8), (16, 16, 3, 3, 3), {"pad": 1}, "columns", "columns"),
    ("conv3d", (2, 16, 8, 8, 8), (16, 16, 1, 1, 1), {}, "pointwise", "pointwise"),
    ("conv3d", (2, 16, 8, 8, 8), (16, 1, 3, 3, 3), {"groups": 16}, "depthwise", "depthwise"),
    ("conv_transpose2d", (32, 64, 8, 8), (64, 32, 4, 4), {"stride": 2, "pad": 1}, "columns", "columns"),
    ("conv_transpose2d", (32, 64, 8, 8), (64, 32, 1, 1), {"stride": 2}, "pointwise", "pointwise"),
    ("conv_transpose2d", (32, 64, 8, 8), (64, 32, 1, 1), {"stride": 2, "output_pad": 1}, "columns", "columns"),
    ("conv_transpose2d", (32, 64, 8, 8), (64, 1, 4, 4), {"stride": 2, "groups": 64}, "depthwise", "depthwise"),
    ("conv_transpose2d", (0, 64, 8, 8), (64, 1, 4, 4), {"groups": 64}, "reference", "reference"),
]

REFUSALS = [  # the way that refuses a conv2d of 32 channels, (dtype, w, options), a word of the reason
    ("winograd", "float64", (32, 32, 3, 3), {}, "float32"),
    ("winograd", "float32", (32, 16, 3, 3), {"groups": 2}, "groups"),
    ("winograd", "float32", (32, 32, 7, 7), {}, "taps"),
    ("winograd", "float32", (32, 32, 1, 1), {}, "taps"),
    ("winograd", "float32", (8, 32, 3, 3), {}, "few channels"),
    ("winograd", "float32", (32, 32, 3, 3), {"stride": 2, "dilation": 2}, "both stride and dilation"),
    ("winograd", "float32", (32, 32, 2, 3), {"stride": 3}, "multiplications"),
    ("winograd", "float32", (32, 32, 3, 3), {"stride": 0}, "no sense"),
    ("depthwise", "float64", (32, 32, 3, 3), {}, "a channel sees others"),
    ("depthwise", "float32", (64, 1, 3, 3), {"groups": 32}, "makes several"),
    ("pointwise", "float32", (32, 32, 7, 7), {}, "more than one pixel"),
    ("pointwise", "float32", (32, 32, 1, 1), {"pad": 1}, "padding"),
    ("pointwise", "float32", (32, 32, 1, 1), {"pad": ((0, 0), (0, 1))}, "padding"),
    ("pointwise", "float32", (32, 16, 1, 1), {"groups": 2}, "groups"),
]


def zeros(shape, dtype):
    """Of any size, and of no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def drawn(*shapes, dtype="float32"):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("name, shape, w_shape, options, float32, float64", WAYS, ids=str)
def test_the_way_that_takes_a_call(name, shape, w_shape, options, float32, float64):
    for dtype, way in (("float32", float32), ("float64", float64)):
        wanted = way if way == "reference" else f"npdl.kernels.cpu.{way}.{name}_forward"
        assert explain(name, zeros(shape, dtype), zeros(w_shape, dtype), **options).path == wanted


@pytest.mark.parametrize("way, dtype, w_shape, options, word", REFUSALS, ids=str)
def test_the_reason_of_a_refusal(way, dtype, w_shape, options, word):
    told = explain("conv2d", zeros((4, 32, 20, 20), dtype), zeros(w_shape, dtype), **options)
    assert word in told.passed_over[f"npdl.kernels.cpu.{way}.conv2d_forward"]


@pytest.mark.parametrize("name", OPS)
def test_an_empty_batch_goes_to_the_readable_pair_and_comes_back(name):
    x, w = np.zeros((0, 8, *[6] * OPS[name]), "float32"), np.zeros((8, 8, *[3] * OPS[name]), "float32")
    y, cache = getattr(ops, name).forward(x, w)
    dx, dw, db = getattr(ops, name).backward(y, cache)
    assert len(y) == 0 and dx.shape == x.shape and (dw == 0).all() and db is None


# What they mean


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_equals_the_readable_pair(name, dtype):
    """Through the op, whatever way takes the call."""
    op = getattr(ops, name)

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(configuration=configurations.conv.CONFIGURATIONS[name]())
    def check(configuration):
        args, options = configuration
        y, cache = op.forward(*[None if a is None else a.astype(dtype) for a in args], **options)
        expected, reference = op.reference.forward(*args, **options)
        assert y.dtype == dtype and error(y, expected) < TOLERANCE[dtype]
        assert cache[0] is not op.reference
        dout = np.random.default_rng(1).standard_normal(y.shape)
        gradients = op.backward(dout.astype(dtype), cache)
        for got, wanted in zip(gradients, op.reference.backward(dout, reference), strict=True):
            assert (got is None) == (wanted is None)
            if wanted is not None:
                assert got.dtype == dtype and error(got, wanted) < TOLERANCE[dtype]

    check()


@pytest.mark.parametrize("name, number", [(name, number) for name in OPS for number in range(len(samples(name)))])
def test_its_gradients_equal_numerical_ones(name, number):
    args, options = samples(name)[number]
    op = getattr(ops, name)
    assert op.pair_for(args, options) is not op.reference
    report = gradcheck.check(op.forward, op.backward, args, options=options)
    assert report.ok, report


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_all_modes_agree(dtype):
    x, w, b = drawn((3, 32, 17, 16), (48, 32, 3, 3), (48,), dtype=dtype)
    results = {}
    for mode in ("reference", "exact", "fast"):
        with use(mode):
            y, cache = ops.conv2d.forward(x, w, b, pad=1)
            results[mode] = [y, *ops.conv2d.backward(y, cache)]
    for mode in ("exact", "fast"):
        for one, other in zip(results[mode], results["reference"], strict=True):
            assert error(one, other) < (1e-4 if dtype == "float32" else 1e-11)


CALLS = {
    "winograd": ("conv2d", (4, 32, 16, 16), (32, 32, 3, 3), {"pad": 1}),
    "columns": ("conv2d", (4, 3, 31, 31), (32, 3, 5, 5), {"stride": 2}),
    "turned": ("conv2d", (4, 32, 16, 16), (8, 32, 3, 3), {"pad": 1}),
    "pointwise": ("conv2d", (9, 32, 31, 31), (64, 32, 1, 1), {}),
    "depthwise": ("conv1d", (40, 32, 200), (32, 1, 5), {"groups": 32}),
    "transposed": ("conv_transpose2d", (4, 32, 8, 8), (32, 16, 4, 4), {"stride": 2}),
}


def all_results(kind):
    name, shape, w_shape, options = CALLS[kind]
    op, (x, w) = getattr(ops, name), drawn(shape, w_shape)
    y, cache = op.forward(x, w, **options)
    return [y, *op.backward(y, cache)[:2]]


@pytest.mark.parametrize("kind", CALLS)
def test_equal_bits_for_every_number_of_threads_and_every_time(kind):
    wanted = all_results(kind)
    for count in (1, 2, 3, 2):
        with threads(count):
            for one, other in zip(all_results(kind), wanted, strict=True):
                np.testing.assert_array_equal(one, other)


def test_calls_from_several_threads_do_not_disturb_each_other():
    wanted = {kind: all_results(kind) for kind in CALLS}
    kinds = [*CALLS] * 3
    with threads(2), ThreadPoolExecutor(3) as pool:
        for kind, got in zip(kinds, pool.map(all_results, kinds), strict=True):
            for one, other in zip(got, wanted[kind], strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_computes_the_same_bits():
    """It starts without its parent's threads, and with what was in their workspace."""
    with threads(2):
        wanted = {kind: all_results(kind) for kind in CALLS}
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=lambda: queue.put({kind: all_results(kind) for kind in CALLS}), daemon=True)
        child.start()
        got = queue.get(timeout=60)
        child.join(20)
    assert child.exitcode == 0
    for kind in CALLS:
        for one, other in zip(got[kind], wanted[kind], strict=True):
            np.testing.assert_array_equal(one, other)


def test_results_are_no_workspace_that_the_next_call_writes_to():
    for kind in CALLS:
        first = all_results(kind)
        kept = [a.copy() for a in first]
        for _ in range(2):
            all_results(kind)
        for one, other in zip(first, kept, strict=True):
            np.testing.assert_array_equal(one, other)


# Arguments that make no sense

X, W = drawn((2, 16, 8, 8), (16, 16, 3, 3))
SENSELESS = [  # args, options
    ((X, W[:, :8]), {}),
    ((X, W[:, :, 0]), {}),
    ((X[0], W), {}),
    ((X, W[0, 0, 0]), {}),
    ((X, W[0, 0, 0, 0]), {}),
    ((X[0, 0, 0, 0], W), {}),
    ((X, W, np.ones(5, "float32")), {}),
    ((X, W, np.ones((16, 1), "float32")), {}),
    ((X[:, :, :2, :2], W), {}),
    ((X, W[:, :, :0]), {}),
    ((X, W), {"groups": 3}),
    ((X, W), {"groups": 0}),
    ((X, W), {"groups": 16}),
    ((X, W[:, :1]), {"groups": 16.0}),
    ((X, W[:, :1]), {"groups": "16"}),
    ((X, W[:, :, :1, :1]), {"groups": True}),
    ((X, W), {"strides": 2}),
    ((X, W), {"output_pad": 1}),
]
TUPLES = [(), (1,), (16,), (1, 1, 1), (1, -1), (1, [1, 1]), ((1, 1), (1, 1.0))]
NUMBERS = [-1, 1.0, 2.5, True, "1", None, [1, 1], {1: 1}, *TUPLES, np.ones(2)]


def refused(args, options):
    """The type and the message of the error."""
    try:
        ops.conv2d(*args, **options)
    except Exception as error:
        return type(error), str(error)
    return None


@pytest.mark.parametrize("number", range(len(SENSELESS)))
def test_senseless_arguments_give_the_error_of_the_readable_pair(number):
    assert_same_refusal(*SENSELESS[number])


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
@pytest.mark.parametrize("name", ["stride", "pad", "dilation", "groups"])
@pytest.mark.parametrize("w", [W, W[:, :, :1, :1], W[:, :1]], ids=["3x3", "1x1", "depthwise"])
def test_senseless_numbers_give_the_error_of_the_readable_pair(w, name, value):
    groups = {"groups": 16} if w.shape[1] == 1 else {}
    assert_same_refusal((X, w), {**groups, name: value})


def assert_same_refusal(args, options):
    with use("reference"):
        wanted = refused(args, options)
    assert wanted is None or issubclass(wanted[0], InputError)
    assert refused(args, options) == wanted


@pytest.mark.parametrize("w", [W, W[:, :, :1, :1]], ids=["3x3", "1x1"])
def test_a_pad_that_is_a_number_above_and_a_pair_beside(w):
    """Which is allowed: ((top, bottom), both sides)."""
    np.testing.assert_allclose(
        ops.conv2d(X, w, pad=((1, 2), 3)), ops.conv2d_forward(X, w, pad=((1, 2), 3))[0], rtol=0, atol=1e-3
    )


def test_a_refusal_of_senseless_numbers_is_not_remembered_for_others():
    """1.0 == 1, and True == 1, but they are not the same arguments."""
    for value in (1.0, True):
        x, w = zeros((8, 64, 24, 24 + len(str(value))), "float32"), zeros((64, 64, 3, 3), "float32")
        for name in ("stride", "dilation"):
            with pytest.raises(InputError):
                ops.conv2d(x, w, pad=1, **{name: value})
            path = explain("conv2d", x, w, pad=1, **{name: 1}).path
            assert path == "npdl.kernels.cpu.winograd.conv2d_forward"
    both = dict(stride=2, dilation=2)
    x, w = drawn((2, 32, 21, 20), (32, 32, 3, 3))
    with pytest.raises(InputError):
        ops.conv2d(x, w, stride=2.0, dilation=2)
    assert error(ops.conv2d(x, w, **both), ops.conv2d_forward(x, w, **both)[0]) < 1e-5

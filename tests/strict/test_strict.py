"""The look-alike is itself checked: planted faults that NumPy lets pass must raise, ordinary op code must run."""

import copy
import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from tests.strict.array import NotOnCuPy, StrictArray, asnumpy, module, syncs


def bench(device):
    """The same small arrays on either side; `h` and `hi` stay on the host, as the mistakes need them there."""
    host = dict(x=np.arange(12.0).reshape(3, 4), y=np.ones((3, 4)), i=np.array([0, 2]), rep=np.array([1, 1]))
    arrays = {name: device(array) for name, array in host.items()}
    xp = module if device is StrictArray else np
    return SimpleNamespace(**arrays, m=arrays["x"] > 5, h=np.ones((3, 4)), hi=np.array([0, 2]), xp=xp)


def assign(array, key, value):
    array[key] = value


def add_in_place(array, value):
    array += value


def matmul_in_place(array, value):
    array @= value


FAULTS = {
    # host and device arrays mixed
    "host + device": lambda s: s.h + s.x,
    "device + host": lambda s: s.x + s.h,
    "np.ones * device": lambda s: np.ones(4) * s.x,
    "device @ host": lambda s: s.x @ s.h.T,
    "host @ device": lambda s: s.h @ s.x.T,
    "compare with host": lambda s: s.x > s.h,
    "0-d host array": lambda s: s.x * np.array(2.0),
    "host draw as a mask": lambda s: s.x * (np.random.default_rng(0).random((3, 4)) > 0.5),
    "device += host": lambda s: add_in_place(s.x, s.h),
    "host += device": lambda s: add_in_place(s.h, s.x),
    "host out": lambda s: np.add(s.x, s.x, out=s.h),
    "host out of a sum": lambda s: np.sum(s.x, axis=0, out=s.h[0]),
    "host in matmul out": lambda s: np.matmul(s.x, s.x.T, out=np.empty((3, 3))),
    "host in where": lambda s: np.where(s.m, s.h, s.x),
    "host in concatenate": lambda s: np.concatenate([s.x, s.h]),
    "host in einsum": lambda s: np.einsum("ij,ij->i", s.x, s.h),
    "host in a method": lambda s: s.x.dot(s.h.T),
    "host index": lambda s: s.x[s.hi],
    "host mask": lambda s: s.x[s.h > 0],
    "host index in a tuple": lambda s: s.x[:, s.hi],
    "host index in assignment": lambda s: assign(s.x, s.hi, 0.0),
    "host value in assignment": lambda s: assign(s.x, 0, s.h[0]),
    "host index in take": lambda s: np.take(s.x, s.hi, axis=0),
    "device index into host": lambda s: s.h[s.i],
    "device value into host": lambda s: assign(s.h, 0, s.x[0]),
    # implicit conversion
    "np.asarray": lambda s: np.asarray(s.x),
    "np.array of a list": lambda s: np.array([s.x, s.y]),
    "np.float32": lambda s: np.float32(s.x),
    "np.ascontiguousarray": lambda s: np.ascontiguousarray(s.x),
    "as_strided": lambda s: as_strided(s.x, (2, 2), (8, 8)),
    "sum of a list of arrays": lambda s: np.sum([s.x, s.y]),
    "array as an integer": lambda s: range(s.i[0]),
    # lists of numbers where an array is due
    "ufunc of a list": lambda s: np.add(s.x, [1.0, 2.0, 3.0, 4.0]),
    "where with a list": lambda s: np.where(s.m, [1.0, 2.0, 3.0, 4.0], s.x),
    "dot with a list": lambda s: np.dot(s.x, [1.0, 2.0, 3.0, 4.0]),
    "concatenate with a list": lambda s: np.concatenate([s.x, [[1.0, 2.0, 3.0, 4.0]]]),
    "list assigned": lambda s: assign(s.x, 0, [1.0, 2.0, 3.0, 4.0]),
    # names that CuPy lacks
    "np.insert": lambda s: np.insert(s.x, 0, 1.0),
    "np.block": lambda s: np.block([s.x, s.y]),
    "np.vecdot": lambda s: np.vecdot(s.x, s.y),
    "np.spacing": lambda s: np.spacing(s.x),
    "linalg.vector_norm": lambda s: np.linalg.vector_norm(s.x),
    "setflags": lambda s: s.x.setflags(write=False),
    "xp.errstate": lambda s: s.xp.errstate(all="ignore"),
    "@=": lambda s: matmul_in_place(s.x[:, :3], s.y[:, :3]),
    # keywords that CuPy lacks
    "sum initial": lambda s: np.sum(s.x, initial=0.0),
    "method sum initial": lambda s: s.x.sum(initial=0.0),
    "max where": lambda s: np.max(s.x, where=s.m, initial=0.0),
    "mean where": lambda s: np.mean(s.x, where=s.m),
    "ufunc where": lambda s: np.add(s.x, s.y, out=s.x, where=s.m),
    "ufunc order": lambda s: np.add(s.x, s.y, order="C"),
    "einsum out": lambda s: np.einsum("ij->i", s.x, out=s.x[:, 0]),
    "take mode": lambda s: np.take(s.x, s.i, mode="clip"),
    "sort stable": lambda s: np.sort(s.x, stable=True),
    "astype casting": lambda s: s.x.astype(np.float32, casting="same_kind"),
    "ones like": lambda s: np.ones(3, like=s.x),
    "full like": lambda s: np.full(3, 2.0, like=s.x),
    "eye like": lambda s: np.eye(3, like=s.x),
    "zeros device": lambda s: np.zeros(3, like=s.x, device="cpu"),
    "two outputs": lambda s: np.modf(s.x, out=(s.x, s.y)),
    # ufunc methods that CuPy lacks
    "maximum.reduce": lambda s: np.maximum.reduce(s.x),
    "maximum.accumulate": lambda s: np.maximum.accumulate(s.x),
    "multiply.at": lambda s: np.multiply.at(s.x, s.i, 2.0),
    "add.reduce initial": lambda s: np.add.reduce(s.x, initial=1.0),
    "add.at of a tuple": lambda s: np.add.at(s.x, (slice(None), s.i), 1.0),
    "add.at of a host index": lambda s: np.add.at(s.x, s.hi, 1.0),
    # undefined on a GPU
    "repeated index": lambda s: assign(s.x, s.rep, s.y[:2]),
    "repeated index +=": lambda s: assign(s.x, s.rep, s.x[s.rep] + s.y[:2]),
    "repeated index in put_along_axis": lambda s: np.put_along_axis(s.x, s.rep[None], s.y[:1, :2], 1),
    "repeated index in a list": lambda s: assign(s.x, [1, 1], s.y[:2]),
    "two masks": lambda s: s.x[s.m[:, 3], s.m[1]],
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_planted_fault_raises(fault):
    with pytest.raises((NotOnCuPy, AttributeError, TypeError)):
        fault(bench(StrictArray))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_planted_fault_passes_on_numpy(fault):
    fault(bench(np.asarray))


def conv_and_back(x, w):
    """A 3x3 convolution of (N, C, H, W) and its backward pass, in the style of the library's op bodies."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))  # (N, C, H, W, 3, 3)
    y = np.einsum("nchwij,fcij->nfhw", windows, w)
    dw = np.tensordot(y, windows, axes=((0, 2, 3), (0, 2, 3)))
    dpadded = np.zeros_like(padded)
    for i in range(3):
        for j in range(3):
            dpadded[:, :, i : i + x.shape[2], j : j + x.shape[3]] += np.einsum("nfhw,fc->nchw", y, w[:, :, i, j])
    return y, dw, dpadded[:, :, 1:-1, 1:-1]


def softmax_loss(x, i):
    z = x - x.max(axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    picked = np.take_along_axis(logp, i[:, None], axis=1)
    dx = np.exp(logp)
    dx[np.arange(3, like=i), i] -= 1
    return -picked.mean(), dx


def scatter(x, i):
    table = np.zeros_like(x, shape=(5, 4))
    np.add.at(table, i, x)
    np.maximum.at(table, i, 0.5)
    np.put_along_axis(x, i[:, None], -1.0, axis=1)
    return table, x


def stride_two(x):
    out = np.zeros((3, 4), like=x)
    out[:, ::2] += x[:, ::2]
    out[x > 6] = 0.0
    out *= 2
    return out


def matmul_out(x):
    out = np.empty_like(x, shape=(3, 3))
    assert np.matmul(x, x.T, out=out) is out
    return out, x @ x.T


CONTROLS = {
    "conv": lambda s: conv_and_back(np.tile(s.x[:, None, :, None], (1, 2, 1, 4)), s.w),
    "softmax": lambda s: softmax_loss(s.x, s.i),
    "scatter": lambda s: scatter(s.x, s.i),
    "strided slices": lambda s: stride_two(s.x),
    "matmul out": lambda s: matmul_out(s.x),
    "reductions": lambda s: (s.x.sum(), s.x.mean(0), s.x.var(1), s.x.argmax(1), np.prod(s.x), np.std(s.x, ddof=1)),
    "reduction in out": lambda s: np.sum(s.x, axis=0, out=np.zeros(4, like=s.x)),
    "where": lambda s: (np.where(s.x > 2, s.x, 0.0), np.clip(s.x, 1, 3), np.maximum(s.x, 0)),
    "join and split": lambda s: (np.concatenate([s.x, s.x]), np.stack([s.x, s.x]), np.split(s.x, [1, 3], axis=1)),
    "indexing": lambda s: (s.x[s.i], s.x[s.i, s.i], s.x[:, None, ..., 0], s.x[1, 2], s.x[s.x > 3], s.x[[0, 2]]),
    "scalars": lambda s: (2 * s.x, s.x / np.float32(3), 1 - s.x, s.x**2, -s.x, abs(s.x), s.x % 3, np.float64(2) * s.x),
    "comparisons": lambda s: (s.x == s.x, s.x < 3, ~(s.x > 2), (s.x > 1) & (s.x < 5)),
    "shapes": lambda s: (s.x.T, np.transpose(s.x, (1, 0)), np.broadcast_to(s.x, (2, 3, 4)), np.expand_dims(s.x, 0)),
    "ufunc methods": lambda s: (np.add.reduce(s.x, axis=1, keepdims=True), np.multiply.accumulate(s.x)),
    "linear algebra": lambda s: (np.linalg.norm(s.x), np.linalg.inv(s.x[:, :3] + 5 * np.identity(3, like=s.x))),
    "fft": lambda s: np.abs(np.fft.rfft2(s.x)),
    "creation": lambda s: (np.arange(3, like=s.x), np.asarray([1.0, 2.0], like=s.x), np.full_like(s.x, 2.0)),
    "searching": lambda s: (np.argsort(s.x, axis=1), np.cumsum(s.x, 0), np.unique(s.i), np.nonzero(s.x)),
    "metadata": lambda s: (s.x.shape, s.x.dtype, s.x.ndim, len(s.x), np.shape(s.x), np.ndim(s.x), s.x.strides),
}


def on_host(result):
    """Results brought to the host one by one, so that a device array in a tuple is compared too."""
    if isinstance(result, (list, tuple)):
        return [on_host(part) for part in result]
    return asnumpy(result) if isinstance(result, (StrictArray, np.ndarray, np.generic)) else result


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_ordinary_code_runs_and_equals_numpy(control):
    host = dict(x=np.arange(12.0).reshape(3, 4), i=np.array([0, 2, 1]), w=np.linspace(-1, 1, 54).reshape(3, 2, 3, 3))
    expected = control(SimpleNamespace(**copy.deepcopy(host)))
    got = control(SimpleNamespace(**{name: StrictArray(array) for name, array in host.items()}))
    np.testing.assert_equal(on_host(got), on_host(expected))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_round_trip_of_every_small_shape(dtype):
    for shape in itertools.chain.from_iterable(itertools.product(range(3), repeat=ndim) for ndim in range(5)):
        host = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
        device = module.asarray(host)
        assert type(device) is StrictArray and device.shape == shape and device.dtype == dtype
        np.testing.assert_array_equal(asnumpy(device), host, strict=True)
        np.testing.assert_array_equal(asnumpy(copy.deepcopy(device)), host, strict=True)


def test_upload_and_download_copy():
    host = np.zeros(3)
    device = module.asarray(host)
    device[0] = 1.0
    asnumpy(device)[1] = 1.0
    assert host.tolist() == [0, 0, 0] and device.tolist() == [1, 0, 0]


def test_views_share_memory():
    x = module.zeros((2, 3))
    x[:, 1:][0, 0] = 1.0
    x.T[2, 1] = 2.0
    x.reshape(-1)[3] = 3.0
    np.split(x, 2)[0][0, 2] = 4.0
    last = x[0, 0]  # in CuPy even a single element is a view
    last += 5.0
    assert x.tolist() == [[5, 1, 4], [3, 0, 2]]


def test_in_place_operator_keeps_the_object():
    x = module.ones(2)
    same = x
    x += 1
    assert x is same and same.tolist() == [2, 2]


def test_results_stay_on_the_device():
    x = module.ones((2, 2))
    results = [x.sum(), np.sum(x), x[0, 0], x[0, 0] + 1, np.count_nonzero(x), np.allclose(x, x), np.add.reduce(x[0])]
    for result in results:
        assert type(result) is StrictArray and result.shape == ()


def test_reading_a_value_counts_as_a_synchronisation():
    x = module.ones((2, 2))
    syncs.clear()
    x = x / x.sum() @ x
    assert syncs.total() == 0
    first = x[0, 0]
    assert float(first) == 0.5 and int(first) == 0 and first and first.item() == 0.5 and f"{first:.1f}" == "0.5"
    assert x[x > 0].size == 4 and asnumpy(x).shape == (2, 2)
    assert syncs == dict(float=1, int=1, bool=1, item=1, format=1, mask=1, get=1)


def test_empty_is_poisoned():
    x = module.zeros(2)
    for empty in (np.empty_like(x), np.empty(2, like=x), module.empty(2), np.empty_like(x, shape=(2,))):
        assert np.isnan(empty).all()


def test_errstate_has_no_effect():
    with np.errstate(all="raise"):
        assert (1 / module.zeros(2) == np.inf).all()


def test_repeated_index_with_one_value_is_well_defined():
    x = module.zeros(3)
    x[module.asarray([1, 1])] = 2.0
    assert x.tolist() == [0, 2, 0]


class Deferring:
    """What the library's Tensor does: `__array_ufunc__ = None` asks arrays to leave the operator to it."""

    __array_ufunc__ = None

    def __add__(self, other):
        return "deferred"

    __radd__ = __matmul__ = __rmatmul__ = __lt__ = __gt__ = __add__


def test_operators_defer_to_the_tensor():
    x, tensor = module.ones((2, 2)), Deferring()
    assert {x + tensor, tensor + x, x @ tensor, tensor @ x, x < tensor} == {"deferred"}
    for mistake in (np.add, np.matmul, lambda a, b: np.concatenate([a, b]), lambda a, b: np.where(a > 0, a, b)):
        with pytest.raises(TypeError):
            mistake(x, tensor)


def test_random_draws_are_born_on_the_device():
    rng = module.random.default_rng(0)
    out = module.empty(3)
    draws = [rng.random(4, dtype=np.float32), rng.standard_normal((2, 2), dtype=np.float32), rng.integers(0, 9, size=5)]
    draws += [rng.uniform(-1, 1, size=3, dtype=np.float32), rng.random()]
    assert all(type(draw) is StrictArray for draw in draws)
    assert [draw.shape for draw in draws] == [(4,), (2, 2), (5,), (3,), ()]
    assert [draw.dtype for draw in draws] == [np.float32, np.float32, np.int64, np.float32, np.float64]
    assert rng.random(out=out) is out and (out < 1).all()
    assert module.random.default_rng(1).random(3).tolist() == module.random.default_rng(1).random(3).tolist()


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=3),
        lambda rng: rng.permutation(3),
        lambda rng: rng.random(shape=3),
        lambda rng: rng.random(out=np.empty(3)),
        lambda rng: rng.poisson(np.ones(3)),
    ],
)
def test_random_draws_that_cupy_lacks(draw):
    with pytest.raises((NotOnCuPy, AttributeError)):
        draw(module.random.default_rng(0))


def test_module_has_cupys_names_and_rules():
    x = module.full((2, 2), 2.0, dtype=module.float32)
    assert x.dtype == np.float32 and isinstance(x, module.ndarray)
    assert module.linalg.norm(module.eye(4)).item() == 2 and module.exp(module.zeros(2)).tolist() == [1, 1]
    assert module.lib.stride_tricks.as_strided(module.arange(4), (2, 2), (8, 8)).tolist() == [[0, 1], [1, 2]]
    for mistake in (lambda: module.exp(np.zeros(2)), lambda: module.sum(np.zeros(2)), lambda: module.zeros(2, like=x)):
        with pytest.raises(NotOnCuPy):
            mistake()
    for name in ("errstate", "insert", "block", "unstack", "vecdot", "erf"):
        assert not hasattr(module, name)


def test_scipy_special_dispatches():
    special = pytest.importorskip("scipy.special")
    x = module.ones(2)
    np.testing.assert_array_equal(asnumpy(special.erf(x)), special.erf(np.ones(2)))
    with pytest.raises(NotOnCuPy):
        special.logsumexp(x)


def test_frozen_names_agree_with_the_installed_cupy():
    pytest.importorskip("cupy")
    from tests.strict import freeze

    assert freeze.difference() == []

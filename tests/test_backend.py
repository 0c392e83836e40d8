"""Where arrays are born, how they cross between host and device, and random numbers."""

import sys

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError, Tensor, backend, ops
from tests.strict.array import StrictArray, module


@pytest.fixture(autouse=True)
def leave_as_found(monkeypatch):
    """Device, seed and generators are those from before."""
    monkeypatch.setattr(backend, "modules", dict(backend.modules))
    monkeypatch.setattr(backend, "_born_in", backend._born_in)
    monkeypatch.setattr(backend, "_seed", backend._seed)
    monkeypatch.setattr(backend, "_generators", {})


@pytest.fixture
def strict():
    backend.modules[StrictArray] = module


# Random numbers.


def test_a_seed_gives_the_same_draws_again():
    draws = []
    for seed in (3, 3, 4):
        npdl.seed(seed)
        draws.append((npdl.rng().standard_normal(5), ops.dropout(np.ones(50), p=0.5)))
    for one, other in zip(draws[0], draws[1], strict=True):
        np.testing.assert_array_equal(one, other)
    assert (draws[0][0] != draws[2][0]).all()


def test_the_shared_generator_is_one_and_goes_on():
    npdl.seed(0)
    assert npdl.rng() is npdl.rng()
    assert npdl.rng().random() != npdl.rng().random()


def test_no_seed_is_another_start_every_time():
    npdl.seed(None)
    first = npdl.rng().random(4)
    npdl.seed(None)
    assert (npdl.rng().random(4) != first).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_like_has_the_shape_of_x_and_is_never_rounded_up_to_one(dtype):
    drawn = backend.uniform_like(np.zeros((100, 30), dtype))
    assert drawn.shape == (100, 30) and drawn.dtype == np.float64
    assert 0 <= drawn.min() < 0.01 and 0.99 < drawn.max() < 1


def test_a_numpy_generator_draws_the_same_numbers_on_every_device(strict):
    host = backend.uniform_like(np.zeros((2, 3)), np.random.default_rng(5))
    device = backend.uniform_like(module.asarray(np.zeros((2, 3))), np.random.default_rng(5))
    assert type(device) is StrictArray
    np.testing.assert_array_equal(npdl.to_numpy(device), host)


def test_by_default_a_device_draws_from_its_own_generator(strict):
    x = module.asarray(np.zeros((2, 3), np.float32))
    npdl.seed(1)
    first = backend.uniform_like(x)
    npdl.seed(1)
    assert type(first) is StrictArray
    np.testing.assert_array_equal(npdl.to_numpy(backend.uniform_like(x)), npdl.to_numpy(first))


# Devices.


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match='use: name should be "numpy" or "cupy"; got \'torch\''):
        npdl.use("torch")


def test_cupy_without_cupy_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)  # as if it were not installed
    with pytest.raises(ImportError, match=r'npdl\.use\("cupy"\) needs CuPy: pip install cupy-cuda'):
        npdl.use("cupy")
    assert type(npdl.to_device([1.0])) is np.ndarray  # and nothing has changed


def test_use_decides_where_new_arrays_are_born(strict, monkeypatch):
    monkeypatch.setattr(module, "ndarray", StrictArray, raising=False)
    monkeypatch.setitem(sys.modules, "cupy", module)
    npdl.use("cupy")
    born = npdl.to_device(np.array([1.0, 2.0]))
    assert type(born) is StrictArray
    npdl.use("numpy")
    assert type(npdl.to_device([1.0, 2.0])) is np.ndarray
    assert type(ops.relu(born)) is StrictArray  # ops follow their inputs


def test_a_cupy_array_is_known_before_anybody_called_use(monkeypatch):
    class ndarray:
        __module__ = "cupy"

    monkeypatch.setitem(sys.modules, "cupy", module)
    assert backend.is_array(ndarray())
    assert backend.array_module(ndarray()) is module


def test_crossing_to_the_host_and_back(strict):
    x = np.arange(6.0).reshape(2, 3)
    assert npdl.to_numpy(x) is x
    assert npdl.to_numpy(Tensor(x)) is x
    assert Tensor(x).numpy() is x
    device = Tensor(module.asarray(x))
    for host in (npdl.to_numpy(device), device.numpy()):
        assert type(host) is np.ndarray
        np.testing.assert_array_equal(host, x)


@pytest.mark.parametrize("not_an_array", [None, [1.0], "text"])
def test_what_is_no_array_has_no_module(not_an_array):
    assert not backend.is_array(not_an_array)
    with pytest.raises(InputTypeError, match="array_module: x should be an array"):
        backend.array_module(not_an_array)


def test_numpys_numbers_and_subclasses_are_numpys():
    assert backend.array_module(np.float32(1)) is np
    assert backend.array_module(np.ma.ones(3)) is np

"""Which pair runs a call: `add`, `use`, `explain`, `swap`, and the cache that knows its pair."""

import contextlib
import copy
import threading

import numpy as np
import pytest

import npdl
from npdl import InputError, Tensor, backend, ops
from npdl.kernels import MODES, Explanation, add, explain, use
from npdl.ops.samples import ROWS, samples
from npdl.tape import paths
from tests.strict.array import StrictArray, module

REFERENCE = (ops.conv2d_forward, ops.conv2d_backward)
x, w, b = np.random.default_rng(0).standard_normal((2, 3, 7, 6)), np.ones((5, 3, 3, 2)), np.ones(5)
# a call that Winograd's convolution takes
image, filters = np.ones((8, 64, 24, 24), "float32"), np.ones((64, 64, 3, 3), "float32")


@pytest.fixture
def fast(monkeypatch):
    """The list of fast pairs, as it was after the test."""
    monkeypatch.setattr(ops.conv2d, "fast", list(ops.conv2d.fast))
    return ops.conv2d.fast


@pytest.fixture(autouse=True)
def the_default_mode():
    token = paths.set("fast")
    yield
    paths.reset(token)


def pair_that_runs(*args, **options):
    return ops.conv2d.pair_for(args, options)


def way(*args, **options):
    """'winograd', 'columns' or 'reference', for conv2d."""
    return explain("conv2d", *(args or (image, filters)), **{"pad": 1, **options}).path.split(".")[-2:][0]


# add


def test_numpy_arrays_take_a_fast_pair():
    pair = pair_that_runs(x, w, b)
    assert pair.array_type is np.ndarray
    assert pair.name.startswith("npdl.kernels.cpu.")
    assert pair.forward is not ops.conv2d_forward
    _, (made_by, _) = ops.conv2d.forward(x, w, b)
    assert made_by is pair


def test_a_pair_for_another_array_type_is_not_taken(fast, monkeypatch):
    monkeypatch.setitem(backend.modules, StrictArray, module)

    def never_forward(*args, **options):
        raise AssertionError("not for these arrays")

    before = pair_that_runs(x, w, b)
    add(ops.conv2d, never_forward, ops.conv2d_backward, array_type=StrictArray, refuses=lambda *args, **options: None)
    newest = fast[-1]
    assert pair_that_runs(x, w, b) is before
    device = [module.asarray(a) for a in (x, w, b)]
    assert pair_that_runs(*device) is newest
    assert explain("conv2d", x, w, b).passed_over[newest.name] == "it is for arrays of type StrictArray"

    del fast[-1]
    assert pair_that_runs(*device) is ops.conv2d.reference  # NumPy's fast pair is not for them
    np.testing.assert_array_equal(npdl.to_numpy(ops.conv2d(*device)), ops.conv2d_forward(x, w, b)[0])


def test_the_newest_pair_that_accepts_the_call_is_taken(fast):
    before = pair_that_runs(x, w, b)
    only_stride_two = copy.copy(fast[-1])
    only_stride_two.name = "only stride two"
    only_stride_two.refuses = lambda *args, stride=1, **options: None if stride == 2 else "its stride"
    fast.append(only_stride_two)
    assert pair_that_runs(x, w, b, stride=2) is only_stride_two
    assert pair_that_runs(x, w, b) is before
    assert explain("conv2d", x, w, b).passed_over["only stride two"] == "its stride"


# swap, and caches


def test_swap_turns_fast_pairs_off():
    with npdl.swap(conv2d=REFERENCE):
        assert pair_that_runs(x, w, b).forward is ops.conv2d_forward
        np.testing.assert_array_equal(ops.conv2d(x, w, b), ops.conv2d_forward(x, w, b)[0])
    assert pair_that_runs(x, w, b).forward is not ops.conv2d_forward


@pytest.mark.parametrize("other", [lambda: npdl.swap(conv2d=REFERENCE), lambda: use("reference")], ids=["swap", "use"])
def test_a_cache_goes_back_to_the_pair_that_made_it(other):
    dout = np.ones((2, 5, 5, 5))
    _, fast_cache = ops.conv2d.forward(x, w, b)
    with other():
        _, slow_cache = ops.conv2d.forward(x, w, b)
        inside = ops.conv2d.backward(dout, fast_cache)
    outside = ops.conv2d.backward(dout, slow_cache)
    assert fast_cache[0] is not slow_cache[0]
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


def test_fast_pairs_mind_no_mode_when_they_go_back():
    xt = Tensor(image, requires_grad=True)
    y = ops.conv2d(xt, filters, pad=1)
    with use("reference"):
        y.sum().backward()
    _, dout = y.data, np.ones(y.shape, "float32")
    _, cache = ops.conv2d.forward(image, filters, pad=1)
    np.testing.assert_array_equal(xt.grad, ops.conv2d.backward(dout, cache, (True, False, False))[0])


# use


def test_the_modes():
    assert set(MODES) == {"fast", "exact", "reference"}
    assert way() == "winograd"
    with use("fast"):
        assert way() == "winograd"
    with use("exact"):
        assert way() == "columns"
        assert explain("matmul", np.ones((300, 200)), np.ones((200, 100))).path != "reference"
    with use("reference"):
        for name, op in npdl.op.registry.items():
            assert op.pair_for((image, filters), {}) is op.reference, name


def test_exact_is_nearer_than_fast():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((8, 64, 24, 24)), rng.standard_normal((64, 64, 3, 3))
    wanted, errors = ops.conv2d_forward(x, w, pad=1)[0], {}
    for mode in MODES:
        with use(mode):
            errors[mode] = np.abs(ops.conv2d(x.astype("float32"), w.astype("float32"), pad=1) - wanted).max()
    assert errors["exact"] < 3 * errors["reference"] < errors["fast"]


def test_as_a_statement_it_holds_from_then_on():
    use("reference")
    assert way() == "reference"
    use("exact")
    assert way() == "columns"
    use("fast")
    assert way() == "winograd"


def test_as_a_context_it_ends_with_the_block_and_can_be_nested():
    use("exact")
    with use("reference") as inside:
        assert isinstance(inside, use)
        assert way() == "reference"
        with use("fast"):
            assert way() == "winograd"
        assert way() == "reference"
        use("fast")  # as a statement, inside
        assert way() == "winograd"
    assert way() == "columns"


def test_an_error_inside_ends_it_too():
    with contextlib.suppress(KeyError), use("reference"):
        raise KeyError
    assert way() == "winograd"


def test_it_holds_for_its_thread():
    seen = {}

    def elsewhere():
        seen["at first"] = way()
        use("exact")
        seen["then"] = way()

    with use("reference"):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert way() == "reference"
    assert seen == {"at first": "winograd", "then": "columns"}


@pytest.mark.parametrize("mode", ["slow", "FAST", "", None, 1, ("fast",)], ids=repr)
def test_another_mode_is_refused_and_changes_nothing(mode):
    with use("exact"):
        with pytest.raises(InputError, match="use: mode should be 'fast' or 'exact' or 'reference'; got"):
            use(mode)
        assert way() == "columns"
    assert way() == "winograd"


# explain


def test_it_explains_the_pair_that_runs():
    told = explain("conv2d", image, filters, pad=1)
    assert type(told) is Explanation
    assert told.path == pair_that_runs(image, filters, None, pad=1).name
    assert told.path == "npdl.kernels.cpu.winograd.conv2d_forward"
    assert told.what.startswith("Convolution of small kernels with fewer multiplications (Winograd)")
    assert told.passed_over == {}
    assert str(told) == f"{told.path}: {told.what}"


def test_it_explains_why_the_others_do_not():
    told = explain("conv2d", x, w, b)
    columns, *others = [pair.name for pair in ops.conv2d.fast]
    assert told.path == columns
    assert list(told.passed_over) == others[::-1]  # the newest is asked first
    assert all(told.passed_over.values())
    first, *lines = str(told).splitlines()
    assert first == f"{told.path}: {told.what}"
    assert lines == [f"  not {name}: {reason}" for name, reason in told.passed_over.items()]


@pytest.mark.parametrize("mode", ["exact", "reference"])
def test_it_names_the_mode(mode):
    with use(mode):
        told = explain("conv2d", image, filters, pad=1)
    reason = f'kernels are in the mode "{mode}"'
    assert told.passed_over["npdl.kernels.cpu.winograd.conv2d_forward"] == reason
    by_mode = [name for name, why in told.passed_over.items() if why == reason]
    assert len(by_mode) == (1 if mode == "exact" else len(ops.conv2d.fast))
    assert told.path == ("reference" if mode == "reference" else "npdl.kernels.cpu.columns.conv2d_forward")


def test_the_reference_is_explained_by_its_formula():
    told = explain("relu", x) if not ops.relu.fast else explain("conv2d", np.zeros((0, 3, 7, 6)), w)
    assert told.path == "reference"
    assert told.what


def test_it_says_what_is_swapped_in():
    def my_forward(x, w, b=None):
        """My own.

        And what it does.
        """
        raise NotImplementedError

    def my_backward(dout, cache):
        raise NotImplementedError

    with npdl.swap(conv2d=(my_forward, my_backward)):
        for mode in MODES:
            with use(mode):
                told = explain("conv2d", image, filters)
                assert (told.path, told.what) == ("swapped", "My own.")
                assert set(told.passed_over.values()) == {"another pair is swapped in"}
                assert len(told.passed_over) == len(ops.conv2d.fast)
    my_forward.__doc__ = None
    with npdl.swap(conv2d=(my_forward, my_backward)):
        assert explain("conv2d", image, filters).what == ""


def test_it_takes_tensors_and_arguments_by_keyword():
    wanted = explain("conv2d", image, filters, b, pad=1)
    tensor = Tensor(image, requires_grad=True)
    assert explain("conv2d", tensor, Tensor(filters), b, pad=1) == wanted
    assert explain("conv2d", tensor, filters, b=b, pad=np.int64(1)) == wanted
    assert tensor.grad is None


def test_it_explains_every_op_that_has_fast_pairs():
    """What the sample calls go through is what it says."""
    for name in ROWS:
        for args, options in samples(name):
            assert explain(name, *args, **options).path == npdl.op.registry[name].pair_for(args, options).name


@pytest.mark.parametrize("name", ["conv2", "", "Conv2d"])
def test_an_unknown_op(name):
    with pytest.raises(InputError, match="explain: name should be the name of an op; got"):
        explain(name, x, w)

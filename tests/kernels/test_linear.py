"""The fast pairs of matmul and affine: taken where they fit, and equal to the readable ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck
from npdl import ops
from npdl.errors import InputError
from npdl.kernels.cpu import linear
from npdl.ops.samples import samples
from tests.kernels.twins import TOLERANCE, assert_equal_twins, is_fast, run

MATRICES = [
    ((300, 200), (200, 100)),
    ((40, 700), (700, 600)),
    ((7, 30, 40), (7, 40, 50)),
    ((3, 5, 60, 40), (5, 40, 50)),
    ((4, 1, 60, 40), (1, 3, 40, 50)),
    ((2, 3, 90, 40), (40, 50)),
    ((60, 40), (6, 40, 50)),
    ((1, 500, 80), (1, 80, 90)),
]

LEADS = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((2,), ()), ((), (2,)), ((1,), (1,))]


@pytest.fixture
def cut_finely(monkeypatch):
    for name, value in dict(SMALL=0, ALONE=1 << 8, LARGE=1 << 10, TILE=1 << 12).items():
        monkeypatch.setattr(linear, name, value)


def drawn(*shapes, dtype="float32"):
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape).astype(dtype) for shape in shapes)


@pytest.mark.parametrize("shapes", MATRICES, ids=str)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_matmul_equals_the_readable_pair(shapes, dtype, monkeypatch):
    monkeypatch.setattr(linear, "ALONE", 1 << 18)
    assert_equal_twins(ops.matmul, drawn(*shapes, dtype=dtype), dtype=dtype)


@pytest.mark.parametrize("shape, M", [((300, 200), 100), ((64, 3, 16, 16), 50), ((5, 3000), 40)])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("bias", [True, False])
def test_affine_equals_the_readable_pair(shape, M, dtype, bias, monkeypatch):
    monkeypatch.setattr(linear, "ALONE", 1 << 18)
    D = int(np.prod(shape[1:]))
    x, w, b = drawn(shape, (D, M), (M,), dtype=dtype)
    assert_equal_twins(ops.affine, (x, w, b if bias else None), dtype=dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("shape", [(16, 32, 48), (3, 5, 40, 48), (600, 48)])
def test_temporal_affine_equals_the_readable_pair(shape, bias, dtype):
    x, w, b = drawn(shape, (48, 100), (100,), dtype=dtype)
    assert_equal_twins(ops.temporal_affine, (x, w, b if bias else None), dtype=dtype)
    assert_equal_twins(ops.temporal_affine, (np.swapaxes(x, 0, -2), w, b if bias else None), dtype=dtype)
    assert not is_fast(ops.temporal_affine, (x[..., :-1], w))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    lead=st.sampled_from(LEADS),
    sizes=st.tuples(*[st.integers(1, 12)] * 3),
    views=st.tuples(st.booleans(), st.booleans()),
)
def test_matmul_of_any_shape_and_of_views(lead, sizes, views):
    N, K, M = sizes
    a, b = drawn((*lead[0], N, K), (*lead[1], K, M), dtype="float64")
    a = a[..., ::-1, ::-1] if views[0] else a
    b = np.ascontiguousarray(b.swapaxes(-1, -2)).swapaxes(-1, -2) if views[1] else b
    with pytest.MonkeyPatch.context() as patch:
        cut_finely.__wrapped__(patch)
        assert_equal_twins(ops.matmul, (a, b), dtype="float64")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(shape=st.lists(st.integers(1, 300), min_size=2, max_size=4).map(tuple), K=st.integers(1, 3000))
def test_tiles_cover_every_number_once(shape, K):
    covered = np.zeros(shape if np.prod(shape) < 10**6 else shape[-2:], np.int8)
    for tile in linear.tiles(covered.shape, K):
        covered[tile] += 1
    assert (covered == 1).all()


def test_tiles_of_typical_layers():
    def sides(shape, K):
        return [tuple(len(range(n)[s]) for n, s in zip(shape, tile)) for tile in linear.tiles(shape, K)]

    assert sides((512, 1024), 1024) == [(128, 1024)] * 4
    assert sides((64, 512), 512) == [(64, 256)] * 2
    assert sides((64, 120), 400) == [(64, 120)]
    assert sides((16, 64, 64), 64) == [(16, 64, 64)]
    assert sides((256, 64, 64), 64) == [(64, 64, 64)] * 4


@pytest.mark.parametrize("needs", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)])
def test_no_gradient_that_nobody_asked_for(needs):
    args = drawn((300, 200), (200, 100), (100,))
    _, every = run(ops.affine, args, {})
    _, some = run(ops.affine, args, {}, needs=tuple(map(bool, needs)))
    _, two = run(ops.matmul, args[:2], {}, needs=tuple(map(bool, needs[:2])))
    assert tuple(g is not None for g in two) == tuple(map(bool, needs[:2]))
    for need, got, wanted in zip(needs, some, every, strict=True):
        assert (got is not None) == bool(need)
        if need:
            np.testing.assert_array_equal(got, wanted)


def test_what_takes_the_fast_pairs():
    assert is_fast(ops.affine, drawn((512, 1024), (1024, 1024), (1024,)))
    assert is_fast(ops.affine, drawn((64, 400), (400, 120), (120,)))
    assert not is_fast(ops.affine, drawn((64, 84), (84, 10), (10,)))
    assert is_fast(ops.matmul, drawn((512, 1024), (1024, 1024)))
    assert not is_fast(ops.matmul, drawn((512, 1024), (1024,)))
    assert not is_fast(ops.matmul, drawn((8, 8), (8, 8)))


@pytest.mark.usefixtures("cut_finely")
def test_nan_and_infinity_go_where_they_go_in_the_readable_pair():
    a, b = drawn((20, 30), (30, 40))
    a[3, 4], b[5, 6] = np.nan, np.inf
    np.testing.assert_array_equal(np.isfinite(ops.matmul(a, b)), np.isfinite(a @ b))


@pytest.mark.usefixtures("cut_finely")
@pytest.mark.parametrize("name, number", [("matmul", 0), ("matmul", 1), ("affine", 0), ("affine", 1)])
def test_gradients_equal_numerical_ones(name, number):
    args, options = samples(name)[number]
    op = getattr(ops, name)
    assert is_fast(op, args, options)
    report = gradcheck.check(op.forward, op.backward, args, options=options)
    assert report.ok, report


@pytest.mark.parametrize(
    "name, shapes",
    [
        ("matmul", [(300, 200), (100, 200)]),
        ("matmul", [(2, 300, 200), (3, 200, 100)]),
        ("affine", [(300, 200), (100, 200), (200,)]),
        ("affine", [(300, 200), (200, 100), (200,)]),
        ("affine", [(300,), (300, 100), (100,)]),
        ("affine", [(300, 200), (200,), (100,)]),
    ],
)
def test_they_complain_as_the_readable_ones(name, shapes):
    op = getattr(ops, name)
    with pytest.raises(InputError) as complaint:
        op(*drawn(*shapes))
    assert str(complaint.value).startswith(f"{name}: ")
    assert not is_fast(op, drawn(*shapes))

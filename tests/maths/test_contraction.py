"""einsum by hand, and products of stacks of matrices."""

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.maths.contraction import einsum, matmul_naive

rng = np.random.default_rng(0)
SIZE = dict(zip("bhdnecijkl", (2, 3, 4, 5, 6, 2, 3, 4, 5, 3)))
STRINGS = [
    "bhdn,bhen->bhde", "bhde,bhdn->bhen",  # linear attention
    "ij,jk->ik", "ij,jk", "i,i->", "i,j->ij", "ij,ij->ij", "ij,ij->j", "bij,bjk->kbi", "ij,k->kji",
    "ii,ij->j", "ii,j->ij", "ijk,kl->jl", "cij,jik->", "i,ij->i", "b,b", "il,j->li",
]  # fmt: skip


@pytest.mark.topic("R037")
@pytest.mark.parametrize("subscripts", STRINGS)
def test_it_is_numpys(subscripts):
    a, b = (rng.standard_normal([SIZE[s] for s in part]) for part in subscripts.split("->")[0].split(","))
    y = einsum(subscripts, a, b)
    expected = np.einsum(subscripts, a, b)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R037")
def test_float32_stays():
    a = rng.standard_normal((3, 4)).astype(np.float32)
    assert einsum("ij,kj->ik", a, a).dtype == np.float32


@pytest.mark.topic("R038")
@pytest.mark.parametrize("one, other", [((2, 3, 4, 5), (2, 3, 5, 6)), ((3, 1, 2, 4), (7, 4, 3)), ((2, 3), (5, 3, 4))])
def test_a_product_of_stacks_is_a_loop_over_matrices(one, other):
    a, b = rng.standard_normal(one), rng.standard_normal(other)
    expected = matmul_naive(a, b)
    assert expected.shape == (*np.broadcast_shapes(one[:-2], other[:-2]), one[-2], other[-1])
    np.testing.assert_allclose(ops.matmul(a, b), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(a @ b, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.topic("R038")
def test_shapes_and_strides():
    a = np.arange(24.0).reshape(2, 3, 4)
    assert a.strides == (96, 32, 8)
    assert a.T.shape == (4, 3, 2) and a.T.strides == (8, 32, 96)
    assert a.T.base is not None and np.shares_memory(a, a.T)  # a view: nothing is moved
    np.testing.assert_array_equal(np.transpose(a), a.T)
    np.testing.assert_array_equal(ops.transpose(a, axes=(1, 0, 2))[2, 1], a[1, 2])
    flat = a.flatten()
    assert flat.shape == (24,) and not np.shares_memory(flat, a) and np.shares_memory(a.ravel(), a)
    np.testing.assert_array_equal(flat.reshape(2, 3, 4), a)


def test_bad_input():
    a, b = np.ones((2, 3)), np.ones((3, 4))
    with pytest.raises(InputError, match="letters for two arrays"):
        einsum("ij->ji", a, b)
    with pytest.raises(InputError, match="an array of 3 axes, ijk"):
        einsum("ijk,kl", a, b)
    with pytest.raises(InputError, match="each once"):
        einsum("ij,jk->iz", a, b)
    with pytest.raises(InputError, match="same sizes"):
        einsum("ij,ik->jk", a, b)

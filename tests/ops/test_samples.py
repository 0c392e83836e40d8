"""The sample inputs show what they are meant to show."""

import numpy as np
import pytest

from npdl.ops.samples import ROWS, Draw, samples


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_cast_as_asked_and_integers_stay(name):
    for dtype in ("float32", "float64"):
        kinds = {a.dtype.name for s in samples(name, dtype) for a in s.args if isinstance(a, np.ndarray)}
        assert kinds - {"int64", "bool"} == {dtype}


@pytest.mark.parametrize("name", ROWS)
def test_another_seed_gives_other_numbers_of_the_same_shapes(name):
    one, other = ([a for s in samples(name, seed=seed) for a in s.args] for seed in (0, 1))
    assert [np.shape(a) for a in one] == [np.shape(a) for a in other]
    assert any((a != b).any() for a, b in zip(one, other, strict=True) if getattr(a, "dtype", None) == np.float64)


def test_a_missing_row_is_a_key_error():
    with pytest.raises(KeyError, match="no_such_op"):
        samples("no_such_op")


def test_the_draws_keep_their_distance():
    d = Draw(0)
    values = np.sort(d.distinct(3, 5, 7).ravel())
    assert np.diff(values).min() > 0.0999
    assert np.abs(d.off_zero(100)).min() >= 0.5
    assert {np.sign(v) for v in d.off_zero(100)} == {-1.0, 1.0}
    assert 0.5 <= d.positive(100).min() <= d.positive(100).max() <= 2


def test_the_rows_hold_what_hides_faults():
    pools = [s.options for s in samples("max_pool2d")]
    assert any(o.get("stride", o["size"]) != o["size"] for o in pools)  # windows that overlap
    assert any(len(set(s.args[0].ravel())) < s.args[0].size for s in samples("embedding"))  # an id twice
    convs = [s.options for s in samples("conv2d")]
    assert {"stride", "pad", "dilation", "groups"} <= {key for o in convs for key in o}
    for name in ("batchnorm", "layernorm", "groupnorm"):
        assert all((s.args[1] != 1).all() and (s.args[2] != 0).all() for s in samples(name))

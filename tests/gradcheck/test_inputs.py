"""The input generator keeps its promises for every seed."""

from math import prod

import numpy as np
import pytest

from gradcheck import faults
from gradcheck.inputs import LENGTHS, Draw, Sample, inputs, inputs_for, shapes

SEEDS = range(30)


def scaled_forward(x, *, scale=1.0):
    return x * scale, scale


def scaled_backward(dout, scale):
    return dout * scale


@pytest.fixture
def scaled(monkeypatch):
    """An op `scaled` that leaves the dictionary with the test."""
    monkeypatch.setattr(faults.dictionary, "registry", dict(faults.registry))

    def draw(seed):
        return {"x": Draw(seed).gaussian(3, 5)}, {"scale": Draw(seed).hyper(0, 1)}

    faults.register("scaled", scaled_forward, scaled_backward, inputs=draw, faults=[])


def test_a_registered_op_has_characteristic_inputs(scaled):
    sample = inputs("scaled", seed=3)
    assert isinstance(sample, Sample) and list(sample.inputs) == ["x"] and list(sample.options) == ["scale"]
    assert np.array_equal(sample.inputs["x"], inputs("scaled", 3).inputs["x"])
    assert not np.array_equal(sample.inputs["x"], inputs("scaled", 4).inputs["x"])


def test_an_unknown_op_is_named_with_those_near(scaled):
    with pytest.raises(ValueError, match=r"near: scaled.*got 'scald'"):
        inputs("scald")


def test_inputs_for_takes_options_and_looks_whether_forward_does(scaled):
    assert inputs_for(scaled_forward, "scaled", scale=2).options == {"scale": 2}
    with pytest.raises(ValueError, match=r"f should take \(x, scale=0\.\d+\), as scaled does; but: .*'scale'"):

        def f(x):
            return x, None

        inputs_for(f, "scaled")


def test_letters_are_lengths():
    assert shapes("N D", "D M", "M", N=4) == [(4, 3), (3, 5), (5,)]
    assert shapes("N T D", "D 4H", "4H", "2 H") == [(3, 5, 2), (2, 28), (28,), (2, 7)]
    assert shapes("N C 6 6", "F C 3 3", F=3) == [(5, 2, 6, 6), (3, 2, 3, 3)]
    assert shapes("") == [()]


def test_free_letters_get_primes_of_their_own():
    (shape,) = shapes("A B C D E F G", A=5, C=7)
    assert len(set(shape)) == 7 and all(n in LENGTHS for n in shape)
    assert all(n % k for n in LENGTHS for k in range(2, n))


def test_axes_that_cannot_be_read_are_refused():
    with pytest.raises(ValueError, match="an axis should look like"):
        shapes("N,D")
    with pytest.raises(ValueError, match="only 9 letters get a prime; got one more, j"):
        shapes("a b c d e f g h i j")


def test_arrays_fit_each_other():
    x, w, b = Draw(0).arrays("N D", "D M", "M", N=3)
    assert (x @ w + b).shape == (3, len(b)) and len({*x.shape, *w.shape}) == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_values(seed):
    d = Draw(seed)
    off_zero, positive, distinct = d.off_zero(5, 7), d.positive(5, 7), d.distinct(5, 7)
    assert np.abs(off_zero).min() >= 0.5 and (off_zero < 0).any() and (off_zero > 0).any()
    assert positive.min() >= 0.5 and positive.max() <= 2
    assert np.diff(np.sort(distinct, axis=None)).min() > 0.099 and np.abs(distinct).min() > 0.02
    assert distinct.min() < 0 < distinct.max() and np.abs(d.distinct(4, 6)).min() > 0.02
    assert d.gaussian().shape == () and d.gaussian(0, 3).shape == (0, 3)


@pytest.mark.parametrize("levels", [2, 3, 9, 65])
def test_tied_takes_few_values(levels):
    x = Draw(0).tied(levels, 20, 50)
    assert len(np.unique(x)) == levels and x.min() == 0 and x.max() == 1
    with pytest.raises(ValueError, match="levels should be at least 2; got 1"):
        Draw(0).tied(1, 3)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (3, 5)])
@pytest.mark.parametrize("seed", SEEDS)
def test_tokens_repeat_and_masks_hold_both_values(seed, shape):
    ids, mask = Draw(seed).tokens(1000, *shape), Draw(seed).mask(*shape)
    assert ids.shape == mask.shape == shape and ids.min() >= 0 and ids.max() < 1000
    assert len(np.unique(ids)) < prod(shape)
    assert mask.dtype == bool and mask.any() and not mask.all()


@pytest.mark.parametrize("name, arguments", [("tokens", (5, 1)), ("tokens", (5, 0)), ("mask", (1, 1))])
def test_one_entry_can_neither_repeat_nor_hold_both_values(name, arguments):
    with pytest.raises(ValueError, match=rf"gradcheck.Draw.{name}: argument shape should hold two entries or more"):
        getattr(Draw(0), name)(*arguments)


def test_hyper_is_short_to_read_and_no_simple_number():
    numbers = [Draw(seed).hyper(0.1, 0.9) for seed in SEEDS]
    assert all(0.1 <= p <= 0.9 and len(repr(p)) <= 7 for p in numbers) and len(set(numbers)) == len(numbers)
    assert all(abs(p * k - round(p * k)) > 1e-6 for p in numbers for k in (1, 2, 4, 8, 10))

"""Shrinking: the case becomes small, stays wrong in the same way, and its hand calculation is right."""

import functools
import re
import time

import numpy as np
import pytest

import npdl.faults  # noqa: F401  its mistakes are shrunk below
from gradcheck import check, faults
from gradcheck.counterexample import Counterexample, by_hand
from gradcheck.inputs import Draw, inputs
from gradcheck.shrink import shrink as shrink_to
from gradcheck.shrink import smallest

shrink = functools.partial(shrink_to, side=1)  # how far it can go shows best where it may go all the way

d = Draw(0)
X, W, B = d.arrays("N D", "D M", "M", N=7, D=5, M=3)


def layer_forward(x, w, b):
    h = np.tanh(x @ w + b)
    return h, (x, w, h)


def layer_backward(dout, cache):
    x, w, h = cache
    dz = dout * (1 - h * h)
    return dz @ w.T, x.T @ dz, dz.sum(axis=0)


def mean_for_sum(dout, cache):
    dx, dw, db = layer_backward(dout, cache)
    return dx, dw, db / len(dout)


def no_tanh(dout, cache):
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def product_forward(x, w):
    return x * w, (x, w)


def product_backward(dout, cache):
    x, w = cache
    return dout * w, dout * x


def embed_forward(ids, table):
    return table[ids], (ids, table)


def embed_overwriting(dout, cache):
    ids, table = cache
    dtable = np.zeros_like(table)
    dtable[ids] = dout
    return None, dtable


def test_a_missing_factor_shows_in_one_number_each():
    c = shrink(layer_forward, no_tanh, [X, W, B])
    assert [c.inputs[name].shape for name in "xwb"] == [(1, 1), (1, 1), (1,)]
    assert c.numbers == (3, 53) and list(c.yours) == ["x", "w", "b"]


def test_by_default_two_of_everything_are_left():
    c = shrink_to(layer_forward, no_tanh, [X, W, B])
    assert [c.inputs[name].shape for name in "xwb"] == [(2, 2), (2, 2), (2,)]


def test_a_mean_for_a_sum_needs_two_rows_and_the_other_gradients_stay_right():
    c = shrink(layer_forward, mean_for_sum, [X, W, B])
    assert c.inputs["x"].shape == (2, 1) and list(c.yours) == list(c.right) == ["b"]
    assert np.allclose(c.right["b"], 2 * c.yours["b"], rtol=1e-6)


def test_a_transposed_gradient_needs_two_by_two():
    def forward(x, w):
        return x @ w, (x, w)

    def backward(dout, cache):
        x, w = cache
        return dout @ w.T, (x.T @ dout).T

    c = shrink(forward, backward, [X, d.gaussian(5, 5)])
    assert c.inputs["w"].shape == (2, 2) and c.inputs["x"].shape == (1, 2)
    assert np.allclose(c.yours["w"], c.right["w"].T)


def test_ids_wrap_around_when_the_table_is_cut():
    c = shrink(embed_forward, embed_overwriting, [np.array([[5, 1, 5], [0, 5, 6]]), d.gaussian(7, 5)])
    assert c.inputs["table"].shape == (1, 1) and c.inputs["ids"].tolist() in ([[0], [0]], [[0, 0]])


def test_blocks_of_one_axis_are_cut_together():
    """Four gates side by side: w has 4 H columns, h has H."""

    def forward(x, w, h):
        i, f, o, g = np.split(x @ w, 4, axis=1)
        return h * f + i * g * o, (x, w, h, i, f, o, g)

    def backward(dout, cache):
        x, w, _, i, f, o, g = cache
        dz = np.hstack([dout * g * o, dout * f, dout * i * g, dout * i * o])  # f for h
        return dz @ w.T, x.T @ dz, dout * f

    c = shrink(forward, backward, d.arrays("N D", "D 4H", "N H", N=3, D=5, H=2))
    assert c.inputs["w"].shape == (1, 4) and c.inputs["h"].shape == (1, 1)


def test_lengths_that_are_equal_by_chance_are_cut_apart():
    c = shrink(lambda x, w: (x.mean() * w, (x, w)), lambda dout, c: (None, dout), [np.ones((4, 4)), d.gaussian(4)])
    assert c.numbers[0] <= 2


def test_an_axis_is_cut_alone_where_another_of_its_length_has_to_stay():
    def backward(dout, cache):
        x, w = cache
        return dout * w, (dout * x).sum(axis=0)[::-1]

    c = shrink(product_forward, backward, [d.gaussian(4, 4), d.gaussian(4)])
    assert c.inputs["x"].shape == (1, 2) and c.inputs["w"].shape == (2,)


def test_numbers_are_small_integers_where_forward_allows_it():
    c = shrink(product_forward, lambda dout, cache: (dout * cache[0], dout * cache[0]), [X, 2 * X])
    values = np.concatenate([c.inputs["x"].ravel(), c.inputs["w"].ravel(), c.douts[0].ravel()])
    assert np.array_equal(values, np.round(values)) and np.abs(values).max() < 10 and len(set(values)) == values.size


def test_numbers_stay_where_forward_is_defined():
    def forward(x, w):
        if x.size < 2:
            raise ValueError
        return np.log(x) * np.sqrt(w), (x, w)

    def backward(dout, cache):
        x, w = cache
        return dout * x * np.sqrt(w), dout * np.log(x)

    c = shrink(forward, backward, [1 + d.positive(3, 5), d.positive(3, 5)])
    x, w = c.inputs["x"].ravel(), c.inputs["w"].ravel()
    assert x.size == w.size == 2 and not np.array_equal(x, w)
    assert min(*x, *w) > 0 and np.array_equal([*x, *w], np.round([*x, *w]))


def test_the_numbers_do_not_saturate_the_output():
    c = shrink(layer_forward, no_tanh, [X, W, B])
    assert np.abs(c.outs[0]).max() < 0.99 and np.abs(c.right["x"]).min() > 0.01


def test_a_kink_is_kept_away_from():
    c = shrink(lambda x: (np.maximum(x - 3, 0), x), lambda dout, x: dout, [X])  # 3 is the first number tried
    assert not (c.inputs["x"] == 3).any()
    assert np.allclose(c.right["x"], np.where(c.inputs["x"] > 3, c.douts[0], 0))


def test_what_stays_cannot_be_smaller():
    """Wrong only for rows of three or more: a window of three is not cut."""

    def forward(x):
        return x[:, 2:] + x[:, :-2], x

    def backward(dout, x):
        dx = np.zeros_like(x)
        dx[:, 2:] = dout
        dx[:, :-2] = dout  # overwrites
        return dx

    c = shrink(forward, backward, [d.gaussian(3, 7)])
    assert c.inputs["x"].shape == (1, 5)


@pytest.mark.parametrize(
    "gradient, says",
    [
        (lambda dout, w: None, "Yours is None."),
        (lambda dout, w: (dout * w).sum(axis=0), "Yours has shape (1,)."),
        (lambda dout, w: dout * w * np.inf, "Yours says inf."),
    ],
    ids=["none", "shape", "inf"],
)
def test_gradients_that_are_no_numbers_of_the_right_shape(gradient, says):
    def backward(dout, cache):
        x, w = cache
        return gradient(dout, w), dout * x

    text = str(shrink(product_forward, backward, [X, 2 * X]))
    assert text.endswith(says) and "8" in text


def test_options_two_outputs_and_fixed_inputs_pass_through():
    def forward(x, n, extra, *, scale):
        return (x * scale, x**n), (x, n, scale)

    def backward(dout, cache):
        x, n, _ = cache
        return dout[0] + dout[1] * n * x ** (n - 1)  # scale forgotten

    c = shrink(forward, backward, [X, 2, None], scale=2.5)
    assert c.options == {"scale": 2.5} and c.inputs["n"] == 2 and c.inputs["extra"] is None and len(c.outs) == 2
    assert "with scale=2.5" in str(c) and "dout[1] = " in str(c) and "out[0] = " in str(c) and "extra = None" in str(c)


def test_random_numbers_are_the_same_in_every_run():
    def forward(x, rng):
        mask = rng.random(x.shape) < 0.5
        return x * mask, mask

    c = shrink(forward, lambda dout, mask: dout, [X], rng=np.random.default_rng(3))
    assert c.numbers[0] <= 4 and (c.right["x"] == 0).any()


def test_the_callers_arrays_are_not_changed():
    before = [a.copy() for a in (X, W, B)]
    c = shrink(layer_forward, no_tanh, [X, W, B])
    assert all(map(np.array_equal, before, (X, W, B)))
    assert not any(np.shares_memory(mine, a) for mine in c.inputs.values() for a in (X, W, B))


def test_a_right_pair_has_no_counterexample():
    with pytest.raises(ValueError, match=r"gradcheck.shrink: a gradient should be wrong.*x: ok, w: ok, b: ok"):
        shrink(layer_forward, layer_backward, [X, W, B])


def test_nan_from_forward_has_no_counterexample():
    with pytest.raises(ValueError, match="forward finite; got x: not finite"):
        shrink(lambda x: (x * np.nan, x), lambda dout, x: dout, [X])


def test_the_budget_is_kept():
    pause = [0]

    def forward(x):
        time.sleep(pause[0])
        return x.sum() ** 2, x

    report = check(forward, lambda dout, x: dout * x.sum() * np.ones_like(x), [d.gaussian(11, 13)])
    pause[0] = 0.03
    start = time.monotonic()
    c = smallest(report, budget=0.05)
    assert time.monotonic() - start < 1.2
    assert smallest(report, budget=0).numbers == (143, 143)
    known = np.isfinite(c.right["x"])
    assert known.any() and np.allclose(c.right["x"][known], 2 * c.yours["x"][known], rtol=1e-5)


def test_one_wrong_entry_among_many_is_found_by_halving():
    """Wrong for four rows of 70 and more only: 280 numbers are not computed one by one, nor would integers be small."""

    def backward(dout, cache):
        x, w = cache
        dx = dout * w
        if x.shape[0] >= 4 and x.shape[1] == 70:
            dx[3, 41] *= 1.5
        return dx, dout * x

    c = smallest(check(product_forward, backward, [d.gaussian(60, 70), d.gaussian(60, 70)], mode="directional"))
    assert c.numbers == (560, 8400) and "nudge x[3, 41]" in c.hand
    assert c.yours["x"][3, 41] == pytest.approx(1.5 * c.right["x"][3, 41])
    assert np.isfinite(c.right["x"]).sum() == 1 and np.abs(c.inputs["x"]).max() < 6


def test_what_is_printed():
    assert str(shrink(product_forward, lambda dout, cache: (dout * cache[1], dout), [X, 2 * X])) == (
        "The smallest failing case found of <lambda>: 2 numbers in place of 70\n"
        "  x = [[3]]    w = [[4]]    dout = [[2]]    out = [[12]]\n"
        "  your dw = [[2]]    right dw = [[6]]\n"
        "By hand: nudge w[0, 0] = 4 by 0.001 to either side. L = Σ out · dout goes from\n"
        "23.99400 to 24.00600: a slope of 0.012 / 0.002 = 6. Yours says 2."
    )


def test_arrays_stand_beside_each_other_within_the_line():
    text = str(shrink(layer_forward, mean_for_sum, [X, W, B]))
    first, second = text.splitlines()[1:3]
    assert first.count(" = ") == 5 and second[first.index("[[") + 1] == "["  # the second row of x is below the first
    assert second[first.rindex("[[") + 1] == "["  # and that of out


def test_lines_are_no_wider_than_a_page():
    arrays = {f"array{i}": d.gaussian(2, 3) for i in range(9)}
    text = str(Counterexample(arrays, {}, (X,), (X,), {}, {}, "By hand.", (54, 54)))
    assert 80 < max(map(len, text.splitlines())) <= 102 and text.count("array") == 9


def test_one_number_and_minus_zero():
    assert "1 number in place of 35" in str(shrink(lambda x: (3 * x, None), lambda dout, _: dout, [X]))
    assert by_hand("x", (0, 1), 3.0, 0.001, 1.5, 1.5, -0.0) == (
        "By hand: nudge x[0, 1] = 3 by 0.001 to either side. L = Σ out · dout goes from\n"
        "1.5000 to 1.5000: a slope of 0 / 0.002 = 0. Yours says 0."
    )


@pytest.mark.parametrize("op", ["relu", "softmax", "affine", "max"])
def test_known_mistakes_shrink_and_fail_alike(op):
    """For every mistake of the dictionary: the small case fails in the same gradients, and its slope is right."""
    tried = 0
    for _, forward, backward in faults.mutants(op):
        arrays, options = inputs(op)
        report = check(forward, backward, arrays, options=options)
        if report.ok:
            continue
        c = smallest(report)
        again = check(forward, backward, c.inputs, options=options, dout=c.douts[0])
        assert {n: r.ok for n, r in again.inputs.items()} == {n: r.ok for n, r in report.inputs.items()}
        low, high, width = map(float, re.search(r"from\n(\S+) to (\S+): a slope of \S+ / (\S+) =", c.hand).groups())
        slope = (high - low) / width
        assert min(np.abs(right - slope).min() for right in c.right.values()) <= 2e-3 * max(1, abs(slope))
        assert c.numbers[0] < c.numbers[1]
        tried += 1
    assert tried >= 5

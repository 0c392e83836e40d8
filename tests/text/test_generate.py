"""Ways to let a model speak: the laws that tie them together, and beam search against trying everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npdl import InputError, InputTypeError, Tensor
from npdl.text import beam_search, generate
from npdl.text.generate import log_probabilities, probabilities

RNG = np.random.default_rng
V = 5


class Model:
    """Logits that depend on all tokens so far, by a hash of them; counts how often it is asked."""

    def __init__(self, seed=0, tokens=V, scale=2.0):
        self.seed, self.tokens, self.scale, self.asked = seed, tokens, scale, 0

    def __call__(self, tokens):
        self.asked += 1
        return np.stack([self.scale * RNG((self.seed, *row)).standard_normal(self.tokens) for row in tokens.tolist()])

    def log_p(self, tokens, first):
        """Σ log p of tokens[first:]."""
        rows = np.asarray(tokens)[None]
        return sum(log_probabilities(self(rows[:, :t]))[0, rows[0, t]] for t in range(first, rows.shape[1]))


PROMPT = np.array([[1, 2], [3, 0], [4, 4]])


def by_hand(model, steps):
    tokens = PROMPT
    for _ in range(steps):
        tokens = np.concatenate([tokens, model(tokens).argmax(axis=1)[:, None]], axis=1)
    return tokens


@pytest.mark.parametrize("options", [dict(temperature=0), dict(top_k=1), dict(temperature=1e-6), dict(top_p=0)])
@pytest.mark.parametrize("seed", range(3))
def test_these_are_all_greedy(options, seed):
    np.testing.assert_array_equal(generate(Model(seed), PROMPT, 6, rng=RNG(9), **options), by_hand(Model(seed), 6))


@pytest.mark.parametrize("options", [dict(top_k=V), dict(top_p=1.0), dict(top_p=1), dict(top_k=V, top_p=1.0)])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 3.0])
def test_leaving_nothing_out_is_plain_sampling_with_the_same_draws(options, temperature):
    plain = generate(Model(), PROMPT, 20, rng=RNG(1), temperature=temperature)
    np.testing.assert_array_equal(generate(Model(), PROMPT, 20, rng=RNG(1), temperature=temperature, **options), plain)


def test_a_generator_fixes_it():
    a, b, c = (generate(Model(), PROMPT, 20, rng=RNG(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any() and (a[:, :2] == PROMPT).all() and a.shape == (3, 22)
    assert generate(Model(), PROMPT, 0).tolist() == PROMPT.tolist()


def test_draws_follow_the_probabilities():
    p = np.array([0.5, 0.25, 0.15, 0.1])
    out = generate(lambda tokens: np.tile(np.log(p), (len(tokens), 1)), np.zeros((20_000, 1), int), 1, rng=RNG(0))
    np.testing.assert_allclose(np.bincount(out[:, 1]) / 20_000, p, atol=0.015)


@pytest.mark.parametrize(
    "options, expected",
    [
        (dict(top_k=2), [0, 5 / 9, 4 / 9, 0]),
        (dict(top_p=0.5), [0, 1, 0, 0]),
        (dict(top_p=0.51), [0, 5 / 9, 4 / 9, 0]),
        (dict(top_p=0.9), [0, 5 / 9, 4 / 9, 0]),
        (dict(top_p=0.91), [0.06 / 0.96, 0.5 / 0.96, 0.4 / 0.96, 0]),
        (dict(top_k=2, top_p=0.54), [0, 1, 0, 0]),
        (dict(temperature=0.5), np.square([0.06, 0.5, 0.4, 0.04]) / 0.4152),
        (dict(temperature=0), [0, 1, 0, 0]),
    ],
)
def test_what_is_drawn_from_by_hand(options, expected):
    np.testing.assert_allclose(probabilities(np.log([[0.06, 0.5, 0.4, 0.04]]), **options)[0], expected, atol=1e-12)


def test_of_equal_tokens_the_first_stay():
    np.testing.assert_allclose(probabilities(np.zeros((1, 4)), top_k=2)[0], [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(probabilities(np.zeros((1, 4)), top_p=0.6)[0], [1 / 3, 1 / 3, 1 / 3, 0])


@given(st.integers(0, 10**6), st.floats(0.01, 1), st.integers(1, 9))
def test_a_nucleus_is_the_smallest_that_holds_enough(seed, top_p, top_k):
    logits = RNG(seed).standard_normal((3, 9))
    plain, nucleus = probabilities(logits), probabilities(logits, top_p=top_p)
    np.testing.assert_allclose(nucleus.sum(axis=1), 1)
    for p, q in zip(plain, nucleus):
        kept = np.sort(p[q > 0])
        assert kept.sum() >= top_p - 1e-12 and kept[1:].sum() < top_p
        assert p[q > 0].min() >= p[q == 0].max(initial=0)
    assert ((probabilities(logits, top_k=top_k) > 0).sum(axis=1) == top_k).all()


def test_rows_end_at_their_own_time():
    end, calls = 3, []

    def counting(tokens):
        """0 0 0 3, the rows later by their first token."""
        calls.append(tokens.shape)
        after = np.where(tokens.shape[1] > tokens[:, 0] + 1, end, 0)
        return np.eye(4)[after]

    out = generate(counting, np.array([[0], [2]]), 9, temperature=0, end=end)
    np.testing.assert_array_equal(out, [[0, 0, 3, 3, 3], [2, 0, 0, 0, 3]])
    assert calls == [(2, 1), (2, 2), (2, 3), (2, 4)]


# Beam search.


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_one_is_greedy(seed):
    tokens, scores = beam_search(Model(seed), PROMPT[0], 6, width=1)
    np.testing.assert_array_equal(tokens, by_hand(Model(seed), 6)[:1])
    np.testing.assert_allclose(scores, Model(seed).log_p(tokens[0], 2))


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_full_width_finds_the_best_of_all(seed):
    model, prompt = Model(seed, tokens=3, scale=1.0), [2, 0]
    everything = [[*prompt, *rest] for rest in itertools.product(range(3), repeat=4)]
    likeliest = sorted(everything, key=lambda tokens: -model.log_p(tokens, 2))
    tokens, scores = beam_search(model, prompt, 4, width=3**4)
    np.testing.assert_array_equal(tokens, likeliest)
    np.testing.assert_allclose(scores, [model.log_p(t, 2) for t in likeliest])
    np.testing.assert_allclose(np.exp(scores).sum(), 1)


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0])
def test_with_an_end_it_finds_the_best_of_all_lengths(penalty):
    model, end, steps = Model(1, tokens=3, scale=1.0), 0, 4
    everything = [r for k in range(steps) for r in itertools.product((1, 2), repeat=k)]
    finished = [[2, *rest, end] for rest in everything] + [[2, *r] for r in itertools.product((1, 2), repeat=steps)]
    merit = {tuple(t): model.log_p(t, 1) / (len(t) - 1) ** penalty for t in finished}
    tokens, scores = beam_search(model, [2], steps, width=100, end=end, length_penalty=penalty)
    best = max(merit, key=merit.get)
    assert tokens.shape == (len(merit), 1 + steps)
    np.testing.assert_array_equal(tokens[0], [*best, *[end] * (steps + 1 - len(best))])
    np.testing.assert_allclose(scores, sorted(merit.values(), reverse=True))


def test_a_wider_beam_finds_what_greed_misses():
    """a is likelier at first (0.6), but b leads to a sure thing (0.4 · 1 > 0.6 · 0.5)."""
    after = {(0,): [0, 0.6, 0.4, 0], (0, 1): [0.5, 0.5, 0, 0], (0, 2): [0, 0, 0, 1]}

    def model(tokens):
        with np.errstate(divide="ignore"):
            return np.log([after[tuple(row)] for row in tokens.tolist()])

    assert generate(model, np.array([[0]]), 2, temperature=0).tolist() == [[0, 1, 0]]
    tokens, scores = beam_search(model, [0], 2, width=2)
    assert tokens[0].tolist() == [0, 2, 3] and np.exp(scores[0]) == pytest.approx(0.4)
    assert beam_search(model, [0], 2, width=9)[0].shape == (3, 3)  # what is impossible is no beam


class Remembering:
    """A model with a state: the sum of all it has seen, one number a row; it looks at the new tokens alone."""

    def __init__(self):
        self.state = None

    def __call__(self, tokens):
        new = tokens.sum(axis=1) if self.state is None else tokens[:, -1]
        self.state = new + (0 if self.state is None else self.state)
        return of_sums(self.state)

    def reorder(self, rows):
        self.state = self.state[rows]


def of_sums(sums):
    return np.stack([RNG(int(total)).standard_normal(4) for total in sums])


def test_a_state_goes_along_with_the_beams():
    for width in (1, 2, 5):
        expected = beam_search(lambda tokens: of_sums(tokens.sum(axis=1)), [3, 1], 6, width)
        for found, wanted in zip(beam_search(Remembering(), [3, 1], 6, width), expected):
            np.testing.assert_array_equal(found, wanted)
    plain = generate(lambda tokens: of_sums(tokens.sum(axis=1)), PROMPT[:, :1] % 4, 8, rng=RNG(0))
    np.testing.assert_array_equal(generate(Remembering(), PROMPT[:, :1] % 4, 8, rng=RNG(0)), plain)


def test_logits_may_be_a_tensor_of_float32():
    out = generate(lambda tokens: Tensor(np.eye(3, dtype=np.float32)[(tokens[:, -1] + 1) % 3]), [[0]], 4, temperature=0)
    assert out.tolist() == [[0, 1, 2, 0, 1]]


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(temperature=-1), "temperature should be a number >= 0; got -1"),
        (dict(top_k=0), r"top_k should be an integer in \[1, 5\]; got 0"),
        (dict(top_k=6), r"top_k should be an integer in \[1, 5\]; got 6"),
        (dict(top_p=1.5), r"top_p should be in \[0, 1\]; got 1.5"),
        (dict(steps=-1), "steps should be an integer >= 0"),
        (dict(prompt=[1, 2]), r"prompt should be integers \(N, T\)"),
        (dict(prompt=np.zeros((2, 0), int)), r"prompt should be integers \(N, T\), at least one token"),
        (dict(next_logits=lambda t: np.zeros((2, 3, 4))), r"a function that gives logits \(3, V\)"),
    ],
)
def test_refuses(options, message):
    arguments = dict(next_logits=Model(), prompt=PROMPT, steps=3) | options
    with pytest.raises(InputError, match=f"generate: .*{message}"):
        generate(**arguments)


def test_beam_search_refuses():
    with pytest.raises(InputError, match="width should be an integer >= 1"):
        beam_search(Model(), [1], 3, width=0)
    with pytest.raises(InputTypeError, match=r"prompt should be integers \(T,\)"):
        beam_search(Model(), [[1]], 3, width=2)

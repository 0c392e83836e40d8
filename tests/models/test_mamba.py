"""Mamba as a language model: the paper's size, the authors' names, decoding with a state, and what it learns."""

import numpy as np
import pytest

from npdl import InputError, nn, no_grad, ops
from npdl.models import MambaLM
from npdl.optim import Adam


def small(mixer="mamba", **options):
    return MambaLM(11, 8, 2, mixer=mixer, states=4, rng=np.random.default_rng(0), **options)


@pytest.mark.topic("R299")
def test_mamba_130m_has_as_many_weights_as_published():
    """One block of its width is built; the others are like it."""
    dim, layers, vocabulary = 768, 24, 50280
    block = sum(p.size for p in nn.MambaBlock(dim).parameters())
    assert block == 3_770_880
    assert vocabulary * dim + layers * (block + dim) + dim == 129_135_360
    own = sum(p.size for p in nn.MambaBlock(8, states=4).parameters())
    assert sum(p.size for p in small().parameters()) == 11 * 8 + 2 * (own + 8) + 8


@pytest.mark.topic("R299")
def test_the_names_are_those_of_the_authors_code():
    names = {name for name, _ in small().named_parameters()}
    mixer = ("in_proj", "x_proj", "out_proj", "conv1d", "dt_proj")
    expected = {f"layers.{i}.mixer.{part}.weight" for i in range(2) for part in mixer}
    expected |= {f"layers.{i}.mixer.{part}.bias" for i in range(2) for part in ("conv1d", "dt_proj")}
    expected |= {f"layers.{i}.{name}" for i in range(2) for name in ("mixer.A_log", "mixer.D", "norm.weight")}
    assert names == expected | {"embedding.weight", "norm_f.weight"}


@pytest.mark.topic("R299")
@pytest.mark.parametrize("mixer", ["mamba", "s4d"])
def test_decoding_token_by_token_is_reading_at_once(mixer):
    model, ids = small(mixer).astype("float64"), np.random.default_rng(1).integers(0, 11, (3, 10))
    whole, state, pieces = model(ids).data, None, []
    with no_grad():
        for piece in np.split(ids, [4, *range(5, 10)], axis=1):  # four tokens of a prompt, then one at a time
            scores, state = model.step(piece, state)
            pieces.append(scores.data)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=0, atol=1e-10)


@pytest.mark.topic("R299")
@pytest.mark.parametrize("mixer", ["mamba", "s4d"])
def test_no_score_knows_the_tokens_after_it(mixer):
    model, ids = small(mixer).astype("float64"), np.random.default_rng(1).integers(0, 11, (1, 8))
    scores = model(ids).data
    for t in range(8):
        other = ids.copy()
        other[:, t] = (ids[:, t] + 1) % 11
        moved = np.abs(model(other).data - scores).max(axis=(0, 2))
        assert moved[:t].max(initial=0) < 1e-12 < moved[t]


@pytest.mark.topic("R299")
def test_it_learns_a_text_by_heart():
    ids = np.random.default_rng(1).integers(0, 11, (4, 13))
    model = small()
    optimizer = Adam(model.parameters(), lr=1e-2)
    for _ in range(200):
        scores = model(ids[:, :-1])
        loss = ops.softmax_cross_entropy(scores.reshape(-1, 11), ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    wrong = scores.data.argmax(axis=2) != ids[:, 1:]
    assert not wrong[:, 1:].any()  # what follows the first token may be anything


def test_it_starts_at_chance():
    model = MambaLM(11, 64, 2, states=4, rng=np.random.default_rng(0))
    ids = np.random.default_rng(1).integers(0, 11, (20, 20))
    loss = ops.softmax_cross_entropy(model(ids).reshape(-1, 11), np.roll(ids, -1, axis=1).reshape(-1))
    assert float(loss.data) == pytest.approx(np.log(11), abs=0.1)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: MambaLM(11, 8, 2, mixer="s6"), 'MambaLM: mixer should be "mamba" or "s4d"'),
        (lambda: MambaLM(11, 8, 0), "MambaLM: layers should be an integer >= 1"),
        (lambda: small()(np.array([[1, 11]])), r"embedding: ids should be integers in \[0, 11\); got 11"),
        (lambda: small()(np.zeros((2, 0), int)), r"MambaBlock: x should be \(N, T, 8\) with T >= 1"),
        (lambda: small()(np.array([1, 2])), r"MambaBlock: x should be a 3-d array \(N, T, dim\)"),
    ],
)
def test_what_makes_no_sense(call, message):
    with pytest.raises(InputError, match=message):
        call()

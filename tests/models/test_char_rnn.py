"""CharRNN: a language model left to right, with a state that goes from batch to batch."""

import numpy as np
import pytest

from npdl import InputError, ops
from npdl.models import CharRNN
from npdl.optim import Adam, clip_grad_norm
from npdl.text import CharTokeniser, beam_search, english, generate, next_token_batches
from npdl.train import Trainer, read_arrays
from tests.nn.helpers import worst_gradient_error

RNG = np.random.default_rng
CELLS = ["rnn", "lstm", "gru"]


def small(cell="lstm", streams=3, **options):
    return CharRNN(7, **dict(embed=4, hidden=5, layers=2, cell=cell, streams=streams, rng=RNG(0)) | options)


@pytest.mark.topic("R266")
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_causal(cell):
    """A change at t leaves the scores before t as they were, and changes those from t on."""
    model, tokens = small(cell).astype("float64").eval(), RNG(1).integers(0, 7, (2, 9))
    changed = tokens.copy()
    changed[:, 5] = (changed[:, 5] + 1) % 7
    before, after = model(tokens).data, model(changed).data  # (N, V, T)
    np.testing.assert_array_equal(before[:, :, :5], after[:, :, :5])
    assert (before[:, :, 5:] != after[:, :, 5:]).any(axis=1).all()


@pytest.mark.topic("R266")
def test_in_a_short_training_it_needs_fewer_bits_than_single_letters():
    """The loss falls below the entropy of the letters' frequencies, on new text."""
    text, new = (english().text(n, RNG(seed)) for seed, n in enumerate((40_000, 5001)))
    tokeniser = CharTokeniser(text)
    ids, fresh = tokeniser.encode(text), tokeniser.encode(new)[:5001]
    model = CharRNN(len(tokeniser), hidden=48, streams=16, rng=RNG(0))
    optimizer = Adam(model.parameters(), lr=1e-2)
    for x, y in next_token_batches(ids, 16, 25):
        optimizer.zero_grad()
        ops.softmax_cross_entropy(model(x), y).backward()
        clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()
    x, y = fresh[:-1].reshape(20, -1), fresh[1:].reshape(20, -1)
    bits = ops.softmax_cross_entropy(model.eval()(x).data, y) / np.log(2)
    p = np.bincount(fresh) / len(fresh)
    unigram = -(p[p > 0] * np.log2(p[p > 0])).sum()
    assert english().bits_per_character() < bits < 0.6 * unigram


@pytest.mark.parametrize("cell", CELLS)
def test_numerical_gradient(cell):
    model = small(cell).astype("float64").eval()
    tokens, after = RNG(1).integers(0, 7, (2, 3, 4))
    loss = lambda: ops.softmax_cross_entropy(model(tokens), after)  # noqa: E731
    assert worst_gradient_error(loss, dict(model.named_parameters())) < 1e-6


@pytest.mark.parametrize("cell", CELLS)
def test_in_training_a_piece_goes_on_where_the_last_one_ended(cell):
    """Scores of two pieces are those of the whole; the gradient of the second stops at its beginning."""
    model, tokens = small(cell).astype("float64"), RNG(1).integers(0, 7, (3, 8))
    whole = model.eval()(tokens).data
    model.train()
    pieces = [model(tokens[:, :5]), model(tokens[:, 5:])]
    np.testing.assert_allclose(np.concatenate([p.data for p in pieces], axis=2), whole, rtol=1e-12)
    pieces[1].sum().backward()
    gradient = model.embedding.weight.grad
    assert not gradient[np.setdiff1d(np.arange(7), tokens[:, 5:])].any()
    np.testing.assert_allclose(model.eval()(tokens).data, whole, rtol=1e-12)  # in test mode from 0


def test_the_state_is_in_the_state_dict_but_is_not_trained():
    model = small("lstm")
    assert {"h", "c"} <= set(model.state_dict()) and not {"h", "c"} & {name for name, _ in model.named_parameters()}
    model(np.ones((3, 4), int))
    other = small("lstm", rng=RNG(5))
    other.load_state_dict(model.state_dict())
    tokens = RNG(2).integers(0, 7, (3, 4))
    np.testing.assert_array_equal(other(tokens).data, model(tokens).data)
    assert "c" not in small("gru").state_dict()


def test_a_training_that_is_resumed_is_the_one_without_the_stop(tmp_path):
    batches = next_token_batches(RNG(0).integers(0, 7, 200), 3, 8)

    def trainer():
        model = small("gru")
        return Trainer(model, Adam(model.parameters(), lr=1e-2), clip_norm=1.0, progress=False)

    straight, first, second = trainer(), trainer(), trainer()
    straight.fit(batches, 3)
    first.fit(batches, 2, checkpoint=tmp_path / "c.npz")
    assert "model/h" in read_arrays(tmp_path / "c.npz")
    second.fit(batches, 3, checkpoint=tmp_path / "c.npz", resume=True)
    for (name, a), b in zip(straight.model.state_dict().items(), second.model.state_dict().values()):
        np.testing.assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_it_speaks_with_and_without_a_memory_alike(cell):
    model = small(cell).astype("float64").eval()

    def rereading(tokens):
        return model(tokens).data[:, :, -1]

    prompt = RNG(1).integers(0, 7, (2, 3))
    np.testing.assert_array_equal(
        generate(model.decoder(), prompt, 12, rng=RNG(0)), generate(rereading, prompt, 12, rng=RNG(0))
    )
    for found, expected in zip(
        beam_search(model.decoder(), prompt[0], 5, width=4), beam_search(rereading, prompt[0], 5, 4)
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_refuses():
    with pytest.raises(InputError, match='cell should be "rnn", "lstm" or "gru"; got \'LSTM\''):
        small("LSTM")
    with pytest.raises(InputError, match=r"tokens should be \(3, T\) in training, a row for each stream"):
        small()(np.ones((4, 2), int))
    with pytest.raises(InputError, match=r"tokens should be a 2-d array \(N, T\)"):
        small()(np.ones(4, int))
    with pytest.raises(InputError, match=r"ids should be integers in \[0, 7\)"):
        small()(np.full((3, 2), 7))

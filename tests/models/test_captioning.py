"""Captioning: CS231n's published losses, gradients, and captions learned by heart."""

import numpy as np
import pytest

from npdl import InputError
from npdl.models import CaptioningRNN, CaptioningTransformer
from npdl.nn import watch_attention
from npdl.optim import Adam
from npdl.text import beam_search
from tests.nn.helpers import worst_gradient_error

RNG = np.random.default_rng


def models(words=9, features=6, embed=8, layers=2):
    options = dict(embed=embed, rng=RNG(0))
    yield CaptioningRNN(words, features, hidden=7, **options)
    yield CaptioningRNN(words, features, hidden=7, cell="lstm", **options)
    yield CaptioningTransformer(words, features, heads=2, layers=layers, length=12, **options)


NAMES = ["rnn", "lstm", "transformer"]


def captions(N, T, words=9, seed=0):
    """start, words, end, null to T."""
    rng, out = RNG(seed), np.zeros((N, T), int)
    for row in out:
        n = rng.integers(1, T - 1)
        row[: n + 2] = [1, *rng.integers(3, words, n), 2]
    return out


@pytest.mark.topic("R263")
@pytest.mark.parametrize(
    "cell, span, published", [("rnn", (-1.5, 0.3), 9.83235591003), ("lstm", (-0.5, 1.7), 9.82445935443)]
)
def test_the_published_losses_of_cs231n(cell, span, published):
    """RNN_Captioning and LSTM_Captioning of its third assignment, which differ in the features, too."""
    N, D, W, H, V, T = 10, 20, 30, 40, 3, 13
    model = CaptioningRNN(V, D, embed=W, hidden=H, cell=cell, null=0).astype("float64")
    for parameter in model.parameters():
        parameter.data = np.linspace(-1.4, 1.3, num=parameter.size).reshape(parameter.shape)
    features = np.linspace(*span, num=N * D).reshape(N, D)
    assert abs(model.loss(features, (np.arange(N * T) % V).reshape(N, T)).item() - published) < 1e-10


@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_numerical_gradient_of_the_whole(index):
    model = list(models(embed=4, words=6, features=3, layers=1))[index].astype("float64")
    features, words = RNG(1).standard_normal((3, 3)), captions(3, 6, words=6)
    parameters = dict(model.named_parameters())
    assert worst_gradient_error(lambda: model.loss(features, words), parameters) < 1e-6


@pytest.mark.topic("R263")
@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_what_is_null_does_not_count(index):
    """Nor what is read after the end: another number of padding words, the same loss."""
    model = list(models())[index].astype("float64")
    features, words = RNG(1).standard_normal((5, 6)), captions(5, 9)
    longer = np.pad(words, ((0, 0), (0, 2)))
    np.testing.assert_allclose(model.loss(features, longer).item(), model.loss(features, words).item(), rtol=1e-12)
    full = np.full((5, 9), 4)
    scores = model(features, full[:, :-1]).data
    log_p = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
    np.testing.assert_allclose(model.loss(features, full).item(), -log_p[:, :, 4].sum() / 5)


@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_no_word_sees_a_later_one(index):
    model = list(models())[index].astype("float64")
    features, words = RNG(1).standard_normal((2, 6)), RNG(2).integers(0, 9, (2, 7))
    changed = words.copy()
    changed[:, 4] = (changed[:, 4] + 1) % 9
    before, after = model(features, words).data, model(features, changed).data
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).any(axis=2).all()


@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_speaking_word_by_word_is_what_the_scores_say(index):
    """The decoder that keeps a state gives, for each prefix, what teacher forcing gives at its end."""
    model = list(models())[index].astype("float64")
    features, words = RNG(1).standard_normal((4, 6)), RNG(2).integers(0, 9, (4, 7))
    scores, speak = model(features, words).data, model.decoder(features)
    for t in (1, 2, 5, 7):  # some steps bring several words
        np.testing.assert_allclose(speak(words[:, :t]).data, scores[:, t - 1], rtol=1e-9, atol=1e-12)
    said = model.sample(features, length=8)
    assert said.shape[0] == 4 and said.shape[1] <= 8
    for row, f in zip(said, features):
        line = [1]
        while len(line) <= 8 and line[-1] != 2:
            line.append(int(model(f[None], np.array([line])).data[0, -1].argmax()))
        assert row.tolist()[: len(line) - 1] == line[1:] and set(row.tolist()[len(line) - 1 :]) <= {2}


@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_beams_keep_their_own_states(index):
    """What beam search says of each caption is Σ log p as teacher forcing has it."""
    model = list(models())[index].astype("float64")
    features = RNG(1).standard_normal((1, 6))
    for parameter in model.parameters():
        parameter.data = parameter.data * 3
    tokens, scores = beam_search(model.decoder(features), [1], 5, width=4)
    for row, score in zip(tokens, scores):
        logits = model(features, row[None, :-1]).data[0]
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(score, log_p[np.arange(5), row[1:]].sum(), rtol=1e-9)


@pytest.mark.topic("R263")
@pytest.mark.parametrize("index", range(3), ids=NAMES)
def test_twenty_sentences_are_learned_by_heart(index):
    """Random features, random sentences: greedy decoding says each of them exactly."""
    model = list(models(words=15, features=16, embed=32))[index]
    if index < 2:
        model = CaptioningRNN(15, 16, embed=32, hidden=64, cell=NAMES[index], rng=RNG(0))
    features, words = RNG(1).standard_normal((20, 16)).astype(np.float32), captions(20, 9, words=15)
    optimizer = Adam(model.parameters(), lr=5e-3)
    for _ in range(150):
        optimizer.zero_grad()
        loss = model.loss(features, words)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
    for said, true in zip(model.sample(features, length=9).tolist(), words.tolist()):
        assert said[: said.index(2) + 1] == true[1 : true.index(2) + 1]


def test_a_feature_map_is_looked_at_cell_by_cell():
    model = CaptioningTransformer(9, 6, embed=8, heads=2, cells=12, length=10, rng=RNG(0))
    maps, words = RNG(1).standard_normal((2, 6, 3, 4)).astype(np.float32), RNG(2).integers(0, 9, (2, 5))
    with watch_attention() as attention:
        scores = model(maps, words)
    assert scores.shape == (2, 5, 9)
    looking = attention[1]  # of the first layer: words to words, then words to cells
    assert looking.shape == (2, 2, 5, 12)
    np.testing.assert_allclose(looking.sum(axis=-1), 1, rtol=1e-5)
    mirrored = model(maps[:, :, :, ::-1], words)
    assert abs(mirrored.data - scores.data).max() > 1e-6  # it knows where a cell lies


def test_refuses():
    with pytest.raises(InputError, match='CaptioningRNN: cell should be "rnn" or "lstm"; got \'gru\''):
        CaptioningRNN(9, 6, cell="gru")
    rnn, _, transformer = models()
    with pytest.raises(InputError, match="affine: x should be"):
        rnn(np.zeros((2, 5), np.float32), np.ones((2, 3), int))
    with pytest.raises(InputError, match="the 12 positions there are"):
        transformer(np.zeros((2, 6), np.float32), np.ones((2, 13), int))
    with pytest.raises(InputError, match=r"ids should be integers in \[0, 9\)"):
        rnn(np.zeros((2, 6), np.float32), np.full((2, 3), 9))

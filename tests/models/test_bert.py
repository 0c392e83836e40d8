"""BERT: what sees what, its two heads, and what it is trained on."""

from itertools import pairwise

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.models import BERT, BERTBase, BERTLarge
from npdl.optim import Adam
from npdl.text import IGNORED, Vocabulary, mask_tokens, next_sentence_pairs, pair_batch, stories
from tests.nn.helpers import scalar, worst_gradient_error

RNG = np.random.default_rng(0)
V, T = 11, 6
IDS, SEGMENTS = RNG.integers(0, V, (2, T)), np.array([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1]])
MASK = np.arange(T) < np.array([[T], [4]])


def tiny(**options):
    options = dict(hidden=12, dropout=0.0, std=0.3) | options
    return BERT(V, T, 8, 2, 2, rng=np.random.default_rng(1), **options).astype("float64")


@pytest.mark.topic("R295")
def test_every_word_depends_on_all_words_on_both_sides():
    model = tiny()
    out = model.encode(IDS).data
    assert out.shape == (2, T, 8)
    for t in range(T):
        changed = IDS.copy()
        changed[:, t] = (changed[:, t] + 1) % V
        assert (np.abs(model.encode(changed).data - out).max(axis=(0, 2)) > 1e-6).all()


@pytest.mark.topic("R295")
def test_shapes_of_the_two_heads():
    words, follows = tiny()(IDS, SEGMENTS, MASK)
    assert words.shape == (2, T, V) and follows.shape == (2, 2)


def test_what_fills_up_is_not_seen():
    model = tiny()
    whole = model.encode(IDS, SEGMENTS, MASK).data
    np.testing.assert_allclose(whole[1:, :4], model.encode(IDS[1:, :4], SEGMENTS[1:, :4]).data, rtol=0, atol=1e-12)


@pytest.mark.topic("R330")
def test_the_segment_is_told_to_every_word():
    model = tiny()
    out, other = model.encode(IDS, SEGMENTS).data, model.encode(IDS, 1 - SEGMENTS).data
    assert (np.abs(out - other).max(axis=2) > 1e-6).all()
    np.testing.assert_array_equal(model.encode(IDS).data, model.encode(IDS, 0 * SEGMENTS).data)
    x, rows = model.tokens.weight.data[IDS] + model.segments.weight.data[SEGMENTS], model.positions.weight.data
    model.layers = []
    np.testing.assert_allclose(model.encode(IDS, SEGMENTS).data, model.norm(x + rows).data, rtol=0, atol=1e-12)


def test_the_words_are_found_by_the_embeddings_own_matrix():
    model = tiny()
    assert model.word.weight is model.tokens.weight
    names = [name for name, p in model.named_parameters() if p.shape == (V, 8)]
    assert names == ["tokens.weight"]


def test_gradients():
    model = tiny()
    wanted = {n: p for n, p in model.named_parameters() if n.startswith(("word.", "follows", "segments", "norm"))}

    def loss():
        words, follows = model(IDS, SEGMENTS, MASK)
        return ops.add(scalar(words), scalar(follows))

    assert worst_gradient_error(loss, wanted) < 1e-7


@pytest.mark.topic("R295")
@pytest.mark.parametrize("build, exact", [(BERTBase, 110_106_428), (BERTLarge, 336_226_108)])
def test_configurations_of_the_paper_are_counted_and_not_allocated(build, exact):
    """As published models: embeddings, layers and pooler (109,482,240 and 335,141,888), and the heads of both tasks."""
    with nn.abstract():
        model = build()
    dim = model.pooler.weight.shape[0]
    heads = dim * dim + dim + 2 * dim + 30522 + 2 * dim + 2
    assert nn.count_parameters(model) == exact and exact - heads in (109_482_240, 335_141_888)


@pytest.mark.parametrize(
    "ids, segments, message",
    [
        (IDS + V, SEGMENTS, "embedding: ids should be integers in"),
        (IDS, SEGMENTS + 2, "embedding: ids should be integers in"),
        (IDS[:, :0], None, r"BERT.encode: ids should be integers \(N, T\), at least one token"),
        (np.tile(IDS, (1, 2)), None, "LearnedPositions: x should be a sequence that ends within the 6 positions"),
    ],
)
def test_what_cannot_be_read_is_refused(ids, segments, message):
    with pytest.raises(InputError, match=message):
        tiny()(ids, segments)


def test_heads_must_divide():
    with pytest.raises(InputError, match="heads should be a divisor of dim = 8; got 3"):
        BERT(V, T, 8, 3, 1)


# Its training.


@pytest.mark.topic("R329")
def test_only_hidden_words_have_a_loss():
    model = tiny()
    x, targets = mask_tokens(np.tile(IDS, (40, 1)), mask=V - 1, tokens=V, special=(0,), rng=RNG)
    words, _ = model(x)
    scores = Tensor(words.data.transpose(0, 2, 1), requires_grad=True)
    ops.softmax_cross_entropy(scores, targets, ignore_index=IGNORED).backward()
    touched = np.abs(scores.grad).max(axis=1) > 0
    np.testing.assert_array_equal(touched, targets != IGNORED)
    assert 0 < touched.mean() < 0.25


@pytest.mark.topic("R329")
def test_it_recovers_the_words_of_sentences_known_by_heart():
    told = [sentence for story in stories(2, rng=np.random.default_rng(3)) for sentence in story]
    words = Vocabulary.of(told, special=("[PAD]", "[CLS]", "[SEP]", "[MASK]"), unknown=None)
    pairs = [(a, b, True) for a, b in pairwise(told)]
    ids, segments, mask, _ = pair_batch(pairs, words)
    rng = np.random.default_rng(0)
    model = BERT(len(words), ids.shape[1], 32, 2, 1, hidden=64, dropout=0.0, std=0.15, rng=rng)
    adam = Adam(model.parameters(), lr=5e-3)

    def scores(inputs):
        return model(inputs, segments, mask)[0].transpose(0, 2, 1)

    for _ in range(400):
        x, targets = mask_tokens(ids, mask=3, tokens=len(words), special=(0, 1, 2), rng=rng)
        model.zero_grad()
        ops.softmax_cross_entropy(scores(x), targets, ignore_index=IGNORED).backward()
        adam.step()
    inputs, places = ids.copy(), np.argwhere(ids > 3)
    right = 0
    for n, t in places:  # each word hidden in its turn
        inputs[n, t] = 3
        right += scores(inputs).data[n, :, t].argmax() == ids[n, t]
        inputs[n, t] = ids[n, t]
    assert right / len(places) > 0.9


@pytest.mark.topic("R330")
def test_pairs_come_with_segments_and_half_of_them_follow():
    told = stories(300, rng=np.random.default_rng(3))
    words = Vocabulary.of([s for story in told for s in story], special=("[PAD]", "[CLS]", "[SEP]"), unknown=None)
    made = next_sentence_pairs(told, np.random.default_rng(0))
    ids, segments, mask, follows = pair_batch(made, words)
    assert 0.45 < follows.mean() < 0.55 and (ids[:, 0] == 1).all()
    for row, (a, b, _) in zip(range(5), made):
        assert words.decode(ids[row][mask[row]]) == ["[CLS]", *a, "[SEP]", *b, "[SEP]"]
        np.testing.assert_array_equal(segments[row][mask[row]], [0] * (len(a) + 2) + [1] * (len(b) + 1))

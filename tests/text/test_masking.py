"""BERT's data: how often tokens are masked and with what, and pairs of sentences."""

import numpy as np
import pytest

from npdl import InputError, nn, ops
from npdl.optim import Adam
from npdl.text import IGNORED, Vocabulary, join_pair, mask_tokens, next_sentence_pairs, pair_batch, stories

RNG = np.random.default_rng
MASK, SPECIAL, TOKENS = 3, (0, 1, 2), 24


@pytest.fixture(scope="module")
def masked():
    ids = RNG(0).integers(0, TOKENS, (400, 500))
    return ids, *mask_tokens(ids, mask=MASK, tokens=TOKENS, special=SPECIAL, rng=RNG(1))


@pytest.mark.topic("R329")
def test_fifteen_percent_are_to_be_guessed_and_special_tokens_never(masked):
    ids, inputs, targets = masked
    chosen, ordinary = targets != IGNORED, ~np.isin(ids, SPECIAL)
    assert not (chosen & ~ordinary).any()
    assert chosen[ordinary].mean() == pytest.approx(0.15, abs=0.004)  # 4 standard errors
    np.testing.assert_array_equal(targets[chosen], ids[chosen])
    np.testing.assert_array_equal(inputs[~chosen], ids[~chosen])


@pytest.mark.topic("R329")
def test_of_these_80_are_masked_10_random_10_kept(masked):
    ids, inputs, targets = masked
    chosen = (targets != IGNORED) & (ids != MASK)
    was, now = ids[chosen], inputs[chosen]
    assert (now == MASK).mean() == pytest.approx(0.8, abs=0.01)
    changed = (now != MASK) & (now != was)
    assert changed.mean() == pytest.approx(0.1 * 19 / 20, abs=0.008)  # one draw in 20 is the token itself
    assert (now == was).mean() == pytest.approx(0.1 + 0.1 / 20, abs=0.008)
    counts = np.bincount(now[changed], minlength=TOKENS)
    assert not counts[:4].any() and counts[4:].min() > 0.7 * counts[4:].mean()  # any ordinary token, alike


@pytest.mark.topic("R329")
def test_the_loss_is_of_what_was_chosen_alone(masked):
    _, _, targets = masked
    targets = targets[:2, :30]
    scores = RNG(2).standard_normal((2, TOKENS, 30))
    loss, cache = ops.softmax_cross_entropy_forward(scores, targets, ignore_index=IGNORED)
    gradient, _ = ops.softmax_cross_entropy_backward(np.ones_like(loss), cache)
    assert (abs(gradient).sum(axis=1) > 0).tolist() == (targets != IGNORED).tolist()


def test_masking_leaves_the_ids_and_is_fixed_by_the_generator():
    ids = RNG(0).integers(4, 9, (3, 40))
    before = ids.copy()
    first, again = (mask_tokens(ids, mask=3, tokens=9, rng=RNG(5)) for _ in range(2))
    for a, b in zip(first, again):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(ids, before)
    inputs, targets = mask_tokens(ids, mask=3, tokens=9, share=0, rng=RNG(0))
    np.testing.assert_array_equal(inputs, ids)
    assert (targets == IGNORED).all() and (mask_tokens(ids, mask=3, tokens=9, share=1)[1] == ids).all()


def test_masking_refuses():
    with pytest.raises(InputError, match=r"share should be in \[0, 1\]"):
        mask_tokens(np.zeros((1, 2), int), mask=1, tokens=3, share=15)
    with pytest.raises(InputError, match="special should be fewer than all of the 2 tokens"):
        mask_tokens(np.zeros((1, 2), int), mask=1, tokens=2, special=(0,))


# Next-sentence prediction.


@pytest.mark.topic("R330")
def test_half_of_the_pairs_follow_each_other_and_the_others_are_of_two_documents():
    documents = [[f"{d}.{s}" for s in range(5)] for d in range(500)]
    pairs = next_sentence_pairs(documents, RNG(0))
    assert len(pairs) == 500 * 4 and {a[-1] for a, _, _ in pairs} == set("0123")
    follows = np.array([follows for *_, follows in pairs])
    assert follows.mean() == pytest.approx(0.5, abs=0.045)
    for a, b, true in pairs:
        (d, s), (other, t) = a.split("."), b.split(".")
        assert (d == other and int(t) == int(s) + 1) if true else d != other
    with pytest.raises(InputError, match="documents should be at least two"):
        next_sentence_pairs(documents[:1])


@pytest.mark.topic("R330")
def test_segments_and_separators():
    ids, segments = join_pair([7, 8], [9, 5, 6], cls=1, sep=2)
    assert ids.tolist() == [1, 7, 8, 2, 9, 5, 6, 2] and segments.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    vocabulary = Vocabulary.of([list("abc")], special=("[PAD]", "[CLS]", "[SEP]"), unknown=None)
    pairs = [(list("ab"), list("c"), True), (list("a"), list("b"), False)]
    ids, segments, mask, labels = pair_batch(pairs, vocabulary)
    assert ids.tolist() == [[1, 3, 4, 2, 5, 2], [1, 3, 2, 4, 2, 0]]
    assert segments.tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0]]
    assert mask.tolist() == [[True] * 6, [True] * 5 + [False]] and labels.tolist() == [1, 0]
    assert pair_batch(pairs, vocabulary, length=9)[0].shape == (2, 9)


class Overlap(nn.Module):
    """The words of each segment, added up; then what both have, weighted: w · (Σ e(A) * Σ e(B)) + b."""

    def __init__(self, vocabulary, features, rng):
        self.words, self.out = nn.Embedding(vocabulary, features, rng=rng), nn.Affine(features, 2, rng=rng)

    def forward(self, ids, segments, mask):
        words = self.words(ids)  # (N, T, D)
        a, b = (
            (words * (mask & (segments == part))[:, :, None].astype(np.float32)).sum(axis=1) * 0.3 for part in (0, 1)
        )
        return self.out(a * b)


@pytest.mark.topic("R330")
def test_who_follows_whom_can_be_learned_from_the_stories():
    """A model that can see which words two sentences have in common tells it in more than 95 % of new pairs."""
    special = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")
    told = stories(900, rng=RNG(0))
    vocabulary = Vocabulary.of((sentence for story in told for sentence in story), special=special, unknown=None)
    training, new = (pair_batch(next_sentence_pairs(part, RNG(1)), vocabulary) for part in (told[:700], told[700:]))
    model = Overlap(len(vocabulary), 32, RNG(0))
    optimizer = Adam(model.parameters(), lr=2e-2)
    for _ in range(150):
        optimizer.zero_grad()
        ops.softmax_cross_entropy(model(*training[:3]), training[3]).backward()
        optimizer.step()
    right = model(*new[:3]).data.argmax(axis=1) == new[3]
    assert len(right) == 600 and right.mean() > 0.95


def test_stories_keep_their_hero_and_their_place():
    told = stories(200, 3, RNG(0))
    assert told == stories(200, 3, RNG(0)) and all(len(story) == 3 for story in told)
    for story in told:
        common = set.intersection(*map(set, story)) - {"in", "the", "is", "where", "and"}
        assert len(common) >= 2  # hero and place (and maybe what is done)
    assert len({word for story in told for sentence in story for word in sentence}) == 12 + 12 + 8 + 5

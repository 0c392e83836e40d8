"""BERT, very small, on stories of a few sentences: it guesses hidden words, and tells which sentence follows which.

It gets 68.5 % ± 1.7 % of the hidden words right, and 98.0 % ± 0.5 % of the pairs (mean and standard deviation over 5
seeds: benchmarks/recipes.py). The score is that of the words. Whoever always says "the" has one in six; and nobody can
have all: what somebody does is drawn by lot, one of eight things, and a name that is hidden can be read off the other
sentence only where it follows.
"""

from typing import NamedTuple

import numpy as np

from ... import nn, ops
from ...backend import to_device, to_numpy
from ...data import DataLoader
from ...models import BERT
from ...optim import Adam, Schedule, cosine, warmup
from ...tape import no_grad
from ...text import IGNORED, Vocabulary, mask_tokens, next_sentence_pairs, pair_batch, stories
from ..recipe import Run, Stated, configured, meta_of, settings_of, told
from ..trainer import Trainer

STATED = Stated(0.6849, 0.0173, floor=0.60, tested=2600)
SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")
PAD, CLS, SEP, MASK = range(4)
STORIES = stories(500, rng=np.random.default_rng(0))  # every word is in some
WORDS = Vocabulary.of([sentence for story in STORIES for sentence in story], special=SPECIAL, unknown=None)
TESTED = 500  # stories
LENGTH = 17  # [CLS], 7 words, [SEP], 7 words, [SEP]


class Config(NamedTuple):
    epochs: int = 12
    lr: float = 1e-3
    batch_size: int = 32
    stories: int = 3000
    dim: int = 64
    heads: int = 4
    layers: int = 2
    std: float = 0.1


class Pretraining(nn.Module):
    """(words (N, V, T), follows (N, 2)): the scores of both tasks from ids and segments x (N, 2, T)."""

    def __init__(self, vocabulary, length, config, rng=None):
        options = dict(hidden=2 * config.dim, dropout=0.0, std=config.std, rng=rng)
        self.bert = BERT(vocabulary, length, config.dim, config.heads, config.layers, **options)

    def forward(self, x):
        ids, segments = x[:, 0], x[:, 1]
        words, follows = self.bert(ids, segments, ids != PAD)
        return words.transpose(0, 2, 1), follows


def loss(out, y):
    """The mean over the hidden words, and the mean over the pairs: section 3.1 and appendix A.2 of the paper."""
    words, follows = out
    hidden = ops.softmax_cross_entropy(words, y[:, 0], ignore_index=IGNORED)
    return ops.add(hidden, ops.softmax_cross_entropy(follows, y[:, 1, 0]))


def pairs(count, rng):
    """(x, y) of pairs of sentences from `count` stories, no word hidden. x (N, 2, T): ids and segments.

    y (N, 2, T): the words to be guessed, IGNORED everywhere as yet; and, in the first place, whether it follows.
    """
    made = next_sentence_pairs(stories(count, rng=rng), rng)
    ids, segments, _, follows = pair_batch(made, WORDS, length=LENGTH)
    y = np.full((len(ids), 2, LENGTH), IGNORED)
    y[:, 1, 0] = follows
    return np.stack([ids, segments], axis=1), y


def hide(x, y, *, rng):
    """The same with 15 % of the words hidden; as a DataLoader's transform, other ones in every epoch."""
    inputs, words = mask_tokens(x[:, 0], mask=MASK, tokens=len(WORDS), special=(PAD, CLS, SEP), rng=rng)
    return np.stack([inputs, x[:, 1]], axis=1), np.stack([words, y[:, 1]], axis=1)


def words_guessed(model, x, y):
    """The share of the hidden words that the model guesses."""
    return (_answers(model, x)[0] == y[:, 0])[y[:, 0] != IGNORED].mean()


def pairs_told(model, x, y):
    """The share of the pairs, no word hidden, of which the model tells rightly whether the second follows."""
    return (_answers(model, x)[1] == y[:, 1, 0]).mean()


def _answers(model, x):
    with nn.in_test_mode(model), no_grad():
        return [to_numpy(out).argmax(axis=1) for out in model(to_device(x))]


def build(shape, classes, config, rng=None):
    """The network for (ids, segments), shape (2, T), in a vocabulary of so many `classes`."""
    return Pretraining(classes, shape[1], config, rng)


def train(*, seed=0, say=None, checkpoint=None, resume=False, **settings):
    """Train from this seed; returns a Run whose score is the share of hidden words guessed in new stories."""
    config = configured(Config, settings)
    rng = np.random.default_rng(seed)
    (x, y), whole = pairs(config.stories, rng), pairs(TESTED, rng)
    test = hide(*whole, rng=rng)
    model = build(x.shape[1:], len(WORDS), config, rng)
    batches = DataLoader(x, y, batch_size=config.batch_size, seed=seed, transform=hide)
    optimizer = Adam(model.parameters(), lr=config.lr)
    schedule = Schedule(optimizer, warmup(100, then=cosine(config.epochs * len(batches))))
    trainer = Trainer(model, optimizer, loss, schedule=schedule, clip_norm=1.0, progress=say is not None)
    with told(say, "A BERT", model, f"{len(y):,} pairs of sentences") as conclude:
        options = dict(checkpoint=checkpoint, resume=resume, settings=settings_of(__name__, config, seed))
        trainer.fit(batches, config.epochs, **options)
        told_right = f"{pairs_told(model, *whole):.1%} of {len(whole[0]):,} new pairs"
        score = conclude(words_guessed(model, *test), f"of the hidden words guessed, and {told_right} told right")
    return Run(trainer, test, score, meta_of(__name__, config, x, WORDS.words))

"""The BERT recipe in short: what it is shown, and what it learns at once."""

import numpy as np
import pytest

from npdl import Tensor, ops
from npdl.text import IGNORED
from npdl.train.recipes import bert


@pytest.fixture(scope="module")
def short():
    lines = []
    return bert.train(seed=0, epochs=4, stories=200, batch_size=32, say=lines.append), lines


@pytest.mark.topic("R329")
def test_15_percent_of_the_words_are_hidden_and_other_ones_each_time():
    x, y = bert.pairs(300, np.random.default_rng(0))
    assert (y[:, 0] == IGNORED).all() and (y[:, 1, 1:] == IGNORED).all() and set(y[:, 1, 0]) == {0, 1}
    first, second = (bert.hide(x, y, rng=np.random.default_rng(seed)) for seed in (1, 2))
    words = x[:, 0] > bert.MASK
    for inputs, targets in (first, second):
        hidden = targets[:, 0] != IGNORED
        assert 0.14 < hidden[words].mean() < 0.16 and not hidden[~words].any()
        np.testing.assert_array_equal(targets[:, 0][hidden], x[:, 0][hidden])
        np.testing.assert_array_equal(inputs[:, 0][~hidden], x[:, 0][~hidden])
        assert 0.76 < (inputs[:, 0][hidden] == bert.MASK).mean() < 0.84
        np.testing.assert_array_equal(targets[:, 1], y[:, 1])
        np.testing.assert_array_equal(inputs[:, 1], x[:, 1])
    assert (first[0] != second[0]).any()


@pytest.mark.topic("R329", "R330")
def test_the_loss_is_that_of_the_hidden_words_and_that_of_the_pairs():
    rng = np.random.default_rng(0)
    _, y = bert.hide(*bert.pairs(4, rng), rng=rng)
    words, follows = rng.standard_normal((len(y), 41, bert.LENGTH)), rng.standard_normal((len(y), 2))
    places = np.argwhere(y[:, 0] != IGNORED)
    log_p, log_q = ops.log_softmax(words, axis=1), ops.log_softmax(follows, axis=1)
    hidden = -np.mean([log_p[n, y[n, 0, t], t] for n, t in places])
    told = -np.mean([log_q[n, y[n, 1, 0]] for n in range(len(y))])
    assert bert.loss((Tensor(words), Tensor(follows)), y).item() == pytest.approx(hidden + told, rel=1e-12)


def test_a_short_training_learns_the_forms_of_sentences(short):
    run, lines = short
    x, y = run.test
    model = run.trainer.model
    assert run.score == bert.words_guessed(model, x, y)
    hidden = y[:, 0][y[:, 0] != IGNORED]
    assert run.score > 1.3 * np.bincount(hidden).max() / len(hidden)  # than whoever always says the commonest word
    assert f"{run.score:.1%} of the hidden words guessed, and " in lines[-1]


@pytest.mark.slow
def test_a_seed_fixes_all_of_it(short):
    again = bert.train(seed=0, epochs=4, stories=200, batch_size=32)
    assert again.trainer.history == short[0].trainer.history and again.score == short[0].score


@pytest.mark.slow
@pytest.mark.topic("R330")
def test_it_tells_which_sentence_follows():
    run = bert.train(seed=0)
    assert run.score >= bert.STATED.gate
    assert bert.pairs_told(run.trainer.model, *bert.pairs(500, np.random.default_rng(1))) > 0.95

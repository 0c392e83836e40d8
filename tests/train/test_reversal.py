"""The reversal recipe in short: what its rows say, and that a transformer learns from them."""

import numpy as np
import pytest

from npdl import InputError
from npdl.text import IGNORED
from npdl.train import recipe
from npdl.train.predict import predict
from npdl.train.recipes import reversal


@pytest.fixture(scope="module")
def short():
    lines = []
    return reversal.train(seed=0, epochs=4, rows=640, say=lines.append), lines


def words(ids):
    return [reversal.WORDS[i] for i in ids if i not in (reversal.PAD, IGNORED)]


def test_rows_ask_for_a_reversal_or_for_an_order():
    x, y = reversal.rows(400, np.random.default_rng(0))
    tasks = []
    for (source, target), wanted in zip(x, y, strict=True):
        task, *digits = words(source)
        answer = sorted(digits) if task == "sort" else digits[::-1]
        assert words(wanted) == [*answer, "<end>"] and words(target) == ["<start>", *answer]
        tasks.append(task)
    assert 150 < tasks.count("reverse") < 250 and 150 < tasks.count("sort") < 250
    lengths = reversal.lengths(x[:, 0])
    assert set(lengths) == set(range(2, reversal.LONGEST + 2)) and (lengths == (y != IGNORED).sum(axis=1)).all()


def test_a_short_training_says_what_it_does(short):
    run, lines = short
    x, y = run.test
    assert x.shape == (1000, 2, 11) and run.score == reversal.tokens_right(run.trainer.model, x, y)
    assert f"{run.score:.1%} of the tokens in 1,000 new rows" in lines[-1]
    assert run.score > 2 / len(reversal.WORDS)  # chance is less, and four epochs are few
    losses = run.trainer.history["loss"]
    assert np.mean(losses[-3:]) < 0.8 * losses[0]


def test_the_answers_are_the_models_own(short):
    """Not read off the targets that it was shown in training: these do not go in."""
    run, _ = short
    x, y = (a[:20] for a in run.test)
    blind = x.copy()
    blind[:, 1] = reversal.PAD
    assert reversal.tokens_right(run.trainer.model, blind, y) == reversal.tokens_right(run.trainer.model, x, y)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(run.trainer.predict(blind), run.trainer.predict(x))


@pytest.mark.slow
def test_a_seed_fixes_all_of_it(short):
    again, other = (reversal.train(seed=seed, epochs=4, rows=640) for seed in (0, 1))
    assert short[0].trainer.history == again.trainer.history != other.trainer.history


def test_a_saved_model_writes_the_same_and_is_no_judge_of_pictures(tmp_path, short):
    run, _ = short
    recipe.save_model(run, tmp_path / "model.npz")
    model, meta = recipe.load_model(tmp_path / "model.npz")
    x, _ = run.test
    np.testing.assert_array_equal(model.write(x[:5, 0]), run.trainer.model.write(x[:5, 0]))
    with pytest.raises(InputError, match="should be one that looks at pictures; got 'that of the recipe reversal"):
        predict(model, meta, tmp_path / "a.png")


@pytest.mark.slow
@pytest.mark.topic("R283")
def test_it_turns_rows_round_and_sorts_them():
    model = reversal.train(seed=0).trainer.model
    x, y = reversal.rows(1000, np.random.default_rng(7))
    for task in (reversal.REVERSE, reversal.SORT):
        asked = x[:, 0, 0] == task
        assert reversal.tokens_right(model, x[asked], y[asked]) >= 0.99

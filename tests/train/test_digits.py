"""The digits recipe in short: it learns, says what it does, and does it again from the same seed."""

import numpy as np

from npdl.train.recipes import digits


def test_a_few_epochs_learn_most_of_it():
    lines = []
    run = digits.train(seed=0, epochs=6, say=lines.append)
    x, y = run.test
    assert x.shape == (360, 1, 8, 8) and run.score == run.trainer.accuracy(x, y)
    assert run.score > 0.9
    assert len(run.trainer.history["train_accuracy"]) == len(run.trainer.history["val_accuracy"]) == 6
    assert f"{run.score:.1%} of 360" in lines[-1]


def test_a_seed_fixes_all_of_it(capsys):
    first, again, other = (digits.train(seed=seed, epochs=1) for seed in (3, 3, 4))
    assert first.trainer.history == again.trainer.history != other.trainer.history
    for p, q in zip(first.trainer.model.parameters(), again.trainer.model.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert capsys.readouterr() == ("", "")

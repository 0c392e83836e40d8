"""Selective copying: Mamba learns to pass blanks over, and the same network with S4D does not."""

import numpy as np
import pytest

from npdl.data import selective_copying as puzzles
from npdl.train import recipe
from npdl.train.recipes import selective_copying, selective_copying_s4d

SHORT = dict(length=12, tokens=2, symbols=4, batches=200, lr=5e-3)


@pytest.mark.topic("R299")
def test_short_puzzles_are_learnt_in_seconds(tmp_path):
    lines = []
    run = selective_copying.train(**SHORT, say=lines.append)
    x, y = run.test
    assert x.shape == (1000, 14) and y.shape == (1000, 2)
    assert run.score > 0.95 and f"{run.score:.1%} of the symbols" in lines[-1]
    recipe.save_model(run, tmp_path / "model.npz")
    model, meta = recipe.load_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(model(x[:20]).data, run.trainer.model.eval()(x[:20]).data)
    assert meta["classes"] == ["0", "1", "2", "3", "blank", "question"]
    longer = run.trainer.accuracy(*puzzles(300, 18, tokens=2, symbols=4, rng=5))
    assert longer > 0.8  # puzzles longer than all it has seen


def test_both_are_trained_on_the_same_puzzles_and_tested_on_others():
    runs = [module.train(batches=4, length=8, tokens=2) for module in (selective_copying, selective_copying_s4d)]
    for a, b in zip(runs[0].test, runs[1].test, strict=True):
        np.testing.assert_array_equal(a, b)
    names = [{type(block.mixer).__name__ for block in run.trainer.model.model.layers} for run in runs]
    assert names == [{"MambaBlock"}, {"S4DBlock"}]
    assert selective_copying_s4d.Config is selective_copying.Config
    assert f"{selective_copying_s4d.STATED.mean * 100:.1f} %" in selective_copying.__doc__


@pytest.mark.topic("R299")
@pytest.mark.slow
def test_without_selection_it_fails():
    chosen, fixed = (module.train(seed=1).score for module in (selective_copying, selective_copying_s4d))
    assert chosen >= 0.99
    assert fixed < 0.8

"""The recipe char_lm in short: it learns, is ahead of chance, and ends with a text of its own."""

import numpy as np
import pytest

from npdl import InputError
from npdl.text import english
from npdl.train import recipe
from npdl.train.predict import predict
from npdl.train.recipes import char_lm

SHORT = dict(characters=30_000, hidden=32, batch_size=16, lr=1e-2)


def test_two_epochs_say_more_than_frequencies_and_end_with_a_text():
    lines = []
    run = char_lm.train(seed=0, epochs=2, say=lines.append, **SHORT)
    x, y = run.test
    assert x.shape == y.shape == (64, 800) and (x[:, 1:] == y[:, :-1]).all()
    bits = char_lm.bits_of(run.trainer, x, y)
    assert run.score == english().bits_per_character() / bits
    p = np.bincount(y.reshape(-1)) / y.size
    assert bits < -0.6 * (p[p > 0] * np.log2(p[p > 0])).sum()
    assert "bits a character, where 0.644 are needed" in lines[-2]
    assert lines[-1].startswith("an 8-gram needs") and len(lines[-1].rpartition("\n\n")[2]) == 400


@pytest.mark.slow
def test_a_seed_fixes_all_of_it():
    first, again, other = (char_lm.train(seed=seed, epochs=1, **SHORT) for seed in (3, 3, 4))
    assert first.trainer.history["loss"] == again.trainer.history["loss"] != other.trainer.history["loss"]
    assert first.score == again.score


def test_a_model_comes_back_and_is_none_of_pictures(tmp_path):
    run = char_lm.train(seed=3, epochs=1, **SHORT)
    recipe.save_model(run, tmp_path / "model.npz")
    model, meta = recipe.load_model(tmp_path / "model.npz")
    x, _ = run.test
    np.testing.assert_array_equal(model(x[:2]).data, run.trainer.model.eval()(x[:2]).data)
    says = "the model should be one that looks at pictures; got .that of the recipe char_lm"
    with pytest.raises(InputError, match=says):
        predict(model, meta, "a.png")

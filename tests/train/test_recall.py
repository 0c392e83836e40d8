"""The recipe of the first symbol: its data, and that the LSTM reaches lengths where the plain RNN fails."""

import numpy as np
import pytest

from npdl import InputError
from npdl.train import recipe
from npdl.train.recipes import recall

SHORT = dict(length=5, samples=1280, epochs=6)


def test_sequences_begin_with_their_label_and_go_on_with_others():
    x, y = recall.sequences(500, 7, 4, seed=3)
    assert x.shape == (500, 7, 8) and x.dtype == np.float32
    ids = x.argmax(axis=2)
    np.testing.assert_array_equal(x, np.eye(8)[ids])
    np.testing.assert_array_equal(ids[:, 0], y)
    assert set(y) == {0, 1, 2, 3} and set(ids[:, 1:].ravel()) == {4, 5, 6, 7}
    np.testing.assert_array_equal(recall.sequences(500, 7, 4, seed=3)[0], x)
    noisy, again = (recall.sequences(500, 7, 4, noise, seed=3) for noise in (0.5, 0.0))
    assert (noisy[0] - x).std() == pytest.approx(0.5, rel=0.02) and noisy[0].dtype == np.float32
    np.testing.assert_array_equal(again[0], x)
    with pytest.raises(InputError, match="sequences: length should be an integer >= 2"):
        recall.sequences(5, 1, 4)


@pytest.mark.parametrize("layer", recall.LAYERS)
def test_every_layer_learns_short_ones(layer):
    lines = []
    run = recall.train(seed=0, say=lines.append, layer=layer, **SHORT)
    assert run.score > 0.9 and run.meta["config"]["layer"] == layer
    assert f"{run.score:.1%} of 5,000 new sequences right" in lines[-1]


def test_a_model_comes_back_from_its_file(tmp_path):
    run = recall.train(seed=1, layer="gru", **SHORT)
    recipe.save_model(run, tmp_path / "model.npz")
    model, _ = recipe.load_model(tmp_path / "model.npz")
    x = run.test[0][:20]
    np.testing.assert_array_equal(model(x).data, run.trainer.model(x).data)


@pytest.mark.slow
@pytest.mark.topic("R264", "R268")
def test_where_the_plain_rnn_guesses_the_lstm_knows():
    """Both learn 10 symbols; of 50 the RNN remembers nothing (one in eight is chance), the LSTM nearly all."""
    found = recall.over_lengths([10, 50], ("rnn", "lstm"), noise=0.0, epochs=1)
    assert found["rnn"][0] > 0.95 and found["lstm"][0] > 0.95
    assert found["rnn"][1] < 0.25
    assert found["lstm"][1] > 0.95


def test_a_layer_that_is_none_is_named():
    with pytest.raises(InputError, match="LastState: layer should be one of rnn, lstm, gru; got 'tcn'"):
        recall.train(layer="tcn")

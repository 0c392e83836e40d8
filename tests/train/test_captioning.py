"""The recipe captioning in short: all three speakers learn, and what they say is scored word by word."""

import numpy as np
import pytest

from npdl import InputError
from npdl.data import load_scenes
from npdl.data.scenes import parse_caption
from npdl.train import recipe
from npdl.train.predict import predict
from npdl.train.recipes import captioning

SHORT = dict(images=240, batch_size=24, filters=4, hidden=32, lr=1e-2)


def test_captions_tell_all_there_is():
    pixels, captions = captioning.pictures(200, "test")
    assert pixels.shape == (200, 3, 32, 32) and captions.shape == (200, captioning.LENGTH)
    assert (captions[:, 0] == 1).all() and ((captions == 2).sum(axis=1) == 1).all()  # none is cut off
    for row, scene in zip(captions, load_scenes(200, level="easy", split="test")):
        sentence = " ".join(captioning.words(row))
        facts = parse_caption(sentence)
        assert scene.agrees(sentence) and facts.place and facts.ground


@pytest.mark.parametrize("speaker", ["rnn", "lstm", "transformer"])
def test_each_speaker_learns(speaker):
    run = captioning.train(seed=0, epochs=4, speaker=speaker, **SHORT)
    losses = run.trainer.history["loss"]
    assert len(losses) == 40 and np.mean(losses[-5:]) < 0.6 * losses[0]
    assert 0 <= run.score <= 1 and run.meta["classes"] == list(captioning.WORDS)
    said, true = captioning.sentences(run.trainer, *(part[:20] for part in run.test))
    assert sum(words == right[0] for words, right in zip(said, true)) <= 20 and said[0][0] == "a"


@pytest.mark.slow
def test_a_seed_fixes_all_of_it():
    first, again, other = (captioning.train(seed=seed, epochs=1, speaker="rnn", **SHORT) for seed in (3, 3, 4))
    assert first.trainer.history == again.trainer.history != other.trainer.history


def test_a_speaker_that_is_none():
    with pytest.raises(InputError, match='speaker should be "transformer", "lstm" or "rnn"; got \'gru\''):
        captioning.train(speaker="gru", **SHORT)


def test_a_model_comes_back_and_captions_a_file(tmp_path):
    """`npdl predict` tells the captions of a beam with their probabilities; the first is what the model says."""
    image = pytest.importorskip("PIL.Image")
    run = captioning.train(seed=0, epochs=2, **SHORT)
    recipe.save_model(run, tmp_path / "model.npz")
    model, meta = recipe.load_model(tmp_path / "model.npz")
    pixels, _ = captioning.pictures(3, "test")
    image.fromarray(pixels[2].transpose(1, 2, 0)).save(tmp_path / "a.png")
    found = predict(model, meta, tmp_path / "a.png")
    assert len(found) == 5 and sorted(found, key=lambda answer: -answer[1]) == found
    assert sum(p for _, p in found) <= 1 and all(set(text.split()) <= set(captioning.WORDS) for text, _ in found)

"""`npdl predict`: what a trained model sees in a picture."""

import numpy as np

from .. import ops
from ..data import read_image
from ..data.transforms import Normalise
from ..errors import InputError
from ..tape import no_grad
from .recipe import load, load_model


def command(arguments):
    """Run `npdl predict` with these arguments; returns the exit status."""
    model, meta = load_model(arguments.model)
    for path in arguments.images:
        answers = predict(model, meta, path, invert=arguments.invert)
        print(path)
        for name, probability in answers[: arguments.top]:
            print(f"  {probability:6.1%}  {name}")
    return 0


def predict(model, meta, path, invert=False):
    """[(class, probability), ...] of one picture file, the likeliest first; or what the recipe's own `answers` gives.

    model, meta: from recipe.load_model. The picture's middle square is brought to the size and the channels that the
    model was trained on, and normalised as they were. invert: black on white becomes white on black.
    """
    if len(meta["shape"]) != 3:
        raise InputError("predict", "the model", "one that looks at pictures", f"that of the recipe {meta['recipe']}")
    channels, size, _ = meta["shape"]
    x = read_image(path, size=size)[None]  # (1, 3, size, size), as ImageFolder reads it
    if channels == 1:
        x = x.mean(axis=1, keepdims=True)
    x = Normalise(meta.get("mean", 0.0), meta.get("std", 1.0))(1 - x if invert else x)
    answers = getattr(load(meta["recipe"]), "answers", None) if "recipe" in meta else None
    if answers is not None:
        return answers(model.eval(), x)
    with no_grad():
        probability = ops.softmax(model.eval()(x).data)[0]
    return [(meta["classes"][i], float(probability[i])) for i in np.argsort(-probability, kind="stable")]

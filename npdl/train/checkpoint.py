"""Weights on disk, as an .npz file of named arrays (no pickle: opening one runs nobody's code)."""

import os
from pathlib import Path

import numpy as np


def save_weights(model, path):
    """Write model.state_dict() to `path`: first to a file beside it, then renamed, so that no half file can be left."""
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        np.savez(file, **model.state_dict())
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def load_weights(model, path):
    """Read what save_weights wrote into a model of the same shape; InputError names what does not fit."""
    with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
        model.load_state_dict(dict(file))

"""Reference layers with common mistakes: the test bed of the diagnosis.

Each layer is a forward, a backward with the name of a mistake (None is the right one), inputs, and the mistakes. `case`
makes a Case of one; its numerical gradient is the right backward with noise of 1e-9, as good as a real one.
"""

from . import latent, losses, norms, pointwise, sequences, windows
from .base import LAYERS, case, case_of

__all__ = ["LAYERS", "all_cases", "case", "case_of", "latent", "losses", "norms", "pointwise", "sequences", "windows"]


def all_cases(seed=0):
    """(layer, mistake, Case) for every mistake."""
    for name, entry in LAYERS.items():
        for bug in entry[4]:
            yield name, bug, case(name, bug, seed)

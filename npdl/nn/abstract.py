"""Networks without numbers: all parameters have their names and shapes, and take no memory.

GPT-3 has 175 billion parameters, 700 GB in float32; that many can be counted on any laptop.
"""

from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

_abstract = ContextVar("abstract", default=False)


@contextmanager
def abstract():
    """Inside, modules are built without numbers: nothing is drawn, every parameter is one zero seen from all places.

    with nn.abstract():
        model = GPT3()
    nn.count_parameters(model)      # 174,604,259,328

    Such a parameter is an array of stride 0 that cannot be written to: the model has a state dict and a repr, and can
    run (all its parameters are 0), but not learn. It is made on the host, where the functions of nn.init made it: a
    module that draws numbers in another way allocates them for a moment.
    """
    token = _abstract.set(True)
    try:
        yield
    finally:
        _abstract.reset(token)


def is_abstract():
    """Whether this is inside `with abstract()`."""
    return _abstract.get()


def hollow(shape, dtype="float32"):
    """An array of zeros of this shape that takes the memory of one number. Read only."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def count_parameters(model):
    """The numbers in all parameters of a module; what is shared (a tied head) counts once. Buffers are not trained."""
    return sum(parameter.size for parameter in model.parameters())

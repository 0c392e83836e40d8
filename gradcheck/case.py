"""Case: all that is known of one check. The diagnosis reads it; nothing in it may be changed."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Case:
    """Host arrays in float64, except `gradients`: what backward gave, as it gave it. Shapes are the inputs'."""

    inputs: dict  # name: array; integer arrays, None and other values as they were given
    wanted: list  # the names of the inputs that have a gradient
    outs: tuple  # the outputs, always a tuple
    douts: tuple  # the gradients of the outputs that backward was given
    cache: object  # what forward kept, from a run of its own
    options: dict  # keyword options
    gradients: dict  # name: backward's gradient, of any shape, or None
    numeric: dict = field(default_factory=dict)  # name: the numerical gradient; nan where it is not known
    error: dict = field(default_factory=dict)  # name: how far the numerical gradient may be off, entry by entry
    wrong: dict = field(default_factory=dict)  # name: booleans, the entries of yours that cannot be right
    kinks: dict = field(default_factory=dict)  # name: booleans, the entries where forward has no derivative
    state: list = field(default_factory=list)  # Findings of the state tests
    op: str | None = None  # the op's name, if the caller told it
    mutable: tuple = ()
    run_forward: object = None  # f({name: array}) -> (outs, cache): forward on other inputs, re-seeded, on copies
    run_backward: object = None  # f(douts, cache) -> {name: gradient}

    def __getstate__(self):
        """Without the code under test, so that a report can be pickled."""
        return vars(self) | {"run_forward": None, "run_backward": None, "cache": None, "options": {}}

    @property
    def failed(self):
        """The names of the inputs whose gradient is wrong."""
        return [name for name in self.wanted if np.any(self.wrong.get(name, False))]

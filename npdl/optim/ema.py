"""EMA: an exponential moving average of the weights."""

import contextlib

from ..errors import InputError, require_decay
from .flat import FlatParameters, members, require_parameters
from .pieces import over_pieces
from .state import on_host, require_fit, write


class EMA:
    """v ← β v + (1 - β) θ after every step: v = Σ_k (1 - β) β^k θ_{t-k}, the newest weights count most.

        ema = EMA(model, decay=0.999)
        ... optimizer.step(); ema.update()
        with ema.swap():                              # the model has the averaged weights in here, its own again after
            trainer.accuracy(x_test, y_test)

    The newest 1 / (1 - β) weights have a share of 1 - 1/e, 63 %: about as many are averaged. v starts at the weights of
    the beginning, whose share after t updates is β^t: 0.999^500 = 61 %. correct=True takes it out and divides the rest
    by 1 - β^t, as Adam does: v is an average of what update has seen, and the first v is the first weights.
    Polyak and Juditsky 1992 (averages of weights); Kingma and Ba 2015, sections 3 and 7.2 (with the correction).

    model: a Module, a list of Parameters, or FlatParameters. A Module's buffers, such as batch norm's statistics, are
    not averaged: swap brings those of the last update. Weights that stand still are their own average, bit for bit.
    """

    def __init__(self, model, decay=0.999, *, correct=True):
        require_decay("EMA", "decay", decay)
        self.decay, self.correct, self.t = float(decay), correct, 0
        self.module = model if hasattr(model, "named_buffers") else None
        self.arrays = _named(model)
        if not self.arrays:
            raise InputError("EMA", "model", "with at least one Parameter", model)
        self.average = {name: array.data.copy() for name, array in self.arrays.items()}
        self.buffers = {name: buffer.copy() for name, buffer in self._buffers().items()}
        self.swapped = False

    def update(self):
        """Take the weights as they are now into the average: v ← v + (1 - β)(θ - v), corrected (1 - β) / (1 - β^t)."""
        if self.swapped:
            raise RuntimeError("EMA.update: inside `with ema.swap()` the weights are the average; update after it")
        self.t += 1
        share = 1 - self.decay
        if self.correct:
            share /= 1 - self.decay**self.t
        averages = [self.average[name] for name in self.arrays]
        weights = [array.data for array in self.arrays.values()]
        over_pieces(lambda i, piece: _approach(averages[i][piece], weights[i][piece], share), averages)
        for name, buffer in self._buffers().items():
            self.buffers[name][...] = buffer

    @contextlib.contextmanager
    def swap(self):
        """Inside, the model has the averaged weights, and the buffers of the last update.

        After it, its own are back, bit for bit, whatever happened inside.
        """
        weights = {name: array.data.copy() for name, array in self.arrays.items()}
        buffers = {name: buffer.copy() for name, buffer in self._buffers().items()}
        before, self.swapped = self.swapped, True
        try:
            self._give(self.average, self.buffers)
            yield
        finally:
            self._give(weights, buffers)
            self.swapped = before

    def _give(self, weights, buffers):
        for name, array in self.arrays.items():
            array.data[...] = weights[name]
            for p in members(array):
                p.version += 1
        for name, buffer in self._buffers().items():
            buffer[...] = buffers[name]

    def _buffers(self):
        return dict(self.module.named_buffers()) if self.module else {}

    def state_dict(self):
        """{"t": ..., "average.conv1.weight": ..., "buffers.bn1.running_mean": ...}, on the host."""
        return on_host(self._state())

    def load_state_dict(self, state):
        """Go on from what state_dict gave, bit for bit. InputError if it does not fit, and then nothing has changed."""
        found = require_fit("EMA.load_state_dict", state, self._state())
        self.t = found["t"]
        for name, target in self._state().items():
            write(found[name], target)

    def _state(self):
        averages = {f"average.{name}": v for name, v in self.average.items()}
        return {"t": self.t} | averages | {f"buffers.{name}": b for name, b in self.buffers.items()}


def _approach(v, weights, share):
    if share == 1:
        v[...] = weights  # v + (θ - v) is θ but for rounding
    else:
        way = weights - v
        way *= share
        v += way


def _named(model):
    """{name: Parameter or FlatParameters}: a Module's own names, else positions."""
    if hasattr(model, "named_parameters"):
        return dict(model.named_parameters())
    if isinstance(model, FlatParameters):
        return {"0": model}
    return {str(index): p for index, p in enumerate(require_parameters("EMA", model))}

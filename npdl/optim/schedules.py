"""How the learning rate changes: pure functions of the step, and the Schedule that applies one to an optimiser.

A factor is a function of t, the number of steps made, that gives what the learning rate is multiplied by: 1 is the rate
that the optimiser was made with. After its last step a factor keeps its last value.
"""

from math import cos, pi

from ..errors import InputError, InputTypeError, is_integer, is_number, require_integer, require_range
from .groups import non_negative
from .state import on_host, require_fit


class Schedule:
    """Multiplies the learning rate of every group by factor(t).

        schedule = Schedule(optimizer, warmup(100, then=cosine(1900)))
        ... optimizer.step(); schedule.step()           # for each batch; or schedule.step() once an epoch

    t: the steps made; base: the learning rates that are multiplied, one a group. Both, and so the optimiser's lr, come
    back with load_state_dict. An lr set by hand holds until the next step: change `base` for good.
    """

    def __init__(self, optimizer, factor):
        if not callable(factor):
            raise InputTypeError("Schedule", "factor", "a function of the step, such as cosine(1000)", factor)
        self.optimizer, self.factor, self.t = optimizer, factor, 0
        self.base = [float(group.lr) for group in optimizer.groups]
        self._go_to(0, self.base)

    def step(self):
        """One step on."""
        self._go_to(self.t + 1, self.base)

    def _go_to(self, t, base):
        factor = non_negative("Schedule", f"factor({t})", self.factor(t))
        self.t, self.base = t, base
        for group, number in zip(self.optimizer.groups, base):
            group.lr = number * factor

    def state_dict(self):
        """{"t": ..., "base.0": ..., ...}, on the host."""
        return on_host(self._state())

    def load_state_dict(self, state):
        """Go on from what state_dict gave. InputError if it does not fit, and then nothing has changed."""
        found = require_fit("Schedule.load_state_dict", state, self._state())
        name = "Schedule.load_state_dict"
        self._go_to(found["t"], [non_negative(name, key, found[key]) for key in found if key != "t"])

    def _state(self):
        return {"t": self.t} | {f"base.{i}": base for i, base in enumerate(self.base)}


def constant():
    """1."""
    return lambda t: 1.0


def linear(steps, floor=0.0):
    """A straight line from 1 to `floor` in `steps` steps."""
    _require("linear", steps, floor=floor)

    def factor(t):
        share = min(t / steps, 1)
        return 1 - share + floor * share  # exactly 1 at the beginning, exactly floor at the end

    return factor


def step_decay(every, gamma=0.1):
    """γ^k after k drops: one every `every` steps, or one at each step in the list `every`."""
    require_range("step_decay", "gamma", gamma, 0, 1)
    if isinstance(every, (list, tuple)):
        if not every or not all(is_integer(step, 1) for step in every) or list(every) != sorted(set(every)):
            raise InputError("step_decay", "every", "an integer, or a list of integers >= 1 that rise", every)
        return lambda t: gamma ** sum(step <= t for step in every)
    _require("step_decay", every)
    return lambda t: gamma ** (t // every)


def cosine(steps, floor=0.0):
    """Half a wave, from 1 to floor: floor + (1 - floor)(1 + cos(π t/steps)) / 2. Loshchilov and Hutter 2017, eq. 5."""
    _require("cosine", steps, floor=floor)
    return lambda t: _half_wave(1, floor, min(t / steps, 1))


def warmup(steps, then=None):
    """(t + 1) / steps for the first `steps` steps, the last of them a full one; after them then(t - steps).

    Goyal et al. 2017, section 2.2: large rates before the network has settled do harm. then: another factor; None: 1.
    """
    _require("warmup", steps)
    then = constant() if then is None else then
    if not callable(then):
        raise InputTypeError("warmup", "then", "a function of the step, such as cosine(1000)", then)
    return lambda t: (t + 1) / steps if t < steps else then(t - steps)


def one_cycle(steps, rise=0.3, start=1 / 25, end=4e-6):
    """From `start` up to 1 in the first `rise` of the steps, then down to `end` at the last, each by half a wave.

    Smith 2018 goes in straight lines and moves the momentum the other way; the half waves and the defaults are fastai's
    and PyTorch's OneCycleLR, with max_lr the optimiser's lr and cycle_momentum=False. factor(steps - 1) = end.
    """
    _require("one_cycle", steps, start=start, end=end)
    top = rise * steps - 1 if is_number(rise) else 0  # t of the highest rate, maybe between two steps
    if not 0 < top < steps - 1:
        raise InputError("one_cycle", "rise", f"in (1/steps, 1), steps = {steps}", rise)

    def factor(t):
        if t <= top:
            return _half_wave(start, 1, t / top)
        return _half_wave(1, end, min((t - top) / (steps - 1 - top), 1))

    return factor


def _half_wave(a, b, share):
    """From a to b as a cosine does from 1 to -1."""
    return b + (a - b) * (1 + cos(pi * share)) / 2


def _require(name, steps, **shares):
    require_integer(name, "every" if name == "step_decay" else "steps", steps, 1)
    for argument, share in shares.items():
        require_range(name, argument, share, 0, 1)

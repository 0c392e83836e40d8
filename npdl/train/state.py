"""All that a training depends on, as named arrays: with it, a resumed training is the uninterrupted one, bit for bit.

model/...      weights and buffers              schedule/...   its step
optimizer/...  moments, step counts, rates      ema/...        averaged weights
loss/...       its parameters, if it has any    loader/...     seed, epoch, batch
random/...     every generator's state          validation/... the same of a loader
history/...    one number a step or an epoch    run/...        where in fit it stood
best/...       the weights of the best epoch    settings       what must be the same when it goes on
"""

import numpy as np

from ..backend import rng
from ..errors import InputError, InputTypeError
from .checkpoint import from_bytes, to_bytes

VERSION = 1  # of this layout


class State:
    """The state of one fit: a Trainer, what it is fed from, what it is validated with, and the caller's settings."""

    def __init__(self, trainer, batches, validation=None, settings=None):
        self.trainer = trainer
        parts = {"model": trainer.model, "loss": trainer.loss, "optimizer": trainer.optimizer}
        parts |= {"schedule": trainer.schedule, "ema": trainer.ema, "loader": batches, "validation": validation}
        self.parts = {name: part for name, part in parts.items() if hasattr(part, "state_dict")}
        self.settings = {"settings": settings or {}, "batches": _described(batches)}
        self.generators = _generators(trainer, batches, validation)
        if not ("loader" in self.parts or isinstance(batches, (list, tuple))):
            expected = "a DataLoader, or a list: only of these it is known where to go on"
            raise InputTypeError("Trainer.fit", "batches", expected, batches)
        holders = [part for part in (trainer.model, trainer.loss) if hasattr(part, "parameters")]
        saved = {id(p) for part in holders for p in part.parameters()}
        if any(id(p) not in saved for p in trainer.optimizer.parameters):
            expected = "parameters of the model or of the loss, as no others are in a checkpoint"
            raise InputError("Trainer.fit", "the optimizer's parameters", expected, trainer.optimizer)

    def gather(self):
        """{name: array}."""
        trainer = self.trainer
        state = {"version": np.array(VERSION), "settings": to_bytes(self.settings)}
        for name, part in self.parts.items():
            state |= {f"{name}/{key}": np.asarray(value) for key, value in part.state_dict().items()}
        state |= {f"random/{i}": to_bytes(_get(generator)) for i, generator in enumerate(self.generators)}
        state |= {f"history/{key}": np.array(values, dtype=np.float64) for key, values in trainer.history.items()}
        state |= {f"run/{key}": np.array(value) for key, value in trainer.run.items()}
        state |= {f"best/{key}": value for key, value in (trainer.best_state or {}).items()}
        return state

    def scatter(self, state):
        """Put back what `gather` took. If anything does not fit, InputError says what, and nothing has changed."""
        if int(state.get("version", 0)) != VERSION:
            raise _unfit(f"of version {VERSION}", state.get("version"))
        if "settings" not in state:
            raise _unfit("whole", "no settings")
        _require_same(from_bytes(state["settings"]), self.settings)
        before = self.gather()
        try:
            self._scatter(state)
        except BaseException:
            self._scatter(before)
            raise

    def _scatter(self, state):
        trainer, known = self.trainer, {"version", "settings", "random", "history", "run", "best", *self.parts}
        if unknown := sorted({name.partition("/")[0] for name in state} - known):
            raise _unfit(f"of a training with no {', '.join(unknown)}", unknown)
        random, history, run = (_below(state, name) for name in ("random", "history", "run"))
        if len(random) != len(self.generators):
            raise _unfit(f"of a training with {len(self.generators)} random generators", len(random))
        if set(run) != set(trainer.run) or not set(history) >= set(trainer.history):
            raise _unfit("whole", sorted(set(run) | set(history)))
        for name, part in self.parts.items():
            part.load_state_dict(_below(state, name))
        for i, generator in enumerate(self.generators):
            _set(generator, from_bytes(random[str(i)]))
        trainer.history.clear()  # the same dict: callers hold it
        trainer.history |= {key: values.tolist() for key, values in history.items()}
        trainer.run |= {key: value.item() for key, value in run.items()}
        trainer.best_state = _below(state, "best") or None


def _unfit(expected, got):
    return InputError("Trainer.fit", "the checkpoint", expected, got)


def _described(batches):
    """What of the data must be the same, as far as it can be known."""
    described = {"batches": len(batches)}
    for name in ("batch_size", "shuffle", "drop_last"):
        if hasattr(batches, name):
            described[name] = getattr(batches, name)
    arrays = getattr(batches, "arrays", None)
    return described | ({"samples": len(arrays[0])} if arrays else {})


def _require_same(then, now):
    for group in now:
        for name in dict.fromkeys([*then.get(group, {}), *now[group]]):
            old, new = (json_like(settings.get(group, {}).get(name)) for settings in (then, now))
            if old != new:
                raise _unfit(f"of a training with {name} = {new!r}", old)


def json_like(value):
    """A value as it comes back from JSON: tuples are lists there."""
    return [json_like(v) for v in value] if isinstance(value, (list, tuple)) else value


def _generators(trainer, batches, validation):
    """Every generator in reach, each once: the shared one, and those that modules, data sets and transforms hold."""
    holders = [rng()]
    for part in (trainer.model, trainer.loss):
        holders += [vars(module) for module in part.modules()] if hasattr(part, "modules") else []
    for loader in (batches, validation):
        holders += [vars(thing) for thing in (*getattr(loader, "arrays", ()), getattr(loader, "transform", None))
                    if hasattr(thing, "__dict__")]  # fmt: skip
    return list({id(generator): generator for generator in _found(holders)}.values())


def _found(thing):
    """Yield the generators in nested lists, tuples and dicts."""
    if isinstance(thing, (np.random.Generator, np.random.RandomState)):
        yield thing
    elif isinstance(thing, (list, tuple, dict)):
        for inner in thing.values() if isinstance(thing, dict) else thing:
            yield from _found(inner)


def _get(generator):
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    return generator.bit_generator.state


def _set(generator, state):
    if isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def _below(state, name):
    return {key.removeprefix(f"{name}/"): value for key, value in state.items() if key.startswith(f"{name}/")}

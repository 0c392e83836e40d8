"""All that a training depends on, as named arrays: with it, a resumed training is the uninterrupted one, bit for bit.

model/...      weights and buffers              schedule/...   its step
optimizer/...  moments, step counts, rates      ema/...        averaged weights
loader/...     seed, epoch, batch               random/...     every generator's state
history/...    one number a step or an epoch    run/...        where in fit it stood
best/...       the weights of the best epoch
"""

import numpy as np

from ..backend import rng
from ..errors import InputError
from .checkpoint import from_bytes, to_bytes

VERSION = 1  # of this layout


def gather(trainer, batches):
    """{name: array} of a Trainer and of what it is fed from."""
    state = {"version": np.array(VERSION)}
    for name, part in _parts(trainer, batches).items():
        state |= {f"{name}/{key}": np.asarray(value) for key, value in part.state_dict().items()}
    state |= {f"random/{i}": to_bytes(g.bit_generator.state) for i, g in enumerate(_generators(trainer))}
    state |= {f"history/{key}": np.array(values, dtype=np.float64) for key, values in trainer.history.items()}
    state |= {f"run/{key}": np.array(value) for key, value in trainer.run.items()}
    state |= {f"best/{key}": value for key, value in (trainer.best_state or {}).items()}
    return state


def scatter(trainer, batches, state):
    """Put back what `gather` took. If anything does not fit, InputError says what, and nothing has changed."""
    if int(state.get("version", 0)) != VERSION:
        raise InputError("Trainer", "the checkpoint", f"of version {VERSION}", state.get("version"))
    before = gather(trainer, batches)
    try:
        _scatter(trainer, batches, state)
    except Exception:
        _scatter(trainer, batches, before)
        raise


def _scatter(trainer, batches, state):
    parts, generators = _parts(trainer, batches), _generators(trainer)
    known = {"version", "random", "history", "run", "best", *parts}
    unknown = sorted({name.partition("/")[0] for name in state} - known)
    if unknown:
        raise InputError("Trainer", "the checkpoint", f"of a training with no {', '.join(unknown)}", unknown)
    for name, part in parts.items():
        part.load_state_dict(_below(state, name))
    numbers = _below(state, "random")
    if len(numbers) != len(generators):
        raise InputError("Trainer", "the checkpoint", f"of {len(generators)} random generators", len(numbers))
    for i, generator in enumerate(generators):
        generator.bit_generator.state = from_bytes(numbers[str(i)])
    trainer.history.clear()  # the same dict: callers hold it
    trainer.history |= {key: values.tolist() for key, values in _below(state, "history").items()}
    trainer.run |= {key: value.item() for key, value in _below(state, "run").items()}
    trainer.best_state = _below(state, "best") or None


def _parts(trainer, batches):
    """What has a state_dict of its own."""
    parts = {"model": trainer.model, "optimizer": trainer.optimizer, "schedule": trainer.schedule, "ema": trainer.ema}
    parts["loader"] = batches if hasattr(batches, "state_dict") else None
    return {name: part for name, part in parts.items() if part is not None}


def _generators(trainer):
    """The shared generator of the host, then those that modules hold (Dropout's rng), each once."""
    held = [value for module in trainer.model.modules() for value in vars(module).values()]
    found = {id(g): g for g in [rng(), *held] if isinstance(g, np.random.Generator)}
    return list(found.values())


def _below(state, name):
    return {key.removeprefix(f"{name}/"): value for key, value in state.items() if key.startswith(f"{name}/")}

"""Which op is this check of? The one whose forward, on the same inputs, gives the same outputs.

A student's arguments differ from those of the reference: another order, options in a dict, options hidden in a closure.
`bindings` tries what is usual.
"""

import copy
import functools
import inspect
import time
import warnings

import numpy as np

from .dictionary import find, load, registry

SAME = 1e-6  # of the rms: outputs as near as this are the same
SAME_FLOAT32 = 1e-4

LARGEST = 20_000  # entries: a check of more is not compared with every op there is

SYNONYMS = {
    "padding": "pad",
    "pool_size": "size",
    "kernel_size": "size",
    "negative_slope": "slope",
    "alpha": "slope",
    "num_groups": "groups",
    "G": "groups",
    "epsilon": "eps",
    "tau": "temperature",
    "mode": "training",
}
VALUES = {"train": True, "test": False, "eval": False}


class Recognised:
    """An op that gives the outputs of a check, with the arguments that do so."""

    def __init__(self, op, case, arguments, names, cache):
        self.op, self.cache = op, cache
        self.arguments = arguments  # parameter of the reference: value
        self.names = names  # parameter of the reference: name in the check
        self.douts = tuple(np.array(d, dtype=np.float64) for d in case.douts)
        start = time.perf_counter()
        self.wanted = [n for n in case.wanted if n in names.values()]
        right = self._run(op.forward, op.backward)
        self.seconds = time.perf_counter() - start
        self.wanted = [n for n in self.wanted if right[n] is not None]  # running statistics and the like have none
        self.right = {n: right[n] for n in self.wanted}

    def gradients(self, *faults):
        """{input: gradient} with these faults; None if they cannot be combined, or raise on these inputs."""
        try:
            return self._run(*self.op.mutant(*faults))
        except Exception:
            return None

    def _run(self, forward, backward):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cache = self.cache if forward is self.op.forward else _call(forward, self.arguments)[1]
            douts = tuple(d.copy() for d in self.douts)
            gradients = backward(douts if len(douts) > 1 else douts[0], cache)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        named = {self.names.get(parameter): g for parameter, g in zip(_parameters(forward, self.names), gradients)}
        return {n: None if named.get(n) is None else np.asarray(named[n], dtype=np.float64) for n in self.wanted}


def recognise(case, op=None):
    """All registered ops (or the one that is told) whose forward gives this check's outputs, as Recognised.

    Options are guessed only where no op fits without: a leaky ReLU of slope 0 is a ReLU.
    """
    told = op or case.op
    if not told and sum(np.size(x) for x in case.inputs.values()) > LARGEST:
        return []
    candidates = _candidates(told)
    return _fitting(candidates, case, False) or _fitting(candidates, case, True)


def _candidates(told):
    load()
    try:
        return [find(told)] if told else list(registry.values())
    except ValueError:  # a name that nobody registered
        return list(registry.values())


def _fitting(candidates, case, guess):
    found = (next(_matches(op, case, guess), None) for op in candidates)
    return [known for known in found if known and known.wanted]


def _matches(op, case, guess):
    """Recognised for each way to call the reference that gives the outputs of the check."""
    for arguments, names in bindings(op, case, guess):
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                out, cache = _call(op.forward, arguments)
            outs = out if isinstance(out, tuple) else (out,)
            if same(outs, case.outs):
                yield Recognised(op, case, arguments, names, cache)
        except Exception:  # this op does not take these inputs
            continue


def _call(forward, arguments):
    arguments = copy.deepcopy(arguments)  # a forward may update running statistics
    xs = [arguments.pop(name) for name in list(arguments) if isinstance(name, int)]
    return forward(*xs, **arguments)


def bindings(op, case, guess=False):
    """Ways to give the inputs of a check to the reference: (arguments by parameter, names by parameter)."""
    inputs, options = {}, {}
    for name, value in case.inputs.items():
        if isinstance(value, dict):  # conv_param = {"stride": 2, "pad": 1}
            options |= plain_options(value)
        else:
            inputs[name] = value
    options |= plain_options(case.options)
    parameters = _signature(op.forward)
    known = {name: value for name, value in options.items() if name in parameters}
    for order in _orders(inputs, parameters):
        names = dict(zip(order, inputs))
        arguments = {**known, **dict(zip(order, inputs.values()))}
        for more in _guesses(op, arguments, case.outs) if guess else [{}]:
            yield {**arguments, **more}, names


@functools.cache
def _signature(forward):
    return inspect.signature(forward).parameters


def _orders(inputs, parameters):
    """The parameters that the inputs stand for: by position, or by name if all names are the reference's."""
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        yield list(range(len(inputs)))
        return
    if len(inputs) <= len(parameters):
        yield list(parameters)[: len(inputs)]
        if set(inputs) <= set(parameters) and list(inputs) != list(parameters)[: len(inputs)]:
            yield list(inputs)


def _parameters(forward, names):
    """What the entries of backward's tuple belong to: the parameters in order; the inputs by number for *xs."""
    return list(names) if any(isinstance(name, int) for name in names) else list(_signature(forward))


def _guesses(op, arguments, outs):
    try:
        return list(op.guess(arguments, outs)) if op.guess else []
    except Exception:  # inputs of another kind than the op's
        return []


def plain_options(options):
    """Options as keywords, by the names that the references use: {"pool_height": 2, "pool_width": 3} -> size=(2, 3)."""
    plain = {}
    for name, value in options.items():
        if isinstance(value, dict):
            plain |= plain_options(value)
        else:
            plain[name] = value  # the reference's own name may be one of the synonyms: alpha, mode
            plain[SYNONYMS.get(name, name)] = VALUES.get(value, value) if isinstance(value, str) else value
    if "pool_height" in plain and "pool_width" in plain:
        plain["size"] = (int(plain["pool_height"]), int(plain["pool_width"]))
    return plain


def same(outs, others):
    """Whether two tuples of outputs have the same values, up to rounding."""
    return len(outs) == len(others) and all(_same(a, b) for a, b in zip(outs, others))


def _same(a, b):
    close = SAME_FLOAT32 if getattr(b, "dtype", None) == np.float32 else SAME
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.size == 0 or a.size != b.size or a.squeeze().shape != b.squeeze().shape:
        return False
    return bool(np.max(np.abs(a.ravel() - b.ravel())) <= close * max(float(np.sqrt(np.mean(b * b))), 1e-300))

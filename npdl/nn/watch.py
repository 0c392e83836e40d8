"""Looking inside a network while it runs."""

import contextlib
from copy import deepcopy

from .. import ops
from ..errors import InputTypeError
from ..tape import swap
from .module import Module


@contextlib.contextmanager
def watch(model):
    """Inside, every run of a part notes its output: yields {name: Tensor}, in the order of running.

        with watch(model) as outputs:
            model(x)
        outputs["layer1.0.conv1"].shape

    Names are those of the parts ("conv1", "layer1.0"), as in the state dict; of a part that runs twice the last output
    is kept. The model itself is no part: its output is what model(x) gives. Parts are watched by putting a spy in the
    place of their `forward`; afterwards all is as it was. A deep copy made inside is not watched.
    """
    if not isinstance(model, Module):
        raise InputTypeError("watch", "model", "an npdl.nn.Module", model)
    outputs, before = {}, []
    try:
        for name, part in _named(model):
            spy, own = _Spy(name, part.forward, outputs), vars(part).get("forward")
            part.forward = spy
            before.append((part, own))
        yield outputs
    finally:
        for part, own in before:
            del part.forward
            if own is not None:
                part.forward = own


@contextlib.contextmanager
def watch_attention():
    """Inside, every attention notes its weights: yields a list of arrays, in the order of running.

        with watch_attention() as maps:
            model(x)
        maps[-1]                                        of the last layer: (N, heads, T, S), each row sums to 1

    They come from the readable pair, which forms them; attention in blocks never has them all at once. Weights are
    those before dropout. Grouped heads give (N, kv_heads, group, T, S), windows (N, windows, heads, M², M²).
    """
    maps = []

    def forward(*arrays, **options):
        out, cache = ops.scaled_dot_product_attention_forward(*arrays, **options)
        maps.append(cache.a)
        return out, cache

    with swap(scaled_dot_product_attention=(forward, ops.scaled_dot_product_attention_backward)):
        yield maps


def _named(model, prefix="", seen=None):
    """Yield (name, part) for all parts below the model, each once."""
    seen = set() if seen is None else seen
    for name, part in model.children():
        if id(part) not in seen:
            seen.add(id(part))
            yield prefix + name, part
            yield from _named(part, f"{prefix}{name}.", seen)


class _Spy:
    """Notes the output of a part's forward under the part's name."""

    def __init__(self, name, forward, outputs):
        self.name, self.forward, self.outputs = name, forward, outputs

    def __call__(self, *inputs, **options):
        out = self.forward(*inputs, **options)
        self.outputs.pop(self.name, None)  # to the end of the order, if it ran before
        self.outputs[self.name] = out
        return out

    def __deepcopy__(self, memo):
        return deepcopy(self.forward, memo)  # the copied part's own

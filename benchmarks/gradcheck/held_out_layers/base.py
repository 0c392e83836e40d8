"""A right layer, and its mistakes as changes of its source text."""

import inspect
import linecache
import zlib
from dataclasses import dataclass

import numpy as np

LAYERS = {}  # name: Layer, in the order of the files


@dataclass
class Mistake:
    """Words for what the student did, and the text that is replaced by another (in forward or backward)."""

    id: str
    words: str
    old: tuple
    new: tuple


@dataclass
class Layer:
    """forward(*inputs, **options) -> (out, cache), backward(dout, cache) -> gradients, and what goes wrong in them."""

    name: str
    forward: object
    backward: object
    make: object  # make(rng) -> {name: array}
    options: dict
    mistakes: list

    def inputs(self):
        """The inputs, the same at every call."""
        return self.make(np.random.default_rng(zlib.crc32(self.name.encode())))

    def mutant(self, mistake):
        """(forward, backward) with the mistake; ValueError if a text to replace does not stand there exactly once."""
        source = inspect.getsource(self.forward) + "\n\n" + inspect.getsource(self.backward)
        for old, new in zip(mistake.old, mistake.new, strict=True):
            if source.count(old) != 1:
                raise ValueError(
                    f"mutant: {mistake.id}: {old!r} should stand once in the source; got {source.count(old)}"
                )
            source = source.replace(old, new)
        file = f"<{mistake.id}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        names = dict(self.forward.__globals__)
        exec(compile(source, file, "exec"), names)
        return names[self.forward.__name__], names[self.backward.__name__]


def layer(forward, backward, make, *mistakes, **options):
    """Write down a layer; each of `mistakes` is (words, old text, new text), or with tuples of texts."""
    name = forward.__name__.removesuffix("_forward")
    listed = []
    for number, (words, old, new) in enumerate(mistakes, start=1):
        pair = (old, new) if isinstance(old, tuple) else ((old,), (new,))
        listed.append(Mistake(f"{name}-{number}", words, *pair))
    LAYERS[name] = Layer(name, forward, backward, make, options, listed)

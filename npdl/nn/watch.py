"""Looking inside a network while it runs."""

import contextlib


@contextlib.contextmanager
def watch(model):
    """Inside, every run of a part notes its output: yields {name: Tensor}, in the order of running.

        with watch(model) as outputs:
            model(x)
        outputs["layer1.0.conv1"].shape

    Names are those of the parts ("conv1", "layer1.0"), as in the state dict; of a part that runs twice the last output
    is kept. Parts are watched by putting a function in the place of their `forward`; afterwards all is as it was.
    """
    outputs, watched = {}, []
    for name, part in _named(model):
        watched.append((part, vars(part).get("forward")))
        part.forward = _noting(name, part.forward, outputs)
    try:
        yield outputs
    finally:
        for part, forward in watched:
            del part.forward
            if forward is not None:
                part.forward = forward


def _named(model, prefix="", seen=None):
    """Yield (name, part) for all parts below the model, each once."""
    seen = set() if seen is None else seen
    for name, part in model.children():
        if id(part) not in seen:
            seen.add(id(part))
            yield prefix + name, part
            yield from _named(part, f"{prefix}{name}.", seen)


def _noting(name, forward, outputs):
    def noting(*inputs, **options):
        outputs.pop(name, None)  # to the end of the order, if it ran before
        outputs[name] = forward(*inputs, **options)
        return outputs[name]

    return noting

"""A small case on which backward is wrong, printed so that it can be followed by hand."""

from dataclasses import dataclass

import numpy as np

WIDTH = 100


@dataclass
class Counterexample:
    """A small case on which backward is wrong; print it."""

    inputs: dict
    options: dict
    douts: tuple
    outs: tuple
    yours: dict  # the wrong gradients, by input
    right: dict  # the numerical ones
    hand: str  # the derivative of one entry, by hand
    numbers: tuple  # how many numbers the inputs hold here, and held before
    name: str = ""

    def __str__(self):
        now, before = self.numbers
        of = f" of {self.name}" if self.name else ""
        size = f"{now} number{'s' * (now > 1)} in place of {before}" if now < before else f"{now} numbers"
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        several = len(self.outs) > 1
        names = {**self.inputs, **_numbered("dout", self.douts, several), **_numbered("out", self.outs, several)}
        gradients = [_beside({f"your d{n}": self.yours[n], f"right d{n}": self.right[n]}) for n in self.right]
        lines = [f"The smallest failing case found{of}: {size}", f"  with {options}" if options else ""]
        return "\n".join(line for line in [*lines, _beside(names), *gradients, self.hand] if line)


def by_hand(name, index, value, h, low, high, yours):
    """The slope at one entry from L at value - h and value + h, beside yours: a number there, or a whole gradient."""
    entry = f"{name}[{', '.join(map(str, index))}]" if index else name
    digits = int(np.clip(3 - np.floor(np.log10(abs(high - low) or 1)), 4, 12))
    if np.ndim(yours) == 0 and yours is not None:
        says = f"says {yours + 0.0:.6g}"
    else:
        says = "is None" if yours is None else f"has shape {np.shape(yours)}"
    return (
        f"By hand: nudge {entry} = {value:.6g} by {h:g} to either side. L = Σ out · dout goes from\n"
        f"{low:.{digits}f} to {high:.{digits}f}: a slope of {high - low:.4g} / {2 * h:g} = "
        f"{(high - low) / (2 * h) + 0.0:.4g}. Yours {says}."
    )


def _numbered(name, arrays, several):
    return {f"{name}[{i}]" if several else name: a for i, a in enumerate(arrays)}


def _beside(named):
    """Arrays side by side, as many as a line holds."""
    rows, width = [[]], 0
    for name, value in named.items():
        block = _block(name, value)
        if rows[-1] and width + len(block[0]) > WIDTH:
            rows, width = [*rows, []], 0
        rows[-1].append(block)
        width += len(block[0]) + 4
    return "\n".join(line for row in rows for line in _joined(row))


def _block(name, value):
    """The lines `name = [[1, 2],` and those below, all of one width."""
    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value)
        if value.dtype.kind == "f" and np.isfinite(value).all() and (np.abs(value - np.round(value)) < 1e-7).all():
            value = np.asarray(np.round(value), dtype=np.int64)
        options = dict(precision=4, suppress_small=True, separator=", ", threshold=60, max_line_width=WIDTH // 2)
        text = np.array2string(value, **options)
    else:
        text = repr(value)
    first, *rest = [line for line in text.splitlines() if line]
    lines = [f"{name} = {first}", *(" " * (len(name) + 3) + line for line in rest)]
    width = max(map(len, lines))
    return [line.ljust(width) for line in lines]


def _joined(blocks):
    height = max(map(len, blocks))
    padded = [block + [" " * len(block[0])] * (height - len(block)) for block in blocks]
    return [("  " + "    ".join(lines)).rstrip() for lines in zip(*padded)]

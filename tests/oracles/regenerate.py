"""Write ops.npz: PyTorch's float64 outputs and gradients for every sample row of every op.

    python -m tests.oracles.regenerate

From the same samples and the same PyTorch come the same bytes.
"""

import copy

import numpy as np

from npdl.ops.samples import samples
from tests.oracles.frozen import FILE, Case, Drawn, save
from tests.oracles.torch_ops import TORCH, run


def cases():
    for name in sorted(TORCH):
        for number, (args, options) in enumerate(samples(name)):
            options = {key: _drawn(value, args[0].shape) for key, value in options.items()}
            out, dout, gradients = run(name, args, options)
            yield Case(name, number, args, options, dout, out, gradients)


def _drawn(value, shape):
    return Drawn(copy.deepcopy(value).random(shape)) if isinstance(value, np.random.Generator) else value


if __name__ == "__main__":
    save(cases(), FILE)
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")

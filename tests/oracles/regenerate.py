"""Write ops/*.npz: PyTorch's float64 outputs and gradients for every sample row of every op, one file a family.

    python -m tests.oracles.regenerate [FAMILY ...]

From the same samples and the same PyTorch come the same bytes.
"""

import copy
import sys

import numpy as np

from npdl.ops.samples import samples
from tests.oracles.frozen import FOLDER, Case, Drawn, save
from tests.oracles.torch_ops import FAMILIES, run


def family_name(family):
    return family.__name__.rpartition(".")[2]


def cases(family):
    """The cases of one module of torch_ops, such as tests.oracles.torch_ops.conv."""
    for name in sorted(family.TORCH):
        for number, (args, options) in enumerate(samples(name)):
            options = {key: _drawn(value, args[0].shape) for key, value in options.items()}
            out, dout, gradients = run(name, args, options)
            yield Case(name, number, args, options, dout, out, gradients)


def _drawn(value, shape):
    return Drawn(copy.deepcopy(value).random(shape)) if isinstance(value, np.random.Generator) else value


if __name__ == "__main__":
    for family in FAMILIES:
        if not sys.argv[1:] or family_name(family) in sys.argv[1:]:
            file = FOLDER / f"{family_name(family)}.npz"
            save(cases(family), file)
            print(f"{file.name}: {file.stat().st_size} bytes")

"""Arrays decide where work happens.

An op never asks which device it is on: NumPy hands its calls to whatever array it is given (NEP 13 and NEP 18). What is
left for this file: where *new* arrays are born, crossing between host and device, and random numbers.
"""

import sys

import numpy as np

from .errors import InputError, InputTypeError

modules = {np.ndarray: np}  # array type -> the module that makes such arrays
_born_in = np  # parameters and batches are made by this module
_seed = None
_generators = {}


def use(name):
    """Make new arrays (parameters, batches) with "numpy" or "cupy". Existing arrays stay where they are."""
    global _born_in
    if name == "numpy":
        _born_in = np
    elif name == "cupy":
        try:
            import cupy
        except ImportError as missing:
            raise ImportError('npdl.use("cupy") needs CuPy: pip install cupy-cuda13x (or cupy-cuda12x)') from missing
        modules[cupy.ndarray] = cupy
        _born_in = cupy
    else:
        raise InputError("use", "name", '"numpy" or "cupy"', name)


def is_array(x):
    """True for arrays of NumPy and of every other module in use."""
    return isinstance(x, np.ndarray) or type(x) in modules or _adopt(x)


def array_module(x):
    """The module that makes arrays like x: numpy, or cupy."""
    if isinstance(x, (np.ndarray, np.generic)):
        return np
    if type(x) in modules or _adopt(x):
        return modules[type(x)]
    raise InputTypeError("array_module", "x", "an array", x)


def _adopt(x):
    """A CuPy array can arrive before anybody called use("cupy")."""
    if type(x).__module__.split(".")[0] == "cupy" and type(x).__name__ == "ndarray":
        modules[type(x)] = sys.modules["cupy"]
        return True
    return False


def to_numpy(x):
    """A NumPy array with x's values; x itself if it is one."""
    x = getattr(x, "data", x) if not is_array(x) else x  # a Tensor or Parameter
    module = array_module(x)
    return np.asarray(x) if module is np else module.asnumpy(x)


def to_device(x):
    """x as an array of the module chosen by `use`."""
    return _born_in.asarray(x)


def seed(number):
    """Restart every generator, on host and device, from this number (None: from the system's entropy)."""
    global _seed
    _seed = number
    _generators.clear()


def rng(module=np):
    """The shared generator of this array module. Weights come from NumPy's on any device: the same start everywhere."""
    if module not in _generators:
        _generators[module] = module.random.default_rng(_seed)
    return _generators[module]


def uniform_like(x, generator=None):
    """Uniform numbers in [0, 1) of x's shape, on x's device, in float64.

    generator: a NumPy generator gives the same numbers on every device (drawn on the host, then copied); by default the
    shared generator of x's own module.
    """
    module = array_module(x)
    generator = rng(module) if generator is None else generator
    if not hasattr(generator, "random"):
        raise InputTypeError("uniform_like", "generator", "one such as np.random.default_rng(0)", generator)
    numbers = generator.random(x.shape)
    return module.asarray(numbers) if isinstance(generator, np.random.Generator) else numbers

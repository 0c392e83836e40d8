"""Other libraries that compute with NumPy alone, where they are installed: one convolution, forward and backward.

They are not a part of the project. To have them measured, install them into a folder, and name it with --peers:

    python -m pip install --no-deps --target FOLDER dezero pydynet smallpebble autograd numpy-ml

What cannot be imported is said to be missing, and the run goes on. Found on Python 3.11 with NumPy 2.4: pydynet
1.1, smallpebble 3.0.5 and autograd 1.9.1 run; dezero 0.0.13 (it wants np.int, gone since NumPy 1.24) and numpy-ml 0.1.2
(collections.Hashable, gone since Python 3.10) do not import; chainer 7.8.1 and NumpyDL (npdl 0.4) do not install;
CS231n's im2col is in no package index.

Each is given arrays in its own layout, made outside of the clock. One that starts backward from a number alone gets
Σ y · dout.
"""

from importlib import import_module, metadata
from types import SimpleNamespace

import numpy as np

PEERS = ("dezero", "pydynet", "smallpebble", "autograd", "numpy-ml")


def peer(name):
    """The contender of this name; raises ImportError if it is not there."""
    module = import_module(name.replace("-", "_"))
    about = {"version": metadata.version(name)}

    def prepare(kind, arrays, options, variant=None):
        if kind != "conv" or options["dilation"] != 1 or options["groups"] != 1:
            raise NotImplementedError(kind)
        return CONV[name](module, **arrays, stride=options["stride"], pad=options["pad"]), {}

    return SimpleNamespace(start=lambda threads: about, prepare=prepare)


def _dezero(dezero, x, w, b, dout, stride, pad):
    leaves = [dezero.Variable(a) for a in (x, w, b)]

    def run():
        for leaf in leaves:
            leaf.cleargrad()
        y = dezero.functions.conv2d(*leaves, stride, pad)
        y.grad = dezero.Variable(dout)
        y.backward()
        return y.data, *(leaf.grad.data for leaf in leaves)

    return run


def _pydynet(pydynet, x, w, b, dout, stride, pad):
    conv2d = import_module("pydynet.nn.functional").conv2d
    x, w, b = (pydynet.Tensor(a, dtype=np.float32, requires_grad=True) for a in (x, w, b.reshape(1, -1, 1, 1)))
    dout = pydynet.Tensor(dout, dtype=np.float32)

    def run():
        for leaf in (x, w, b):
            leaf.zero_grad()
        y = conv2d(x, w, pad, stride) + b
        (y * dout).sum().backward()
        return y.data, x.grad, w.grad, b.grad

    return run


def _smallpebble(sp, x, w, b, dout, stride, pad):
    if stride != 1 or 2 * pad != w.shape[-1] - 1:
        raise NotImplementedError("its padding is SAME or VALID")
    x, w = (sp.Variable(np.ascontiguousarray(a.transpose(axes))) for a, axes in ((x, (0, 2, 3, 1)), (w, (2, 3, 1, 0))))
    b, dout = sp.Variable(b), sp.Variable(np.ascontiguousarray(dout.transpose(0, 2, 3, 1)))

    def run():
        y = sp.add(sp.conv2d(x, w, padding="SAME"), b)
        dx, dw, db = map(sp.get_gradients(sp.mul(y, dout)).get, (x, w, b))
        return y.array.transpose(0, 3, 1, 2), dx.transpose(0, 3, 1, 2), dw.transpose(3, 2, 0, 1), db

    return run


def _autograd(autograd, x, w, b, dout, stride, pad):
    from autograd import numpy as anp
    from autograd.scipy.signal import convolve

    turned = np.ascontiguousarray(w[:, :, ::-1, ::-1])  # it flips the kernel
    margin = ((0, 0), (0, 0), (pad, pad), (pad, pad))

    def forward(x, w, b):
        y = convolve(anp.pad(x, margin, mode="constant"), w, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
        return y[:, :, ::stride, ::stride] + b.reshape(1, -1, 1, 1)

    def run():
        backward, y = autograd.make_vjp(lambda leaves: forward(*leaves))((x, turned, b))
        dx, dw, db = backward(dout)
        return y, dx, dw[:, :, ::-1, ::-1], db

    return run


CONV = {"dezero": _dezero, "pydynet": _pydynet, "smallpebble": _smallpebble, "autograd": _autograd}

"""How npdl does a case: `prepare` gives the function to be timed, and what is worth saying about it."""

import os
from functools import partial

import numpy as np

from npdl import kernels, nn, ops
from npdl.kernels.cpu.layout import workspace
from npdl.models import FullyConnectedNet, LeNet5, ResNet18
from npdl.nn import Parameter
from npdl.optim import Adam
from npdl.tape import Tensor, op
from npdl.threads import each, set_num_threads
from npdl.train import Trainer

from .cases import GATES, IMAGES, MLP, TRANSFORMER, VGG11

CHAINS = {  # kind: the ops in it, each (name, parameters, options)
    "conv": lambda w, b, **options: [("conv2d", (w, b), options)],
    "affine": lambda w, b: [("affine", (w.T, b), {})],
    "batchnorm_relu": lambda gamma, beta: [("batchnorm", (gamma, beta), {}), ("relu", (), {})],
    "max_pool": lambda size: [("max_pool2d", (), {"size": size})],
    "layernorm": lambda gamma, beta: [("layernorm", (gamma, beta), {})],
    "cross_entropy": lambda y: [("softmax_cross_entropy", (y,), {})],
}


def start(threads):
    """Get ready; returns what the report should say of the contender."""
    set_num_threads(threads)
    from threadpoolctl import threadpool_info

    cores = {pool.get("architecture") for pool in threadpool_info() if pool["user_api"] == "blas"}
    return {"numpy": np.__version__, "blas_kernels": ", ".join(map(str, sorted(cores))), "processors": os.cpu_count()}


def prepare(kind, arrays, options, mode=None):
    """(run, about): run() does the case once and returns its results; about: path and flops, where there are such.

    mode: of the kernels, see npdl.kernels.use; None: as it is.
    """
    if mode is not None:
        with kernels.use(mode):
            run, about = prepare(kind, arrays, options)
        return partial(_in_mode, mode, run), about
    if kind in CHAINS:
        return _layer(kind, options, **arrays)
    if kind in GATES:
        return _recurrent(kind, **arrays)
    others = {"embedding": _embedding, "attention": _attention, "transformer": _transformer}
    others |= {"adam": _adam, "step": _step, "gemm": _gemm, "gemms": _gemms}
    return others[kind](**arrays, **options)


def _in_mode(mode, run):
    with kernels.use(mode):
        return run()


def _layer(kind, options, x, dout=None, **parameters):
    chain = CHAINS[kind](**parameters, **options)
    dout = np.ones((), np.float32) if dout is None else dout  # None: of a loss

    def run():
        """(y, dx, gradients of the parameters in their order)."""
        y, caches, gradients = x, [], []
        for name, given, its_options in chain:
            y, cache = op.registry[name].forward(y, *given, **its_options)
            caches.append(cache)
        dx = dout
        for (name, _, _), cache in zip(reversed(chain), reversed(caches)):
            found = op.registry[name].backward(dx, cache)
            dx, *rest = found if isinstance(found, tuple) else (found,)
            gradients = rest + gradients
        return y, dx, *[g for g in gradients if g is not None]

    return run, {"path": " + ".join(_paths(x, chain))}


def _paths(x, chain):
    """The pairs that run the chain, without the beginning that all of them share."""
    for name, given, options in chain:
        yield kernels.explain(name, x, *given, **options).path.removeprefix("npdl.kernels.cpu.")
        x = op.registry[name](x, *given, **options)


def _recurrent(kind, x, w, u, dout, **biases):
    states = [np.zeros((len(x), u.shape[1]), x.dtype)] * (2 if kind == "lstm" else 1)
    args, one = (x, *states, w.T, u.T, *biases.values()), op.registry[kind]
    needs = tuple(not any(a is s for s in states) for a in args)
    given = (dout, states[0]) if kind == "lstm" else dout

    def run():
        """(h, dx, gradients of the weights and biases)."""
        out, cache = one.forward(*args)
        gradients = one.backward(given, cache, needs)
        return out[0] if kind == "lstm" else out, *[g for g in gradients if g is not None]

    return run, {"path": kernels.explain(kind, *args).path.removeprefix("npdl.kernels.cpu.")}


def _embedding(y, table, dout):
    def run():
        """(rows, the gradient of the table)."""
        rows, cache = ops.embedding.forward(y, table)
        return rows, ops.embedding.backward(dout, cache)[1]

    return run, {"path": kernels.explain("embedding", y, table).path.removeprefix("npdl.kernels.cpu.")}


def _attention(q, k, v, dout):
    def run():
        """(y, dq, dk, dv)."""
        y, cache = ops.scaled_dot_product_attention.forward(q, k, v)
        return y, *ops.scaled_dot_product_attention.backward(dout, cache)[:3]

    path = kernels.explain("scaled_dot_product_attention", q, k, v).path
    return run, {"path": path.removeprefix("npdl.kernels.cpu.")}


def _transformer(x, dout, heads, **weights):
    """Through nn and the tape, as in a network."""
    D = x.shape[-1]
    layer = nn.TransformerEncoderLayer(D, heads, 4 * D, activation="gelu", norm_first=True)
    layer.load_state_dict(weights)
    x = Tensor(x, requires_grad=True)

    def run():
        """(y, dx, gradients of the parameters)."""
        layer.zero_grad()
        x.grad = None
        y = layer(x)
        y.backward(dout)
        parameters = dict(layer.named_parameters())
        return y.data, x.grad, *(parameters[name].grad for name in TRANSFORMER)

    return run, {}


def _adam(**arrays):
    count = len(arrays) // 2
    parameters = [Parameter(arrays[f"w{i}"]) for i in range(count)]
    for i, parameter in enumerate(parameters):
        parameter.grad = arrays[f"g{i}"]
    optimizer = Adam(parameters, lr=1e-3)

    def run():
        optimizer.step()
        return [p.data for p in parameters]

    return run, {}


def build(name, rng=None):
    """The network of a step."""
    if name == "LeNet-5":
        return LeNet5(rng=rng)
    if name == "ResNet-18":
        return ResNet18(rng=rng)
    if name == "MLP":
        return FullyConnectedNet(int(np.prod(IMAGES[name])), MLP, rng=rng)
    parts, channels = [], IMAGES[name][0]
    for width in VGG11:
        if width == "pool":
            parts.append(nn.MaxPool2d(2))
        else:
            parts += [nn.Conv2d(channels, width, 3, pad=1, rng=rng), nn.ReLU()]
            channels = width
    return nn.Sequential(*parts, nn.Flatten(), nn.Affine(channels, 10, rng=rng))


def _step(x, y, model):
    network = build(model, np.random.default_rng(0))
    macs = nn.summary(network, x.shape[1:]).macs
    trainer = Trainer(network, Adam(network.parameters(), lr=1e-3), ops.softmax_cross_entropy, progress=False)
    return (lambda: trainer.step(x, y)[0]), {"flops": 3 * 2 * len(x) * macs}


def _gemm(a, b):
    out = np.empty_like(a)
    return (lambda: np.matmul(a, b, out=out)), {}


def _gemms(a, b, blocks):
    def run():
        each(lambda _: np.matmul(a, b, out=workspace("product", a.shape, a.dtype)), range(blocks))

    return run, {}

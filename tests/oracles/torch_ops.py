"""Every op of the registry, said in PyTorch: the same arguments and options, tensors in, tensor out.

What PyTorch lacks (asymmetric padding) is put together from what it has. Dropout gets its mask from the generator that
npdl gets it from, so that both drop the same numbers.
"""

import copy

import numpy as np
import torch
import torch.nn.functional as F

from npdl import op

torch.set_num_threads(1)


def _axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def _pad(x, pad, value=0.0):
    """npdl's pad: an int, (height, width) or ((top, bottom), (left, right))."""
    (top, bottom), (left, right) = _sides(pad)
    return F.pad(x, (left, right, top, bottom), value=value)


def _sides(pad):
    both = (pad, pad) if isinstance(pad, int) else pad
    return tuple((p, p) if isinstance(p, int) else p for p in both)


def _symmetric(pad):
    """PyTorch's padding, if it can say this one, else None."""
    (top, bottom), (left, right) = _sides(pad)
    return (top, left) if (top, left) == (bottom, right) else None


def affine(x, w, b=None):
    return F.linear(x.flatten(1), w.T, b)


def conv2d(x, w, b=None, *, stride=1, pad=0, dilation=1, groups=1):
    return F.conv2d(_pad(x, pad), w, b, stride=stride, dilation=dilation, groups=groups)


def max_pool2d(x, *, size, stride=None, pad=0, ceil_mode=False):
    symmetric = _symmetric(pad)
    if symmetric is None:
        x, symmetric = _pad(x, pad, -torch.inf), 0
    return F.max_pool2d(x, size, stride, padding=symmetric, ceil_mode=ceil_mode)


def avg_pool2d(x, *, size, stride=None, pad=0, ceil_mode=False, count_include_pad=True):
    symmetric = _symmetric(pad)
    if symmetric is not None:
        return F.avg_pool2d(x, size, stride, symmetric, ceil_mode, count_include_pad)
    sums = F.avg_pool2d(_pad(x, pad), size, stride, 0, ceil_mode, divisor_override=1)
    counts = _pad(torch.ones_like(x), pad, float(count_include_pad))
    return sums / F.avg_pool2d(counts, size, stride, 0, ceil_mode, divisor_override=1)


def batchnorm(x, gamma, beta, running_mean=None, running_var=None, *, training=True, momentum=0.9, eps=1e-5):
    if training:
        running_mean = running_var = None  # the output does not depend on them
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training, 1 - momentum, eps)


def layernorm(x, gamma, beta, *, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)


def groupnorm(x, gamma, beta, *, groups, eps=1e-5):
    return F.group_norm(x, groups, gamma, beta, eps)


def dropout(x, *, p, training=True, rng=None):
    if not training or p in (0, 1):
        return F.dropout(x, p, training)
    keep = torch.from_numpy(copy.deepcopy(rng).random(tuple(x.shape)) >= p)
    return torch.where(keep, x / (1 - p), torch.zeros_like(x))


def softmax_cross_entropy(scores, y, *, reduction="mean", ignore_index=None, label_smoothing=0.0):
    """PyTorch ignores the label -100 unless told otherwise; here there is none (and no label is ever -1)."""
    ignored = -1 if ignore_index is None else ignore_index
    return F.cross_entropy(scores, y, ignore_index=ignored, reduction=reduction, label_smoothing=label_smoothing)


def svm_loss(scores, y, *, delta=1.0):
    """PyTorch divides by the number of classes too."""
    return F.multi_margin_loss(scores, y, margin=delta) * scores.shape[1]


def getitem(x, *, index):
    """By position, as PyTorch lacks some of NumPy's indices (negative steps)."""
    positions = np.arange(x.numel()).reshape(x.shape)[index]
    return x.flatten()[torch.tensor(np.array(positions))]


TORCH = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "neg": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sum": lambda x, *, axis=None, keepdims=False: x.sum(_axes(x, axis), keepdims),
    "mean": lambda x, *, axis=None, keepdims=False: x.mean(_axes(x, axis), keepdims),
    "max": lambda x, *, axis=None, keepdims=False: x.amax(_axes(x, axis), keepdims),
    "reshape": lambda x, *, shape: x.reshape(shape),
    "transpose": lambda x, *, axes=None: x.permute(axes or tuple(range(x.ndim))[::-1]),
    "concat": lambda *xs, axis=0: torch.cat(xs, axis),
    "getitem": getitem,
    "matmul": torch.matmul,
    "affine": affine,
    "relu": F.relu,
    "leaky_relu": lambda x, *, slope=0.01: F.leaky_relu(x, slope),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x, *, axis=-1: F.softmax(x, axis),
    "log_softmax": lambda x, *, axis=-1: F.log_softmax(x, axis),
    "batchnorm": batchnorm,
    "layernorm": layernorm,
    "groupnorm": groupnorm,
    "dropout": dropout,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
    "embedding": F.embedding,
    "softmax_cross_entropy": softmax_cross_entropy,
    "svm_loss": svm_loss,
    "bce_with_logits": lambda x, z, *, reduction="mean": F.binary_cross_entropy_with_logits(
        x, z.to(x.dtype), reduction=reduction
    ),
    "mse": lambda x, target, *, reduction="mean": F.mse_loss(x, target, reduction=reduction),
}


def run(name, args, options, dout=None):
    """(output, dout, gradients) of PyTorch in float64, as NumPy arrays; dout by default Gaussian, the same every time.

    gradients has None for an argument that has none: numbers, labels, running statistics.
    """
    constant = op.registry[name].constant
    held = {i for i, argument in enumerate(op.registry[name].arguments) if argument in constant}
    tensors = [_tensor(a, requires_grad=i not in held) for i, a in enumerate(args)]
    out = TORCH[name](*tensors, **options)
    if dout is None:
        dout = np.asarray(np.random.default_rng(1).standard_normal(tuple(out.shape)))
    wanted = [i for i, t in enumerate(tensors) if torch.is_tensor(t) and t.requires_grad]
    found = torch.autograd.grad(out, [tensors[i] for i in wanted], torch.from_numpy(dout))
    gradients = [None] * len(args)
    for i, gradient in zip(wanted, found, strict=True):
        gradients[i] = gradient.numpy()
    return out.detach().numpy(), dout, gradients


def _tensor(a, requires_grad):
    if not isinstance(a, np.ndarray):
        return a
    floating = a.dtype.kind == "f"
    return torch.tensor(a.astype(np.float64) if floating else a, requires_grad=floating and requires_grad)

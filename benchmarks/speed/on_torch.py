"""How PyTorch does a case. It gets its arrays in the layout that is asked for, before the clock runs."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from .cases import GATES, IMAGES, MLP, TRANSFORMER, VGG11

FORWARD = {
    "conv": lambda x, w, b, pad, **options: F.conv2d(x, w, b, padding=pad, **options),
    "affine": lambda x, w, b: F.linear(x, w, b),
    "batchnorm_relu": lambda x, gamma, beta: F.relu(F.batch_norm(x, None, None, gamma, beta, training=True)),
    "max_pool": lambda x, size: F.max_pool2d(x, size),
    "layernorm": lambda x, gamma, beta: F.layer_norm(x, x.shape[1:], gamma, beta),
    "cross_entropy": lambda x, y: F.cross_entropy(x, y),
    "attention": lambda q, k, v: F.scaled_dot_product_attention(q, k, v),
}


def start(threads):
    """Get ready; returns what the report should say of the contender."""
    torch.set_num_threads(threads)
    return {"torch": torch.__version__}


def prepare(kind, arrays, options, layout="NCHW"):
    """(run, about): run() does the case once and returns its results."""
    tensors = {name: place(torch.from_numpy(array), layout) for name, array in arrays.items()}
    if kind in FORWARD:
        return _layer(partial(FORWARD[kind], **options), **tensors), {}
    if kind in GATES:
        return _recurrent(kind, **tensors), {}
    if kind == "embedding":
        return _embedding(**tensors), {}
    if kind == "transformer":
        return _transformer(**tensors, **options), {}
    if kind == "adam":
        return _adam(**tensors), {}
    return _step(layout, **tensors, **options), {}


def place(tensor, layout):
    """The tensor, with its channels last in memory if that is the layout, and it has images."""
    images = layout == "channels_last" and tensor.ndim == 4
    return tensor.contiguous(memory_format=torch.channels_last) if images else tensor


def _layer(forward, dout=None, **tensors):
    leaves = [t.requires_grad_() for t in tensors.values() if t.is_floating_point()]

    def run():
        """(y, dx, gradients of the parameters in their order)."""
        y = forward(**tensors)
        return y, *torch.autograd.grad(y, leaves, dout)

    return run


def _recurrent(kind, x, w, u, dout, b0, b1=None):
    """b1: the bias of the state; without it PyTorch's own, which is 0. Gates stand in PyTorch's order."""
    module = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](w.shape[1], u.shape[1], batch_first=True)
    with torch.no_grad():
        for mine, given in zip(module.parameters(), (w, u, b0, torch.zeros_like(b0) if b1 is None else b1)):
            mine.copy_(given)
    leaves = [x.requires_grad_(), *module.parameters()]

    def run():
        """(h, dx, gradients of the weights and biases)."""
        out, _ = module(x)
        gradients = torch.autograd.grad(out, leaves, dout)
        return out, *(gradients[:4] if b1 is None else gradients)

    return run


def _embedding(y, table, dout):
    table.requires_grad_()

    def run():
        rows = F.embedding(y, table)
        return rows, *torch.autograd.grad(rows, [table], dout)

    return run


def _transformer(x, dout, heads, **weights):
    D = x.shape[-1]
    layer = nn.TransformerEncoderLayer(D, heads, 4 * D, 0.0, "gelu", batch_first=True, norm_first=True)
    layer.load_state_dict(weights)
    parameters = dict(layer.named_parameters())
    leaves = [x.requires_grad_(), *(parameters[name] for name in TRANSFORMER)]

    def run():
        """(y, dx, gradients of the parameters)."""
        y = layer(x)
        return y, *torch.autograd.grad(y, leaves, dout)

    return run


def _adam(**tensors):
    count = len(tensors) // 2
    weights = [tensors[f"w{i}"].requires_grad_() for i in range(count)]
    for i, weight in enumerate(weights):
        weight.grad = tensors[f"g{i}"]
    optimizer = torch.optim.Adam(weights, lr=1e-3, fused=True)

    def run():
        optimizer.step()
        return weights

    return run


def _step(layout, x, y, model):
    network = build(model)
    return step(network.to(memory_format=torch.channels_last) if layout == "channels_last" else network, x, y)


def step(network, x, y):
    """The function that does one step: forward, loss, backward, Adam."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)

    def run():
        loss = F.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def build(name):
    """The network of a step, with the parameter names of npdl's."""
    if name == "LeNet-5":
        return LeNet5()
    if name == "ResNet-18":
        return ResNet18()
    parts, (channels, height, width) = [], IMAGES[name]
    if name == "MLP":
        parts, features = [nn.Flatten()], channels * height * width
        for hidden in MLP:
            parts += [nn.Linear(features, hidden), nn.ReLU()]
            features = hidden
        return nn.Sequential(*parts, nn.Linear(features, 10))
    for filters in VGG11:
        if filters == "pool":
            parts.append(nn.MaxPool2d(2))
        else:
            parts += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(channels, 10))


class LeNet5(nn.Module):
    """As npdl.models.LeNet5."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2).flatten(1)
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x)))))


class BasicBlock(nn.Module):
    """As npdl.models.BasicBlock."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(filters), nn.BatchNorm2d(filters)
        self.downsample = nn.Identity()
        if stride != 1 or channels != filters:
            project = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.downsample = nn.Sequential(project, nn.BatchNorm2d(filters))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + self.downsample(x), inplace=True)


class ResNet18(nn.Module):
    """As npdl.models.ResNet18."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64)
        channels = 64
        for stage, filters in enumerate((64, 128, 256, 512), start=1):
            blocks = BasicBlock(channels, filters, 1 if stage == 1 else 2), BasicBlock(filters, filters, 1)
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            channels = filters
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))

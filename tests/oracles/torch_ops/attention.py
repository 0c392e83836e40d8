"""npdl.ops.attention in PyTorch. Its dropout draws other numbers: the mask is made of npdl's."""

import copy

import torch
import torch.nn.functional as F


def attention(q, k, v, mask=None, bias=None, *, causal=False, p=0.0, training=True, rng=None):
    T, S = q.shape[-2], k.shape[-2]
    lead = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (t.expand(*lead, *t.shape[-2:]) for t in (q, k, v))
    added = torch.zeros(*lead, T, S, dtype=q.dtype)
    if mask is not None:
        added = added.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else added + mask
    if causal:
        added = added.masked_fill(~torch.ones(T, S, dtype=torch.bool).tril(S - T), -torch.inf)
    if bias is not None:
        added = added + bias
    blind = (added == -torch.inf).all(dim=-1, keepdim=True)
    if not training or p == 0:
        return F.scaled_dot_product_attention(q, k, v, torch.where(blind, 0.0, added)) * ~blind
    a = torch.softmax(q @ k.mT / q.shape[-1] ** 0.5 + torch.where(blind, 0.0, added), dim=-1) * ~blind
    keep = torch.from_numpy(copy.deepcopy(rng).random(tuple(a.shape)) >= p)
    return torch.where(keep, a / (1 - p), torch.zeros_like(a)) @ v


def linear_attention(q, k, v):
    context = torch.einsum("...nd,...ne->...de", k.softmax(dim=-2), v)
    return torch.einsum("...de,...nd->...ne", context, q)


def rotary(x, angles):
    turn = torch.polar(torch.ones_like(angles), angles)  # e^(i angle), on pairs read as complex numbers
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(pairs * turn).reshape(x.shape)


def window_partition(x, *, window):
    N, C = x.shape[0], x.shape[3]
    patches = F.unfold(x.permute(0, 3, 1, 2), window, stride=window)  # (N, C M², windows)
    return patches.reshape(N, C, window * window, -1).permute(0, 3, 2, 1)


def window_reverse(windows, *, size):
    N, count, pixels, C = windows.shape
    side = round(pixels**0.5)
    columns = windows.permute(0, 3, 2, 1).reshape(N, C * pixels, count)
    return F.fold(columns, size, side, stride=side).permute(0, 2, 3, 1)


TORCH = {
    "scaled_dot_product_attention": attention,
    "linear_attention": linear_attention,
    "rotary": rotary,
    "window_partition": window_partition,
    "window_reverse": window_reverse,
}

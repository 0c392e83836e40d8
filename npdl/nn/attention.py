"""Attention with its projections: multi-head attention, over sequences and over the windows of an image."""

from functools import lru_cache

import numpy as np

from .. import ops
from ..backend import to_device
from ..errors import InputError, is_integer, require_range
from . import init
from .linear import Linear
from .module import Module, Parameter
from .positions import rotary_angles


def _split(x, heads):
    """(..., T, h d) -> (..., h, T, d)."""
    *lead, T, D = x.shape
    n = len(lead)
    return x.reshape(*lead, T, heads, D // heads).transpose(*range(n), n + 1, n, n + 2)


def _merge(x):
    """(..., h, T, d) -> (..., T, h d)."""
    *lead, h, T, d = x.shape
    n = len(lead)
    return x.transpose(*range(n), n + 1, n, n + 2).reshape(*lead, T, h * d)


def _require_heads(layer, dim, heads):
    if not is_integer(heads, 1) or dim % heads:
        raise InputError(type(layer).__name__, "heads", f"a divisor of dim = {dim}", heads)


class KVCache:
    """The keys and values of what a model has read: to go on, it need not read it again.

        cache = nn.KVCache()
        model(prompt, causal=True, cache=cache)             all of it
        model(next_token, causal=True, cache=cache)         one position, as if all that came before stood in front

    The caller holds it, one for each text; every self-attention of the model finds its own part in it.
    """

    def __init__(self):
        self._kept = {}

    @property
    def length(self):
        """How many positions it holds: the position of what comes next."""
        return max(map(self.length_of, self._kept), default=0)

    def length_of(self, layer):
        """The same for one layer: inside a step, the first layers are ahead."""
        return self._kept[layer][0].shape[-2] if layer in self._kept else 0

    def extend(self, layer, k, v):
        """All keys and values of a layer, these (..., T, d) being the last."""
        if layer in self._kept:
            k, v = (ops.concat(old, new, axis=-2) for old, new in zip(self._kept[layer], (k, v)))
        self._kept[layer] = k, v
        return k, v

    def reorder(self, rows):
        """Text i is now what text rows[i] was: beam search goes on with the best."""
        self._kept = {layer: (k[rows], v[rows]) for layer, (k, v) in self._kept.items()}


class MultiheadAttention(Module):
    """y = concat(head_1, ..., head_h) Woᵀ, head_i = attention(x Wqᵢᵀ, c Wkᵢᵀ, c Wvᵢᵀ). Vaswani et al. 2017, 3.2.2.

    x (N, T, dim) asks, c = context (N, S, kv_dim) answers: cross-attention; without a context x asks itself.

    heads: h, each of head_dim numbers, by default dim / h; inside there are h · head_dim.
    kv_dim: the context's features, by default dim.
    kv_heads: fewer heads for keys and values, each for heads / kv_heads queries: 1 is multi-query attention (Shazeer
        2019), between 1 and h it is grouped (Ainslie et al. 2023); the KV cache shrinks by as much.
    rotary: the base of rotary positions (10000 in the paper), by which q and k are turned; None: no positions.
    dropout: of the attention weights.

    Names are PyTorch's: in_proj_weight (q, k and v one upon the other), in_proj_bias, out_proj.weight, out_proj.bias;
    where keys are projected otherwise than queries, q_proj_weight, k_proj_weight and v_proj_weight.
    """

    def __init__(
        self, dim, heads, *, head_dim=None, kv_dim=None, kv_heads=None, bias=True, dropout=0.0, rotary=None, rng=None
    ):
        if head_dim is None:
            _require_heads(self, dim, heads)
            head_dim = dim // heads
        kv_heads, kv_dim = kv_heads or heads, kv_dim or dim
        if heads % kv_heads:
            raise InputError("MultiheadAttention", "kv_heads", f"a divisor of heads = {heads}", kv_heads)
        require_range("MultiheadAttention", "dropout", dropout, 0, 1)
        self.heads, self.kv_heads, self.dropout, self.rotary, self.rng = heads, kv_heads, dropout, rotary, rng
        inner, kv = heads * head_dim, kv_heads * head_dim
        self.sections = inner, kv, kv
        if kv_dim == dim and kv == inner:
            self.in_proj_weight = _xavier(3 * inner, dim, rng)
        else:
            self.q_proj_weight = _xavier(inner, dim, rng)
            self.k_proj_weight, self.v_proj_weight = _xavier(kv, kv_dim, rng), _xavier(kv, kv_dim, rng)
        self.in_proj_bias = Parameter(to_device(np.zeros(inner + 2 * kv, np.float32))) if bias else None
        self.out_proj = Linear(inner, dim, bias=bias, rng=rng)
        self.out_proj.weight.data = to_device(init.xavier_uniform((dim, inner), rng=rng))

    def forward(self, x, context=None, mask=None, causal=False, cache=None):
        """mask: booleans (True: may be seen) or floats, (T, S) for all, or (N or 1, h or 1, T, S).

        cache: a KVCache, to which the keys and values of x are added; all that it holds is seen. For self-attention.
        """
        for name, array in dict(x=x, context=context).items():
            if array is not None and array.ndim != 3:
                raise InputError("MultiheadAttention", name, "(N, T, features)", tuple(array.shape))
        if context is not None and (cache is not None or self.rotary):
            expected = "None, with a cache or with rotary positions"
            raise InputError("MultiheadAttention", "context", expected, tuple(context.shape))
        heads = self.heads, self.kv_heads, self.kv_heads
        q, k, v = (_split(a, h) for a, h in zip(self._projected(x, context), heads))  # (N, heads, T, d)
        if self.rotary:
            past = 0 if cache is None else cache.length_of(self)
            angles = to_device(rotary_angles(q.shape[-2], q.shape[-1], base=self.rotary, offset=past))
            q, k = ops.rotary(q, angles), ops.rotary(k, angles)
        if cache is not None:
            k, v = cache.extend(self, k, v)
        self._require_mask(mask)
        return self.out_proj(_merge(self._attention(q, k, v, mask, causal)))

    def _attention(self, q, k, v, mask, causal):
        """(N, h, T, d). Where several queries share a key, they lie along an axis of their own, as does the mask."""
        shape, grouped = q.shape, self.kv_heads < self.heads
        if grouped:
            q = q.reshape(shape[0], self.kv_heads, -1, *shape[2:])  # (N, kv_heads, group, T, d)
            k, v = (a.reshape(*a.shape[:2], 1, *a.shape[2:]) for a in (k, v))
            if mask is not None and mask.ndim == 4:
                N, heads, T, S = mask.shape
                mask = mask.reshape(N, 1, 1, T, S) if heads == 1 else mask.reshape(N, self.kv_heads, -1, T, S)
        dropout = dict(p=self.dropout, training=self.training, rng=self.rng)
        y = ops.scaled_dot_product_attention(q, k, v, mask, causal=causal, **dropout)
        return y.reshape(*shape) if grouped else y

    def _projected(self, x, context):
        packed = hasattr(self, "in_proj_weight")
        if packed and context is None:  # one product for all three
            qkv = ops.temporal_affine(x, self.in_proj_weight.T, self.in_proj_bias)
            return ops.split(qkv, sections=self.sections, axis=-1)
        context = x if context is None else context
        if packed:
            weights = ops.split(self.in_proj_weight, sections=self.sections)
        else:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        biases = (None,) * 3 if self.in_proj_bias is None else ops.split(self.in_proj_bias, sections=self.sections)
        return [ops.temporal_affine(a, w.T, b) for a, w, b in zip((x, context, context), weights, biases)]

    def _require_mask(self, mask):
        if mask is not None and mask.ndim != 2 and (mask.ndim != 4 or mask.shape[1] not in (1, self.heads)):
            expected = f"(T, S), or (N or 1, {self.heads} or 1, T, S)"
            raise InputError("MultiheadAttention", "mask", expected, tuple(mask.shape))


def _xavier(outputs, inputs, rng):
    return Parameter(to_device(init.xavier_uniform((outputs, inputs), rng=rng)))


def padding_mask(lengths, T):
    """Which of T positions are there, for sequences of these lengths: booleans (N, 1, 1, T), a mask for all queries."""
    lengths = np.asarray(lengths)
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or ((lengths < 1) | (lengths > T)).any():
        raise InputError("padding_mask", "lengths", f"(N,) integers from 1 to T = {T}", lengths.tolist())
    return to_device(np.arange(T) < lengths[:, None, None, None])


class WindowAttention(Module):
    """Multi-head attention within windows of M x M pixels. Liu et al. 2021 (Swin): W-MSA, and with a shift SW-MSA.

    x: (N, H, W, dim), H and W multiples of M = window. Every pixel sees the M² of its window, so the cost is linear in
    the image: 4 H W dim² + 2 M² H W dim multiplications. Added to the scores is a learnt number for each of the
    (2M-1)² ways from one pixel to another.

    shift: the windows lie so many pixels further down and right, M / 2 in every second layer, and so connect what the
    layer before kept apart. The image is rolled, so that there are no more windows than before; those at its end hold
    pixels from both ends, which a mask keeps from seeing each other. An axis that one window covers is not shifted.

    Names are Swin's: qkv, proj, relative_position_bias_table ((2M-1)², heads).
    """

    def __init__(self, dim, heads, window, *, shift=0, bias=True, rng=None):
        _require_heads(self, dim, heads)
        if not (is_integer(shift, 0) and shift < window):
            raise InputError("WindowAttention", "shift", f"an integer from 0 to window - 1 = {window - 1}", shift)
        self.heads, self.window, self.shift = heads, window, shift
        table = init.normal(((2 * window - 1) ** 2, heads), std=0.02, rng=rng)
        self.relative_position_bias_table = Parameter(to_device(table))
        self.qkv = Linear(dim, 3 * dim, bias=bias, rng=rng)
        self.proj = Linear(dim, dim, rng=rng)
        for part in (self.qkv, self.proj):
            part.weight.data = to_device(init.normal(part.weight.shape, std=0.02, rng=rng))

    def relative_position_bias(self):
        """What is added to the scores: (heads, M², M²), query by key."""
        ways = to_device(_relative_positions(self.window))
        return ops.transpose(ops.embedding(ways, self.relative_position_bias_table), axes=(2, 0, 1))

    def forward(self, x):
        q, k, v, mask = self._windows(x)
        y = ops.scaled_dot_product_attention(q, k, v, mask, self.relative_position_bias())
        y = ops.window_reverse(self.proj(_merge(y)), size=x.shape[1:3])
        back = self._shifts(x)
        return ops.roll(y, shift=back, axis=(1, 2)) if any(back) else y

    def _windows(self, x):
        """q, k, v (N, windows, heads, M², d), and the mask of shifted windows."""
        shifts = self._shifts(x)
        mask = None
        if any(shifts):
            x = ops.roll(x, shift=tuple(-s for s in shifts), axis=(1, 2))
            mask = to_device(shifted_window_mask(x.shape[1:3], self.window, shifts))
        windows = ops.window_partition(x, window=self.window)  # (N, windows, M², dim)
        return *(_split(a, self.heads) for a in ops.split(self.qkv(windows), sections=3, axis=-1)), mask

    def _shifts(self, x):
        return tuple(0 if side <= self.window else self.shift for side in x.shape[1:3])


@lru_cache
def _relative_positions(M):
    """The row of the table for each query and key of a window: (M², M²); the way (0, 0) is in the middle."""
    places = np.stack(np.meshgrid(np.arange(M), np.arange(M), indexing="ij")).reshape(2, -1)  # (2, M²)
    down, right = places[:, :, None] - places[:, None, :] + (M - 1)  # each from 0 to 2 M - 2
    return down * (2 * M - 1) + right


@lru_cache
def shifted_window_mask(size, window, shifts):
    """Who sees whom in the windows of an image (H, W) rolled by `shifts`: (windows, 1, M², M²) booleans.

    Two pixels do if both came round at the image's end, or neither did, along each axis.
    """
    came_round = [np.arange(side) >= side - shift for side, shift in zip(size, shifts)]
    part = 2 * came_round[0][:, None] + came_round[1]  # (H, W): which of four
    part, _ = ops.window_partition_forward(part[None, :, :, None], window=window)  # (1, windows, M², 1)
    return (part == part.swapaxes(2, 3))[0][:, None]

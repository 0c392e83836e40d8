"""Transformer layers: attention between positions, then a feed-forward network at each position by itself."""

from .. import ops
from ..backend import to_device
from ..errors import InputError
from . import init
from .attention import MultiheadAttention
from .conv import Conv2d, ZeroConv2d
from .linear import Linear
from .module import Module
from .norm import GroupNorm, LayerNorm
from .stochastic import Dropout, DropPath

ACTIVATIONS = {"relu": ops.relu, "gelu": ops.gelu, "silu": ops.silu}


class _TwoLayers(Module):
    """linear2(dropout(activation(linear1(x))))."""

    def __init__(self, dim, hidden, activation, dropout, rng):
        if not callable(activation) and activation not in ACTIVATIONS:
            expected = f"a function, or one of {list(ACTIVATIONS)}"
            raise InputError(type(self).__name__, "activation", expected, activation)
        self.activation = activation if callable(activation) else ACTIVATIONS[activation]
        self.linear1, self.linear2 = _glorot(dim, hidden, rng), _glorot(hidden, dim, rng)
        self.dropout = Dropout(dropout, rng=rng)

    def two_layers(self, x):
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


def _glorot(inputs, outputs, rng):
    """A Linear that starts as those of the attention do: what the layers add to the sum is then no larger than it."""
    linear = Linear(inputs, outputs, rng=rng)
    linear.weight.data = to_device(init.xavier_uniform((outputs, inputs), rng=rng))
    return linear


class FeedForward(_TwoLayers):
    """linear, activation, dropout, linear, dropout: dim -> hidden -> dim at each position, hidden = 4 dim as a rule.

    Then it holds 8 dim² + 5 dim numbers. Vaswani et al. 2017, Sect. 3.3; with GELU from BERT and GPT on.
    """

    def __init__(self, dim, hidden, *, activation="gelu", dropout=0.0, rng=None):
        super().__init__(dim, hidden, activation, dropout, rng)

    def forward(self, x):
        return self.dropout(self.two_layers(x))


class GatedFeedForward(Module):
    """w2(silu(w1 x) w3 x), all without bias: SwiGLU. Shazeer 2020. Names are LLaMA's, where hidden is 8 / 3 dim."""

    def __init__(self, dim, hidden, *, rng=None):
        self.w1, self.w3 = (Linear(dim, hidden, bias=False, rng=rng) for _ in range(2))
        self.w2 = Linear(hidden, dim, bias=False, rng=rng)

    def forward(self, x):
        return self.w2(ops.swiglu(self.w3(x), self.w1(x)))


class _Layer(_TwoLayers):
    """What encoder and decoder share: parts with a residual connection and a norm each."""

    def __init__(self, dim, hidden, dropout, activation, norm_first, drop_path, rng):
        super().__init__(dim, hidden, activation, dropout, rng)
        self.norm_first, self.drop_path = norm_first, DropPath(drop_path, rng=rng)

    def _residual(self, norm, part, x):
        """Pre-norm: x + part(norm(x)); post-norm: norm(x + part(x))."""
        y = self.drop_path(self.dropout(part(norm(x) if self.norm_first else x)))
        return ops.add(x, y) if self.norm_first else norm(ops.add(x, y))


class TransformerEncoderLayer(_Layer):
    """Self-attention and a feed-forward network, each with a residual connection, dropout and a layer norm.

    norm_first=False: norm(x + part(x)), "Add & Norm" of the paper (Vaswani et al. 2017, Sect. 3.1). True: x +
    part(norm(x)), as in GPT-2 and ViT: the sum runs through all layers untouched, and deep stacks train without
    warming up (Xiong et al. 2020); a last norm is to follow the stack.
    dropout: of both parts, of the hidden layer and of the attention weights. drop_path: stochastic depth of both parts.
    Names are PyTorch's. With causal=True it is the layer of a decoder without encoder (GPT).
    """

    def __init__(self, dim, heads, hidden, *, dropout=0.0, activation="relu", norm_first=False, drop_path=0.0,
                 eps=1e-5, rng=None):  # fmt: skip
        super().__init__(dim, hidden, dropout, activation, norm_first, drop_path, rng)
        self.self_attn = MultiheadAttention(dim, heads, dropout=dropout, rng=rng)
        self.norm1, self.norm2 = LayerNorm(dim, eps=eps), LayerNorm(dim, eps=eps)

    def forward(self, x, mask=None, causal=False, cache=None):
        """x: (N, T, dim). mask, causal, cache: as for MultiheadAttention."""
        x = self._residual(self.norm1, lambda z: self.self_attn(z, mask=mask, causal=causal, cache=cache), x)
        return self._residual(self.norm2, self.two_layers, x)


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to a memory (what the encoder read), and a feed-forward network.

    Options and names as for TransformerEncoderLayer; memory_dim: the memory's features, by default dim.
    Without a memory the second attention is a self-attention, too.
    """

    def __init__(self, dim, heads, hidden, *, dropout=0.0, activation="relu", norm_first=False, drop_path=0.0,
                 memory_dim=None, eps=1e-5, rng=None):  # fmt: skip
        super().__init__(dim, hidden, dropout, activation, norm_first, drop_path, rng)
        self.self_attn = MultiheadAttention(dim, heads, dropout=dropout, rng=rng)
        self.multihead_attn = MultiheadAttention(dim, heads, kv_dim=memory_dim, dropout=dropout, rng=rng)
        self.norm1, self.norm2, self.norm3 = (LayerNorm(dim, eps=eps) for _ in range(3))

    def forward(self, x, memory=None, mask=None, memory_mask=None, causal=True, cache=None):
        """x: (N, T, dim), of which no position sees a later one, unless causal=False; memory: (N, S, memory_dim)."""
        x = self._residual(self.norm1, lambda z: self.self_attn(z, mask=mask, causal=causal, cache=cache), x)
        x = self._residual(self.norm2, lambda z: self.multihead_attn(z, memory, memory_mask), x)
        return self._residual(self.norm3, self.two_layers, x)


class SpatialTransformer(Module):
    """y = x + proj_out(layers(proj_in(norm(x)), context)): the pixels of an image ask each other, then the context.

    The block by which a diffusion U-Net reads its prompt. Rombach et al. 2022 (latent diffusion). (The spatial
    transformer *network* of Jaderberg et al. 2015, which crops and turns an image, is another thing.)

    x: (N, channels, H, W), to the layers H W tokens of heads · head_dim; context: (N, S, context_dim), the prompt's
    vectors, or None: then the pixels ask each other twice. zero_init: proj_out starts at 0, and the block as y = x.
    """

    def __init__(self, channels, heads, head_dim, *, context_dim=None, depth=1, groups=32, dropout=0.0, zero_init=True,
                 rng=None):  # fmt: skip
        inner = heads * head_dim
        options = dict(memory_dim=context_dim, dropout=dropout, activation="gelu", norm_first=True, rng=rng)
        self.norm = GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = Conv2d(channels, inner, 1, rng=rng)  # on tokens: a Linear
        self.transformer_blocks = [TransformerDecoderLayer(inner, heads, 4 * inner, **options) for _ in range(depth)]
        self.proj_out = ZeroConv2d(inner, channels) if zero_init else Conv2d(inner, channels, 1, rng=rng)

    def forward(self, x, context=None):
        N, _, H, W = x.shape
        tokens = self.proj_in(self.norm(x)).reshape(N, -1, H * W).transpose(0, 2, 1)  # (N, T, inner)
        for block in self.transformer_blocks:
            tokens = block(tokens, context, causal=False)
        image = tokens.transpose(0, 2, 1).reshape(N, -1, H, W)
        return ops.add(x, self.proj_out(image))

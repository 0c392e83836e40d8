"""State-space layers: S4D, whose system stays the same, and Mamba's block, which chooses its own at every step.

Both run in two ways that give the same: `layer(x)` for a whole sequence, and `step` for a few tokens at a time, with
what it remembers of those before given in and out.
"""

import math

import numpy as np

from .. import ops
from ..backend import rng as shared_rng
from ..backend import to_device
from ..errors import InputError, is_integer, require_ndim
from ..maths.state_space import diagonal_init, discretise_diagonal
from ..tape import Tensor
from . import init
from .conv import Conv1d
from .linear import Linear
from .module import Module, Parameter

DT_RANGE = 1e-3, 0.1  # lengths of step at the start: from a thousand steps of memory to ten


class S4D(Module):
    """A diagonal state space for each channel, (N, T, E) -> (N, T, E), by FFT. Gu et al. 2022.

    states: N of the paper, even; half of them are kept, as pairs of conjugates: A = -e^log_A_real + i A_imag, (E, N/2);
    C (E, N/2, 2), real and imaginary part; B = 1; D (E,), the way past the state; log_dt (E,), so that each channel has
    a memory of its own length. start: "lin", "inv" or "legs" (maths.state_space.diagonal_init).
    """

    def __init__(self, features, states=64, *, start="lin", dt_range=DT_RANGE, rng=None):
        rng = shared_rng() if rng is None else rng
        A = np.tile(diagonal_init(states, start), (features, 1))
        self.log_dt = _parameter(rng.uniform(*np.log(dt_range), features))
        self.log_A_real, self.A_imag = _parameter(np.log(-A.real)), _parameter(A.imag)
        self.C = _parameter(rng.standard_normal((*A.shape, 2)) * math.sqrt(0.5))
        self.D = _parameter(rng.standard_normal(features))

    def forward(self, x):
        A_real, C_real, C_imag = -self.log_A_real.exp(), self.C[..., 0], self.C[..., 1]
        K = ops.diagonal_ssm_kernel(self.log_dt.exp(), A_real, self.A_imag, C_real, C_imag, length=x.shape[1])
        return ops.causal_convolution(x, K) + x * self.D

    def step(self, x, h=None):
        """(y, h) by the recurrence h_t = Ā h_{t-1} + B̄ x_t: x (N, T, E) with T >= 1, h (N, E, N/2). No gradients."""
        x = x.data if isinstance(x, Tensor) else x
        C, D = self.C.data, self.D.data
        A = -np.exp(self.log_A_real.data) + 1j * self.A_imag.data
        A_bar, B_bar = discretise_diagonal(A, 1, np.exp(self.log_dt.data)[:, None])
        h, ys = 0 if h is None else h, []
        for t in range(x.shape[1]):
            h = A_bar * h + B_bar * x[:, t, :, None]  # (N, E, S)
            ys.append(2 * ((C[..., 0] + 1j * C[..., 1]) * h).sum(axis=2).real + D * x[:, t])
        return Tensor(np.stack(ys, axis=1)), h


class _GatedBlock(Module):
    """x is projected to u and z; u goes through a short convolution, silu and a state space; z is its gate.

    A subclass says what the state space is: `ssm(u)`, and `ssm_step(u, h)`, which gives the state back, too.
    """

    def __init__(self, dim, kernel, expand, rng):
        for name, number in dict(dim=dim, kernel=kernel, expand=expand).items():
            if not is_integer(number, 1):
                raise InputError(type(self).__name__, name, "an integer >= 1", number)
        self.dim, self.inner, self.kernel = dim, expand * dim, kernel
        self.in_proj = _linear(dim, 2 * self.inner, rng)
        self.conv1d = Conv1d(self.inner, self.inner, kernel, groups=self.inner, rng=rng)
        self.conv1d.weight = _parameter(_uniform(self.conv1d.weight.shape, rng))
        self.out_proj = _linear(self.inner, dim, rng)

    def forward(self, x):
        u, z, _ = self._before(x, None)
        return self._after(self.ssm(u), z)

    def step(self, x, state=None):
        """(out, state) for the next tokens x (N, T, dim), T >= 1; state: what the tokens before left, None at first.

        It holds the last kernel - 1 inputs of the convolution and the state of the state space: always the same size,
        where attention would keep all tokens.
        """
        window, h = (None, None) if state is None else state
        u, z, window = self._before(x, window)
        y, h = self.ssm_step(u, h)
        return self._after(y, z), (window, h)

    def _before(self, x, window):
        require_ndim(type(self).__name__, "x", x, 3, "(N, T, dim)")
        if x.shape[2] != self.dim or x.shape[1] == 0:
            raise InputError(type(self).__name__, "x", f"(N, T, {self.dim}) with T >= 1", x)
        u, z = ops.split(self.in_proj(x), sections=2, axis=2)  # (N, T, E) both
        if window is None:
            window = np.zeros_like(u.data, shape=(len(u), self.kernel - 1, self.inner))
        seen = ops.concat(window, u, axis=1)  # (N, kernel - 1 + T, E): nothing after t can reach t
        u = self.conv1d(seen.transpose(0, 2, 1)).transpose(0, 2, 1)
        return ops.silu(u), z, seen[:, x.shape[1] :]

    def _after(self, y, z):
        return self.out_proj(y * ops.silu(z))


class MambaBlock(_GatedBlock):
    """Mamba's block, (N, T, dim) -> (N, T, dim). Gu and Dao 2023, Figure 3; names as in the authors' code.

    Selection: the length of step Δ and the vectors B and C of ops.selective_scan are affine functions of the token
    itself. A large Δ lets the token in and forgets the past, a small one passes it over.

    states: S, numbers for each of the expand · dim channels; kernel: of the short convolution; rank: of the projection
    that makes Δ, by default dim / 16, rounded up.
    """

    def __init__(self, dim, *, states=16, kernel=4, expand=2, rank=None, rng=None):
        rng = shared_rng() if rng is None else rng
        super().__init__(dim, kernel, expand, rng)
        rank = -(-dim // 16) if rank is None else rank
        self.rank, self.states = rank, states
        self.x_proj = _linear(self.inner, rank + 2 * states, rng)
        self.dt_proj = Linear(rank, self.inner, rng=rng)
        self.dt_proj.weight = _parameter(rng.uniform(-1, 1, (self.inner, rank)) / math.sqrt(rank))
        dt = np.exp(rng.uniform(*np.log(DT_RANGE), self.inner))
        self.dt_proj.bias = _parameter(dt + np.log(-np.expm1(-dt)))  # softplus of it is dt
        self.A_log = _parameter(np.tile(np.log(np.arange(1.0, states + 1)), (self.inner, 1)))  # A = -1, -2, ..., -S
        self.D = _parameter(np.ones(self.inner))

    def ssm(self, u):
        return self.ssm_step(u, None)[0]

    def ssm_step(self, u, h):
        dt, B, C = ops.split(self.x_proj(u), sections=(self.rank, self.states, self.states), axis=2)
        delta = ops.softplus(self.dt_proj(dt))  # (N, T, E)
        return ops.selective_scan(u, delta, -self.A_log.exp(), B, C, self.D, h)


class S4DBlock(_GatedBlock):
    """Mamba's block with S4D in the place of the selective scan: the same at every step, whatever the token is."""

    def __init__(self, dim, *, states=16, kernel=4, expand=2, start="lin", rng=None):
        rng = shared_rng() if rng is None else rng
        super().__init__(dim, kernel, expand, rng)
        self.s4d = S4D(self.inner, states, start=start, rng=rng)

    def ssm(self, u):
        return self.s4d(u)

    def ssm_step(self, u, h):
        return self.s4d.step(u, h)


def _parameter(values):
    return Parameter(to_device(np.asarray(values, np.float32)))


def _uniform(shape, rng):
    """Uniform within ± 1 / √fan_in, where the authors' code leaves the weights: PyTorch's default."""
    return init.kaiming_uniform(shape, gain=1 / math.sqrt(3), rng=rng)


def _linear(inputs, outputs, rng):
    layer = Linear(inputs, outputs, bias=False, rng=rng)
    layer.weight = _parameter(_uniform(layer.weight.shape, rng))
    return layer

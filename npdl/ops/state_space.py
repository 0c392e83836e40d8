"""State spaces: a sequence goes through a small linear system, h' = A h + B u, y = C h + D u, once for each channel.

In steps of length dt it is a recurrence, h_t = Ā h_{t-1} + B̄ u_t. Where Ā, B̄ and C are the same at all times, its
output is also a convolution with the kernel K_l = C Ā^l B̄, and FFTs compute that for all times at once: S4, S4D. Where
they depend on the input, as in Mamba, the model can choose what to keep, there is no such kernel, and a loop over time
is left: the scan.

Shapes: N sequences of T steps with E channels, S numbers of state for each channel.
"""

import numpy as np

from ..errors import InputError, is_integer, require_ndim, require_shape
from ..tape import op

__all__ = [
    "selective_scan", "selective_scan_forward", "selective_scan_backward",
    "causal_convolution", "causal_convolution_forward", "causal_convolution_backward",
    "diagonal_ssm_kernel", "diagonal_ssm_kernel_forward", "diagonal_ssm_kernel_backward",
]  # fmt: skip


def require_scan(u, delta, A, B, C, D, h0):
    """Raise unless these can be scanned."""
    require_ndim("selective_scan", "u", u, 3, "(N, T, E)")
    N, T, E = u.shape
    if T == 0:
        raise InputError("selective_scan", "u", "of at least one step", u)
    require_shape("selective_scan", "delta", delta, (N, T, E), "like u")
    if A.ndim != 2 or A.shape[0] != E:
        raise InputError("selective_scan", "A", f"({E}, S), as u has {E} channels", A)
    S = A.shape[1]
    for name, array in dict(B=B, C=C).items():
        require_shape("selective_scan", name, array, (N, T, S), f"as u is {tuple(u.shape)} and A has {S} states")
    if D is not None:
        require_shape("selective_scan", "D", D, (E,), f"as u has {E} channels")
    if h0 is not None:
        require_shape("selective_scan", "h0", h0, (N, E, S), "a state for each channel of each sequence")


def selective_scan_forward(u, delta, A, B, C, D=None, h0=None):
    """h_t = e^(Δ_t A) h_{t-1} + Δ_t B_t u_t, y_t = C_t · h_t + D u_t. Gu and Dao 2023 (Mamba), Algorithm 2.

    u, delta: (N, T, E), delta the length of each step; A: (E, S), the diagonal of each channel's matrix, below 0;
    B, C: (N, T, S), shared by the channels; D: (E,) or None; h0: (N, E, S), the state before, None for zero.
    Returns y (N, T, E) and the last state (N, E, S). Zero-order hold for A, Euler's step for B, as the paper has it.
    """
    require_scan(u, delta, A, B, C, D, h0)
    decay = np.exp(delta[..., None] * A)  # (N, T, E, S)
    h = (delta * u)[..., None] * B[:, :, None]  # what comes in at each step, and then the states
    if h0 is not None:
        h[:, 0] += decay[:, 0] * h0
    for t in range(1, u.shape[1]):
        h[:, t] += decay[:, t] * h[:, t - 1]
    y = (h @ C[..., None])[..., 0]
    return (y if D is None else y + D * u, h[:, -1].copy()), (u, delta, A, B, C, D, h0, decay, h)


def selective_scan_backward(dout, cache, needs=(True,) * 7):
    """The same recurrence, with time reversed: dh_t = C_t dy_t + e^(Δ_{t+1} A) dh_{t+1}. All else follows from dh.

    A step multiplied h_{t-1} by e^(Δ A) and added Δ B u. So with g = dh_t e^(Δ_t A) h_{t-1}, the gradient of Δ_t A,

        dΔ = Σ_s g A + u dh · B,    dA = Σ_{n,t} g Δ,    du = Δ dh · B + D dy,    dB = Σ_e dh Δ u,    dC = Σ_e dy h
    """
    (dy, dlast), (u, delta, A, B, C, D, h0, decay, h) = dout, cache
    dh = dy[..., None] * C[:, :, None]  # (N, T, E, S)
    dh[:, -1] += dlast
    for t in reversed(range(1, u.shape[1])):
        dh[:, t - 1] += decay[:, t] * dh[:, t]
    dB = ((delta * u)[:, :, None] @ dh)[:, :, 0] if needs[3] else None
    dC = (dy[:, :, None] @ h)[:, :, 0] if needs[4] else None
    dD = (dy * u).sum(axis=(0, 1)) if needs[5] and D is not None else None
    dh0 = decay[:, 0] * dh[:, 0] if needs[6] and h0 is not None else None
    along_B = (dh @ B[..., None])[..., 0]
    du = delta * along_B + (0 if D is None else D * dy) if needs[0] else None
    if not (needs[1] or needs[2]):
        return du, None, None, dB, dC, dD, dh0
    before = np.zeros_like(h)
    before[:, 1:] = h[:, :-1]
    if h0 is not None:
        before[:, 0] = h0
    g = dh * decay * before
    ddelta = (g * A).sum(axis=3) + u * along_B if needs[1] else None
    dA = (g * delta[..., None]).sum(axis=(0, 1)) if needs[2] else None
    return du, ddelta, dA, dB, dC, dD, dh0


selective_scan = op(selective_scan_forward, selective_scan_backward)


def causal_convolution_forward(u, k):
    """y_t = Σ_{l <= t} k_l u_{t-l}, each channel with its own kernel, which may be as long as the sequence.

    u: (N, T, E); k: (L, E); y: (N, T, E). By FFT, T log T operations and not T L: the transform of a convolution is the
    product of the transforms, once there are enough zeros behind for the end not to come round to the beginning.
    """
    require_ndim("causal_convolution", "u", u, 3, "(N, T, E)")
    if k.ndim != 2 or k.shape[1] != u.shape[2] or len(k) == 0 or u.shape[1] == 0:
        expected = f"(L, {u.shape[2]}) with L >= 1, for u of {u.shape[2]} channels and at least one step"
        raise InputError("causal_convolution", "k", expected, k)
    T, L = u.shape[1], len(k)
    n = 1 << (T + L - 1).bit_length()  # FFTs like powers of two
    U, K = np.fft.rfft(u, n, axis=1), np.fft.rfft(k, n, axis=0)
    return np.fft.irfft(U * K, n, axis=1)[:, :T], (U, K, T, L, n)


def causal_convolution_backward(dout, cache, needs=(True, True)):
    """du_t = Σ_l k_l dy_{t+l}, dk_l = Σ_{n,t} u_{t-l} dy_t: correlations, so one factor is conjugated."""
    U, K, T, L, n = cache
    dY = np.fft.rfft(dout, n, axis=1)
    du = np.fft.irfft(dY * K.conj(), n, axis=1)[:, :T] if needs[0] else None
    dk = np.fft.irfft((dY * U.conj()).sum(axis=0), n, axis=0)[:L] if needs[1] else None
    return du, dk


causal_convolution = op(causal_convolution_forward, causal_convolution_backward)


def diagonal_ssm_kernel_forward(dt, A_real, A_imag, C_real, C_imag, *, length):
    """K_l = 2 Re Σ_s C_s B̄_s Ā_s^l, Ā = e^(dt A), B̄ = (Ā - 1) / A: zero-order hold, B = 1. Gu et al. 2022 (S4D), eq. 5.

    dt: (E,), positive; the others (E, S): real and imaginary part of A (never 0) and C. Each state stands for itself
    and its complex conjugate: hence the 2 Re. Returns K: (length, E).
    """
    require_ndim("diagonal_ssm_kernel", "dt", dt, 1, "(E,)")
    require_ndim("diagonal_ssm_kernel", "A_real", A_real, 2, "(E, S)")
    for name, array in dict(A_real=A_real, A_imag=A_imag, C_real=C_real, C_imag=C_imag).items():
        require_shape("diagonal_ssm_kernel", name, array, (len(dt), A_real.shape[1]), "a row for each dt")
    if not is_integer(length, 1):
        raise InputError("diagonal_ssm_kernel", "length", "an integer >= 1", length)
    A, C = A_real + 1j * A_imag, C_real + 1j * C_imag
    step = dt[:, None] * A
    l = np.arange(length, dtype=dt.dtype, like=dt)
    powers = np.exp(l[:, None, None] * step)  # (L, E, S): a Vandermonde matrix for each channel
    B_bar = (np.exp(step) - 1) / A
    K = 2 * np.einsum("les,es->le", powers, C * B_bar).real
    return K, (dt, A, C, l, powers, B_bar)


def diagonal_ssm_kernel_backward(dout, cache, needs=(True,) * 5):
    """Complex numbers z carry dz = ∂L/∂Re z + i ∂L/∂Im z; then w = f(z) has dz = conj(f'(z)) dw."""
    dt, A, C, l, powers, B_bar = cache
    back = powers.conj()
    dCB = 2 * np.einsum("le,les->es", dout, back)
    dC = B_bar.conj() * dCB
    dB_bar = C.conj() * dCB
    dstep = (B_bar + 1 / A).conj() * dB_bar  # ∂B̄/∂step = Ā / A = B̄ + 1 / A
    dstep += 2 * (C * B_bar).conj() * np.einsum("le,les->es", dout * l[:, None], back)
    dA = dt[:, None] * dstep - (B_bar / A).conj() * dB_bar
    ddt = (A.conj() * dstep).real.sum(axis=1)
    gradients = ddt, dA.real, dA.imag, dC.real, dC.imag  # they share nearly all of the work
    return tuple(gradient if need else None for gradient, need in zip(gradients, needs))


diagonal_ssm_kernel = op(diagonal_ssm_kernel_forward, diagonal_ssm_kernel_backward)

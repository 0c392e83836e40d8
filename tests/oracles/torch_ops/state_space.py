"""npdl.ops.state_space in PyTorch: loops over time, sums written out, and autograd."""

import torch


def selective_scan(u, delta, A, B, C, D=None, h0=None):
    h = torch.zeros(len(u), *A.shape, dtype=u.dtype) if h0 is None else h0
    ys = []
    for t in range(u.shape[1]):
        h = torch.exp(delta[:, t, :, None] * A) * h + (delta[:, t] * u[:, t])[..., None] * B[:, t, None]
        ys.append((h * C[:, t, None]).sum(-1))
    y = torch.stack(ys, 1)
    return y if D is None else y + D * u, h


def causal_convolution(u, k):
    T, L = u.shape[1], len(k)
    return torch.stack([sum(k[l] * u[:, t - l] for l in range(min(t + 1, L))) for t in range(T)], 1)


def diagonal_ssm_kernel(dt, A_real, A_imag, C_real, C_imag, *, length):
    A, C = torch.complex(A_real, A_imag), torch.complex(C_real, C_imag)
    h = (torch.exp(dt[:, None] * A) - 1) / A
    K = []
    for _ in range(length):
        K.append(2 * (C * h).sum(-1).real)
        h = h * torch.exp(dt[:, None] * A)
    return torch.stack(K)


TORCH = {
    "selective_scan": selective_scan,
    "causal_convolution": causal_convolution,
    "diagonal_ssm_kernel": diagonal_ssm_kernel,
}

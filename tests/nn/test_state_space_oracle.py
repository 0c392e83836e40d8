"""Mamba's block beside one written in PyTorch with nn.Linear, nn.Conv1d and a loop: outputs and all gradients."""

import numpy as np
import pytest

from npdl import Tensor, nn

torch = pytest.importorskip("torch")
F = torch.nn.functional

pytestmark = [pytest.mark.oracle, pytest.mark.topic("R299")]


class TorchMamba(torch.nn.Module):
    """As the authors' mamba_simple.py, without its fused kernels."""

    def __init__(self, dim, states, kernel, expand, rank):
        super().__init__()
        inner = expand * dim
        self.states, self.rank = states, rank
        self.in_proj = torch.nn.Linear(dim, 2 * inner, bias=False)
        self.conv1d = torch.nn.Conv1d(inner, inner, kernel, groups=inner, padding=kernel - 1)
        self.x_proj = torch.nn.Linear(inner, rank + 2 * states, bias=False)
        self.dt_proj = torch.nn.Linear(rank, inner)
        self.A_log = torch.nn.Parameter(torch.zeros(inner, states))
        self.D = torch.nn.Parameter(torch.zeros(inner))
        self.out_proj = torch.nn.Linear(inner, dim, bias=False)

    def forward(self, x):
        u, z = self.in_proj(x).chunk(2, dim=-1)
        u = F.silu(self.conv1d(u.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2))
        dt, B, C = self.x_proj(u).split([self.rank, self.states, self.states], dim=-1)
        delta, A = F.softplus(self.dt_proj(dt)), -torch.exp(self.A_log)
        h, ys = torch.zeros(len(x), *A.shape, dtype=x.dtype), []
        for t in range(x.shape[1]):
            decay = torch.exp(torch.einsum("ne,es->nes", delta[:, t], A))
            h = decay * h + torch.einsum("ne,ns,ne->nes", delta[:, t], B[:, t], u[:, t])
            ys.append(torch.einsum("nes,ns->ne", h, C[:, t]))
        return self.out_proj((torch.stack(ys, dim=1) + self.D * u) * F.silu(z))


@pytest.mark.parametrize("kernel, expand, rank", [(4, 2, 1), (2, 3, 4), (1, 1, 2)])
def test_the_block_is_pytorchs(kernel, expand, rank):
    rng = np.random.default_rng(0)
    ours = nn.MambaBlock(6, states=5, kernel=kernel, expand=expand, rank=rank, rng=rng).astype("float64")
    for parameter in ours.parameters():
        parameter.data = parameter.data + 0.3 * rng.standard_normal(parameter.shape)
    theirs = TorchMamba(6, 5, kernel, expand, rank).double()
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    ours.load_state_dict({name: array.numpy() for name, array in theirs.state_dict().items()})  # and back

    x, dout = rng.standard_normal((2, 3, 9, 6))
    x_ours, x_theirs = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    out, expected = ours(x_ours), theirs(x_theirs)
    np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-10, atol=1e-10)
    out.backward(dout)
    expected.backward(torch.tensor(dout))
    np.testing.assert_allclose(x_ours.grad, x_theirs.grad.numpy(), rtol=1e-10, atol=1e-10)
    gradients = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(parameter.grad, gradients[name].grad.numpy(), rtol=1e-10, atol=1e-10, err_msg=name)

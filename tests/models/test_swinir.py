"""SwinIR: gradients, sizes, and an RSTB written out in PyTorch."""

from itertools import pairwise

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.models import RSTB, SwinIR
from tests.models.helpers import drawn, some_of
from tests.nn.helpers import scalar, worst_gradient_error


@pytest.mark.topic("R294")
def test_the_defaults_have_the_parameters_that_the_docstring_states():
    with nn.abstract():
        assert nn.count_parameters(SwinIR()) == 910_152
    assert f"{910_152:,}" in SwinIR.__doc__


@pytest.mark.topic("R294")
def test_numerical_gradient_of_an_rstb():
    block, x = RSTB(4, 2, 2, 2, rng=np.random.default_rng(0)).astype("float64"), drawn(1, 4, 4, 4)
    assert worst_gradient_error(lambda: scalar(block(x)), some_of(block, "blocks.1.attn", "blocks.0.norm1")) < 1e-5


@pytest.mark.oracle
@pytest.mark.topic("R294", "R292", "R293")
def test_an_rstb_in_pytorch():
    """Window by window, head by head, the shifted windows as the slices that they are: no mask, no roll."""
    torch = pytest.importorskip("torch")
    block, x = RSTB(4, 2, 2, 2, rng=np.random.default_rng(0)).astype("float64"), drawn(1, 4, 4, 4)
    for p in block.parameters():
        p.data = np.random.default_rng(p.size).standard_normal(p.shape)
    s = {name: torch.tensor(array) for name, array in block.state_dict().items()}
    F = torch.nn.functional

    def attend(name, tokens, places):  # (T, 4): one window's pixels and where they lie
        q, k, v = (tokens @ s[f"{name}.qkv.weight"].T + s[f"{name}.qkv.bias"]).chunk(3, dim=-1)
        heads = []
        for h in range(2):
            cut = slice(2 * h, 2 * h + 2)
            bias = torch.stack(
                [
                    torch.stack(
                        [s[f"{name}.relative_position_bias_table"][(a - c + 1) * 3 + (b - d + 1), h] for c, d in places]
                    )
                    for a, b in places
                ]
            )
            heads.append(torch.softmax(q[:, cut] @ k[:, cut].T / 2**0.5 + bias, dim=-1) @ v[:, cut])
        return torch.cat(heads, dim=-1) @ s[f"{name}.proj.weight"].T + s[f"{name}.proj.bias"]

    y = torch.tensor(x)
    for i, edges in enumerate([(0, 2, 4), (0, 1, 3, 4)]):
        name, out = f"blocks.{i}", torch.zeros_like(y)
        normed = F.layer_norm(y, (4,), s[f"{name}.norm1.weight"], s[f"{name}.norm1.bias"])
        for top, bottom in pairwise(edges):
            for left, right in pairwise(edges):
                places = [(r, c) for r in range(top, bottom) for c in range(left, right)]
                window = torch.stack([normed[0, r, c] for r, c in places])
                for place, value in zip(places, attend(f"{name}.attn", window, places)):
                    out[0][place] = value
        y = y + out
        normed = F.layer_norm(y, (4,), s[f"{name}.norm2.weight"], s[f"{name}.norm2.bias"])
        hidden = F.gelu(normed @ s[f"{name}.mlp.linear1.weight"].T + s[f"{name}.mlp.linear1.bias"])
        y = y + hidden @ s[f"{name}.mlp.linear2.weight"].T + s[f"{name}.mlp.linear2.bias"]
    conv = F.conv2d(y.permute(0, 3, 1, 2), s["conv.weight"], s["conv.bias"], padding=1)
    expected = torch.tensor(x) + conv.permute(0, 2, 3, 1)
    np.testing.assert_allclose(block(x).data, expected.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.topic("R294")
@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("size", [(8, 8), (11, 9)])
def test_swinir_makes_images_so_many_times_as_large(factor, size):
    model = SwinIR(factor, dim=4, depths=(2,), heads=2, window=4, rng=np.random.default_rng(0))
    assert model(drawn(2, 3, *size).astype("float32")).shape == (2, 3, factor * size[0], factor * size[1])


@pytest.mark.topic("R294")
def test_gradients_reach_every_parameter_of_swinir():
    model = SwinIR(2, dim=4, depths=(2,), heads=2, window=2, rng=np.random.default_rng(0)).astype("float64")
    x = drawn(1, 3, 3, 4)
    wanted = some_of(model, "conv_first.bias", "first_norm", "layers.0.blocks.1.norm2", "conv_last.bias")
    assert worst_gradient_error(lambda: scalar(model(x)), wanted) < 1e-5
    assert all(p.grad.any() for p in model.parameters())


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: SwinIR(0), "SwinIR: factor should be an integer >= 1"),
        (lambda: SwinIR(2, dim=4, depths=(), heads=2)(drawn(3, 8, 8)), "SwinIR: x should be a 4-d array"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

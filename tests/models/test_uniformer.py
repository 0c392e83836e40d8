"""UniFormer: what its blocks see, and one of them in PyTorch."""

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.models import UniFormer
from npdl.models.uniformer import GlobalBlock, LocalBlock
from tests.models.helpers import drawn
from tests.nn.helpers import scalar


@pytest.mark.topic("R296")
def test_the_defaults_have_the_parameters_that_the_docstring_states():
    with nn.abstract():
        assert nn.count_parameters(UniFormer()) == 21_545_256
    assert f"{21_545_256:,}" in UniFormer.__doc__


@pytest.mark.topic("R296")
def test_local_blocks_see_their_surroundings_and_global_blocks_all():
    local = LocalBlock(4, rng=np.random.default_rng(0)).astype("float64").eval()
    everywhere = GlobalBlock(4, 2, rng=np.random.default_rng(0)).astype("float64").eval()
    x = drawn(1, 4, 13, 13)
    changed = x.copy()
    changed[0, 0, 6, 6] += 1
    for block, reach in ((local, 3), (everywhere, 6)):
        rows, columns = np.nonzero(np.abs((block(x) - block(changed)).data).max(axis=(0, 1)) > 1e-9)
        assert np.abs(rows - 6).max() == np.abs(columns - 6).max() == reach  # 3x3, then 5x5: 1 + 2 pixels


@pytest.mark.oracle
@pytest.mark.topic("R296")
def test_a_local_block_in_pytorch():
    torch = pytest.importorskip("torch")
    block, x = LocalBlock(4, rng=np.random.default_rng(0)).astype("float64"), drawn(2, 4, 5, 6)
    t = torch.nn

    class Local(t.Module):
        def __init__(self):
            super().__init__()
            self.pos_embed = t.Conv2d(4, 4, 3, padding=1, groups=4)
            self.norm1, self.norm2 = t.BatchNorm2d(4), t.BatchNorm2d(4)
            self.conv1, self.conv2, self.attn = (
                t.Conv2d(4, 4, 1),
                t.Conv2d(4, 4, 1),
                t.Conv2d(4, 4, 5, padding=2, groups=4),
            )
            self.mlp = t.Sequential(t.Conv2d(4, 16, 1), t.GELU(), t.Conv2d(16, 4, 1))

        def forward(self, x):
            x = x + self.pos_embed(x)
            x = x + self.conv2(self.attn(self.conv1(self.norm1(x))))
            return x + self.mlp(self.norm2(x))

    theirs = Local().double()
    theirs.load_state_dict({n: torch.tensor(a) for n, a in block.state_dict().items()}, strict=False)
    out = theirs(torch.tensor(x))
    np.testing.assert_allclose(block(x).data, out.detach().numpy(), rtol=0, atol=1e-10)


@pytest.mark.topic("R296")
def test_a_small_uniformer_has_gradients_everywhere():
    model = UniFormer(5, dims=(4, 4, 8, 8), depths=(1, 1, 1, 1), head_dim=4, rng=np.random.default_rng(0))
    out = model.astype("float64")(drawn(2, 3, 64, 64))
    assert out.shape == (2, 5)
    scalar(out).backward()
    assert all(np.isfinite(p.grad).all() and p.grad.any() for p in model.parameters() if p is not model.norm.bias)


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: UniFormer(dims=(8, 8, 9, 8), head_dim=4), "UniFormer: dims should be of four stages"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

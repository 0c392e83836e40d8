"""ViT, its hybrid, Swin, SwinIR and UniFormer: counts of the papers, shapes, gradients, and PyTorch's own layers."""

from itertools import pairwise

import numpy as np
import pytest

from npdl import InputError, nn, no_grad
from npdl.models import RSTB, HybridViT, SwinBlock, SwinIR, SwinTransformer, UniFormer, ViT, vit_b16, vit_h14, vit_l16
from npdl.models.hybrid_vit import ResNetBackbone
from npdl.models.swin import PatchMerging
from npdl.models.uniformer import GlobalBlock, LocalBlock
from tests.models.helpers import some_digits, steps_to_learn_by_heart
from tests.nn.helpers import scalar, worst_gradient_error

rng = np.random.default_rng(0)


def drawn(*shape):
    return np.random.default_rng(1).standard_normal(shape)


def tiny_vit(**options):
    options = dict(channels=2, dim=8, depth=2, heads=2, std=0.5, rng=np.random.default_rng(0)) | options
    return ViT((4, 6), 2, 5, **options).astype("float64")


def some_of(model, *starts):
    """The parameters whose names start so: a numerical gradient runs the network twice for each of their numbers."""
    return {name: p for name, p in model.named_parameters() if name.startswith(starts)}


# Parameters.


@pytest.mark.topic("R287", "R291")
@pytest.mark.parametrize(
    "make, count",
    [(vit_b16, 86_567_656), (vit_l16, 304_326_632), (vit_h14, 632_045_800)],
)
def test_the_variants_of_the_paper_have_its_parameters(make, count):
    with nn.abstract():
        assert nn.count_parameters(make()) == count


@pytest.mark.topic("R291")
@pytest.mark.parametrize(
    "make, layers, width, heads", [(vit_b16, 12, 768, 12), (vit_l16, 24, 1024, 16), (vit_h14, 32, 1280, 16)]
)
def test_table_1_of_vit(make, layers, width, heads):
    with nn.abstract():
        model = make()
    assert len(model.layers) == layers and model.head.weight.shape == (1000, width)
    assert {layer.self_attn.heads for layer in model.layers} == {heads}
    assert model.layers[0].linear1.weight.shape == (4 * width, width)


@pytest.mark.parametrize(
    "make, count",
    [
        pytest.param(HybridViT, 98_659_112, marks=pytest.mark.topic("R260")),
        (SwinTransformer, 28_288_354),
        pytest.param(SwinIR, 910_152, marks=pytest.mark.topic("R294")),
        pytest.param(UniFormer, 21_545_256, marks=pytest.mark.topic("R296")),
    ],
)
def test_the_defaults_have_the_parameters_that_their_docstrings_state(make, count):
    with nn.abstract():
        assert nn.count_parameters(make()) == count
    assert f"{count:,}" in make.__doc__


# ViT.


@pytest.mark.topic("R287", "R289")
def test_224_pixels_are_196_patches_and_a_class_token():
    with nn.abstract():
        model = ViT(224, 16, dim=24, depth=1, heads=2)
    assert model.positions.weight.shape == (197, 24)
    with no_grad():
        assert model.tokens(np.zeros((1, 3, 224, 224), np.float32)).shape == (1, 197, 24)


@pytest.mark.topic("R287")
def test_numerical_gradient_of_a_vit():
    model, x = tiny_vit(), drawn(3, 2, 4, 6)
    assert worst_gradient_error(lambda: scalar(model(x)), some_of(model, "patches", "class", "norm", "head.b")) < 1e-6


@pytest.mark.topic("R290")
def test_the_head_is_one_linear_or_linear_tanh_linear():
    x, model = drawn(3, 2, 4, 6), tiny_vit(pre_logits=7)
    state = model.tokens(x).data[:, 0]
    hidden = np.tanh(state @ model.pre_logits.weight.data.T + model.pre_logits.bias.data)
    expected = hidden @ model.head.weight.data.T + model.head.bias.data
    np.testing.assert_allclose(model(x).data, expected, rtol=1e-12)
    assert (
        model.head.weight.shape == (5, 7) and tiny_vit().pre_logits is None and tiny_vit().head.weight.shape == (5, 8)
    )


@pytest.mark.topic("R287")
def test_without_positions_patches_may_change_places():
    x, model = drawn(2, 2, 4, 6), tiny_vit()
    moved = np.concatenate([x[:, :, 2:], x[:, :, :2]], axis=2)  # the two rows of patches
    assert np.abs(model(x).data - model(moved).data).max() > 1e-3
    model.positions.weight.data[...] = 0
    np.testing.assert_allclose(model(x).data, model(moved).data, rtol=0, atol=1e-12)


@pytest.mark.topic("R286", "R287")
def test_it_reads_larger_images_when_told_so():
    model = tiny_vit()
    before = model.positions.weight.data.copy()
    assert model.read((8, 12))(drawn(2, 2, 8, 12)).shape == (2, 5)
    after = model.positions.weight.data
    np.testing.assert_array_equal(after[0], before[0])  # the class token's
    np.testing.assert_allclose(after[1], before[1], rtol=1e-12)  # the corner's
    assert after.shape == (1 + 4 * 6, 8)


@pytest.mark.oracle
@pytest.mark.topic("R287")
def test_vit_in_pytorch():
    torch = pytest.importorskip("torch")
    model, x = tiny_vit(), drawn(3, 2, 4, 6)
    state = {name: torch.tensor(array) for name, array in model.state_dict().items()}
    patches = torch.nn.functional.conv2d(
        torch.tensor(x), state["patches.proj.weight"], state["patches.proj.bias"], stride=2
    )
    tokens = torch.cat([state["class_token.weight"].expand(3, 1, 8), patches.flatten(2).transpose(1, 2)], dim=1)
    tokens = tokens + state["positions.weight"]
    for i in range(2):
        layer = torch.nn.TransformerEncoderLayer(
            8, 2, 32, 0.0, "gelu", layer_norm_eps=1e-6, batch_first=True, norm_first=True, dtype=torch.float64
        )
        start = f"layers.{i}."
        layer.load_state_dict({n.removeprefix(start): a for n, a in state.items() if n.startswith(start)})
        tokens = layer(tokens)
    tokens = torch.nn.functional.layer_norm(tokens, (8,), state["norm.weight"], state["norm.bias"], 1e-6)
    expected = tokens[:, 0] @ state["head.weight"].T + state["head.bias"]
    np.testing.assert_allclose(model(x).data, expected.detach().numpy(), rtol=0, atol=1e-10)


@pytest.mark.topic("R287")
def test_a_vit_learns_50_digits_by_heart():
    x, y = some_digits()
    model = ViT(8, 2, channels=1, classes=10, dim=32, depth=2, heads=2, std=0.5, rng=np.random.default_rng(0))
    assert steps_to_learn_by_heart(model, x, y, lr=3e-3)


# The hybrid.


@pytest.mark.topic("R260")
def test_the_backbone_has_16_blocks_and_gives_14_x_14_places_of_1024_channels():
    with nn.abstract():
        model = HybridViT()
    assert [len(list(stage.children())) for stage in model.backbone.stages] == [3, 4, 9]
    assert model.vit.positions.weight.shape == (197, 768)
    small = ResNetBackbone(blocks=(1, 1, 1), widths=(4, 8, 8), rng=np.random.default_rng(0))
    with no_grad():
        assert small(np.zeros((1, 3, 224, 224), np.float32)).shape == (1, 32, 14, 14)
    assert model.backbone.stages[2].children().__next__()[1].conv3.weight.shape == (1024, 256, 1, 1)


@pytest.mark.topic("R260")
def test_gradients_reach_every_parameter_of_the_hybrid():
    options = dict(blocks=(1, 1, 1), widths=(4, 4, 4), dim=8, depth=1, heads=2, rng=np.random.default_rng(0))
    model = HybridViT((32, 32), 5, **options).astype("float64")
    x = drawn(2, 3, 32, 32)
    wanted = some_of(model, "backbone.norm1", "backbone.stages.1.0.norm3.bias", "vit.class_token")
    assert worst_gradient_error(lambda: scalar(model(x)), wanted) < 1e-5
    assert all(p.grad.any() for p in model.parameters())


# Swin and SwinIR.


@pytest.mark.topic("R292", "R293")
def test_two_blocks_see_no_further_than_the_windows_and_the_shift():
    first, second = (
        SwinBlock(4, 2, 4, shift=shift, rng=np.random.default_rng(0)).astype("float64") for shift in (0, 2)
    )
    x = drawn(1, 8, 12, 4)
    changed = x.copy()
    changed[0, 0, 0, 0] += 1

    def seen(*blocks):
        a, b = x, changed
        for block in blocks:
            a, b = block(a), block(b)
        return {tuple(place) for place in np.argwhere(np.abs((a - b).data).max(axis=(0, 3)) > 1e-9)}

    assert seen(first) == {(i, j) for i in range(4) for j in range(4)}  # its window
    assert seen(second) == {(i, j) for i in range(2) for j in range(2)}  # the first, cut by the image's edge
    assert seen(first, second) == {(i, j) for i in range(6) for j in range(6)}


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
        name, normed, out = f"blocks.{i}", None, torch.zeros_like(y)
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


def test_merged_patches_are_the_four_pixels_one_behind_the_other():
    merge = PatchMerging(2, rng=np.random.default_rng(0)).astype("float64")
    merge.norm.forward = lambda x: x
    merge.reduction.forward = lambda x: x
    image = np.arange(8.0).reshape(1, 2, 2, 2)
    np.testing.assert_array_equal(np.ravel(merge(image)), [0, 1, 4, 5, 2, 3, 6, 7])


def test_a_small_swin_has_gradients_everywhere():
    model = SwinTransformer(5, dim=4, depths=(2, 2), heads=(1, 2), window=2, rng=np.random.default_rng(0))
    scalar(model.astype("float64")(drawn(2, 3, 16, 16))).backward()
    assert all(p.grad.any() for p in model.parameters())


# UniFormer.


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
    given = torch.tensor(x, requires_grad=True)
    out = theirs(given)
    np.testing.assert_allclose(block(x).data, out.detach().numpy(), rtol=0, atol=1e-10)


@pytest.mark.topic("R296")
def test_a_small_uniformer_has_gradients_everywhere():
    model = UniFormer(5, dims=(4, 4, 8, 8), depths=(1, 1, 1, 1), head_dim=4, rng=np.random.default_rng(0))
    out = model.astype("float64")(drawn(2, 3, 64, 64))
    assert out.shape == (2, 5)
    scalar(out).backward()
    assert all(np.isfinite(p.grad).all() and p.grad.any() for p in model.parameters() if p is not model.norm.bias)


# Bad input.


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ViT(30, 16), r"ViT: patch should be a divisor of the image's sides \(30, 30\); got 16"),
        (lambda: tiny_vit()(drawn(1, 2, 6, 4)), r"ViT: x should be \(N, C, 4, 6\); got \(1, 2, 6, 4\)"),
        (lambda: tiny_vit().read(5), "ViT.read: image should be of sides that are multiples of the patch 2"),
        (lambda: ViT(8, 2, dim=9, heads=2), "heads should be a divisor of dim = 9"),
        (lambda: SwinIR(0), "SwinIR: factor should be an integer >= 1"),
        (lambda: SwinIR(2, dim=4, depths=(), heads=2)(drawn(3, 8, 8)), "SwinIR: x should be a 4-d array"),
        (lambda: PatchMerging(2)(drawn(1, 3, 4, 2)), "PatchMerging: x should be .* even height and width"),
        (lambda: UniFormer(dims=(8, 8, 9, 8), head_dim=4), "UniFormer: dims should be of four stages"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

"""ViT: the paper's counts and table, its parts, its gradients, and PyTorch's own layers."""

import numpy as np
import pytest

from npdl import InputError, nn, no_grad
from npdl.models import ViT, vit_b16, vit_h14, vit_l16
from tests.models.helpers import drawn, some_digits, some_of, steps_to_learn_by_heart
from tests.nn.helpers import scalar, worst_gradient_error


def tiny_vit(**options):
    options = dict(channels=2, dim=8, depth=2, heads=2, std=0.5, rng=np.random.default_rng(0)) | options
    return ViT((4, 6), 2, 5, **options).astype("float64")


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


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ViT(30, 16), r"ViT: patch should be a divisor of the image's sides \(30, 30\); got 16"),
        (lambda: tiny_vit()(drawn(1, 2, 6, 4)), r"ViT: x should be \(N, C, 4, 6\); got \(1, 2, 6, 4\)"),
        (lambda: tiny_vit().read(5), "ViT.read: image should be of sides that are multiples of the patch 2"),
        (lambda: ViT(8, 2, dim=9, heads=2), "heads should be a divisor of dim = 9"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

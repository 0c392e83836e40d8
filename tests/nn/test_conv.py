"""Conv2d: the shapes of its weights for all its options, and how they start."""

import numpy as np
import pytest

from npdl import InputError, nn


@pytest.mark.parametrize(
    "kernel, options, weight, out",
    [
        (3, {}, (6, 4, 3, 3), (7, 5)),
        (1, {}, (6, 4, 1, 1), (9, 7)),
        ((3, 2), {}, (6, 4, 3, 2), (7, 6)),
        (3, {"pad": 1}, (6, 4, 3, 3), (9, 7)),
        (3, {"pad": ((0, 1), (2, 3))}, (6, 4, 3, 3), (8, 10)),
        (3, {"stride": 2, "pad": 1}, (6, 4, 3, 3), (5, 4)),
        (3, {"stride": (1, 2)}, (6, 4, 3, 3), (7, 3)),
        (3, {"dilation": 2}, (6, 4, 3, 3), (5, 3)),
        (3, {"groups": 2}, (6, 2, 3, 3), (7, 5)),
    ],
)
def test_shapes_and_the_number_of_weights(kernel, options, weight, out):
    """(kh kw C / groups + 1) F numbers, and the output sizes of the floor formula for a 9×7 image."""
    layer = nn.Conv2d(4, 6, kernel, **options)
    assert layer.weight.shape == weight and layer.bias.shape == (6,)
    kh, kw = weight[2:]
    assert sum(p.size for p in layer.parameters()) == (kh * kw * 4 // options.get("groups", 1) + 1) * 6
    assert layer(np.zeros((2, 4, 9, 7), np.float32)).shape == (2, 6, *out)


def test_without_bias():
    layer = nn.Conv2d(2, 3, 3, bias=False)
    assert list(layer.state_dict()) == ["weight"]
    assert not layer(np.zeros((1, 2, 4, 4), np.float32)).data.any()


def test_weights_start_with_variance_2_by_fan_in_and_biases_at_zero():
    layer = nn.Conv2d(64, 128, 5, groups=2, rng=np.random.default_rng(0))
    np.testing.assert_allclose(layer.weight.data.std(), np.sqrt(2 / (32 * 25)), rtol=0.01)
    assert abs(layer.weight.data.mean()) < 1e-3 and not layer.bias.data.any()


def test_groups_must_divide_the_channels():
    with pytest.raises(InputError, match=r"Conv2d: groups should be a divisor of channels = 4; got 3"):
        nn.Conv2d(4, 6, 3, groups=3)

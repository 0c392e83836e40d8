"""What a network costs: parameters, multiply-adds, memory, receptive field, against formulas and measurements."""

from math import inf

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, ops
from npdl.models import LeNet5, ResNet18, ResNet20, TwoLayerNet


def rng():
    return np.random.default_rng(0)


@pytest.mark.topic("R177")
@pytest.mark.parametrize(
    "model, shape, parameters, macs",
    [
        (LeNet5(), (1, 32, 32), 61_706, 416_520),
        (ResNet20(), (3, 32, 32), 272_474, 40_813_184),
        (ResNet18(), (3, 32, 32), 11_173_962, 555_422_720),
        (TwoLayerNet(12, 5, 3), (12,), 12 * 5 + 5 + 5 * 3 + 3, 12 * 5 + 5 * 3),
    ],
    ids=["LeNet-5", "ResNet-20", "ResNet-18", "two layers"],
)
def test_known_networks(model, shape, parameters, macs):
    s = nn.summary(model, shape)
    assert s.parameters == parameters == sum(p.size for p in model.parameters())
    assert s.macs == macs


@pytest.mark.topic("R177")
def test_a_shared_layer_is_counted_once_and_works_twice():
    shared = nn.Affine(4, 4, rng=rng())
    s = nn.summary(nn.Sequential(shared, nn.ReLU(), shared), (4,))
    assert [row.parameters for row in s.rows] == [20, 0, 0] and [row.macs for row in s.rows] == [16, 0, 16]


@pytest.mark.topic("R176")
@pytest.mark.parametrize("c1, c2, h, w, kernel, groups", [(8, 6, 5, 7, 1, 1), (8, 12, 5, 7, 3, 1), (8, 8, 5, 7, 3, 4)])
def test_work_and_memory_access_of_a_convolution(c1, c2, h, w, kernel, groups):
    """h w c1 c2 k² / g multiply-adds; h w (c1 + c2) + k² c1 c2 / g numbers moved. Ma et al. 2018, section 2."""
    conv = nn.Conv2d(c1, c2, kernel, pad=kernel // 2, groups=groups, bias=False)
    (row,) = nn.summary(conv, (c1, h, w)).rows
    assert row.macs == h * w * c1 * c2 * kernel**2 // groups
    assert row.accesses == h * w * (c1 + c2) + kernel**2 * c1 * c2 // groups


@pytest.mark.topic("R176")
def test_for_the_same_work_equal_widths_move_the_fewest_numbers():
    """ShuffleNet V2's first guideline: with c1 c2 fixed, h w (c1 + c2) is smallest at c1 = c2."""
    moved = {}
    for c1, c2 in [(4, 64), (8, 32), (16, 16), (32, 8), (64, 4)]:
        (row,) = nn.summary(nn.Conv2d(c1, c2, 1, bias=False), (c1, 14, 14)).rows
        assert row.macs == 14 * 14 * 256
        moved[c1] = row.accesses
    assert min(moved, key=moved.get) == 16 and moved[4] > 2 * moved[16]


@pytest.mark.topic("R174")
def test_the_receptive_field_from_the_back():
    assert [nn.receptive_field([(3, 1)] * n) for n in range(4)] == [1, 3, 5, 7]
    assert nn.receptive_field([(7, 1)]) == 7
    assert nn.receptive_field([(3, 1, 2)]) == 5  # dilation 2: kernel 3 reaches over 5


ZF = [(7, 2), (3, 2), (5, 2), (3, 2), (3, 1), (3, 1), (3, 1)]
VGG16 = [(3, 1)] * 2 + [(2, 2)] + [(3, 1)] * 2 + [(2, 2)] + ([(3, 1)] * 3 + [(2, 2)]) * 2 + [(3, 1)] * 3


@pytest.mark.topic("R174")
@pytest.mark.parametrize("layers, field", [(ZF, 139), ([*ZF, (3, 1)], 171), (VGG16, 196), ([*VGG16, (3, 1)], 228)])
def test_the_receptive_fields_that_faster_rcnn_states(layers, field):
    """171 and 228 pixels under the 3×3 window that slides over ZF's conv5 and VGG-16's conv5_3. Ren et al. 2015."""
    assert nn.receptive_field(layers) == field


class Does(nn.Module):
    """A part whose forward is a function."""

    def __init__(self, forward, **parts):
        self.does = forward
        vars(self).update(parts)

    def forward(self, *inputs):
        return self.does(*inputs)


def transposed(*axes):
    return Does(lambda x: ops.transpose(x, axes=axes))


def reshaped(*shape):
    return Does(lambda x: ops.reshape(x, shape=shape))


def per_pixel(affine, size=48):
    """An affine layer on the channels of every pixel, by way of a table of pixels."""
    table = nn.Sequential(transposed(0, 2, 3, 1), reshaped(size * size, -1), affine)
    return nn.Sequential(table, reshaped(1, size, size, -1), transposed(0, 3, 1, 2))


def with_conv(forward, *kernel, **options):
    """A function of an image and of a convolution of it."""
    part = conv(*kernel, **options)
    return Does(lambda x: forward(x, part(x)), conv=part)


def conv(*kernel, channels=2, **options):
    return nn.Conv2d(channels, 2, kernel if len(kernel) > 1 else kernel[0], rng=rng(), **options)


NETS = {
    "strided slice": lambda: nn.Sequential(conv(3, pad=1), Does(lambda x: x[:, :, ::2, 1::3]), conv(3, pad=1)),
    "height for width": lambda: nn.Sequential(transposed(0, 1, 3, 2), conv(1, 5)),
    "rolled": lambda: Does(lambda x: x + ops.roll(x, shift=2, axis=3)),
    "rolled along both": lambda: Does(lambda x: x + ops.roll(x, shift=(1, -2), axis=(3, 2))),
    "shifted": lambda: Does(lambda x: x + ops.shift(x, shift=-3, axis=2)),
    "differences": lambda: nn.Sequential(conv(3), Does(lambda x: x[:, :, 2:] - x[:, :, :-2])),
    "cropped": lambda: with_conv(lambda x, y: x[:, :, 1:-1, 1:-1] + y, 3),
    "not aligned": lambda: with_conv(lambda x, y: ops.concat(x[:, :, 2:, 3:-1], y[..., 1:-1], axis=1), 3),
    "padded": lambda: Does(lambda x: x + ops.pad(x, pad=((4, 0), (0, 0)))[:, :, :-4]),
    "stacked": lambda: with_conv(lambda x, y: ops.stack(x, y).max(axis=0), 1, 3, pad=(0, 1)),
    "an affine per pixel": lambda: nn.Sequential(conv(3, pad=1), per_pixel(nn.Affine(2, 3, rng=rng()))),
    "channels last": lambda: nn.Sequential(
        transposed(0, 2, 3, 1), Does(lambda x: x @ Tensor(np.ones((2, 3), np.float32))), transposed(0, 3, 1, 2)
    ),
    "mean of channels": lambda: nn.Sequential(
        Does(lambda x: x.mean(axis=1)), reshaped(1, 1, 48, 48), conv(3, channels=1)
    ),
    "shuffled by hand": lambda: nn.Sequential(
        reshaped(1, 2, 1, 48, 48), transposed(0, 2, 1, 3, 4), reshaped(1, 2, 48, 48), conv(3, pad=1)
    ),
    "means of windows": lambda: nn.Sequential(conv(3, pad=1), nn.AdaptiveAvgPool2d((12, 16)), conv(3, pad=1)),
    "stride and pool": lambda: nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=2, pad=1, rng=rng()), nn.AvgPool2d(2), nn.Conv2d(3, 2, 3, pad=1, rng=rng())
    ),
    "dilation": lambda: nn.Sequential(
        nn.Conv2d(2, 3, 3, dilation=3, pad=3, rng=rng()), nn.Conv2d(3, 2, (1, 5), pad=(0, 2))
    ),
    "residual": lambda: nn.Sequential(
        nn.Residual(nn.Sequential(nn.Conv2d(2, 3, 5, pad=2, rng=rng()), nn.Conv2d(3, 2, 3, pad=1, rng=rng())))
    ),
    "up again": lambda: nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=2, pad=1, rng=rng()), nn.ConvTranspose2d(3, 4, 4, stride=2, pad=1, rng=rng())
    ),
    "unshuffled": lambda: nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(8, 2, 3, pad=1, rng=rng())),
    "enlarged": lambda: nn.Sequential(nn.Upsample(2, mode="bilinear"), nn.Conv2d(2, 2, 3, pad=1, rng=rng())),
}


@pytest.mark.topic("R174")
@pytest.mark.parametrize("net", NETS)
def test_the_field_is_where_the_gradient_arrives(net):
    model = NETS[net]()
    x = Tensor(np.random.default_rng(1).standard_normal((1, 2, 48, 48)).astype("float32"), requires_grad=True)
    y = model(x)
    seed = np.zeros_like(y.data)
    seed[0, :, y.shape[2] // 2, y.shape[3] // 2] = 1
    y.backward(seed)
    touched = np.abs(x.grad[0]).sum(axis=0) > 0
    measured = tuple(int(np.ptp(np.flatnonzero(touched.any(axis=axis)))) + 1 for axis in (1, 0))
    assert measured == nn.summary(model, (2, 48, 48)).field


UNKNOWN = {
    "a table of pixels, an image again": lambda: nn.Sequential(per_pixel(nn.Affine(2, 2)), conv(3)),
    "space to depth by hand": lambda: nn.Sequential(
        reshaped(1, 2, 24, 2, 24, 2), transposed(0, 1, 3, 5, 2, 4), reshaped(1, 8, 24, 24), conv(1, channels=8)
    ),
    "the mean of a part": lambda: Does(lambda x: x[:, :, :5].mean(axis=2)),
    "a flip": lambda: Does(lambda x: x + x[:, :, ::-1]),
    "a transposition": lambda: Does(lambda x: x + ops.transpose(x, axes=(0, 1, 3, 2))),
    "one row": lambda: Does(lambda x: x - x[:, :, :1, :1]),
    "another stride": lambda: Does(lambda x: x[:, :, ::2, ::2] + x[:, :, :24, :24]),
    "one behind the other": lambda: Does(lambda x: ops.concat(x, x, axis=2)),
    "gathered": lambda: Does(lambda x: ops.gather(x, np.zeros((1, 2, 48, 48), int), axis=3)),
}


@pytest.mark.parametrize("net", UNKNOWN)
def test_what_is_not_followed_is_unknown_and_not_wrong(net):
    s = nn.summary(UNKNOWN[net](), (2, 48, 48))
    assert None in s.field and None in s.rows[-1].field
    assert "?" in str(s).splitlines()[-3].split()[-1]


def test_a_flattened_image_is_seen_as_a_whole_and_one_axis_alone():
    s = nn.summary(nn.Sequential(conv(3), nn.Flatten(), nn.Affine(98, 2)), (2, 9, 9))
    assert [row.field for row in s.rows if row.op != "transpose"] == [(3, 3), (3, 3), (inf, inf)]
    s = nn.summary(nn.Sequential(conv(3), Does(lambda x: x.mean(axis=2))), (2, 9, 9))
    assert s.field == (inf, 3) and "all×3" in str(s)


def test_a_squeezed_image_stays_all_through_pointwise_layers():
    s = nn.summary(nn.Sequential(nn.SqueezeExcitation(4, 2), conv(3, channels=4)), (4, 9, 9))
    assert s.field == (inf, inf) and s.rows[-1].jump == (1, 1)
    cut = nn.Sequential(nn.SqueezeExcitation(4, 2), Does(lambda x: x[:, :, 1:].mean(axis=2)))
    assert nn.summary(cut, (4, 9, 9)).field == (inf, inf)


def test_there_and_back_with_sizes_that_do_not_divide():
    there = nn.Sequential(nn.Resize(11), nn.Resize(15))
    assert nn.summary(Does(lambda x: x + there(x)), (2, 15, 15)).rows[-1].jump == (1, 1)


def test_layers_that_see_everything():
    s = nn.summary(nn.Sequential(nn.Conv2d(3, 4, 3), nn.GlobalAvgPool2d(), nn.Affine(4, 2)), (3, 9, 9))
    assert [row.field for row in s.rows if row.op != "transpose"] == [(3, 3), (inf, inf), (inf, inf)]


def test_bytes_are_those_of_the_outputs_and_views_are_free():
    s = nn.summary(nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Affine(12, 5)), (3, 2, 2))
    assert [(row.op, row.bytes) for row in s.rows] == [("relu", 48), ("reshape", 0), ("affine", 20)]


def test_the_table_names_layers_and_adds_up():
    text = str(nn.summary(LeNet5(), (1, 32, 32)))
    lines = text.splitlines()
    assert lines[0].split() == ["layer", "op", "output", "parameters", "MACs", "kB", "field"]
    assert "conv2   conv2d      16×10×10       2,416  240,000   6.4  14×14".split() in [line.split() for line in lines]
    assert lines[-1].split()[:3] == ["total", "61,706", "416,520"]


def test_it_leaves_the_model_as_it_was():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm(4), nn.Dropout(0.5))
    model.parts[1].eval()
    before = model.state_dict()
    nn.summary(model, (3, 8, 8))
    assert [part.training for part in model.parts] == [True, False, True]
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_a_fault_inside_the_model_leaves_it_as_it_was_too():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Affine(7, 2))
    with pytest.raises(InputError, match="affine"):
        nn.summary(model, (3, 8, 8))
    assert model.training and ops.relu(np.ones(2)).tolist() == [1, 1]


def test_it_is_run_in_test_mode():
    """Training would drop half of the ones, refuse a batch of one pixel, and move the running statistics."""
    seen = []
    model = nn.Sequential(nn.Dropout(0.5, rng=rng()), nn.BatchNorm(500), Does(lambda x: seen.append(x.data) or x))
    model[1].running_mean[...] = 3
    nn.summary(model, np.full(500, 5, np.float32))
    np.testing.assert_allclose(seen, np.full((1, 1, 500), 2), rtol=1e-4)
    assert model.training and np.all(model[1].running_mean == 3)


def test_parameters_that_do_not_run_are_counted_and_named():
    model = nn.Sequential(nn.Affine(4, 3))
    model.spare = nn.Affine(5, 2)
    s = nn.summary(model, (4,))
    assert s.unused == {"spare.weight": 10, "spare.bias": 2} and s.parameters == 15 + 12
    *_, spare, _, total = (line.split() for line in str(s).splitlines())
    assert spare == ["not", "run", "12"] and total[:2] == ["total", "27"]
    assert "not run" not in str(nn.summary(nn.Affine(4, 3), (4,)))


def test_a_network_without_layers_sees_its_pixel():
    s = nn.summary(nn.Sequential(), (3, 8, 8))
    assert s.field == (1, 1) and s.parameters == s.macs == s.bytes == 0 and "total" in str(s)


def test_an_example_in_the_place_of_a_shape():
    by_shape = nn.summary(LeNet5(), (1, 32, 32))
    assert nn.summary(LeNet5(), np.ones((1, 32, 32), np.float32)) == by_shape
    assert nn.summary(LeNet5(), Tensor(np.ones((1, 32, 32), np.float32))) == by_shape


def test_integers_and_several_inputs():
    words = nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Affine(12, 2))
    assert nn.summary(words, np.arange(4)).parameters == 7 * 3 + 12 * 2 + 2
    with pytest.raises(InputError, match="embedding: ids should be an array of integers"):
        nn.summary(words, (4,))

    image, vector = np.zeros((2, 8, 8), np.float32), np.zeros(5, np.float32)
    affine = nn.Affine(5, 2)
    moved = Does(lambda x, v: x + ops.reshape(affine(v), shape=(1, 2, 1, 1)), affine=affine)
    assert nn.summary(moved, (image, vector)).field == (1, 1)
    assert [row.field for row in nn.summary(moved, (image, vector)).rows][1] == (0, 0)  # it sees no pixel
    assert nn.summary(Does(lambda a, b: a + ops.roll(b, shift=2, axis=2)), (image, image)).field == (3, 1)


def test_a_model_of_float64():
    s = nn.summary(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).astype("float64"), (3, 8, 8))
    assert s.field == (3, 3) and s.rows[0].bytes == 8 * 4 * 36


@pytest.mark.parametrize("shape", [3, (), (3, 0, 8), (3, 8.0, 8), (True, 8, 8), [3, 8, 8], None])
def test_a_shape_that_is_none(shape):
    with pytest.raises(InputError, match=r"summary: shape should be a tuple such as \(3, 32, 32\)"):
        nn.summary(nn.ReLU(), shape)


def test_a_model_that_is_none():
    with pytest.raises(InputError, match=r"summary: model should be an npdl.nn.Module"):
        nn.summary(ops.relu, (3, 8, 8))

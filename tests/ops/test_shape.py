"""Ops that only move numbers: the gradients move back."""

import numpy as np
import pytest

from npdl import InputError, Tensor, ops

x = np.arange(24.0).reshape(2, 3, 4)


def gradient(op, dout, *args, **options):
    return op.backward(dout, op.forward(*args, **options)[1])


@pytest.mark.topic("R124")
def test_flattening_and_back_is_the_identity():
    images = Tensor(x.reshape(2, 3, 2, 2), requires_grad=True)
    rows = images.reshape(2, -1)
    assert rows.shape == (2, 12)
    np.testing.assert_array_equal(rows.reshape(2, 3, 2, 2).data, images.data)
    rows.backward(np.arange(24.0).reshape(2, 12))
    np.testing.assert_array_equal(images.grad, np.arange(24.0).reshape(2, 3, 2, 2))  # the gradient is a reshape


@pytest.mark.parametrize(
    "axes, inverse", [((1, 2, 0), (2, 0, 1)), ((0, 2, 1), (0, 2, 1)), ((-1, 0, 1), (1, 2, 0)), (None, None)]
)
def test_the_gradient_of_transpose_is_the_inverse_permutation(axes, inverse):
    y = ops.transpose(x, axes=axes)
    np.testing.assert_array_equal(y, x.transpose(axes))
    np.testing.assert_array_equal(gradient(ops.transpose, y, x, axes=axes), x)
    np.testing.assert_array_equal(y.transpose(inverse), x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_the_gradients_of_concat_are_the_pieces(axis):
    pieces = [x, x + 100, x.take([0], axis=axis) + 200]
    y = ops.concat(*pieces, axis=axis)
    np.testing.assert_array_equal(y, np.concatenate(pieces, axis=axis))
    for piece, back in zip(pieces, gradient(ops.concat, y, *pieces, axis=axis), strict=True):
        np.testing.assert_array_equal(back, piece)


@pytest.mark.parametrize(
    "index",
    [
        1,
        -1,
        (0, slice(1, 3)),
        (slice(None), slice(None, None, -2)),
        (Ellipsis, 2),
        (slice(None), None, 1),
        np.array([1, 0, 1, 1]),
        (np.array([0, 1, 1]), slice(None), np.array([3, 0, 0])),
        (np.array([[0], [1]]), np.array([2, 2])),
        x > 7,
        (slice(None), np.array([True, False, True])),
        (np.int64(1), slice(None)),
        [0, 1, 1],
    ],
    ids=str,
)
def test_getitem_reads_what_numpy_reads_and_adds_up_where_it_read_twice(index):
    y = ops.getitem(x, index=index)
    np.testing.assert_array_equal(y, x[index])
    expected = np.zeros_like(x)
    for place, g in zip(np.arange(24).reshape(x.shape)[index].ravel(), y.ravel(), strict=True):
        expected.flat[place] += g
    np.testing.assert_array_equal(gradient(ops.getitem, y, x, index=index), expected)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_split_cuts_what_concat_joins(axis):
    length = x.shape[axis]
    for sections in (1, length, (1, length - 1)):
        pieces, cache = ops.split.forward(x, sections=sections, axis=axis)
        np.testing.assert_array_equal(ops.concat(*pieces, axis=axis), x)
        np.testing.assert_array_equal(ops.split.backward(tuple(2 * p for p in pieces), cache), 2 * x)


def test_a_piece_that_nobody_uses_has_the_gradient_zero():
    t = Tensor(x, requires_grad=True)
    _, middle, _ = ops.split(t, sections=3, axis=1)
    (middle * middle).sum().backward()
    np.testing.assert_array_equal(t.grad, 2 * x * np.array([0, 1, 0])[:, None])


@pytest.mark.parametrize("sections", [3, 0, -2, (1, 2), (5, -1), (2, 3)])
def test_sections_must_fit_the_axis(sections):
    with pytest.raises(InputError, match="split: sections should be"):
        ops.split(x, sections=sections, axis=2)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_stack_adds_an_axis_whose_slices_are_the_inputs(axis):
    y, cache = ops.stack.forward(x[0], x[1], x[0] + x[1], axis=axis)
    np.testing.assert_array_equal(np.moveaxis(y, axis, 0), [x[0], x[1], x[0] + x[1]])
    for piece, back in zip((x[0], x[1], x[0] + x[1]), ops.stack.backward(y, cache), strict=True):
        np.testing.assert_array_equal(back, piece)


def test_stack_of_numbers_and_of_different_shapes():
    one, two = Tensor(np.array(1.5), requires_grad=True), Tensor(np.array(2.5), requires_grad=True)
    (ops.stack(one, two) * np.array([3.0, 4.0])).sum().backward()
    assert (one.grad, two.grad) == (3, 4)
    with pytest.raises(InputError, match=r"stack: all input arrays must have the same shape.*xs\[1\]"):
        ops.stack(x, x[0])


@pytest.mark.topic("R166")
def test_a_skip_by_concatenation_adds_up_the_channels_and_splits_the_gradient():
    """Concatenation needs equal H and W (U-Net, DenseNet); addition needs equal channels as well."""
    rng = np.random.default_rng(0)
    skip = Tensor(rng.standard_normal((2, 3, 4, 5)), requires_grad=True)
    deep = Tensor(rng.standard_normal((2, 6, 4, 5)), requires_grad=True)
    joined = ops.concat(skip, deep, axis=1)
    assert joined.shape == (2, 3 + 6, 4, 5)
    dout = rng.standard_normal(joined.shape)
    joined.backward(dout)
    np.testing.assert_array_equal(skip.grad, dout[:, :3])
    np.testing.assert_array_equal(deep.grad, dout[:, 3:])
    with pytest.raises(InputError, match=r"add: .*broadcast"):
        skip + deep
    with pytest.raises(InputError, match=r"concat: all the input array dimensions except"):
        ops.concat(skip, deep[:, :, :3], axis=1)


PADS = {"constant": ((2, 0), (1, 3), (0, 5)), "edge": ((2, 0), (1, 3), (0, 5)), "reflect": ((1, 0), (2, 1), (0, 3))}


@pytest.mark.parametrize("mode", PADS)
def test_pad_and_its_transpose(mode):
    """<pad(x), g> = <x, backward(g)> for all x and g, as padding with zeros or copies is linear."""
    rng = np.random.default_rng(0)
    y, cache = ops.pad.forward(x, pad=PADS[mode], mode=mode)
    np.testing.assert_array_equal(y, np.pad(x, PADS[mode], mode=mode))
    g = rng.standard_normal(y.shape)
    np.testing.assert_allclose((y * g).sum(), (x * ops.pad.backward(g, cache)).sum(), rtol=1e-12)


def test_pad_counts_how_often_a_number_was_copied():
    row = np.array([1.0, 2, 3])
    for mode, y, times in (
        ("constant", [9, 9, 1, 2, 3, 9], [1, 1, 1]),
        ("edge", [1, 1, 1, 2, 3, 3], [3, 1, 2]),
        ("reflect", [3, 2, 1, 2, 3, 2], [1, 3, 2]),
    ):
        out, cache = ops.pad.forward(row, pad=((2, 1),), mode=mode, value=9)
        np.testing.assert_array_equal(out, y)
        np.testing.assert_array_equal(ops.pad.backward(np.ones(6), cache), times)


def test_pad_leaves_the_first_axes_alone_when_it_gets_fewer_pairs():
    pairs = ((1, 2), (0, 3))
    np.testing.assert_array_equal(ops.pad(x, pad=pairs, value=-1.5), ops.pad(x, pad=((0, 0), *pairs), value=-1.5))
    assert ops.pad(x, pad=pairs, value=-np.inf).shape == (2, 6, 7)


@pytest.mark.parametrize("pad", [1, (1, 1), ((1, -1),), ((1, 1),) * 4, ((1, 1, 1),), ((0.5, 1),)])
def test_pads_are_pairs_for_the_last_axes(pad):
    with pytest.raises(InputError, match=r"pad: pad should be at most 3 pairs \(before, after\)"):
        ops.pad(x, pad=pad)


def test_what_cannot_be_mirrored_and_modes_that_pad_does_not_know():
    with pytest.raises(InputError, match=r"pad: pad should be shorter than the axes \(2, 3, 4\)"):
        ops.pad(x, pad=((0, 4),), mode="reflect")
    with pytest.raises(InputError, match='pad: mode should be "constant", "edge" or "reflect"; got \'wrap\''):
        ops.pad(x, pad=((1, 1),), mode="wrap")


def test_gather_reads_the_numbers_at_their_places():
    scores = np.array([[1.0, 5, 2], [7, 3, 4]])
    np.testing.assert_array_equal(ops.gather(scores, np.array([[1], [0]]), axis=1), [[5], [7]])
    order = np.argsort(scores, axis=1)
    np.testing.assert_array_equal(ops.gather(scores, order, axis=1), np.sort(scores, axis=1))
    np.testing.assert_array_equal(gradient(ops.gather, scores, scores, order, axis=1)[0], [1, 2, 5])
    twice = gradient(ops.gather, np.array([[1.0, 10, 100], [2, 20, 200]]), scores, np.array([[2, 2, 0]]), axis=1)
    np.testing.assert_array_equal(twice, [[100, 0, 11], [200, 0, 22]])  # the one row of places was broadcast


def test_gather_wants_integers_in_range():
    with pytest.raises(InputError, match="gather: index should be an array of integers"):
        ops.gather(x, x, axis=0)
    with pytest.raises(InputError, match=r"gather: index should be integers in \[0, 2\); got 2"):
        ops.gather(x, np.full((1, 3, 4), 2), axis=0)
    with pytest.raises(InputError, match=r"gather: index should be of x's shape .* for axis -1.* \(2, 2, 4\)"):
        ops.gather(x, np.zeros((2, 2, 4), int), axis=-1)
    with pytest.raises(
        InputError, match=r"gather: .*out of.*; given x: float64 array of shape \(2, 3, 4\), index: int64"
    ):
        ops.gather(x, np.zeros((2, 3, 4), int), axis=3)
    with pytest.raises(InputError, match=r"gather: index should be of x's shape \(2, 3, 4\) but for axis 0"):
        ops.gather(x, np.array([0, 1]), axis=0)


@pytest.mark.topic("R173")
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("by", [0, 1, -1, 2, -3, 9, -9])
def test_roll_brings_back_what_shift_loses_and_both_gradients_go_the_other_way(by, axis):
    length = x.shape[axis]
    padded = np.pad(np.moveaxis(x, axis, -1), ((0, 0), (0, 0), (9, 9)))
    moved = np.moveaxis(padded[..., 9 - by : 9 - by + length], -1, axis)
    np.testing.assert_array_equal(ops.shift(x, shift=by, axis=axis), moved)
    np.testing.assert_array_equal(ops.roll(x, shift=by, axis=axis), x.take((np.arange(length) - by) % length, axis))
    for op in (ops.shift, ops.roll):
        np.testing.assert_array_equal(gradient(op, x, x, shift=by, axis=axis), op(x, shift=-by, axis=axis))


@pytest.mark.parametrize("options", [{"shift": 1.5, "axis": 0}, {"shift": (1, 0.5), "axis": (0, 1)}, {"shift": True}])
def test_nothing_moves_by_a_part_of_a_place(options):
    with pytest.raises(InputError, match="roll: shift should be an integer, or a tuple of them; got"):
        ops.roll(x, **{"axis": 0} | options)
    with pytest.raises(InputError, match="shift: shift should be an integer; got"):
        ops.shift(x, **{"axis": 0} | options)


def test_roll_moves_several_axes_at_once():
    y = ops.roll(x, shift=(1, -2), axis=(1, 2))
    np.testing.assert_array_equal(y, ops.roll(ops.roll(x, shift=1, axis=1), shift=-2, axis=2))
    np.testing.assert_array_equal(gradient(ops.roll, y, x, shift=(1, -2), axis=(1, 2)), x)


@pytest.mark.topic("R173")
def test_shifting_each_channel_its_own_way_is_a_depthwise_convolution_with_fixed_kernels():
    """A single 1 at (u, v) of a 3×3 kernel moves the image by (1 - u, 1 - v): nine channels go nine ways."""
    image = np.random.default_rng(0).standard_normal((2, 9, 5, 6))
    kernels = np.eye(9).reshape(9, 1, 3, 3)
    dout = np.random.default_rng(1).standard_normal(image.shape)

    one = Tensor(image, requires_grad=True)
    ops.conv2d(one, kernels, pad=1, groups=9).backward(dout)
    two = Tensor(image, requires_grad=True)
    ways = [(1 - u, 1 - v) for u in range(3) for v in range(3)]
    moved = [ops.shift(ops.shift(two[:, c], shift=u, axis=1), shift=v, axis=2) for c, (u, v) in enumerate(ways)]
    ops.stack(*moved, axis=1).backward(dout)

    np.testing.assert_array_equal(ops.stack(*moved, axis=1).data, ops.conv2d(image, kernels, pad=1, groups=9))
    np.testing.assert_array_equal(one.grad, two.grad)


@pytest.mark.topic("R173")
def test_a_sequence_shifted_by_one_sees_only_what_came_before():
    sequence = Tensor(np.arange(1.0, 6)[None, :], requires_grad=True)
    before = ops.shift(sequence, shift=1, axis=1)
    np.testing.assert_array_equal(before.data, [[0, 1, 2, 3, 4]])
    (before * np.array([0.0, 0, 0, 1, 0])).sum().backward()  # the place 3 looks at 2, and no later
    np.testing.assert_array_equal(sequence.grad, [[0, 0, 1, 0, 0]])


@pytest.mark.topic("R152")
def test_channel_shuffle_deals_each_group_to_all():
    channels = np.arange(12.0).reshape(1, 12, 1, 1)
    y = ops.channel_shuffle(channels, groups=3)
    np.testing.assert_array_equal(y.ravel(), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    for group in np.split(y.ravel() // 4, 4):  # whose channels the groups of the next layer see
        assert sorted(group) == [0, 1, 2]
    np.testing.assert_array_equal(ops.channel_shuffle(y, groups=4), channels)
    np.testing.assert_array_equal(gradient(ops.channel_shuffle, y, channels, groups=3), channels)
    np.testing.assert_array_equal(ops.channel_shuffle(channels, groups=1), channels)


@pytest.mark.topic("R152")
def test_without_the_shuffle_two_grouped_convolutions_never_mix_their_groups():
    rng = np.random.default_rng(0)
    w1, w2 = rng.standard_normal((2, 6, 3, 1, 1))  # 1×1, in two groups of three channels

    def inputs_seen(shuffle):
        """Which inputs the first output channel depends on."""
        t = Tensor(rng.standard_normal((1, 6, 2, 2)), requires_grad=True)
        y = ops.conv2d(t, w1, groups=2)
        y = ops.channel_shuffle(y, groups=2) if shuffle else y
        ops.conv2d(y, w2, groups=2)[:, 0].sum().backward()
        return (t.grad[0, :, 0, 0] != 0).tolist()

    assert inputs_seen(shuffle=False) == [True] * 3 + [False] * 3
    assert inputs_seen(shuffle=True) == [True] * 6


@pytest.mark.parametrize("groups", [4, 0, -1, 1.5])
def test_groups_must_divide_the_channels(groups):
    with pytest.raises(InputError, match=r"channel_shuffle: groups should be a divisor of the channels of x.*\(2, 6\)"):
        ops.channel_shuffle(np.zeros((2, 6)), groups=groups)


@pytest.mark.topic("R145")
def test_a_convolution_is_the_same_in_either_layout():
    """(N, H, W, C) and back: transposes change where numbers lie, not what is computed, nor the gradients."""
    rng = np.random.default_rng(0)
    image, w = rng.standard_normal((2, 5, 6, 3)), rng.standard_normal((3, 2, 3, 4))  # NHWC; kernel H, W, C, out
    pixels = np.lib.stride_tricks.sliding_window_view(image, (3, 2), axis=(1, 2))  # (N, H', W', C, kh, kw)
    expected = np.einsum("nhwcij,ijcf->nhwf", pixels, w)
    dout = rng.standard_normal(expected.shape)

    x, kernel = Tensor(image, requires_grad=True), Tensor(w, requires_grad=True)
    y = ops.conv2d(x.transpose(0, 3, 1, 2), kernel.transpose(3, 2, 0, 1)).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-12)
    y.backward(dout)
    np.testing.assert_allclose(kernel.grad, np.einsum("nhwcij,nhwf->ijcf", pixels, dout), rtol=1e-12, atol=1e-12)

    nchw = Tensor(np.ascontiguousarray(image.transpose(0, 3, 1, 2)), requires_grad=True)
    ops.conv2d(nchw, np.ascontiguousarray(w.transpose(3, 2, 0, 1))).backward(dout.transpose(0, 3, 1, 2).copy())
    np.testing.assert_allclose(x.grad, nchw.grad.transpose(0, 2, 3, 1), rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R145")
def test_layouts_of_pictures_and_of_films():
    """A picture is read as (H, W, C) and wanted as (C, H, W); a film is (N, C, D, H, W) or (N, D, H, W, C)."""
    picture = np.random.default_rng(0).standard_normal((4, 5, 3))
    chw = ops.transpose(picture, axes=(2, 0, 1))
    assert chw.shape == (3, 4, 5) and chw[2, 1, 3] == picture[1, 3, 2]
    np.testing.assert_array_equal(ops.transpose(chw, axes=(1, 2, 0)), picture)
    film = np.random.default_rng(1).standard_normal((2, 3, 4, 5, 6))
    last = ops.transpose(film, axes=(0, 2, 3, 4, 1))
    assert last.shape == (2, 4, 5, 6, 3) and last[1, 3, 2, 4, 0] == film[1, 0, 3, 2, 4]
    np.testing.assert_array_equal(gradient(ops.transpose, last, film, axes=(0, 2, 3, 4, 1)), film)

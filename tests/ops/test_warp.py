"""Spatial transformers' two halves: what known maps do to images, and gradients in x, grid and θ."""

import numpy as np
import pytest

from gradcheck import numerical_gradient
from npdl import InputError, Tensor, ops
from npdl.ops.samples import Draw
from npdl.ops.samples.warp import places

rng = np.random.default_rng(0)
x = rng.standard_normal((2, 3, 5, 4))
IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])
CORNERS = pytest.mark.parametrize("align_corners", [False, True], ids=["edges", "corners"])
PADDINGS = pytest.mark.parametrize("padding", ["zeros", "border"])


def theta(*rows):
    return np.array(rows, dtype=float)[None]


def warped(x, theta, size=None, padding="zeros", **options):
    theta = np.broadcast_to(theta, (len(x), 2, 3)).copy()
    return ops.grid_sample(x, ops.affine_grid(theta, size=size or x.shape[2:], **options), padding=padding, **options)


@pytest.mark.topic("R297")
@CORNERS
@PADDINGS
def test_the_identity_changes_nothing(padding, align_corners):
    np.testing.assert_allclose(warped(x, IDENTITY, None, padding, align_corners=align_corners), x, atol=1e-12)


@pytest.mark.topic("R297")
@CORNERS
def test_the_identity_to_another_size_resizes(align_corners):
    expected = ops.resize(x, size=(8, 3), mode="bilinear", align_corners=align_corners)
    got = warped(x, IDENTITY, (8, 3), "border", align_corners=align_corners)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.topic("R297")
@CORNERS
def test_maps_with_known_pictures(align_corners):
    """Mirrors, half and quarter turns of a square image; x is the first row of θ and points to the right."""
    square = x[:, :, :4]
    for map, expected in (
        (theta([-1, 0, 0], [0, 1, 0]), square[..., ::-1]),
        (theta([1, 0, 0], [0, -1, 0]), square[..., ::-1, :]),
        (theta([0, 1, 0], [1, 0, 0]), square.swapaxes(2, 3)),
        (theta([0, -1, 0], [1, 0, 0]), np.rot90(square, 1, axes=(2, 3))),  # the places turn clockwise, the image back
    ):
        np.testing.assert_allclose(warped(square, map, align_corners=align_corners), expected, atol=1e-12)


@pytest.mark.topic("R297")
def test_a_translation_by_one_pixel_and_what_comes_in_from_outside():
    step = 2 / 4  # of four columns, from edge to edge
    to_the_right = theta([1, 0, step], [0, 1, 0])  # every pixel looks one to the right
    np.testing.assert_allclose(warped(x, to_the_right)[..., :3], x[..., 1:], atol=1e-12)
    assert not warped(x, to_the_right)[..., 3].any()
    np.testing.assert_allclose(warped(x, to_the_right, padding="border")[..., 3], x[..., 3], atol=1e-12)
    far = theta([1, 0, 9], [0, 1, -9])
    assert not warped(x, far).any()
    np.testing.assert_allclose(warped(x, far, padding="border"), x[..., :1, 3:] + 0 * x, atol=1e-12)  # the corner


@pytest.mark.topic("R297")
@PADDINGS
@CORNERS
def test_backward_is_the_adjoint_in_x(padding, align_corners):
    """y is linear in x: <S x, y> = <x, Sᵀ y>."""
    grid = rng.uniform(-1.3, 1.3, (2, 6, 7, 2))
    y, cache = ops.grid_sample.forward(x, grid, padding=padding, align_corners=align_corners)
    dout = rng.standard_normal(y.shape)
    np.testing.assert_allclose((ops.grid_sample.backward(dout, cache)[0] * x).sum(), (y * dout).sum(), rtol=1e-10)


@pytest.mark.topic("R297")
@PADDINGS
@CORNERS
def test_gradients_through_both_halves_are_numerical_ones(padding, align_corners):
    """x, θ and the grid between them."""
    image, options = Tensor(x, requires_grad=True), {"align_corners": align_corners}
    map = Tensor(np.array([IDENTITY, -0.8 * IDENTITY]) + 0.3 * rng.standard_normal((2, 2, 3)), requires_grad=True)
    weights = rng.standard_normal((2, 3, 3, 5))

    def loss(x, theta):
        y = ops.grid_sample(x, ops.affine_grid(theta, size=(3, 5), **options), padding=padding, **options)
        return (y * weights).sum()

    loss(image, map).backward()
    np.testing.assert_allclose(image.grad, numerical_gradient(lambda a: loss(a, map.data), x), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(map.grad, numerical_gradient(lambda a: loss(x, a), map.data), rtol=1e-6, atol=1e-7)


@pytest.mark.topic("R297")
def test_beyond_the_border_a_step_changes_nothing():
    grid = np.array([[[[3.0, 0.1], [0.1, -2.0], [-5.0, 7.0]]]])
    _, cache = ops.grid_sample.forward(x[:1], grid, padding="border")
    dgrid = ops.grid_sample.backward(np.ones((1, 3, 1, 3)), cache)[1]
    assert not dgrid[0, 0, [0, 1, 2, 2], [0, 1, 0, 1]].any()
    assert dgrid[0, 0, [0, 1], [1, 0]].all()


def test_a_single_pixel_lies_in_the_middle():
    for align_corners in (False, True):
        grid = ops.affine_grid(IDENTITY[None], size=1, align_corners=align_corners)
        np.testing.assert_array_equal(grid, np.zeros((1, 1, 1, 2)))
    one = np.full((1, 1, 1, 1), 7.0)
    places_ = rng.uniform(-1, 1, (1, 2, 2, 2))
    np.testing.assert_array_equal(ops.grid_sample(one, places_, align_corners=True), np.full((1, 1, 2, 2), 7.0))
    np.testing.assert_array_equal(ops.grid_sample(one, places_, padding="border"), np.full((1, 1, 2, 2), 7.0))


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_place_that_is_no_number_spoils_only_what_is_seen_there():
    grid = np.zeros((2, 2, 2, 2)) + 0.1
    grid[0, 0, 0, 0] = np.nan
    y = ops.grid_sample(x, grid)
    assert np.isnan(y[0, :, 0, 0]).all() and np.isnan(y).sum() == 3


@pytest.mark.topic("R297")
@pytest.mark.oracle
@PADDINGS
@CORNERS
def test_values_and_gradients_are_pytorchs_through_both_halves(padding, align_corners):
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    start = np.array([IDENTITY, 1.4 * IDENTITY]) + 0.2 * rng.standard_normal((2, 2, 3))
    dout = rng.standard_normal((2, 3, 6, 7))
    images, maps = torch.tensor(x, requires_grad=True), torch.tensor(start, requires_grad=True)
    grid = F.affine_grid(maps, (2, 3, 6, 7), align_corners=align_corners)
    expected = F.grid_sample(images, grid, "bilinear", padding, align_corners)
    expected.backward(torch.tensor(dout))
    image, map = Tensor(x, requires_grad=True), Tensor(start, requires_grad=True)
    grid = ops.affine_grid(map, size=(6, 7), align_corners=align_corners)
    y = ops.grid_sample(image, grid, padding=padding, align_corners=align_corners)
    y.backward(dout)
    for ours, theirs in ((y.data, expected.detach()), (image.grad, images.grad), (map.grad, maps.grad)):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("size", [(4, 5), (1, 6), (3, 1)])
def test_the_samples_places_keep_away_from_the_pixels_centres(size):
    for align_corners in (False, True):
        grid = places(Draw(0), 3, size, (9, 9), align_corners)
        for axis, n in ((0, size[1]), (1, size[0])):
            span = max(n - 1, 1) if align_corners else n
            at = ((grid[..., axis] + 1) * span + n - 1 - span) / 2
            assert np.abs(at - np.round(at)).min() > 0.09 and at.min() < 0 and at.max() > n - 1


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ops.affine_grid(IDENTITY, size=3), r"affine_grid: theta should be an array of shape \(N, 2, 3\); got"),
        (lambda: ops.affine_grid(np.zeros((4, 6)), size=3), r"affine_grid: theta should be an array of shape \(N, 2"),
        (lambda: ops.affine_grid(IDENTITY[None], size=(3, 0)), "affine_grid: size should be an integer >= 1 or a pair"),
        (lambda: ops.affine_grid(IDENTITY[None], size=(2, 3, 4)), r"affine_grid: size should .* got \(2, 3, 4\)"),
        (lambda: ops.grid_sample(x[0], x), r"grid_sample: x should be a 4-d array \(N, C, H, W\)"),
        (lambda: ops.grid_sample(x, np.zeros((2, 4, 4, 3))), r"grid_sample: grid should be an array of shape .* pairs"),
        (lambda: ops.grid_sample(x, np.zeros((3, 4, 4, 2))), "grid_sample: grid should be an array .* for each image"),
        (lambda: ops.grid_sample(x, np.zeros((2, 4, 2))), "grid_sample: grid should be a 4-d array"),
        (lambda: ops.grid_sample(x[:, :, :0], np.zeros((2, 4, 4, 2))), "grid_sample: x should be images with a pixel"),
        (
            lambda: ops.grid_sample(x, np.zeros((2, 4, 4, 2)), padding="reflection"),
            'grid_sample: padding should be "zeros" or "border"; got \'reflection\'',
        ),
    ],
)
def test_what_is_said_of_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()

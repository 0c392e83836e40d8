"""The bird's-eye view: the ground from above, from a camera's image or from a laser's points."""

import numpy as np

from ..arguments import number, reals, takes
from ..errors import InputError, require_ndim, require_positive, require_shape
from ..vision.images import require_image
from ..vision.warp import sample


@takes(K=reals("3, 3"), height=number(above=0), pitch=number())
def ground_homography(K, height, pitch=0.0):
    """The matrix (3, 3) from the ground (X, Y, 1), X m right and Y m ahead of the camera, to pixels (x, y, 1).

    K [r a f]: the camera's matrix times what is right, what is ahead and where its foot is, as the camera sees them (x
    right, y down, z along its view). height: of the camera above the ground, metres; pitch: how far it looks down from
    the horizon, radians. Hartley and Zisserman 2004, section 8.1.
    """
    require_shape("ground_homography", "K", K, (3, 3), "the camera's matrix")
    require_positive("ground_homography", "height", height)
    s, c = np.sin(pitch), np.cos(pitch)
    right, ahead, foot = np.array([1, 0, 0.0]), np.array([0, -s, c]), height * np.array([0, c, s])
    return K @ np.stack([right, ahead, foot], axis=1)


@takes(homography=reals("3, 3"), x=reals("X"), y=reals("Y"))
def birds_eye(image, homography, x, y):
    """The ground from above: the image at the pixels where the camera sees the places of a grid, (Y, X).

    x (X,), y (Y,): the grid's places on the ground, in metres. 0 where the camera does not look. Only what lies on the
    ground comes out right; what stands on it is smeared away from the camera. Mallot et al. 1991.
    """
    image = require_image("birds_eye", image)
    ground = np.stack([*np.meshgrid(x, y), np.ones((len(y), len(x)))], axis=-1)
    h = ground @ homography.T  # (Y, X, 3)
    ahead = h[..., 2] > 1e-9
    depth = np.where(ahead, h[..., 2], 1)
    columns, rows = (np.where(ahead, h[..., n] / depth, -2) for n in (0, 1))
    H, W = image.shape[:2]
    inside = (columns >= 0) & (columns <= W - 1) & (rows >= 0) & (rows <= H - 1)
    seen = sample(image, np.where(inside, columns, 0), np.where(inside, rows, 0))
    return seen * (inside if image.ndim == 2 else inside[..., None])


@takes(points=reals("n, 3"), low=reals("2"), high=reals("2"), cell=number(above=0))
def height_map(points, low, high, cell):
    """The largest z of the points (N, 3) in each cell of a grid over [low, high), two (2,): (rows of y, columns of x).

    nan where there is no point. What a network takes as an image of a laser's scan.
    """
    require_ndim("height_map", "points", points, 2, "(N, 3)")
    require_positive("height_map", "cell", cell)
    low, high = np.asarray(low, float), np.asarray(high, float)
    if not np.all(low < high):
        raise InputError("height_map", "low", "below high", (low.tolist(), high.tolist()))
    W, H = np.ceil((high - low) / cell - 1e-9).astype(int)
    column, row = np.floor((points[:, :2] - low) / cell).astype(int).T
    inside = (column >= 0) & (column < W) & (row >= 0) & (row < H)
    heights = np.full((H, W), -np.inf)
    np.maximum.at(heights, (row[inside], column[inside]), points[inside, 2])
    return np.where(np.isneginf(heights), np.nan, heights)

"""Features that say more about a picture than its pixels: directions of edges (HOG) and colours (hue).

A grey picture is (H, W), a colour picture (H, W, 3), numbers from 0 to 1; row i points down, column j to the right.
"""

import numpy as np


def image_gradient(image):
    """How strong and in which direction the brightness changes at each pixel.

    g_x[i, j] = I[i, j+1] - I[i, j-1],  g_y[i, j] = I[i+1, j] - I[i-1, j]

    On the border, where one of the two neighbours is missing, that component is 0. image: (H, W). Returns (magnitude,
    degrees), each (H, W): the length of (g_x, g_y), and the angle of it without its sign, in [0, 180): an edge from
    dark to light has the direction of one from light to dark.
    """
    # BEGIN SOLUTION
    gx, gy = np.zeros(image.shape), np.zeros(image.shape)
    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]
    gy[1:-1] = image[2:] - image[:-2]
    return np.sqrt(gx**2 + gy**2), np.degrees(np.arctan2(gy, gx)) % 180
    # END SOLUTION


def hog_cells(image, cell, bins):
    """For each cell of the picture a histogram of the directions in it.

    image: (H, W); cell: the side of a cell in pixels; bins: how many equal parts of [0, 180), bin 0 beginning at 0.
    Each pixel adds the magnitude of its gradient to the bin of its direction; the sum is divided by the number of
    pixels of a cell. Rows and columns that do not fill a cell, at the bottom and on the right, are left out after the
    gradient has been taken. Returns (H // cell, W // cell, bins).
    """
    # BEGIN SOLUTION
    magnitude, degrees = image_gradient(image)
    rows, columns = image.shape[0] // cell, image.shape[1] // cell
    which = np.floor(degrees * bins / 180).astype(int) % bins
    votes = magnitude[:, :, None] * (which[:, :, None] == np.arange(bins))  # (H, W, bins)
    votes = votes[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell, bins)
    return votes.mean(axis=(1, 3))
    # END SOLUTION


def block_normalise(cells, block=2, eps=1e-5, clip=0.2):
    """Histograms of cells, made independent of the contrast around them.

    A block is block × block neighbouring cells; blocks overlap, and there is one for each cell that has enough cells to
    its right and below it. Each block is flattened to a vector v and becomes

        v ← v / √(|v|² + ε²),  then no number above clip,  then v ← v / √(|v|² + ε²) once more

    cells: (rows, columns, bins); eps: ε. Returns all blocks one after the other, row by row, as a vector of
    (rows - block + 1) (columns - block + 1) · block² · bins numbers; in a block the cells stand row by row.
    """
    # BEGIN SOLUTION
    rows, columns, _ = cells.shape
    blocks = []
    for i in range(rows - block + 1):
        for j in range(columns - block + 1):
            v = cells[i : i + block, j : j + block].ravel()
            v = v / np.sqrt((v**2).sum() + eps**2)
            v = np.minimum(v, clip)
            blocks.append(v / np.sqrt((v**2).sum() + eps**2))
    return np.concatenate(blocks)
    # END SOLUTION


def rgb_to_hue(rgb):
    """The hue of each pixel, and how colourful it is.

    With V = max(R, G, B) and chroma C = V - min(R, G, B), the hue in sixths of a turn is

        (G - B) / C  where V = R,   2 + (B - R) / C  where V = G,   4 + (R - G) / C  where V = B,

    brought into [0, 1) as a part of a whole turn: red is 0, green 1/3, blue 2/3. Grey (C = 0) gets hue 0.
    rgb: (H, W, 3). Returns (hue, chroma), each (H, W).
    """
    # BEGIN SOLUTION
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    v = rgb.max(axis=2)
    chroma = v - rgb.min(axis=2)
    c = np.where(chroma > 0, chroma, 1)
    sixths = np.where(v == r, (g - b) / c, np.where(v == g, 2 + (b - r) / c, 4 + (r - g) / c))
    return np.where(chroma > 0, sixths / 6 % 1, 0), chroma
    # END SOLUTION


def hue_histogram(rgb, bins):
    """How much of each hue is in a picture; each pixel counts by its chroma, so grey does not count.

    rgb: (H, W, 3); bins: how many equal parts of [0, 1), bin 0 beginning at hue 0. Returns (bins,) with the sum 1; for
    a picture without any colour, zeros.
    """
    # BEGIN SOLUTION
    hue, chroma = rgb_to_hue(rgb)
    which = np.floor(hue * bins).astype(int) % bins
    total = np.bincount(which.ravel(), chroma.ravel(), minlength=bins)
    return total / total.sum() if total.sum() > 0 else total
    # END SOLUTION


def standardise(train, others):
    """Features with mean 0 and standard deviation 1 each, as measured on the training set.

    x̂ = (x - μ) / σ,  μ and σ those of the columns of train (σ² with 1/N)

    Where σ is 0, σ = 1 is taken. train: (N, F); others: a list of arrays (M, F), which get the same μ and σ.
    Returns (train standardised, the list of the others standardised).
    """
    # BEGIN SOLUTION
    mean, sd = train.mean(axis=0), train.std(axis=0)
    sd = np.where(sd > 0, sd, 1)
    return (train - mean) / sd, [(x - mean) / sd for x in others]
    # END SOLUTION


def image_features(images, cell, bins, hue_bins):
    """One row of features for each picture: block-normalised HOG of its brightness, then the hue histogram.

    images: (N, 3, H, W), numbers from 0 to 1. The brightness is the mean of the three channels. cell, bins: of
    hog_cells; block_normalise with its defaults. Returns (N, F).
    """
    # BEGIN SOLUTION
    rows = []
    for image in images:
        cells = hog_cells(image.mean(axis=0), cell, bins)
        hue = hue_histogram(image.transpose(1, 2, 0), hue_bins)
        rows.append(np.concatenate([block_normalise(cells), hue]))
    return np.stack(rows)
    # END SOLUTION


def my_features(images):
    """Features of your own choice: whatever tells the shapes of Scenes apart.

    A linear classifier (ridge regression on standardised features) is trained on the rows of 300 pictures and tested on
    300 others, of ten shapes; it must reach 36 %. On the pixels themselves it does little better than guessing. You may
    call image_features, or do without. images: (N, 3, 32, 32), numbers from 0 to 1. Returns (N, F), F at most 5000.
    """
    # BEGIN SOLUTION
    return image_features(images, 16, 18, 6)
    # END SOLUTION

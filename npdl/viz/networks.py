"""What a network sees: its feature maps, and which pixels its answer hangs on."""

import contextlib
import math

import numpy as np

from ..backend import array_module, to_device, to_numpy
from ..errors import InputError, InputTypeError, require_indices, require_ndim, require_shape
from ..nn import in_test_mode
from ..tape import Tensor
from .figures import INK, new_figure, show
from .grids import as_array, as_images, make_grid


def plot_activations(maps, columns=None):
    """The feature maps of one image, (C, H, W), a grey picture a channel: from black, the least, to white, the largest.

    All have one scale: a channel that says nothing looks empty. columns: maps in a row, by default about sqrt(C).
    """
    maps = as_array("plot_activations", "maps", maps)
    require_ndim("plot_activations", "maps", maps, 3, "(C, H, W), of one image")
    if maps.size == 0 or not np.isfinite(maps).all():
        raise InputError("plot_activations", "maps", "finite numbers, and not none", maps)
    low, high = float(maps.min()), float(maps.max())
    unit = (maps - low) / (high - low) if high > low else np.zeros(maps.shape)
    C, H, W = maps.shape
    columns = math.ceil(math.sqrt(C)) if columns is None else columns
    grid = make_grid(unit.astype(np.float64), columns=columns, pad=1, value=0.5)
    wide = min(max(0.9 * columns, 3.0), 8)
    figure = new_figure(wide, wide * grid.shape[0] / grid.shape[1] + 0.4)
    axes = figure.subplots()
    show(axes, grid, cmap="gray", vmin=0, vmax=1)
    axes.set_title(f"{C} channels of {H} × {W}: {low:.3g} to {high:.3g}", fontsize=10, color=INK, loc="left")
    axes.set_axis_off()
    return figure


def plot_saliency(model, x, y, images=None, names=None):
    """The images, and below each how much every pixel moves the score of class y: max over channels of |∂s_y / ∂x|.

    x: (N, C, H, W), at most 10, as the network wants them; y: labels (N,); images: what to show above, in [0, 1], by
    default x; names: of the classes, by default their numbers. The brightest pixel of a map is its largest. The model
    is run in test mode and left as it was, its gradients as well.
    Simonyan, Vedaldi and Zisserman 2014, "Deep Inside Convolutional Networks", section 3.
    """
    x, y = as_array("plot_saliency", "x", x), as_array("plot_saliency", "y", y)
    require_ndim("plot_saliency", "x", x, 4, "(N, C, H, W)")
    N = len(x)
    if not 1 <= N <= 10:
        raise InputError("plot_saliency", "x", "1 to 10 images", x)
    require_shape("plot_saliency", "y", y, (N,), "one label for each image")
    shown = as_images("plot_saliency", x if images is None else images)
    require_shape("plot_saliency", "images", shown, (N, *shown.shape[1:]), "one for each of x")
    maps = np.abs(saliency(model, x, y)).max(axis=1)  # (N, H, W)
    largest = maps.max(axis=(1, 2), keepdims=True)
    maps = maps / np.where(largest > 0, largest, 1)

    figure = new_figure(1.25 * N + 0.1, 2.5 * x.shape[2] / x.shape[3] + 0.4)
    for n, (above, below) in enumerate(figure.subplots(2, N, squeeze=False).T):
        show(above, shown[n], cmap="gray", vmin=0, vmax=1)
        above.set_title(str(y[n] if names is None else names[y[n]]), fontsize=9, color=INK, pad=3)
        show(below, maps[n], cmap="magma", vmin=0, vmax=1)
        above.set_axis_off()
        below.set_axis_off()
    return figure


def saliency(model, x, y):
    """∂s_y / ∂x: for each image x_n the gradient of the score of class y_n, an array of x's shape.

    x: (N, ...), as the network wants them; y: (N,), integers.
    """
    x, y = as_array("saliency", "x", x), as_array("saliency", "y", y)
    require_shape("saliency", "y", y, x.shape[:1], "one label for each image")
    if y.dtype.kind not in "iu":
        raise InputTypeError("saliency", "y", "integer labels", y)
    with _untouched(model):
        pixels = Tensor(to_device(x), requires_grad=True)
        scores = model(pixels)
        require_ndim("saliency", "model(x)", scores, 2, "(N, classes)")
        require_indices("saliency", "y", y, scores.shape[1])
        module = array_module(scores.data)
        own = module.asarray(np.arange(scores.shape[1]) == y[:, None], dtype=scores.dtype)
        scores.backward(own)  # images do not mix in test mode: the gradient of the sum is each one's own
    return to_numpy(pixels.grad)


@contextlib.contextmanager
def _untouched(model):
    """Test mode, and no gradients for the parameters; afterwards all is as before."""
    before = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        for parameter, _ in before:
            parameter.requires_grad = False
        with in_test_mode(model):
            yield
    finally:
        for parameter, required in before:
            parameter.requires_grad = required

"""Pictures: grids of images in NumPy, and plots that need matplotlib once they are drawn."""

from .grids import make_grid, unnormalise
from .plots import plot_confusion, plot_filters, plot_history, plot_images, plot_mistakes, save

__all__ = [
    "make_grid",
    "unnormalise",
    "plot_history",
    "plot_images",
    "plot_filters",
    "plot_confusion",
    "plot_mistakes",
    "save",
]

"""Pictures: grids of images in NumPy, plots that need matplotlib once they are drawn, and the tape as a graph."""

from .boxes import plot_detections
from .graph import Graph, tape_graph
from .grids import make_grid, unnormalise
from .insight import plot_activations, plot_decision_regions, plot_saliency, saliency
from .plots import plot_confusion, plot_filters, plot_history, plot_images, plot_mistakes
from .style import save

__all__ = [
    "Graph",
    "make_grid",
    "plot_activations",
    "plot_confusion",
    "plot_decision_regions",
    "plot_detections",
    "plot_filters",
    "plot_history",
    "plot_images",
    "plot_mistakes",
    "plot_saliency",
    "saliency",
    "save",
    "tape_graph",
    "unnormalise",
]

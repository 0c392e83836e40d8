"""Pictures: grids of images in NumPy, plots that need matplotlib once they are drawn, and the tape as a graph."""

from .attention import plot_patch_attention, plot_word_attention
from .curves import plot_curves, plot_decision_regions, plot_roc
from .detections import plot_detections
from .figures import save
from .fonts import use_chinese_fonts
from .graph import Graph, tape_graph
from .grids import make_grid, unnormalise
from .networks import plot_activations, plot_saliency, saliency
from .panels import Panel, Plot, plot_panels
from .plots import plot_confusion, plot_filters, plot_history, plot_images, plot_mistakes
from .sequences import gate_activations, plot_gates, plot_over_length, plot_state_gradients, state_gradients
from .warps import plot_warps

__all__ = [
    "make_grid",
    "unnormalise",
    "plot_history",
    "plot_curves",
    "plot_images",
    "plot_filters",
    "plot_activations",
    "saliency",
    "plot_saliency",
    "plot_confusion",
    "plot_mistakes",
    "plot_roc",
    "plot_decision_regions",
    "plot_detections",
    "plot_warps",
    "Panel",
    "Plot",
    "plot_panels",
    "plot_word_attention",
    "plot_patch_attention",
    "gate_activations",
    "plot_gates",
    "state_gradients",
    "plot_state_gradients",
    "plot_over_length",
    "Graph",
    "tape_graph",
    "save",
    "use_chinese_fonts",
]

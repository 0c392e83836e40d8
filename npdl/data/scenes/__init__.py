"""Scenes: a small world of coloured shapes, drawn from a seed, in which every label is exact.

draws (random numbers) < shapes, colours, levels < layout (what is where) < backgrounds, render (pixels),
annotate (masks, boxes, key points) < captions (the grammar) < scenes (the containers) < load.
"""

from .captions import LENGTH, VOCABULARY, Facts, Noun, from_tokens, parse_caption
from .colours import COLOURS, PALETTE
from .layout import held_out
from .levels import LEVELS, TEXTURES
from .load import load_scenes
from .scenes import Object, Scene, Scenes
from .shapes import CLASSES

__all__ = [
    "load_scenes",
    "Scenes",
    "Scene",
    "Object",
    "CLASSES",
    "COLOURS",
    "PALETTE",
    "TEXTURES",
    "LEVELS",
    "held_out",
    "VOCABULARY",
    "LENGTH",
    "parse_caption",
    "from_tokens",
    "Facts",
    "Noun",
]

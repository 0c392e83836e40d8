"""Scenes: many pictures with all there is to know of them, and one."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from . import captions as grammar
from .colours import COLOURS
from .levels import TEXTURES
from .shapes import CLASSES


class Object(NamedTuple):
    """One object of a Scene. Coordinates are pixels as in `Scenes`; degrees are clockwise."""

    shape: str
    colour: str
    size: str  # "small" or "large"
    box: np.ndarray  # (4,)
    full_box: np.ndarray  # (4,)
    visibility: float
    centre: np.ndarray  # (2,)
    radius: float
    degrees: int
    corners: np.ndarray  # (P, 2)
    corner_states: np.ndarray  # (P,)


@dataclass(frozen=True, eq=False, repr=False)
class Scene:
    """One picture. objects: those at the back first. overlaps[i, j]: object j covers a twentieth or more of i."""

    pixels: np.ndarray  # uint8 (3, size, size)
    instances: np.ndarray  # uint8 (size, size): 0, or 1 + an index into objects
    objects: tuple
    main: int
    overlaps: np.ndarray
    tone: str
    texture: str
    wording: int

    def __repr__(self):
        return f"Scene({self.caption()!r})"

    @property
    def image(self):
        """float32 (3, size, size) in [0, 1]."""
        return self.pixels.astype(np.float32) / 255

    @property
    def label(self):
        """The class of the main object, an index into CLASSES."""
        return CLASSES.index(self.objects[self.main].shape)

    @property
    def facts(self):
        """What the caption says: `Facts`."""
        return grammar.facts_of(self, self.wording)

    def words(self, language="en"):
        """The caption as a list of words."""
        return grammar.words_of(self.facts, self.wording, language)

    def caption(self, language="en"):
        """The caption in English ("en") or Chinese ("zh")."""
        return grammar.join(self.words(language), language)

    def agrees(self, text, language="en"):
        """True if the text is a sentence of the grammar, and all that it says holds here."""
        facts = grammar.parse_caption(text, language)
        return facts is not None and grammar.agrees(facts, self)


@dataclass(frozen=True, eq=False, repr=False)
class Scenes:
    """N pictures of up to K objects each, and what is in them. scenes[i] is one Scene, scenes[rows] are some Scenes.

    Coordinates are in pixels: x to the right, y downwards, (0, 0) is the top left corner of the image. Pixel (i, j),
    row and column, is the square [j, j + 1) × [i, i + 1) with its centre at (j + 0.5, i + 0.5). A pixel belongs to an
    object if its centre is inside the outline. A box x1, y1, x2, y2 runs along pixel edges: x2 - x1 is its width, and
    a mask's box holds columns x1 to x2 - 1. Fields of objects are padded from an image's `counts` to K, with -1 in
    `classes` and `colours`, elsewhere with 0.

    pixels: uint8 (N, 3, size, size); `images` are floats.
    instances: uint8 (N, size, size), 0 for the background, else 1 + the index of the object that is seen there.
    counts: (N,) objects in the image. They are listed from the back: object k + 1 is drawn over object k.
    main: (N,) the index of the main object, the one with the most visible pixels; `labels` are its class.
    classes, colours: (N, K) indices into CLASSES and COLOURS. No colour is in an image twice. large: (N, K) bool.
    centres: (N, K, 2) x, y of the centroid of the whole shape. radii: (N, K) pixels; its area is about 2.2 radius².
    degrees: (N, K) turned clockwise, in the range in which a shape does not come to look the same again.
    boxes: (N, K, 4) around the visible pixels. full_boxes: (N, K, 4) around all, seen or covered.
    visibility: (N, K) the part of the object's pixels that is seen.
    overlaps: (N, K, K) bool, [n, i, j]: object j covers at least a twentieth of object i (judged at 32 pixels).
    keypoints: (N, K, 13, 2) x, y of the centre, then of the corners, clockwise from the shape's own top (star: tips
    and notches; heart: notch and tip; crescent: its two tips; circle and ring have none).
    keypoint_states: uint8 (N, K, 13), as in COCO: 0, there is none; 1, hidden: its pixel shows an object nearer to us;
    2, visible.
    textures: (N,) of the background, indices into TEXTURES. dark: (N,) bool, its tone. wordings: (N,) of the caption.
    indices: (N,) where in the stream of its seed, level and split each image stands.
    """

    pixels: np.ndarray
    instances: np.ndarray
    counts: np.ndarray
    main: np.ndarray
    classes: np.ndarray
    colours: np.ndarray
    large: np.ndarray
    centres: np.ndarray
    radii: np.ndarray
    degrees: np.ndarray
    boxes: np.ndarray
    full_boxes: np.ndarray
    visibility: np.ndarray
    overlaps: np.ndarray
    keypoints: np.ndarray
    keypoint_states: np.ndarray
    textures: np.ndarray
    dark: np.ndarray
    wordings: np.ndarray
    indices: np.ndarray

    def __len__(self):
        return len(self.pixels)

    def __repr__(self):
        size, most = self.pixels.shape[-1], int(self.counts.max(initial=0))
        return f"Scenes({len(self)} pictures of {size}×{size}, of at most {most} objects)"

    def __getitem__(self, index):
        if isinstance(index, (int, np.integer)):
            return self._scene(range(len(self))[index])
        return Scenes(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    @property
    def images(self):
        """float32 (N, 3, size, size) in [0, 1]; made anew each time, four times as large as `pixels`."""
        return self.pixels.astype(np.float32) / 255

    @property
    def labels(self):
        """int64 (N,): the class of the main object."""
        return self.classes[np.arange(len(self)), self.main]

    @property
    def semantic(self):
        """uint8 (N, size, size): 0 for the background, 1 + the class for objects."""
        table = np.concatenate([np.zeros((len(self), 1), np.uint8), (self.classes + 1).astype(np.uint8)], axis=1)
        return table[np.arange(len(self))[:, None, None], self.instances]

    @property
    def masks(self):
        """bool (N, K, size, size): what is seen of each object."""
        return self.instances[:, None] == np.arange(1, self.classes.shape[1] + 1, dtype=np.uint8)[:, None, None]

    def captions(self, language="en"):
        """N sentences in English ("en") or Chinese ("zh"), which say the same: see `captions.py` for the grammar."""
        return [scene.caption(language) for scene in self]

    def tokens(self, language="en"):
        """The captions as indices into VOCABULARY[language], int64 (N, LENGTH[language]): start, words, end, pad."""
        return np.array([grammar.to_tokens(scene.words(language), language) for scene in self], dtype=np.int64)

    def _scene(self, i):
        objects = tuple(self._object(i, k) for k in range(self.counts[i]))
        return Scene(
            self.pixels[i],
            self.instances[i],
            objects,
            int(self.main[i]),
            self.overlaps[i, : len(objects), : len(objects)],
            grammar.TONES[int(self.dark[i])],
            TEXTURES[self.textures[i]],
            int(self.wordings[i]),
        )

    def _object(self, i, k):
        states = self.keypoint_states[i, k]
        corners = slice(1, np.count_nonzero(states))
        return Object(
            CLASSES[self.classes[i, k]],
            COLOURS[self.colours[i, k]],
            grammar.SIZES[int(self.large[i, k])],
            self.boxes[i, k],
            self.full_boxes[i, k],
            float(self.visibility[i, k]),
            self.centres[i, k],
            float(self.radii[i, k]),
            int(self.degrees[i, k]),
            self.keypoints[i, k, corners],
            states[corners],
        )

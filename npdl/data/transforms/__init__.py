"""Transforms: what changes the images of a batch before the network sees them.

    transform = Compose(RandomCrop(32, pad=4), RandomHorizontalFlip(), Normalise.of(x_train))
    loader = DataLoader(x_train, y_train, transform=transform, seed=0)

Each takes the images x (N, C, H, W) first and hands on what comes after them: transform(x, y, rng=...) gives (x, y),
transform(x, rng=...) gives x. All numbers are drawn from `rng`, by default npdl's shared generator, for every image its
own; the images given are left as they were. They keep the dtype.
"""

from .base import Compose, RandomApply, Transform, TwoViews
from .blur import GaussianBlur
from .colour import ColourJitter, Normalise, RandomGrey, ToFloat
from .crop import CentreCrop, RandomCrop, RandomHorizontalFlip
from .inference import preprocess
from .mix import Cutout, MixUp
from .resize import RandomResizedCrop, Resize

__all__ = [
    "Transform",
    "Compose",
    "RandomApply",
    "TwoViews",
    "ToFloat",
    "Normalise",
    "RandomHorizontalFlip",
    "RandomCrop",
    "CentreCrop",
    "Resize",
    "RandomResizedCrop",
    "ColourJitter",
    "RandomGrey",
    "GaussianBlur",
    "Cutout",
    "MixUp",
    "preprocess",
]

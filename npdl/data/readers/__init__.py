"""Readers of real data sets from the user's own files, a format a file. Nothing downloads, nothing trusts a file."""

from .archives import extract
from .cifar import CIFAR10_CLASSES, read_cifar10
from .coco import COCO, COCOObjects, read_coco
from .files import BadFileError
from .folders import DDPM_VARIANCE, ImageFolder, read_celeba_attributes, read_synset_words
from .images import read_image
from .masks import polygon_area, polygon_mask, rle_decode, rle_encode
from .mnist import FASHION_MNIST_CLASSES, read_idx, read_mnist
from .png import read_palette_png, write_palette_png
from .voc import (
    VOC,
    VOC_ACTIONS,
    VOC_BORDER,
    VOC_CLASSES,
    VOCObjects,
    read_image_set,
    read_voc,
    read_voc_annotation,
    voc_palette,
)

__all__ = [
    "BadFileError",
    "read_cifar10",
    "CIFAR10_CLASSES",
    "read_mnist",
    "read_idx",
    "FASHION_MNIST_CLASSES",
    "ImageFolder",
    "read_image",
    "read_synset_words",
    "read_celeba_attributes",
    "DDPM_VARIANCE",
    "read_voc",
    "VOC",
    "VOCObjects",
    "VOC_CLASSES",
    "VOC_ACTIONS",
    "VOC_BORDER",
    "voc_palette",
    "read_image_set",
    "read_voc_annotation",
    "read_coco",
    "COCO",
    "COCOObjects",
    "polygon_mask",
    "polygon_area",
    "rle_encode",
    "rle_decode",
    "read_palette_png",
    "write_palette_png",
    "extract",
]

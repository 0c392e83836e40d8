"""From a file of each format to a picture that one can look at, with nothing but npdl in between."""

import numpy as np
import pytest
from PIL import Image

from npdl import viz
from npdl.data import ImageFolder, read_cifar10, read_coco, read_mnist, read_voc, voc_palette
from tests.data.readers.makers import (
    cifar_batches,
    cifar_binary,
    cifar_python,
    class_folders,
    coco,
    mnist,
    tar_gz,
    voc,
    write_files,
)


def cifar_images(make):
    def images(folder):
        (x, y), _, classes = read_cifar10(tar_gz(folder / "c.tar.gz", make(cifar_batches())))
        return x, [classes[label] for label in y]

    return images


def mnist_images(folder):
    mnist(folder, True)
    (x, y), _ = read_mnist(folder)
    return x, y


def flowers(folder):
    data = ImageFolder(class_folders(folder), size=10)
    x, y = data.arrays()
    return x, [data.classes[label] for label in y]


def voc_overlays(folder):
    """The picture, its label map in VOC's colours, and the pixels inside the boxes."""
    voc(folder)
    image, objects = read_voc(folder)[0]
    _, labels = read_voc(folder, task="segmentation")[0]
    colours = voc_palette()[labels].transpose(2, 0, 1).astype(np.float32) / 255
    inside = np.zeros_like(image)
    for x1, y1, x2, y2 in objects.boxes.astype(int):
        inside[:, y1:y2, x1:x2] = image[:, y1:y2, x1:x2]
    return np.stack([image, colours, inside]), ["picture", "labels", "boxes"]


def coco_overlays(folder):
    """The picture, and each object alone."""
    data = read_coco(*coco(folder))
    image, objects = data[0]
    alone = image * data.masks(0)[:, None]
    return np.concatenate([image[None], alone]), ["picture", *(data.classes[label] for label in objects.labels)]


SETS = {
    "cifar10": (cifar_images(cifar_binary), 10),
    "cifar10-python": (cifar_images(cifar_python), 10),
    "mnist": (mnist_images, 7),
    "flowers": (flowers, 10),
    "voc": (voc_overlays, 3),
    "coco": (coco_overlays, 3),
}


@pytest.mark.parametrize("name", SETS)
def test_it_can_be_looked_at(name, tmp_path):
    read, count = SETS[name]
    images, titles = read(write_files(tmp_path / "set", {}))
    assert len(images) == len(titles) == count and images.dtype == np.float32
    figure = viz.plot_images(images, titles=titles, columns=5)
    assert [axes.get_title() for axes in figure.axes[:count]] == [str(title) for title in titles]
    viz.save(figure, tmp_path / "figure.png", dpi=60)
    with Image.open(tmp_path / "figure.png") as drawn:
        pixels = np.asarray(drawn.convert("L"))
    assert min(pixels.shape) > 60 and pixels.std() > 5  # it is not empty
    assert np.isfinite(viz.make_grid(images)).all()

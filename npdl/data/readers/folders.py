"""Folders of pictures: a folder a class (flowers, ImageNet), or all in one (CelebA, LSUN)."""

import numpy as np

from ...errors import InputError
from .files import BadFileError, read_text, require_folder
from .images import SUFFIXES, Pictures, read_image

# The variance of the reverse steps that the authors of DDPM (J. Ho, A. Jain, P. Abbeel 2020) took for each set:
# "fixedlarge" is σ_t² = β_t, "fixedsmall" the posterior's σ_t² = β_t (1 - ᾱ_{t-1}) / (1 - ᾱ_t), which is smaller.
DDPM_VARIANCE = {"cifar10": "fixedlarge", "celeba-hq": "fixedsmall", "lsun": "fixedsmall"}


class ImageFolder(Pictures):
    """Pictures from a folder, read when they are asked for: `image, label = d[i]`.

        flowers = ImageFolder("flower_photos", size=64)
        image, label = flowers[0]               # float32 (3, 64, 64) in [0, 1]; flowers.classes[label] is its name
        x, y = flowers.arrays()                 # all of them, (N, 3, 64, 64) and (N,)

    root: either has a folder for each class, in the order of their names, with the pictures directly inside; or holds
    the pictures itself. Pictures are the .jpg, .jpeg, .png, .bmp and .webp files; other files and hidden ones are left
    out, but a class without a picture raises. LSUN must be unpacked from its LMDB first.
    size: None gives each picture its own size; an integer, the middle square scaled to size x size (see `read_image`).
    words: for class folders, a file that names them, as ImageNet's LOC_synset_mapping.txt, a line a class: "n01440764
    tench, Tinca tinca". Labels then count its lines: 20,000 classes keep their numbers when only a few are on the disk.
    attributes: for one folder, CelebA's list_attr_celeba.txt: the label of a picture is its row of 40, int64, 0 or 1.

    Attributes: `paths`; `classes`, or the attributes' names; `synsets`, the folders' names; `labels`, int64 (N,) or
    (N, 40), all -1 where there are none. train_val_split(np.arange(len(d)), stratify=d.labels) gives the indices of a
    training and a validation set for `d.arrays(indices)`.
    """

    def __init__(self, root, *, size=None, words=None, attributes=None):
        root = require_folder("ImageFolder", root)
        folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith("."))
        loose = _pictures_in(root)
        if bool(folders) == bool(loose):
            found = "it holds both" if loose else "it holds neither"
            raise BadFileError("ImageFolder", root, "hold either class folders or pictures", found)
        wrong, value = ("attributes", attributes) if folders else ("words", words)
        if value is not None:
            expected = f"None for {'class folders' if folders else 'a folder of pictures'}"
            raise InputError("ImageFolder", wrong, expected, str(value))
        self.size, self.synsets, self.classes = size, (), ()
        if folders:
            self._read_classes(folders, words)
        else:
            super().__init__(loose)
            self.labels = np.full(len(loose), -1)
            if attributes is not None:
                self.classes, rows = read_celeba_attributes(attributes)
                self.labels = np.array([_row_of(path, rows, attributes) for path in loose])

    def _read_classes(self, folders, words):
        names = {f.name: f.name for f in folders} if words is None else read_synset_words(words)
        number = {synset: label for label, synset in enumerate(names)}
        paths, labels = [], []
        for folder in folders:
            if folder.name not in number:
                raise BadFileError("ImageFolder", words, f"name the class {folder.name!r}", "it does not")
            if not (pictures := _pictures_in(folder)):
                raise BadFileError("ImageFolder", folder, "hold pictures", "it holds none")
            paths += pictures
            labels += [number[folder.name]] * len(pictures)
        super().__init__(paths)
        self.synsets, self.classes, self.labels = tuple(names), tuple(names.values()), np.array(labels)

    def image(self, i):
        return read_image(self.paths[i], size=self.size)

    def sample(self, i):
        label = self.labels[i]
        return self.image(i), int(label) if label.ndim == 0 else label

    def arrays(self, indices=None):
        """All pictures (or those at `indices`) in memory: x float32 (N, 3, size, size), and their labels."""
        if self.size is None:
            raise InputError("ImageFolder.arrays", "size", "given to ImageFolder, so that all have one", None)
        indices = np.arange(len(self)) if indices is None else np.asarray(indices)
        x = np.empty((len(indices), 3, self.size, self.size), dtype=np.float32)
        for row, i in enumerate(indices):
            x[row] = self.image(i)
        return x, self.labels[indices]


def _pictures_in(folder):
    return sorted(f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES and f.name[0] != "." and f.is_file())


def _row_of(path, rows, attributes):
    if path.name not in rows:
        raise BadFileError("ImageFolder", attributes, f"have a line for {path.name}", "it has none")
    return rows[path.name]


def read_synset_words(path):
    """{"n01440764": "tench, Tinca tinca", ...} in the order of the lines of a file such as LOC_synset_mapping.txt."""
    words = {}
    for number, line in enumerate(read_text("read_synset_words", path).splitlines(), 1):
        synset, _, name = line.strip().partition(" ")
        if not name or synset in words:
            expected = f'have "folder name", each folder once, in line {number}'
            raise BadFileError("read_synset_words", path, expected, f"it has {line[:80]!r}")
        words[synset] = name.strip()
    if not words:
        raise BadFileError("read_synset_words", path, "name classes", "it is empty")
    return words


def read_celeba_attributes(path):
    """The attributes' names, and {file name: int64 row of 0 and 1}, of CelebA's list_attr_celeba.txt.

    The file: the number of pictures; the names; and a line a picture: its name, and -1 or 1 for each attribute.
    """
    count, names, *lines = [*read_text("read_celeba_attributes", path).splitlines(), "", ""]
    names, rows = tuple(names.split()), {}
    lines = [line.split() for line in lines if line.strip()]
    for number, (file, *values) in enumerate(lines, 3):
        if len(values) != len(names) or set(values) - {"-1", "1"} or file in rows:
            expected = f"have a new picture and {len(names)} times -1 or 1 in line {number}"
            raise BadFileError("read_celeba_attributes", path, expected, f"it has {file[:40]!r} and {values[:3]}...")
        rows[file] = np.array([value == "1" for value in values], dtype=np.int64)
    if not rows or count.strip() != str(len(rows)):
        raise BadFileError(
            "read_celeba_attributes", path, f"have as many lines as it says ({count[:20]})", f"it has {len(rows)}"
        )
    return names, rows

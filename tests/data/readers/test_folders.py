"""Folders of pictures: flowers, ImageNet, CelebA, LSUN."""

import sys

import numpy as np
import pytest
from PIL import Image

from npdl.data import (
    DDPM_VARIANCE,
    BadFileError,
    ImageFolder,
    read_celeba_attributes,
    read_image,
    read_synset_words,
    train_val_split,
)
from tests.data.readers.makers import class_folders, picture


@pytest.mark.topic("R515")
def test_five_kinds_of_flowers(tmp_path):
    flowers = ImageFolder(class_folders(tmp_path))
    assert flowers.classes == ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    assert len(flowers) == 10 and flowers.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    image, label = flowers[5]
    stored = np.asarray(Image.open(tmp_path / "roses" / "1.png"))
    assert label == 2 and isinstance(label, int) and image.dtype == np.float32
    assert np.array_equal(image, stored.transpose(2, 0, 1).astype(np.float32) / 255)


@pytest.mark.topic("R515")
def test_they_are_split_by_class(tmp_path):
    flowers = ImageFolder(class_folders(tmp_path, each=5), size=6)
    (train,), (validation,) = train_val_split(np.arange(len(flowers)), stratify=flowers.labels)
    x, y = flowers.arrays(train)
    assert x.shape == (20, 3, 6, 6) and np.bincount(y).tolist() == [4] * 5
    x, y = flowers.arrays(validation)
    assert x.shape == (5, 3, 6, 6) and y.tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(x[3], flowers[int(validation[3])][0])


def test_all_in_memory(tmp_path):
    flowers = ImageFolder(class_folders(tmp_path), size=8)
    x, y = flowers.arrays()
    assert x.shape == (10, 3, 8, 8) and x.dtype == np.float32 and y.tolist() == flowers.labels.tolist()
    assert 0 <= x.min() and x.max() <= 1
    with pytest.raises(ValueError, match="size should be given to ImageFolder"):
        ImageFolder(tmp_path).arrays()


def test_it_is_a_sequence(tmp_path):
    flowers = ImageFolder(class_folders(tmp_path, each=1))
    assert [label for _, label in flowers] == [0, 1, 2, 3, 4]
    assert flowers[-1][1] == 4 and flowers[np.int64(1)][1] == 1
    for i in (5, -6):
        with pytest.raises(IndexError, match=f"sample {i} of 5"):
            flowers[i]


def test_files_that_are_no_pictures_are_left_out(tmp_path):
    class_folders(tmp_path)
    (tmp_path / "LICENSE.txt").write_text("CC BY", encoding="utf-8")
    for name in ("notes.txt", ".hidden.png", "movie.mp4"):
        (tmp_path / "roses" / name).write_bytes(b"?")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "roses" / "more.png").mkdir()
    assert len(ImageFolder(tmp_path)) == 10


@pytest.mark.topic("R516")
def test_synsets_and_their_words(tmp_path):
    class_folders(tmp_path / "train", ("n01443537", "n01440764"))
    words = tmp_path / "LOC_synset_mapping.txt"
    words.write_text("n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n", encoding="utf-8")
    net = ImageFolder(tmp_path / "train", words=words)
    assert net.synsets == ("n01440764", "n01443537")
    assert net.classes == ("tench, Tinca tinca", "goldfish, Carassius auratus")
    assert net.labels.tolist() == [0, 0, 1, 1] and net.paths[2].parent.name == "n01443537"


@pytest.mark.topic("R516")
def test_twenty_thousand_classes_of_which_two_are_there(tmp_path):
    class_folders(tmp_path / "train", ("n00021840", "n00000003"), each=1)
    words = tmp_path / "words.txt"
    words.write_text("".join(f"n{k:08d} word {k}\n" for k in range(21_841)), encoding="utf-8")
    net = ImageFolder(tmp_path / "train", words=words)
    assert len(net.classes) == 21_841 and net.labels.tolist() == [3, 21_840]
    assert net.classes[net[1][1]] == "word 21840"


@pytest.mark.topic("R520")
def test_celeba_with_its_attributes(tmp_path):
    for n in (1, 2, 3):
        picture(tmp_path / "img_align_celeba" / f"00000{n}.jpg", 22, 18, seed=n)
    attributes = tmp_path / "list_attr_celeba.txt"
    rows = "000001.jpg -1  1 -1\n000002.jpg  1  1 -1\n000003.jpg -1 -1  1\n"
    attributes.write_text(f"3\nBald Smiling Young \n{rows}", encoding="utf-8")
    faces = ImageFolder(tmp_path / "img_align_celeba", size=16, attributes=attributes)
    assert faces.classes == ("Bald", "Smiling", "Young")
    assert faces.labels.tolist() == [[0, 1, 0], [1, 1, 0], [0, 0, 1]]
    image, label = faces[1]
    assert image.shape == (3, 16, 16) and label.tolist() == [1, 1, 0]
    assert DDPM_VARIANCE["celeba-hq"] == "fixedsmall"


@pytest.mark.topic("R521")
def test_lsun_unpacked_into_one_folder(tmp_path):
    for n in range(4):
        picture(tmp_path / f"{n:040x}.webp", 20, 30, seed=n)
    bedrooms = ImageFolder(tmp_path, size=16)
    x, y = bedrooms.arrays()
    assert x.shape == (4, 3, 16, 16) and y.tolist() == [-1] * 4 and bedrooms.classes == ()
    assert DDPM_VARIANCE["lsun"] == "fixedsmall" and DDPM_VARIANCE["cifar10"] == "fixedlarge"


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "LA", "I;16"])
def test_every_kind_of_picture_becomes_rgb(mode, tmp_path):
    if mode == "I;16":
        Image.fromarray(np.full((4, 5), 300, np.uint16)).save(tmp_path / "p.png")
    else:
        picture(tmp_path / "p.png", 4, 5, mode=mode)
    image = read_image(tmp_path / "p.png")
    assert image.shape == (3, 4, 5) and image.dtype == np.float32 and 0 <= image.min() and image.max() <= 1


def test_sixteen_bits_keep_their_brightness(tmp_path):
    grey = np.linspace(0, 65535, 12).astype(np.uint16).reshape(3, 4)
    Image.fromarray(grey).save(tmp_path / "p.png")
    np.testing.assert_allclose(read_image(tmp_path / "p.png")[0], grey / 65535, atol=1 / 255)


def test_what_is_transparent_is_white(tmp_path):
    ink = np.zeros((2, 2, 4), np.uint8)  # black, and only one pixel of it opaque
    ink[0, 1, 3] = 255
    Image.fromarray(ink).save(tmp_path / "p.png")
    assert read_image(tmp_path / "p.png").tolist() == [[[1, 0], [1, 1]]] * 3


def test_the_square_in_the_middle_is_taken(tmp_path):
    x = np.zeros((6, 10, 3), dtype=np.uint8)
    x[:, 2:8] = 255  # just the middle square
    Image.fromarray(x).save(tmp_path / "p.png")
    assert read_image(tmp_path / "p.png", size=3).min() == 1
    Image.fromarray(x.transpose(1, 0, 2)).save(tmp_path / "q.png")
    assert read_image(tmp_path / "q.png", size=12).min() == 1
    picture(tmp_path / "r.png", 7, 7)
    assert np.array_equal(read_image(tmp_path / "r.png", size=7), read_image(tmp_path / "r.png"))


def test_a_very_long_picture_is_not_blown_up(tmp_path):
    Image.new("L", (60_000, 1)).save(tmp_path / "p.png")
    assert read_image(tmp_path / "p.png", size=4).shape == (3, 4, 4)


@pytest.mark.parametrize("size", [0, 2.5, 10**5, "8"])
def test_sizes_that_are_none(size, tmp_path):
    with pytest.raises(ValueError, match="read_image: size should be"):
        read_image(tmp_path / "p.png", size=size)


def test_without_pillow_it_says_what_to_install(tmp_path, monkeypatch):
    picture(tmp_path / "p.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        read_image(tmp_path / "p.png")


def test_classes_and_loose_pictures_together(tmp_path):
    picture(class_folders(tmp_path) / "loose.png")
    with pytest.raises(BadFileError, match="either class folders or pictures; it holds both"):
        ImageFolder(tmp_path)


def test_options_of_the_other_layout(tmp_path):
    with pytest.raises(ValueError, match="attributes should be None for class folders"):
        ImageFolder(class_folders(tmp_path / "a"), attributes="list.txt")
    picture(tmp_path / "b" / "p.png")
    with pytest.raises(ValueError, match="words should be None for a folder of pictures"):
        ImageFolder(tmp_path / "b", words="words.txt")


@pytest.mark.parametrize(
    "text, message",
    [
        ("2\nA B\nx.jpg 1 -1\n", r"as many lines as it says \(2\); it has 1"),
        ("1\nA B\nx.jpg 1\n", "2 times -1 or 1 in line 3"),
        ("1\nA B\nx.jpg 1 0\n", "2 times -1 or 1 in line 3"),
        ("2\nA\nx.jpg 1\nx.jpg 1\n", "a new picture .* in line 4"),
        ("", r"as it says \(\); it has 0"),
        ("1\nA\n \t\n", "it has 0"),
    ],
)
def test_attribute_files_with_faults(text, message, tmp_path):
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match=message):
        read_celeba_attributes(tmp_path / "list.txt")


@pytest.mark.parametrize("text", ["n01440764\n", "n1 a\nn1 b\n", "n1 a\n\n"])
def test_word_files_with_faults(text, tmp_path):
    (tmp_path / "words.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match="each folder once, in line"):
        read_synset_words(tmp_path / "words.txt")

"""`npdl vision`: every picture, the list, the user's own image, and what it says of what it cannot draw."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from npdl import InputError, cli, vision
from npdl.vision import command, gallery
from npdl.vision.gallery import defaults
from npdl.viz import figures
from npdl.viz.panels import Panel, Plot

ROOT = Path(__file__).parents[2]
PICTURES = gallery.load()
DRAWN = [name for name, picture in PICTURES.items() if picture.default]
WORLDS = [name for name, picture in PICTURES.items() if not picture.default]
ASKED = """gaussian box median bilateral sharpen sobel canny hough-lines hough-circles ransac harris shi-tomasi fast
blobs sift orb panorama carve insert-seams hog lbp glcm morphology skeleton otsu equalise colour-spaces quantise palette
mosaic dct tv-denoise inpaint warp template kmeans mean-shift slic octomap slam moments fourier-descriptors relations
colour-features lloyd mean-shift-paths dendrogram spanning-tree svm svm-kernels nearest-neighbours linear-classifiers
svd pca ssim fusion overlap rankings point-cloud two-views camera-path topological-map log-odds top-hat hough-slope"""


@pytest.fixture
def photo(tmp_path):
    """A function (array of bytes) that writes a PNG and gives its path."""
    Image = pytest.importorskip("PIL.Image")

    def write(pixels):
        Image.fromarray(pixels).save(tmp_path / "photo.png")
        return tmp_path / "photo.png"

    return write


@pytest.fixture
def quick(monkeypatch):
    """Files of few pixels, without the search for the best layout: that of canny's picture is tested."""
    save = figures.save

    def roughly(figure, path):
        figure.set_layout_engine("none")
        save(figure, path, dpi=20)

    monkeypatch.setattr(command, "save", roughly)


@pytest.mark.parametrize("name", PICTURES)
def test_each_name_makes_a_picture(name, quick, tmp_path, capsys):
    out = tmp_path / "out.png"
    assert cli.main(["vision", name, "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.startswith(f"{name}: ") and str(out)


def test_the_file_is_a_picture_with_all_panels(tmp_path, monkeypatch):
    Image = pytest.importorskip("PIL.Image")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["vision", "canny"]) == 0
    with Image.open("canny.png") as image:
        assert image.width > 1200 and image.height > 600
        assert len(np.unique(np.asarray(image.convert("L")))) > 100


def test_what_was_asked_for_is_there():
    assert set(ASKED.split()) <= set(PICTURES)


def panels(name, *image):
    return {panel.title: panel for panel in PICTURES[name].draw(*image)}


def test_the_panels_are_what_the_algorithms_give():
    image = defaults.fading()
    stages = vision.canny.canny(image, stages=True)
    shown = panels("canny", image)
    np.testing.assert_array_equal(shown["3  largest along the gradient"].image, stages.thin)
    np.testing.assert_array_equal(shown["5  what hangs on a strong one"].image, stages.edges)
    one_hop = shown["one-hop: what touches one"].image
    assert 0 < one_hop.sum() < stages.edges.sum()  # the default image tells the two rules apart
    assert shown["4  strong white, weak grey"].image[16, 98:103].any()  # the faint disc: weak,
    assert not stages.edges[:26, 100:120].any()  # and gone

    image = defaults.gap()
    np.testing.assert_array_equal(panels("carve", image)["carved"].image, vision.seams.remove_seams(image, 32))


def test_the_default_images_show_what_they_are_made_for():
    assert {"lines: 6"} <= set(panels("hough-lines", defaults.outlines()))
    assert {"circles: 6"} <= set(panels("hough-circles", defaults.discs()))
    assert {"corners: 25"} <= set(panels("harris", defaults.board())) & set(panels("shi-tomasi", defaults.board()))
    assert {"bright blobs: 6"} <= set(panels("blobs", defaults.discs()))
    assert {"pieces: 6", "large ones: 6"} <= set(panels("components", defaults.discs()))
    for name in ("orb", "sift-matches"):
        title = next(title for title in panels(name, defaults.plane()) if title.startswith("matches"))
        right, of = (int(word) for word in title.split() if word.isdigit())
        assert right >= 50 and right / of > 0.9


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("shape", [(32, 32), (40, 90, 3)])
def test_any_image_gives_panels_or_an_error_that_says_why(name, shape):
    image = np.random.default_rng(0).random(shape)
    for pixels in (image, np.full(shape, 0.5)):
        try:
            drawn = PICTURES[name].draw(pixels)
        except InputError as error:
            assert "images should be such that neighbours overlap" in str(error) or "image should be" in str(error)
            continue
        assert all(isinstance(panel, Panel | Plot) for panel in drawn) and len(drawn) > 1
        assert all(np.isfinite(panel.image).all() for panel in drawn if isinstance(panel, Panel))


def test_what_is_measured_is_in_the_titles():
    shown = panels("ssim", defaults.scene())
    brighter, noisy = (next(title for title in shown if title.startswith(name)) for name in ("brighter: 2", "noisy: 2"))
    assert brighter.split(",")[0].split()[1] == noisy.split(",")[0].split()[1]  # of one PSNR,
    assert float(brighter.split()[-1]) > 0.9 > 0.6 > float(noisy.split()[-1])  # and not of one SSIM
    assert {"bandwidth 0.6: 4 peaks"} <= set(panels("mean-shift-paths"))
    assert {"lines: 4; none is steep"} <= set(panels("hough-slope", defaults.outlines()))
    relations = panels("relations", defaults.discs())["pieces by their area"].image
    assert len(np.unique(relations)) == 7  # six discs and the ground


def test_the_list(capsys):
    assert cli.main(["vision", "--list"]) == 0
    text = capsys.readouterr().out
    for name, picture in PICTURES.items():
        assert f"  {name:16}{picture.line}" in text.splitlines()
        assert 10 < len(picture.line) < 100 and not picture.line.endswith(".")
    assert all(family in text.splitlines() for family in gallery.FAMILIES)


def test_without_a_name_the_list_and_status_2(capsys):
    assert cli.main(["vision"]) == 2
    assert "npdl vision NAME" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name, near",
    [
        ("cany", "canny"),
        ("hough", "hough-lines, hough-slope, hough-circles"),
        ("SIFT2", "sift"),
        ("seams", "insert-seams"),
    ],
)
def test_an_unknown_name_is_told_what_is_like_it(name, near, capsys):
    assert cli.main(["vision", name]) == 2
    message = capsys.readouterr().err
    assert f"the name should be a picture such as {near}" in message and repr(name) in message


def test_a_name_like_none(capsys):
    assert cli.main(["vision", "qqqqqqqq"]) == 2
    assert "the name should be a picture; --list has all; got 'qqqqqqqq'" in capsys.readouterr().err


def test_a_photo_of_ones_own(photo, quick, tmp_path, capsys):
    path = photo(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    assert cli.main(["vision", "gaussian", "--image", str(path), "--out", str(tmp_path / "out.png")]) == 0
    assert (tmp_path / "out.png").exists() and "shrunk" not in capsys.readouterr().out


def test_its_pixels_are_those_of_the_file(photo):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    np.testing.assert_allclose(command.user_image(photo(pixels)), pixels / 255, atol=1e-7)
    grey = command.user_image(photo(pixels[..., 0]))
    assert grey.shape == (60, 80)
    np.testing.assert_allclose(grey, pixels[..., 0] / 255, atol=1e-7)


def test_a_large_one_is_shrunk_and_it_is_said(photo):
    said = []
    image = command.user_image(photo(np.full((900, 1200, 3), 128, np.uint8) + np.uint8([0, 1, 2])), said.append)
    assert image.shape == (384, 512, 3)
    np.testing.assert_allclose(image, np.broadcast_to(np.array([128, 129, 130]) / 255, image.shape), atol=1e-6)
    (line,) = said
    assert line.endswith("1200 × 900 pixels, shrunk to 512 × 384")


@pytest.mark.parametrize("shape", [(31, 80), (8, 8), (50, 1200)])
def test_a_tiny_one_is_refused(photo, shape, capsys):
    path = photo(np.zeros(shape, np.uint8))
    assert cli.main(["vision", "canny", "--image", str(path), "--out", str(path.parent / "out.png")]) == 2
    assert "--image should be of 32 × 32 pixels at least" in capsys.readouterr().err


def test_a_file_that_is_no_picture(tmp_path, capsys):
    (tmp_path / "a.png").write_text("no picture")
    for name, reason in (("a.png", "be an undamaged picture"), ("b.png", "nothing is there"), (".", "it is a folder")):
        status = cli.main(["vision", "canny", "--image", str(tmp_path / name), "--out", str(tmp_path / "out.png")])
        assert status == 2 and reason in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("name", WORLDS)
def test_what_has_data_of_its_own_takes_no_image(name, photo, capsys):
    path = photo(np.zeros((40, 40), np.uint8))
    assert cli.main(["vision", name, "--image", str(path), "--out", str(path.parent / "out.png")]) == 2
    assert f"--image should be left out, as {name} draws data of its own" in capsys.readouterr().err


def test_where_it_cannot_be_written(photo, tmp_path, capsys):
    path = photo(np.zeros((40, 40), np.uint8))
    before = path.read_bytes()
    for out, reason in (
        ("out.jpg", "the name of a .png file"),
        ("no/out.png", "in a folder that is there"),
        ("photo.png", "another file than --image"),
    ):
        assert cli.main(["vision", "box", "--image", str(path), "--out", str(tmp_path / out)]) == 2
        assert f"--out should be {reason}" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_list_needs_no_matplotlib():
    program = "import sys; from npdl import cli; cli.main(['vision', '--list']); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_an_error_names_the_command_once(tmp_path, capsys):
    for given in (["--image", str(tmp_path / "b.png")], ["--out", str(tmp_path / "a")]):
        assert cli.main(["vision", "box", *given]) == 2
        message = capsys.readouterr().err
        assert message.startswith("npdl vision: ") and message.count("vision") == 1

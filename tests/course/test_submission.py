"""One deterministic zip out of a folder; a missing part is an error."""

import json
import zipfile

import pytest

from npdl.course import material, submission


@pytest.fixture
def folder(tmp_path):
    """A student's folder of a2 in which all is right."""
    assignment = material.load("a2")
    for part, module in assignment.modules.items():
        (tmp_path / f"{part}.py").write_text(module.__source__, encoding="utf-8")
    for book in (assignment.path / "en").glob("*.ipynb"):
        (tmp_path / book.name).write_bytes(book.read_bytes())
    return tmp_path


def test_the_zip_holds_answers_hashes_log_and_page(folder, tmp_path):
    data, results = submission.pack("a2", folder)
    assert all(results) and data == submission.pack("a2", folder)[0]
    path = tmp_path / "a2.zip"
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        about = json.loads(archive.read("manifest.json"))
        log = json.loads(archive.read("log.json"))
        page = archive.read("a2.html").decode()
    assert set(names) == {"manifest.json", "log.json", "a2.html", *about["sha256"]}
    assert [entry["exercise"] for entry in log] == list(material.load("a2").exercises)
    assert "affine_backward" in page and "src=" not in page
    assert set(submission.read(path, material.load("a2"))) == set(material.load("a2").parts)


def test_a_missing_part_is_an_error(folder):
    (folder / "layers.ipynb").unlink()
    with pytest.raises(ValueError, match=r"layers\.ipynb missing"):
        submission.pack("a2", folder)


def test_a_gap_is_an_error_unless_it_is_meant(folder):
    (folder / "layers.py").write_text(material.load("a2").pristine("layers"), encoding="utf-8")
    with pytest.raises(ValueError, match="affine_forward"):
        submission.pack("a2", folder)
    assert not all(submission.pack("a2", folder, incomplete=True)[1])

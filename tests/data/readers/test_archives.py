"""Archives that are what they should be. (Those that are not: hostile.py.)"""

import tarfile
import zipfile

import pytest

from npdl.data import extract
from tests.data.readers.makers import tar_gz, write_files, zipped

FILES = {"a.txt": b"one", "deep/er/b.bin": bytes(range(256)) * 5000, "empty": b""}


def contents(folder):
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.mark.parametrize("make, name", [(tar_gz, "x.tar.gz"), (zipped, "x.zip"), (tar_gz, "misnamed.zip")])
def test_what_went_in_comes_out(make, name, tmp_path):
    make(tmp_path / name, FILES)
    assert extract(tmp_path / name, tmp_path / "new" / "folder") == tmp_path / "new" / "folder"
    assert contents(tmp_path / "new" / "folder") == FILES
    assert sorted(f.name for f in (tmp_path / "new").iterdir()) == ["folder"]


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_tar_makes_of_a_folder(mode, format, tmp_path):
    """With folders, times in fractions, names in Chinese and, where the format has them, of 200 characters."""
    files = {"图像.txt": "猫".encode(), **FILES}
    if format != tarfile.USTAR_FORMAT:
        files["long/" + "n" * 200] = b"long"
    for name, content in files.items():
        write_files((tmp_path / "in" / name).parent, {name.split("/")[-1]: content})
    with tarfile.open(tmp_path / "a.tar", mode, format=format) as archive:
        archive.add(tmp_path / "in", arcname="./set")
    assert contents(extract(tmp_path / "a.tar", tmp_path / "out") / "set") == files


def test_folders_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("only")
    extract(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out" / "only").is_dir()


def test_nothing_is_overwritten(tmp_path):
    tar_gz(tmp_path / "a.tar.gz", FILES)
    write_files(tmp_path / "mine", {"a.txt": b"my own"})
    with pytest.raises(ValueError, match="extract: folder should be a name that is not taken"):
        extract(tmp_path / "a.tar.gz", tmp_path / "mine")
    assert contents(tmp_path / "mine") == {"a.txt": b"my own"}


def test_just_as_many_bytes_as_the_limit(tmp_path):
    tar_gz(tmp_path / "a.tar.gz", FILES)
    size = sum(map(len, FILES.values()))
    extract(tmp_path / "a.tar.gz", tmp_path / "out", limit=size)
    with pytest.raises(ValueError, match=f"hold at most {size - 1:,} bytes"):
        extract(tmp_path / "a.tar.gz", tmp_path / "more", limit=size - 1)
    assert not (tmp_path / "more").exists()

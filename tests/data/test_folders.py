"""A folder of classes becomes three that share no file, and no file is ever lost."""

import pytest

from npdl import InputError, cli
from npdl.data import split_folder

CLASSES = {"daisy": 40, "rose": 23, "tulip": 7}


@pytest.fixture
def flowers(tmp_path):
    for name, count in CLASSES.items():
        (tmp_path / "flowers" / name).mkdir(parents=True)
        for i in range(count):
            (tmp_path / "flowers" / name / f"{i}.jpg").write_bytes(f"{name} {i}".encode())
        (tmp_path / "flowers" / name / ".DS_Store").write_bytes(b"")
    (tmp_path / "flowers" / "licence.txt").write_bytes(b"")
    return tmp_path / "flowers"


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.topic("R499")
def test_every_file_is_in_one_part(flowers, tmp_path):
    before = files(flowers)
    parts = split_folder(flowers, tmp_path / "split", seed=1)
    assert files(flowers) == before
    written = files(tmp_path / "split")
    found = [name.split("/", 1)[1] for name in written]
    assert sorted(found) == sorted(name for name in before if name.endswith(".jpg"))  # each once
    for name, content in written.items():
        assert before[name.split("/", 1)[1]] == content
    for part, share in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
        assert len(parts[part]) == sum(name.startswith(part + "/") for name in written)
        for number, (label, count) in enumerate(CLASSES.items()):
            entries = [path for path, i in parts[part] if i == number]
            assert all(path.parent.name == label for path in entries)
            assert abs(len(entries) - share * count) < 1


@pytest.mark.topic("R499")
def test_lists_in_place_of_copies(flowers, tmp_path):
    fractions = {"train": 0.7, "val": 0.3}
    parts = split_folder(flowers, tmp_path / "lists", fractions, copy=False)
    assert sorted(files(tmp_path / "lists")) == ["train.txt", "val.txt"]
    for part, entries in parts.items():
        lines = (tmp_path / "lists" / f"{part}.txt").read_text(encoding="utf-8").splitlines()
        assert lines == [f"{path.relative_to(flowers).as_posix()}\t{number}" for path, number in entries]
        assert lines[0].startswith("daisy/") and lines[0].endswith("\t0")


def test_the_seed_fixes_the_split(flowers, tmp_path):
    a, b, c = (split_folder(flowers, tmp_path / str(i), seed=seed, copy=False) for i, seed in enumerate((0, 0, 1)))
    assert a == b != c


@pytest.mark.topic("R499")
@pytest.mark.parametrize("copy", [True, False])
def test_nothing_is_overwritten(flowers, tmp_path, copy):
    target = tmp_path / "split"
    parts = split_folder(flowers, target, copy=copy)
    image, _ = parts["val"][-1]
    victim = target / "val" / image.relative_to(flowers) if copy else target / "val.txt"
    for path in target.rglob("*"):
        if path.is_file() and path != victim:
            path.unlink()
    victim.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="is there already, and nothing was written"):
        split_folder(flowers, target, copy=copy)
    assert files(target) == {victim.relative_to(target).as_posix(): b"mine"}


@pytest.mark.parametrize(
    "fractions", [{"train": 0.8, "val": 0.1}, {"train": 1.5, "val": -0.5}, {}, [0.8, 0.2], {"a": float("nan")}]
)
def test_fractions_that_are_none(flowers, tmp_path, fractions):
    with pytest.raises(InputError, match="split_folder: fractions should be a dict of each part's share"):
        split_folder(flowers, tmp_path / "split", fractions)


def test_folders_that_cannot_be_split(flowers, tmp_path):
    with pytest.raises(InputError, match="source should be a folder with"):
        split_folder(tmp_path / "nothing", tmp_path / "split")
    with pytest.raises(InputError, match="target should be outside of source"):
        split_folder(flowers, flowers / "split")
    (flowers / "weed").mkdir()
    with pytest.raises(InputError, match=r"none empty; got \['weed'\]"):
        split_folder(flowers, tmp_path / "split")
    assert not (tmp_path / "split").exists()


def test_a_file_that_appears_meanwhile_is_kept(flowers, tmp_path, monkeypatch):
    (tmp_path / "split" / "train" / "daisy").mkdir(parents=True)
    victim = tmp_path / "split" / "train" / "daisy" / "0.jpg"
    victim.write_bytes(b"mine")
    monkeypatch.setattr("npdl.data.folders._require_free", lambda paths: None)  # it came after the look
    with pytest.raises(FileExistsError):
        split_folder(flowers, tmp_path / "split", {"train": 1.0})
    assert victim.read_bytes() == b"mine"


def test_the_command_does_the_same(flowers, tmp_path, capsys):
    assert cli.main(["split", str(flowers), str(tmp_path / "out"), "--val", "0.2", "--seed", "1"]) == 0
    assert capsys.readouterr().out.split()[::3] == ["train", "val", "test"]
    split_folder(flowers, tmp_path / "same", {"train": 0.7, "val": 0.2, "test": 0.1}, seed=1)
    assert files(tmp_path / "out") == files(tmp_path / "same")
    assert cli.main(["split", str(flowers), str(tmp_path / "out"), "--val", "0.2", "--seed", "1"]) == 2
    assert cli.main(["split", str(flowers), str(tmp_path / "lists"), "--lists"]) == 0
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == ["test.txt", "train.txt", "val.txt"]
    assert cli.main(["split", str(flowers), str(tmp_path / "none"), "--val", "1.2"]) == 2

"""The tour, in one epoch: its table, its network, its pictures, and how it ends when something is wrong."""

import contextlib
import io
import re
import sys
from types import SimpleNamespace

import pytest

import npdl
from npdl import cli, op, tour
from npdl.train.recipes import digits

PICTURES = ["confusion.png", "filters.png", "loss.png", "mistakes.png"]


@pytest.fixture(scope="module")
def one_tour(tmp_path_factory):
    """`npdl tour --epochs 1 --out FOLDER`: its exit status, its text, the folder and what the training left."""
    pytest.importorskip("matplotlib")
    kept, out, text = [], tmp_path_factory.mktemp("tour") / "new" / "folder", io.StringIO()
    train = digits.train
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(text):
        patch.setattr(digits, "train", lambda **options: kept.append(train(**options)) or kept[0])
        status = cli.main(["tour", "--epochs", "1", "--out", str(out)])
    return SimpleNamespace(status=status, text=text.getvalue(), out=out, run=kept[0])


def test_it_ends_well_and_says_so(one_tour):
    assert one_tour.status == 0
    assert "WRONG" not in one_tour.text
    assert "What to do next" in one_tour.text and re.search(r"The tour took \d+ s\.\n$", one_tour.text)


def test_its_table_has_every_op(one_tour):
    rows = re.findall(r"^   (\w+) +([\w, ]+?) +([\d,]+) +(\d\.\de[-+]\d\d)  ok$", one_tour.text, flags=re.MULTILINE)
    assert [name for name, *_ in rows] == list(op.registry)
    assert all(float(worst) < 1e-7 and int(count.replace(",", "")) > 0 for _, _, count, worst in rows)
    assert f"{len(rows)} of {len(rows)} right" in one_tour.text
    assert ("conv2d", "x, w, b") in [row[:2] for row in rows]


def test_it_trains_and_tells_the_accuracy(one_tour):
    share, seconds = re.search(
        r"([\d.]+)% of 360 new digits right, after ([\d.]+) s of training", one_tour.text
    ).groups()
    assert float(share) == pytest.approx(100 * one_tour.run.score, abs=0.06)
    assert float(share) > 40  # after one epoch; chance is 10
    assert float(seconds) > 0


def test_it_draws_four_pictures(one_tour):
    assert sorted(path.name for path in one_tour.out.iterdir()) == PICTURES
    for path in one_tour.out.iterdir():
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) > 5000
        assert str(path.resolve()) in one_tour.text


def test_it_can_be_taken_again_into_the_same_folder(one_tour, capsys):
    tour.draw(one_tour.run, one_tour.out)
    assert sorted(path.name for path in one_tour.out.iterdir()) == PICTURES


def test_a_wrong_op_is_found_and_the_tour_ends_with_1(monkeypatch, capsys, tmp_path):
    def wrong_backward(dout, y):
        return -dout * (y > 0)

    monkeypatch.setattr(digits, "train", lambda **options: None)
    monkeypatch.setattr(tour, "draw", lambda *_: None)
    some = {name: op.registry[name] for name in ("add", "relu", "affine", "softmax_cross_entropy")}
    monkeypatch.setattr(op, "registry", some)
    with npdl.swap(relu=(op.registry["relu"].reference.forward, wrong_backward)):
        assert cli.main(["tour", "--out", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert re.findall(r"^   (\w+) .*WRONG$", text, flags=re.MULTILINE) == ["relu"]
    assert f"{len(op.registry) - 1} of {len(op.registry)} right" in text
    assert cli.main(["tour", "--out", str(tmp_path)]) == 0


def test_without_matplotlib_there_are_no_pictures_and_it_ends_well(one_tour, monkeypatch, capsys, tmp_path):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(digits, "train", lambda **options: one_tour.run)
    monkeypatch.setattr(tour, "check_ops", lambda: True)
    assert cli.main(["tour", "--out", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "No pictures: they need matplotlib" in text and "What to do next" in text
    assert not (tmp_path / "out").exists()


def test_the_training_and_the_folder_are_those_asked_for(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(tour, "check_ops", lambda: True)
    monkeypatch.setattr(tour, "draw", lambda run, out: asked.append(out))
    monkeypatch.setattr(digits, "train", lambda **options: asked.append(options))
    cli.main(["tour", "--seed", "5", "--epochs", "2", "--out", str(tmp_path)])
    cli.main(["tour", "--out", str(tmp_path)])
    assert (asked[0]["seed"], asked[0]["epochs"]) == (5, 2) and asked[1] == tmp_path
    assert asked[2]["seed"] == 0 and "epochs" not in asked[2]  # the recipe's own number

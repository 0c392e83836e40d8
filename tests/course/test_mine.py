"""The student's own layers drive the library: the right ones really run, the others are named, nothing stays behind."""

import numpy as np
import pytest

import npdl
from npdl import nn, ops, tape
from npdl.cli import main
from npdl.course import material
from npdl.course.mine import _fitted
from npdl.train.recipes import digits_mlp

RIGHT = material.load("a2").modules["layers"].__source__
HALVES = ("forward", "backward")
SETTINGS = {"epochs": 1}


def spied(text):
    """The module, in which each half of affine leaves its name in a file beside it whenever it runs."""
    for half in HALVES:
        doc = text.index('"""', text.index(f"def affine_{half}("))
        body = text.index('"""', doc + 3) + 3
        note = "\n    if '__file__' in globals():  # not while it is judged\n        "
        note += f"with open(__file__ + '.ran', 'a') as file:\n            file.write('{half} ')"
        text = text[:body] + note + text[body:]
    return text


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The student's layers.py in a working copy; everything is right."""
    path = tmp_path / "my-course" / "a2" / "layers.py"
    path.parent.mkdir(parents=True)
    path.write_text(RIGHT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_right_pairs_run_in_the_library_and_are_gone_afterwards(module, capsys):
    module.write_text(spied(RIGHT), encoding="utf-8")
    x, own = npdl.Tensor(np.ones((2, 3)), requires_grad=True), ops.affine.pair_for
    with npdl.mine() as yours:
        assert yours["affine"] == 0 and set(tape._swapped.get()) == set(yours)
        ops.affine(x, np.ones((3, 4)), np.zeros(4)).sum().backward()
    ran = module.with_name("layers.py.ran")
    assert ran.read_text().split() == list(HALVES) and yours["affine"] == 1
    assert np.array_equal(x.grad, np.full((2, 3), 4.0))
    assert "affine 1 times" in capsys.readouterr().out
    assert tape._swapped.get() == {} and ops.affine.pair_for == own
    ops.affine(x, np.ones((3, 4)), np.zeros(4))
    assert ran.read_text().split() == list(HALVES)


def test_nothing_stays_swapped_after_an_error(module):
    with pytest.raises(KeyError), npdl.mine(say=None):
        raise KeyError
    assert tape._swapped.get() == {}


def test_a_training_through_ones_own_layers(module, tmp_path, capsys, monkeypatch):
    """The canary sings, and the network that comes out is that of the library's own layers, to rounding."""
    module.write_text(spied(RIGHT), encoding="utf-8")
    ours = digits_mlp.train(seed=0, say=lambda *_: None, **SETTINGS)
    assert main(["train", "digits_mlp", "--epochs", "1", "--mine", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    count = module.with_name("layers.py.ran").read_text().split().count("backward")
    assert "yours: affine" in said and "through your code: affine" in said and count > 10
    assert f"{ours.score:.1%}" in said
    assert tape._swapped.get() == {}


def test_wrong_pairs_are_left_out_and_named(module, capsys):
    wrong = RIGHT.replace("dout.sum(axis=0)", "dout.mean(axis=0)")
    module.write_text(spied(wrong), encoding="utf-8")
    try:
        with npdl.mine() as yours:
            assert "affine" not in yours
    except ValueError as error:  # while it is the only pair of the course
        assert "should be right" in str(error)
    assert "affine: npdl's own, for yours is not yet right" in capsys.readouterr().out
    assert not module.with_name("layers.py.ran").exists()


def test_without_any_right_pair_it_says_so(module, capsys):
    module.write_text(material.load("a2").pristine("layers"), encoding="utf-8")
    assert main(["train", "digits_mlp", "--mine", "--epochs", "1", "--out", "out"]) == 2
    assert "at least one forward and its backward should be right" in capsys.readouterr().err


def test_float64_from_a_student_does_not_reach_the_library(module):
    """np.zeros(shape) is float64; npdl refuses to mix precisions."""
    text = RIGHT.replace("    y = x.reshape", "    y = np.zeros((len(x), len(b))) + x.reshape", 1)
    text = text.replace("dout.sum(axis=0)", "dout.sum(axis=0) + np.zeros(w.shape[1])")
    module.write_text(f"import numpy as np\n{text}", encoding="utf-8")
    net = nn.Sequential(nn.Affine(3, 4), nn.ReLU(), nn.Affine(4, 2))
    with npdl.mine(say=None) as yours:
        out = net(npdl.Tensor(np.ones((2, 3), np.float32)))
        out.sum().backward()
    assert yours["affine"] == 2 and out.data.dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in net.parameters())


def test_calls_that_the_student_was_not_asked_to_take_go_to_the_library(module):
    x = npdl.Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    with npdl.mine(say=None) as yours:
        out = ops.affine(x, np.ones((3, 4), np.float32), None)
        out.sum().backward()
    assert yours["affine"] == 0 and np.array_equal(x.grad, np.full((2, 3), 4.0))


def test_an_option_that_the_student_does_not_know():
    forward = lambda x, w, b, stride=1, pad=0: 1 / 0  # noqa: E731
    pair = _fitted("conv2d", forward, None, {"conv2d": 0})
    with tape.swap(conv2d=pair):
        x = np.ones((1, 2, 5, 5), np.float32)
        assert ops.conv2d(x, np.ones((2, 1, 3, 3), np.float32), np.zeros(2, np.float32), groups=2).shape == (1, 2, 3, 3)
        with pytest.raises(ZeroDivisionError):
            ops.conv2d(x, np.ones((2, 2, 3, 3), np.float32), np.zeros(2, np.float32), stride=2)


@pytest.mark.parametrize("inside", ["", "a2"])
def test_a_folder_can_be_named(module, tmp_path, monkeypatch, inside):
    monkeypatch.chdir("/")
    with npdl.mine(str(tmp_path / "my-course" / inside), say=None) as yours:
        assert "affine" in yours

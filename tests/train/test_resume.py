"""A training that was stopped, anywhere and by anything, ends with the very weights of one that was not."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import numpy as np
import pytest

import npdl
from npdl import InputError, nn, ops
from npdl.data import DataLoader
from npdl.optim import SGD, Adam, FlatParameters
from npdl.train import Trainer, checkpoint, read_arrays, write_arrays
from npdl.train.state import State
from tests.train import resumable

ROOT = Path(__file__).parents[2]
HEARING = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "del sys.argv[0]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def hearing(module, *words):
    """`python -m module words` that hears Ctrl-C, which a job in a shell's background, and its children, do not."""
    return [sys.executable, "-c", HEARING, module, *words]


@pytest.fixture(scope="module")
def uninterrupted():
    trainer, loader = resumable.build()
    resumable.fit(trainer, loader)
    return trainer


def same(trainer, other):
    """Weights, buffers, averages and history, bit for bit."""
    states = trainer.model.state_dict(), other.model.state_dict()
    return trainer.history == other.history and all(np.array_equal(a, states[1][name]) for name, a in states[0].items())


class Life:
    """One run of resumable.py as a process of its own."""

    def __init__(self, checkpoint, *waits):
        command = hearing("tests.train.resumable", str(checkpoint), "0.002", *waits)
        environment, pipes = os.environ | {"OPENBLAS_NUM_THREADS": "1"}, {"stdin": PIPE, "stdout": PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)
        self.lines = []

    def __iter__(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            yield self.lines[-1]

    def end(self, number=None):
        """Send it a signal, if one is given, and wait; returns its exit code."""
        if number is not None:
            self.process.send_signal(number)
        with contextlib.suppress(BrokenPipeError), self.process.stdin as stdin:
            stdin.write("\n")  # if it waits, it goes on
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_after_twenty_kills_the_weights_are_bit_identical(tmp_path, uninterrupted):
    checkpoint, random, kills = tmp_path / "run.npz", np.random.default_rng(0), 0
    while True:
        life, left = Life(checkpoint), int(random.integers(1, 10)) if kills < 20 else None
        for line in life:
            if line == "done":
                break
            left = left if left is None else left - line.startswith("step")
            if left == 0:
                break
        if left != 0:
            break
        assert life.end(signal.SIGKILL) == -signal.SIGKILL
        kills += 1
    assert life.end() == 0 and kills == 20
    steps = [int(line.split()[1]) for line in life.lines if line.startswith("step")]
    assert steps and steps[0] > 1  # the last life did not begin at the beginning
    weights, expected = read_arrays(f"{checkpoint}.weights.npz"), uninterrupted.model.state_dict()
    assert list(weights) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(weights[name], array)
    history = read_arrays(checkpoint)
    for key, values in uninterrupted.history.items():
        assert history[f"history/{key}"].tolist() == values


@pytest.mark.skipif(os.name == "nt", reason="Windows has another Ctrl-C")
def test_control_c_saves_and_the_next_run_goes_on_from_that_very_step(tmp_path, uninterrupted):
    life = Life(tmp_path / "run.npz", "17")
    for line in life:
        if line == "step 17":
            break
    code = life.end(signal.SIGINT)
    assert code == -signal.SIGINT or code == 130
    assert len(read_arrays(tmp_path / "run.npz")["history/loss"]) == 17  # the step in which it came is finished
    again = Life(tmp_path / "run.npz")
    assert next(line for line in again if line.startswith("step")) == "step 18"
    assert again.end() == 0
    weights = read_arrays(tmp_path / "run.npz.weights.npz")
    for name, array in uninterrupted.model.state_dict().items():
        np.testing.assert_array_equal(weights[name], array)


class Stop(Exception):
    pass


@pytest.mark.parametrize("at", [1, 9, 10, 11, 25, 119])
def test_stopped_at_a_step(tmp_path, uninterrupted, at):
    """Also at the first, at the ends of epochs, and just before the last."""
    trainer, loader = resumable.build()
    step = trainer.step

    def stopping(x, y):
        if len(trainer.history["loss"]) == at:
            raise Stop
        return step(x, y)

    trainer.step = stopping
    with pytest.raises(Stop):
        resumable.fit(trainer, loader, checkpoint=tmp_path / "run.npz", every=1)
    trainer, loader = resumable.build()
    steps, step = [], trainer.step
    trainer.step = lambda x, y: steps.append(len(trainer.history["loss"])) or step(x, y)
    resumable.fit(trainer, loader, checkpoint=tmp_path / "run.npz", resume=True)
    assert steps[0] == at and same(trainer, uninterrupted)


def test_a_kill_while_it_writes_leaves_the_checkpoint_before(tmp_path, monkeypatch, uninterrupted):
    trainer, loader = resumable.build()
    write, written = checkpoint._write_npz, []

    def failing(file, arrays):
        written.append(len(arrays["history/loss"]))
        if len(written) == 5:
            file.write(b"PK, and then the power went")
            raise Stop
        write(file, arrays)

    monkeypatch.setattr(checkpoint, "_write_npz", failing)
    with pytest.raises(Stop):
        resumable.fit(trainer, loader, checkpoint=tmp_path / "run.npz", every=3)
    monkeypatch.undo()
    assert len(read_arrays(tmp_path / "run.npz")["history/loss"]) == written[3]
    trainer, loader = resumable.build()
    resumable.fit(trainer, loader, checkpoint=tmp_path / "run.npz", resume=True)
    assert same(trainer, uninterrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_finished_training_is_not_trained_again(tmp_path, uninterrupted):
    for _ in range(2):
        trainer, loader = resumable.build()
        resumable.fit(trainer, loader, checkpoint=tmp_path / "run.npz", resume=True)
        assert same(trainer, uninterrupted)


def test_a_list_of_batches_goes_on_where_it_was(tmp_path):
    batches = [(resumable.X[i : i + 7].reshape(-1, 72), resumable.Y[i : i + 7]) for i in range(0, 77, 7)]

    def trained(limit=None, **options):
        model = nn.Affine(72, 2, rng=np.random.default_rng(0))
        trainer = Trainer(model, Adam(model.parameters()), progress=False)
        step = trainer.step

        def stopping(x, y):
            if len(trainer.history["loss"]) == limit:
                raise Stop
            return step(x, y)

        trainer.step = stopping
        try:
            trainer.fit(batches, 3, **options)
        except Stop:
            return None
        return trainer

    assert trained(limit=16, checkpoint=tmp_path / "run.npz", every=1) is None
    assert same(trained(checkpoint=tmp_path / "run.npz", resume=True), trained())


# State in unusual places.


class Noisy(nn.Module):
    """Draws from a list of generators of several kinds."""

    def __init__(self):
        kinds = np.random.Philox, np.random.MT19937, np.random.SFC64
        self.generators = [np.random.Generator(kind(i)) for i, kind in enumerate(kinds)] + [np.random.RandomState(9)]

    def forward(self, x):
        return x * float(sum(g.normal() for g in self.generators)) if self.training else x


class Centres(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        self.shift = nn.Parameter(np.zeros((1, 2), np.float32))

    def forward(self, scores, y):
        return ops.softmax_cross_entropy(scores + self.shift, y)


class Jittered:
    """A lazy data set with a generator of its own."""

    def __init__(self):
        self.rng = np.random.default_rng(4)

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return (X[i] + self.rng.normal()).astype("float32"), Y[i]


def unusual(stop=None, **options):
    """Trains 3 epochs of 4 batches, or raises Stop before step `stop`."""
    npdl.seed(2)
    model = nn.Sequential(nn.Affine(72, 8, rng=np.random.default_rng(0)), Noisy(), nn.Affine(8, 2))
    loss = Centres()
    parameters = FlatParameters([*model.parameters(), *loss.parameters()])
    trainer = Trainer(model, Adam(parameters, lr=0.05), loss, progress=False)
    loader = DataLoader(Jittered(), batch_size=20, seed=0)
    validation = DataLoader(
        X, Y, batch_size=7, seed=1, drop_last=True, transform=lambda x, y, rng: (x[:, ::-1].copy(), y)
    )
    step = trainer.step

    def stopping(x, y):
        if len(trainer.history["loss"]) == stop:
            raise Stop
        return step(x, y)

    trainer.step = stopping
    trainer.fit(loader, 3, validation, keep_best=True, **options)
    return trainer


@pytest.mark.parametrize("name", ["run.npz", "run.safetensors"])
@pytest.mark.parametrize("at", [3, 6, 9])
def test_generators_losses_and_validation_that_have_a_state(tmp_path, at, name):
    if name.endswith("safetensors"):
        pytest.importorskip("safetensors")
    with pytest.raises(Stop):
        unusual(at, checkpoint=tmp_path / name, every=1)
    resumed, expected = unusual(checkpoint=tmp_path / name, resume=True), unusual()
    assert same(resumed, expected)
    np.testing.assert_array_equal(resumed.loss.shift.data, expected.loss.shift.data)


# What does not fit is refused, and nothing changes.

X, Y = resumable.X.reshape(-1, 72), resumable.Y


class Shuffled:
    """Batches in an order that nobody can know again."""

    def __len__(self):
        return 1

    def __iter__(self):
        yield X, Y


def fitted(path, epochs=1, **options):
    model = nn.Affine(72, 2, rng=np.random.default_rng(0))
    trainer = Trainer(model, Adam(model.parameters()), progress=False)
    trainer.fit(DataLoader(X, Y, seed=0), epochs, checkpoint=path, **options)
    return trainer


def test_an_old_checkpoint_is_not_written_over(tmp_path):
    fitted(tmp_path / "run.npz")
    before = (tmp_path / "run.npz").read_bytes()
    with pytest.raises(InputError, match=r"Trainer.fit: checkpoint should be a new file; or, to go on .* resume=True"):
        fitted(tmp_path / "run.npz")
    assert (tmp_path / "run.npz").read_bytes() == before


@pytest.mark.parametrize(
    "model, optimizer, batches, message",
    [
        (lambda: nn.Affine(72, 3), Adam, 32, r"load_state_dict: weight should be of shape \(3, 72\)"),
        (lambda: nn.Sequential(nn.Affine(72, 2)), Adam, 32, "load_state_dict: the names are not the model's"),
        (lambda: nn.Affine(72, 2), SGD, 32, "SGD"),
        (lambda: nn.Affine(72, 2), Adam, 40, r"the checkpoint should be of a training with batches = 2; got 3"),
        (lambda: nn.Affine(72, 2), Adam, 35, r"the checkpoint should be of a training with batch_size = 35; got 32"),
    ],
    ids=["other shape", "other names", "other optimiser", "other batches", "other batch size"],
)
def test_a_checkpoint_of_another_training(tmp_path, model, optimizer, batches, message):
    fitted(tmp_path / "run.npz")
    model = model()
    trainer = Trainer(model, optimizer(model.parameters(), lr=0.1), progress=False)
    loader = DataLoader(resumable.X.reshape(-1, 72), resumable.Y, seed=0, batch_size=batches)
    before = State(trainer, loader).gather()
    with pytest.raises(InputError, match=message):
        trainer.fit(loader, 1, checkpoint=tmp_path / "run.npz", resume=True)
    after = State(trainer, loader).gather()
    assert list(after) == list(before)
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)


def test_a_checkpoint_with_what_this_training_has_not(tmp_path):
    trainer, loader = resumable.build()
    write_arrays(tmp_path / "run.npz", State(trainer, loader).gather())
    plain = Trainer(trainer.model, trainer.optimizer, progress=False)
    with pytest.raises(InputError, match="the checkpoint should be of a training with no ema, schedule"):
        plain.fit(loader, 1, checkpoint=tmp_path / "run.npz", resume=True)


def test_a_checkpoint_without_what_this_training_has(tmp_path):
    fitted(tmp_path / "run.npz")
    trainer, loader = resumable.build()
    with pytest.raises(InputError):
        trainer.fit(loader, 1, checkpoint=tmp_path / "run.npz", resume=True)


def test_a_flipped_bit_is_found(tmp_path):
    fitted(tmp_path / "run.npz")
    content = bytearray((tmp_path / "run.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "run.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"run\.npz should be"):
        fitted(tmp_path / "run.npz", resume=True)


def test_weights_are_not_a_checkpoint(tmp_path):
    write_arrays(tmp_path / "w.npz", nn.Affine(72, 2).state_dict())
    with pytest.raises(InputError, match="the checkpoint should be of version 1; got None"):
        fitted(tmp_path / "w.npz", resume=True)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"every": 3}, "checkpoint should be the name of a file, as every and resume need one"),
        ({"resume": True}, "checkpoint should be the name of a file"),
        ({"checkpoint": "x.npz", "every": 0}, "every should be a number of steps"),
        ({"patience": 3}, "validation should be given, as patience and keep_best judge by it"),
        ({"keep_best": True}, "validation should be given"),
        ({"epochs": 0}, "epochs should be an integer >= 1; got 0"),
        ({"epochs": 2.5}, "epochs should be an integer >= 1; got 2.5"),
        ({"epochs": "2"}, "epochs should be an integer >= 1"),
        ({"patience": 0, "validation": (X, Y)}, "patience should be an integer >= 1"),
        ({"batches": []}, "batches should be at least one"),
        ({"batches": iter([])}, "batches should be an iterable with a length"),
        ({"validation": iter([])}, "validation should be "),
        ({"validation": []}, "validation should be "),
        ({"checkpoint": 3}, "checkpoint should be the name of a file"),
        ({"checkpoint": "."}, "checkpoint should be the name of a file"),
        ({"checkpoint": "x.npz", "every": True}, "every should be a number of steps"),
        ({"checkpoint": "x.npz", "batches": Shuffled()}, "batches should be a DataLoader, or a list"),
    ],
)
def test_refuses(options, message):
    model = nn.Affine(72, 2)
    trainer = Trainer(model, Adam(model.parameters()), progress=False)
    with pytest.raises(InputError, match=f"Trainer.fit: {message}"):
        trainer.fit(**{"batches": [(X, Y)], "epochs": 1} | options)


def test_a_place_that_cannot_be_written_is_known_before_the_first_step(tmp_path):
    trainer = fitted(None)
    steps = len(trainer.history["loss"])
    with pytest.raises(FileNotFoundError):
        trainer.fit([(X, Y)], 1, checkpoint=tmp_path / "nowhere" / "run.npz")
    assert len(trainer.history["loss"]) == steps


def test_parameters_that_are_in_no_checkpoint(tmp_path):
    model, other = nn.Affine(72, 2), nn.Affine(2, 2)
    trainer = Trainer(model, SGD([*model.parameters(), *other.parameters()], lr=0.1), progress=False)
    with pytest.raises(InputError, match="the optimizer's parameters should be parameters of the model or of the loss"):
        trainer.fit([(X, Y)], 1, checkpoint=tmp_path / "run.npz")


def test_fewer_epochs_than_are_done(tmp_path):
    fitted(tmp_path / "run.npz", epochs=3)
    with pytest.raises(InputError, match="epochs should be at least the 3 that are done; got 2"):
        fitted(tmp_path / "run.npz", epochs=2, resume=True)
    assert len(fitted(tmp_path / "run.npz", epochs=4, resume=True).history["train_accuracy"]) == 4


def test_other_settings_are_refused_by_name(tmp_path):
    fitted(tmp_path / "run.npz", settings={"lr": 0.1, "hidden": (8, 4)})
    fitted(tmp_path / "run.npz", settings={"lr": 0.1, "hidden": (8, 4)}, resume=True)
    for settings, name in (({"lr": 0.2, "hidden": (8, 4)}, "lr"), ({"lr": 0.1}, "hidden"), ({}, "lr")):
        with pytest.raises(InputError, match=f"the checkpoint should be of a training with {name} = "):
            fitted(tmp_path / "run.npz", settings=settings, resume=True)

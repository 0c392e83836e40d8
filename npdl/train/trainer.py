"""The training loop."""

import contextlib
import itertools
from pathlib import Path

import numpy as np

from .. import ops
from ..backend import to_device, to_numpy
from ..errors import InputError, InputTypeError
from ..metrics import accuracy
from ..optim import clip_grad_norm
from ..tape import Tensor, no_grad
from .checkpoint import part_of, read_arrays, write_arrays
from .progress import Progress, patient_interrupt
from .state import State

FRESH = dict(epoch=0, batch=0, right=0, seen=0, best=-np.inf, best_epoch=0)  # Trainer.run at the start of a fit


class Trainer:
    """Trains a model and keeps the history.

        trainer = Trainer(model, Adam(model.parameters()))
        trainer.fit(DataLoader(x, y), epochs=10, validation=(x_val, y_val))
        trainer.history["loss"]                # one number a step
        trainer.history["train_accuracy"]      # one an epoch, measured while training, so before the last updates
        trainer.history["val_loss"]            # one an epoch, if there is validation data
        trainer.history["val_accuracy"]        # likewise

    loss(scores, y) gives a Tensor of one number; a model's own `penalty()`, if it has one, is added. A model may return
    a tuple while it trains (auxiliary outputs): the loss gets it whole, and its first entry are the scores. The
    accuracies are there when y holds class labels, integers for scores with one axis more; labels that are no class of
    the scores (such as 255 for pixels that count nowhere) are left out of them.
    schedule: an optim.Schedule, advanced after every step. clip_norm: the largest norm of all gradients together.
    ema: an optim.EMA of the model, updated after every step; validation then looks at the averaged weights.
    progress=False turns the bar off.
    """

    def __init__(
        self,
        model,
        optimizer,
        loss=ops.softmax_cross_entropy,
        *,
        schedule=None,
        clip_norm=None,
        ema=None,
        progress=True,
    ):
        self.model, self.optimizer, self.loss, self.progress = model, optimizer, loss, progress
        self.schedule, self.clip_norm, self.ema = schedule, clip_norm, ema
        self.history = {"loss": [], "train_accuracy": [], "val_loss": [], "val_accuracy": []}
        self.run = dict(FRESH)  # where in a fit the training stands
        self.best_state = None  # the weights of the best epoch of this fit, if they are to be kept

    def step(self, x, y):
        """Forward, backward, update; returns the loss and the scores before the update.

        A model in test mode is put into training mode. Parts that are in test mode while the model is not, such as
        frozen batch norms, stay so.
        """
        if not self.model.training:
            self.model.train()
        out = self.model(x)
        loss = self._loss(out, y)
        self.optimizer.zero_grad()
        loss.backward()
        if self.clip_norm is not None:
            clip_grad_norm(self.optimizer.parameters, self.clip_norm)
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()
        if self.ema:
            self.ema.update()
        self.history["loss"].append(loss.item())
        return self.history["loss"][-1], _scores(out).data

    def fit(
        self,
        batches,
        epochs,
        validation=None,
        *,
        checkpoint=None,
        every=None,
        resume=False,
        settings=None,
        patience=None,
        keep_best=False,
    ):
        """Go `epochs` times over `batches`, an iterable of (x, y) with a length. Returns the history.

        validation: (x, y), or batches (a list or a DataLoader), looked at after every epoch in test mode.
        checkpoint: a file, written after every epoch, after every `every` steps, and at Ctrl-C (which then raises
        KeyboardInterrupt). batches is then a DataLoader or a list.
        resume: if the file is there, go on from it: the weights at the end are exactly those without the stop, bit for
        bit, wherever it was killed. That asks for the same script, machine and number of threads; for transforms that
        draw from the generator they are given; and on a GPU for dropout with a NumPy generator of its own. More epochs
        than before may be asked for. One file belongs to one fit.
        settings: a dict of plain values, kept in the checkpoint: going on with other ones is refused.
        patience: stop when so many epochs have brought no better validation (accuracy if there is one, else loss).
        keep_best: end with the weights of the best epoch instead of the last one's.
        """
        self._require(batches, epochs, validation, patience, keep_best)
        path = self._checkpoint_path(checkpoint, every, resume)
        state = State(self, batches, validation, settings) if path else None
        self.run |= FRESH
        self.best_state, self._keep_best = None, keep_best
        if path and path.exists():
            state.scatter(read_arrays(path))
        if self.run["epoch"] > epochs:
            raise InputError("Trainer.fit", "epochs", f"at least the {self.run['epoch']} that are done", epochs)

        def save():
            if path:
                write_arrays(path, state.gather())

        run, length = self.run, len(batches)
        done = run["epoch"] * length + run["batch"]
        with Progress(epochs * length, done, self.progress) as bar, patient_interrupt() as interrupted:
            while run["epoch"] < epochs and not self._out_of_patience(patience):
                for x, y in _remaining(batches, run["batch"]):
                    self._fit_step(x, y, bar)
                    last = run["batch"] == length  # what closes an epoch belongs to it: no checkpoint in between
                    due = every and len(self.history["loss"]) % every == 0
                    if not last and (due or interrupted()):
                        save()
                    if not last and interrupted():
                        raise KeyboardInterrupt
                self._close_epoch(validation)
                save()
                if interrupted():
                    raise KeyboardInterrupt
        if keep_best and self.best_state:
            self.model.load_state_dict(self.best_state)
        return self.history

    def predict(self, x, batch_size=256):
        """The model's output for all of x, in test mode, as a NumPy array. The modes are then what they were."""
        if len(x) == 0:
            raise InputError("Trainer.predict", "x", "of at least one sample", x)
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        try:
            with no_grad():
                outs = [_scores(self.model(to_device(x[i : i + batch_size]))) for i in range(0, len(x), batch_size)]
        finally:
            for module, training in modes:
                module.training = training
        return np.concatenate([to_numpy(out) for out in outs])

    def accuracy(self, x, y, batch_size=256):
        """The share of x whose highest score is at the label."""
        return accuracy(y, self.predict(x, batch_size))

    def _loss(self, out, y):
        loss = self.loss(out, y)
        return loss + self.model.penalty() if hasattr(self.model, "penalty") else loss

    def _fit_step(self, x, y, bar):
        run = self.run
        loss, scores = self.step(x, y)
        run["batch"] += 1
        if _is_classification(scores, y):
            right, seen = _right(scores, y)
            run |= dict(right=run["right"] + right, seen=run["seen"] + seen)
        bar.step(len(x), run["epoch"] + 1, loss, run["right"] / run["seen"] if run["seen"] else None)

    def _close_epoch(self, validation):
        run = self.run
        if run["seen"]:
            self.history["train_accuracy"].append(run["right"] / run["seen"])
        run |= dict(epoch=run["epoch"] + 1, batch=0, right=0, seen=0)
        if validation is not None:
            with self.ema.swap() if self.ema else contextlib.nullcontext():
                self._validate(validation)

    def _validate(self, validation):
        scores, y = self._outputs(validation)
        with no_grad():
            self.history["val_loss"].append(float(self._loss(Tensor(scores), y)))
        merit = -self.history["val_loss"][-1]
        if _is_classification(scores, y):
            right, seen = _right(scores, y)
            self.history["val_accuracy"].append(right / max(seen, 1))
            merit = self.history["val_accuracy"][-1]
        self._remember(merit)

    def _remember(self, merit):
        """Note the epoch, and keep its weights if they are wanted, if none of this fit was as good (NaN never is)."""
        if merit > self.run["best"]:
            self.run |= dict(best=merit, best_epoch=self.run["epoch"])
            self.best_state = self.model.state_dict() if self._keep_best else None

    def _outputs(self, validation):
        """(scores, y) of all validation data, on the host."""
        if _is_pair(validation):
            x, y = validation
            return self.predict(x), to_numpy(y)
        pairs = [(self.predict(x, len(x)), to_numpy(y)) for x, y in validation]
        return tuple(np.concatenate(arrays) for arrays in zip(*pairs, strict=True))

    def _out_of_patience(self, patience):
        return patience is not None and self.run["epoch"] - self.run["best_epoch"] >= patience

    def _require(self, batches, epochs, validation, patience, keep_best):
        for name, number in (("epochs", epochs), ("patience", 1 if patience is None else patience)):
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise InputError("Trainer.fit", name, "an integer >= 1", number)
        if not hasattr(batches, "__len__") or not hasattr(batches, "__iter__"):
            raise InputTypeError("Trainer.fit", "batches", "an iterable with a length, such as a DataLoader", batches)
        if len(batches) == 0:
            raise InputError("Trainer.fit", "batches", "at least one", batches)
        if validation is None:
            if patience is not None or keep_best:
                raise InputError("Trainer.fit", "validation", "given, as patience and keep_best judge by it", None)
        elif not (hasattr(validation, "__len__") and len(validation) > 0):
            expected = "(x, y), or a DataLoader or list of batches, not empty"
            raise InputTypeError("Trainer.fit", "validation", expected, validation)

    def _checkpoint_path(self, checkpoint, every, resume):
        if checkpoint is None:
            if every is not None or resume:
                raise InputError("Trainer.fit", "checkpoint", "the name of a file, as every and resume need one", None)
            return None
        if every is not None and (not isinstance(every, int) or isinstance(every, bool) or every < 1):
            raise InputError("Trainer.fit", "every", "a number of steps, an integer >= 1", every)
        if not isinstance(checkpoint, (str, Path)) or Path(checkpoint).is_dir():
            raise InputTypeError("Trainer.fit", "checkpoint", "the name of a file", checkpoint)
        path = Path(checkpoint).resolve()
        if path.exists() and not resume:
            expected = "a new file; or, to go on with the training that it holds, resume=True"
            raise InputError("Trainer.fit", "checkpoint", expected, str(checkpoint))
        with open(part_of(path), "ab"):  # a place that cannot be written to is better known now than after an epoch
            pass
        part_of(path).unlink()
        return path


def _remaining(batches, done):
    """What is left of an epoch: a loader with a state knows by itself; of a list the first are passed over."""
    return batches if hasattr(batches, "state_dict") else itertools.islice(batches, done, None)


def _scores(out):
    return out[0] if isinstance(out, tuple) else out


def _is_pair(validation):
    """Whether it is (x, y), and not a list of batches."""
    several = isinstance(validation, (tuple, list))
    return several and len(validation) == 2 and not isinstance(validation[0], (tuple, list))


def _is_classification(scores, y):
    return y.dtype.kind in "iu" and scores.ndim == y.ndim + 1


def _right(scores, y):
    """How many labels are right, of how many that are classes."""
    counts = (y >= 0) & (y < scores.shape[1])
    return int(((scores.argmax(axis=1) == y) & counts).sum()), int(counts.sum())

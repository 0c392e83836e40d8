"""The training loop."""

import numpy as np

from .. import ops
from ..backend import to_device, to_numpy
from ..metrics import accuracy
from ..tape import Tensor, no_grad


class Trainer:
    """Trains a model and keeps the history.

        trainer = Trainer(model, Adam(model.parameters()))
        trainer.fit(DataLoader(x, y), epochs=10, validation=(x_val, y_val))
        trainer.history["loss"]                # one number a step
        trainer.history["train_accuracy"]      # one an epoch, measured while training, so before the last updates
        trainer.history["val_loss"]            # one an epoch, if there is validation data
        trainer.history["val_accuracy"]        # likewise

    loss(scores, y) gives a Tensor of one number; a model's own `penalty()`, if it has one, is added. The accuracies are
    there when y holds class labels, integers for scores with one axis more. progress=False turns the bar off.
    """

    def __init__(self, model, optimizer, loss=ops.softmax_cross_entropy, *, progress=True):
        self.model, self.optimizer, self.loss, self.progress = model, optimizer, loss, progress
        self.history = {"loss": [], "train_accuracy": [], "val_loss": [], "val_accuracy": []}

    def step(self, x, y):
        """Forward, backward, update; returns the loss and the scores before the update."""
        if not self.model.training:
            self.model.train()
        scores = self.model(x)
        loss = self._loss(scores, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.history["loss"].append(loss.item())
        return self.history["loss"][-1], scores.data

    def fit(self, batches, epochs, validation=None):
        """Go `epochs` times over `batches`, an iterable of (x, y) with a length. Returns the history."""
        self.model.train()
        with _progress(epochs * len(batches), self.progress) as bar:
            for epoch in range(1, epochs + 1):
                right = seen = 0
                for x, y in batches:
                    loss, scores = self.step(x, y)
                    if _is_classification(scores, y):
                        right += int((scores.argmax(axis=1) == y).sum())
                        seen += y.size
                    bar.update()
                    bar.set_postfix_str(f"epoch {epoch}/{epochs}, loss {loss:.3f}", refresh=False)
                if seen:
                    self.history["train_accuracy"].append(right / seen)
                if validation is not None:
                    self._validate(*validation)
        return self.history

    def _loss(self, scores, y):
        loss = self.loss(scores, y)
        return loss + self.model.penalty() if hasattr(self.model, "penalty") else loss

    def _validate(self, x, y):
        scores = self.predict(x)
        with no_grad():
            self.history["val_loss"].append(float(self._loss(Tensor(scores), y)))
        if _is_classification(scores, y):
            self.history["val_accuracy"].append(accuracy(y, scores))

    def predict(self, x, batch_size=256):
        """The model's output for all of x, in test mode, as a NumPy array."""
        self.model.eval()
        with no_grad():
            outs = [self.model(to_device(x[i : i + batch_size])).data for i in range(0, len(x), batch_size)]
        return np.concatenate([to_numpy(out) for out in outs])

    def accuracy(self, x, y, batch_size=256):
        """The share of x whose highest score is at the label."""
        return accuracy(y, self.predict(x, batch_size))


def _is_classification(scores, y):
    return y.dtype.kind in "iu" and scores.ndim == y.ndim + 1


class _NoBar:
    """Stands in for the progress bar."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self):
        pass

    def set_postfix_str(self, text, refresh):
        pass


def _progress(steps, wanted):
    try:
        from tqdm import tqdm
    except ImportError:
        return _NoBar()
    return tqdm(total=steps, unit="step", disable=not wanted, dynamic_ncols=True, mininterval=0.3)

"""The training loop: what it does in which order, what it writes down, and that it does it again from the same seed."""

import math
import re
import signal
import sys
import threading

import numpy as np
import pytest

import npdl
from npdl import Tensor, nn, ops, optim
from npdl.data import DataLoader
from npdl.models import TwoLayerNet
from npdl.optim import SGD, Adam
from npdl.train import Trainer
from npdl.train.progress import patient_interrupt

rng = np.random.default_rng(0)
X = rng.standard_normal((50, 6)).astype("float32")
Y = (X @ rng.standard_normal((6, 3)).astype("float32")).argmax(axis=1)
X_VAL, Y_VAL = X[:10] + np.float32(0.1), Y[:10]


def model(seed=0):
    rng = np.random.default_rng(seed)
    first, last = nn.Affine(6, 16, rng=rng), nn.Affine(16, 3, rng=rng)
    return nn.Sequential(first, nn.BatchNorm(16), nn.ReLU(), nn.Dropout(0.2, rng=rng), last)


def trainer(net=None, loss=ops.softmax_cross_entropy, **options):
    net = net or model()
    return Trainer(net, Adam(net.parameters(), lr=1e-2, **options), loss, progress=False)


def batches(size=8, seed=0):
    return DataLoader(X, Y, batch_size=size, seed=seed)


def same_weights(a, b):
    return all(np.array_equal(v, b.state_dict()[name]) for name, v in a.state_dict().items())


@pytest.mark.topic("R489")
def test_it_is_the_loop_that_anybody_would_write():
    by_hand, losses, accuracies, validations = model(), [], [], []
    optimizer = Adam(by_hand.parameters(), lr=1e-2)
    loader = batches()
    for _epoch in range(3):
        right = 0
        for x, y in loader:
            by_hand.train()
            scores = by_hand(Tensor(x))
            loss = ops.softmax_cross_entropy(scores, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            right += (scores.data.argmax(axis=1) == y).sum()
        accuracies.append(right / len(X))
        validations.append(np.mean(by_hand.eval()(X_VAL).data.argmax(axis=1) == Y_VAL))

    t = trainer()
    history = t.fit(batches(), 3, validation=(X_VAL, Y_VAL))
    assert history is t.history
    assert history.pop("val_loss")[-1] == pytest.approx(float(ops.softmax_cross_entropy(by_hand(X_VAL), Y_VAL)))
    assert history == {"loss": losses, "train_accuracy": accuracies, "val_accuracy": validations}
    assert same_weights(t.model, by_hand)


@pytest.mark.topic("R489", "E04-07")
@pytest.mark.parametrize("size, steps", [(8, 7), (50, 1), (64, 1), (48, 2)])
def test_one_loss_a_step_and_means_over_what_was_seen(size, steps):
    """The last batch is smaller: each sample counts once, so its accuracy weighs less than that of a whole batch."""
    t = trainer()
    seen = []
    step = t.step

    def noting(x, y):
        loss, scores = step(x, y)
        seen.append((loss, scores.argmax(axis=1) == y))
        return loss, scores

    t.step = noting
    t.fit(batches(size), 2)
    assert t.history["loss"] == [loss for loss, _ in seen] and len(seen) == 2 * steps
    for epoch in range(2):
        right = np.concatenate([right for _, right in seen[epoch * steps : (epoch + 1) * steps]])
        assert len(right) == len(X) and t.history["train_accuracy"][epoch] == right.mean()
    assert t.history["val_accuracy"] == []


@pytest.mark.topic("R489")
def test_it_learns():
    t = trainer()
    t.fit(batches(), 30)
    assert np.mean(t.history["loss"][-7:]) < 0.6 * t.history["loss"][0]
    assert t.accuracy(X, Y) > 0.95


def test_the_same_seeds_give_the_same_training_bit_for_bit():
    runs = [trainer() for _ in range(3)]
    for t, seed in zip(runs, (0, 0, 1), strict=True):
        t.fit(batches(seed=seed), 3)
    assert runs[0].history == runs[1].history and same_weights(runs[0].model, runs[1].model)
    assert runs[0].history != runs[2].history  # another order of the samples


def test_npdl_seed_fixes_a_training_without_a_seed_of_its_own():
    def run():
        npdl.seed(4)
        net = nn.Sequential(nn.Affine(6, 8), nn.ReLU(), nn.Dropout(0.5), nn.Affine(8, 3))
        return trainer(net).fit(DataLoader(X, Y), 2)

    assert run() == run()
    npdl.seed(None)


def test_fit_goes_on_where_it_stopped():
    once, twice = trainer(), trainer()
    once.fit(batches(), 4)
    loader = batches()
    twice.fit(loader, 3)
    twice.fit(loader, 1)
    assert once.history == twice.history and same_weights(once.model, twice.model)


class Spy(nn.Module):
    """Notes in which mode it ran, and whether its output was on the tape."""

    def __init__(self):
        self.affine, self.seen = nn.Affine(6, 3), []

    def forward(self, x):
        y = self.affine(x)
        self.seen.append((len(x), self.training, y.node is not None))
        return y


def test_predict_runs_in_test_mode_in_batches_and_leaves_no_tape():
    spy = Spy()
    t = trainer(spy)
    out = t.predict(X, batch_size=20)
    assert type(out) is np.ndarray and spy.seen == [(20, False, False), (20, False, False), (10, False, False)]
    np.testing.assert_allclose(out, spy.affine(X).data, rtol=1e-5, atol=1e-6)
    t.step(X, Y)
    assert spy.seen[-1] == (50, True, True)  # back in training mode


def test_predict_changes_nothing():
    t = trainer()
    before = t.model.state_dict()
    np.testing.assert_array_equal(t.predict(X), t.predict(X))  # no dropout
    np.testing.assert_allclose(t.predict(X), t.predict(X, batch_size=7), rtol=1e-5, atol=1e-6)
    assert all(np.array_equal(a, before[name]) for name, a in t.model.state_dict().items())
    assert all(p.grad is None for p in t.model.parameters())


def test_accuracy_is_the_share_of_right_answers():
    t = trainer(Spy())
    right = t.predict(X).argmax(axis=1)
    wrong = (right + 1) % 3
    assert t.accuracy(X, right) == 1 and t.accuracy(X, wrong) == 0
    assert t.accuracy(X, np.where(np.arange(50) < 13, right, wrong)) == pytest.approx(13 / 50)


@pytest.mark.parametrize("loss", [nn.SoftmaxCrossEntropy(label_smoothing=0.1), nn.SVMLoss(), ops.svm_loss])
def test_other_losses(loss):
    history = trainer(loss=loss).fit(batches(), 10)
    assert np.mean(history["loss"][-7:]) < 0.7 * history["loss"][0]


def test_a_swapped_op_is_the_one_that_is_trained_with():
    calls = {"forward": 0, "backward": 0}

    def relu_forward(x):
        calls["forward"] += 1
        return np.maximum(x, 0), x

    def relu_backward(dout, x):
        calls["backward"] += 1
        return dout * (x > 0)

    mine, ours = trainer(), trainer()
    with npdl.swap(relu=(relu_forward, relu_backward)):
        mine.fit(batches(), 2)
    assert calls == {"forward": 14, "backward": 14}
    ours.fit(batches(), 2)
    assert calls == {"forward": 14, "backward": 14}
    assert mine.history == ours.history  # a right pair trains the same network, bit for bit


def test_a_wrong_backward_learns_the_wrong_way():
    t = trainer()
    with npdl.swap(softmax_cross_entropy=(ops.softmax_cross_entropy_forward, ascending)):
        t.fit(batches(), 10)
    assert t.history["loss"][-1] > 2 * t.history["loss"][0]


def ascending(dout, cache):
    dscores, _ = ops.softmax_cross_entropy_backward(dout, cache)
    return -dscores, None


def test_a_loss_that_is_not_a_number_is_written_down_as_such():
    net = nn.Affine(6, 3)
    net.weight.data = np.full((3, 6), np.nan, np.float32)
    t = Trainer(net, SGD(net.parameters(), lr=0.1), progress=False)
    loss, _ = t.step(X, Y)
    assert math.isnan(loss) and math.isnan(t.history["loss"][0])


def test_with_and_without_the_progress_bar(monkeypatch, capsys):
    pytest.importorskip("tqdm")
    net = model()
    shown = Trainer(net, Adam(net.parameters(), lr=1e-2))
    shown.fit(batches(), 1)
    assert "7/7" in capsys.readouterr().err
    trainer().fit(batches(), 1)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setitem(sys.modules, "tqdm", None)  # not installed
    net = model()
    without = Trainer(net, Adam(net.parameters(), lr=1e-2))
    assert without.fit(batches(), 1) == shown.history
    assert capsys.readouterr() == ("", "")


def test_a_regression_has_losses_and_no_accuracy():
    x = np.linspace(-1, 1, 20, dtype="float32")[:, None]
    model = nn.Affine(1, 1)
    trainer = Trainer(model, SGD(model.parameters(), lr=0.3), ops.mse, progress=False)
    history = trainer.fit(DataLoader(x, 3 * x + 1, batch_size=5, seed=0), 40, validation=(x, 3 * x + 1))
    assert history["val_loss"][-1] < 1e-4
    assert history["train_accuracy"] == history["val_accuracy"] == []


def test_labels_of_pixels_are_counted_one_by_one():
    x = np.random.default_rng(0).standard_normal((6, 3, 4, 4)).astype("float32")
    model = nn.Conv2d(3, 3, 1)
    trainer = Trainer(model, Adam(model.parameters(), lr=0.1), progress=False)
    history = trainer.fit(DataLoader(x, x.argmax(axis=1), batch_size=3, seed=0), 30, (x, x.argmax(axis=1)))
    assert history["train_accuracy"][0] <= 1 and history["val_accuracy"][-1] > 0.9


def test_a_models_own_penalty_is_added():
    def weights(reg):
        model = TwoLayerNet(4, 5, 3, weight_scale=0.5, reg=reg, rng=np.random.default_rng(0))
        x, y = np.ones((6, 4), "float32"), np.zeros(6, int)
        Trainer(model, SGD(model.parameters(), lr=0.01), progress=False).fit(DataLoader(x, y, seed=0), 5)
        return np.abs(model.w1.data).sum()

    assert weights(reg=10.0) < 0.8 * weights(reg=0.0)


class TwoHeads(nn.Module):
    """A main and an auxiliary output while it trains, the main one alone in test mode."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.body, self.main, self.side = nn.Affine(6, 8, rng=rng), nn.Affine(8, 3, rng=rng), nn.Affine(8, 3, rng=rng)

    def forward(self, x):
        hidden = ops.relu(self.body(x))
        return (self.main(hidden), self.side(hidden)) if self.training else self.main(hidden)


@pytest.mark.topic("R512")
def test_a_model_with_an_auxiliary_output():
    net = TwoHeads()
    before = net.side.weight.data.copy()
    t = Trainer(net, Adam(net.parameters(), lr=1e-2), nn.Auxiliary(), progress=False)
    history = t.fit(batches(), 20, validation=(X_VAL, Y_VAL))
    assert history["val_accuracy"][-1] > 0.8 and len(history["train_accuracy"]) == 20
    assert (net.side.weight.data != before).any() and t.predict(X).shape == (50, 3)


# What comes with a step: schedules, clipping, averages; and what comes with an epoch: the best, and patience.


def test_the_schedule_advances_with_every_step():
    net = model()
    optimizer = SGD(net.parameters(), lr=0.5)
    schedule = optim.Schedule(optimizer, optim.linear(14))
    t, rates = Trainer(net, optimizer, schedule=schedule, progress=False), []
    step = t.step
    t.step = lambda x, y: rates.append(optimizer.lr) or step(x, y)
    t.fit(batches(), 2)
    np.testing.assert_allclose(rates, 0.5 * (1 - np.arange(14) / 14))


def test_gradients_are_clipped_before_the_step():
    net = nn.Affine(6, 3, rng=np.random.default_rng(0))
    before = net.state_dict()
    Trainer(net, SGD(net.parameters(), lr=1.0), clip_norm=1e-3, progress=False).step(X, Y)
    moved = np.sqrt(sum(((a - before[name]) ** 2).sum() for name, a in net.state_dict().items()))
    assert moved == pytest.approx(1e-3, rel=1e-3)


def test_validation_looks_at_the_averaged_weights():
    net = model()
    ema = optim.EMA(net, 0.9)
    t = Trainer(net, Adam(net.parameters(), lr=1e-2), ema=ema, progress=False)
    t.fit(batches(), 3, validation=(X_VAL, Y_VAL))
    own = float(ops.softmax_cross_entropy(t.predict(X_VAL), Y_VAL))
    with ema.swap():
        averaged = float(ops.softmax_cross_entropy(t.predict(X_VAL), Y_VAL))
    assert t.history["val_loss"][-1] == pytest.approx(averaged) and averaged != own


def scripted(values):
    """A trainer whose validations find these accuracies, one after the other."""
    t = trainer()
    values = iter(values)

    def validate(validation):
        t.history["val_accuracy"].append(next(values))
        t._remember(t.history["val_accuracy"][-1])

    t._validate = validate
    return t


@pytest.mark.parametrize(
    "values, patience, epochs, best",
    [
        ([0.5, 0.7, 0.6, 0.6, 0.9], 2, 4, 2),
        ([0.5, 0.7, 0.6, 0.8, 0.7], 2, 5, 4),
        ([0.5, 0.5, 0.5, 0.5], 3, 4, 1),  # as good is no better: the first counts
        ([0.5, 0.6, 0.7, 0.8, 0.9], 1, 5, 5),
    ],
)
def test_patience_stops_and_the_best_epoch_is_kept(values, patience, epochs, best):
    t = scripted(values)
    states = []
    close = t._close_epoch
    t._close_epoch = lambda validation: close(validation) or states.append(t.model.state_dict())
    t.fit(batches(), len(values), validation=(X_VAL, Y_VAL), patience=patience, keep_best=True)
    assert len(t.history["val_accuracy"]) == epochs
    assert all(np.array_equal(a, states[best - 1][name]) for name, a in t.model.state_dict().items())


def test_without_keep_best_the_last_epoch_is_kept():
    t = scripted([0.9, 0.1])
    first = trainer()
    t.fit(batches(), 2, validation=(X_VAL, Y_VAL))
    first.fit(batches(), 2)
    assert same_weights(t.model, first.model)


def test_validation_in_batches_is_validation_at_once():
    at_once, in_batches = trainer(), trainer()
    at_once.fit(batches(), 2, validation=(X, Y))
    in_batches.fit(batches(), 2, validation=DataLoader(X, Y, batch_size=8, shuffle=False))
    assert at_once.history["val_accuracy"] == in_batches.history["val_accuracy"]
    np.testing.assert_allclose(at_once.history["val_loss"], in_batches.history["val_loss"], rtol=1e-5)


def test_a_second_fit_begins_anew_after_an_error():
    t = trainer()
    loader, step = batches(), t.step

    def failing(x, y):
        if len(t.history["loss"]) == 3:
            raise ZeroDivisionError
        return step(x, y)

    t.step = failing
    with pytest.raises(ZeroDivisionError):
        t.fit(loader, 2)
    t.step = step
    t.fit(loader, 2)
    assert len(t.history["loss"]) == 3 + 14 and len(t.history["train_accuracy"]) == 2


def test_the_bar_tells_images_a_second(capsys):
    pytest.importorskip("tqdm")
    net = model()
    Trainer(net, Adam(net.parameters(), lr=1e-2)).fit(batches(), 2)
    assert re.search(r"epoch 2, loss \d\.\d{3}, \d+\.\d% right, [\d,]+ images/s", capsys.readouterr().err)


def test_interrupts_are_for_the_main_thread_alone():
    t, failures = trainer(), []

    def fit():
        try:
            t.fit(batches(), 1)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=fit)
    thread.start()
    thread.join()
    assert not failures and len(t.history["loss"]) == 7


@pytest.fixture
def hearing():
    """Ctrl-C as Python has it; a shell's background job ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_second_control_c_stops_at_once(hearing):
    with pytest.raises(KeyboardInterrupt), patient_interrupt() as interrupted:
        assert not interrupted()
        signal.raise_signal(signal.SIGINT)
        assert interrupted()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_ignores_control_c_goes_on_ignoring_it(hearing):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nohup, or a job in the background
    with patient_interrupt() as interrupted:
        signal.raise_signal(signal.SIGINT)
        assert not interrupted()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

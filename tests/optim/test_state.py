"""State on disk: stopping and going on is bit for bit the same as not stopping."""

import io

import numpy as np
import pytest

from npdl import InputError, InputTypeError, nn, optim
from tests.optim.helpers import EACH_RULE, RULES, network, train


def as_list(model):
    return model.parameters()


def as_flat(model):
    return optim.FlatParameters(model.parameters())


def as_groups(model):
    return [
        {"parameters": model[0].parameters(), "lr": 0.01, "weight_decay": 0.1},
        {"parameters": optim.FlatParameters(model[1].parameters())},
        {"parameters": model[4].parameters(), "lr": 0.02},
    ]


class Run:
    """A model, its optimiser, a schedule and an average: all that a checkpoint holds."""

    def __init__(self, rule, kind, seed=1):
        self.model = network(seed)
        self.optimizer = rule(kind(self.model))
        self.schedule = optim.Schedule(self.optimizer, optim.warmup(3, then=optim.cosine(8)))
        self.ema = optim.EMA(self.model, 0.9)

    def train(self, steps):
        return train(self.model, self.optimizer, steps, self.schedule.step, self.ema.update)

    def save(self):
        """One .npz file in memory, opened without pickle."""
        file = io.BytesIO()
        parts = {name: part.state_dict() for name, part in vars(self).items()}
        np.savez(file, **{f"{name}/{key}": array for name, state in parts.items() for key, array in state.items()})
        file.seek(0)
        return file

    def load(self, file, order=("model", "optimizer", "schedule", "ema")):
        with np.load(file, allow_pickle=False) as arrays:
            for name in order:
                state = {key.removeprefix(name + "/"): arrays[key] for key in arrays if key.startswith(name + "/")}
                getattr(self, name).load_state_dict(state)

    def bits(self):
        states = [part.state_dict() for part in vars(self).values()]
        return [{name: (a.dtype, a.shape, a.tobytes()) for name, a in state.items()} for state in states]


@EACH_RULE
@pytest.mark.parametrize("kind", [as_list, as_flat, as_groups])
@pytest.mark.parametrize("before", [0, 5])
def test_going_on_is_bit_for_bit_the_same_as_not_stopping(rule, kind, before):
    whole, first, second = Run(rule, kind), Run(rule, kind), Run(rule, kind, seed=2)
    second.train(2)  # a state of its own, which must go
    losses = whole.train(before + 6)
    assert first.train(before) == losses[:before]
    second.load(first.save())
    assert second.bits() == first.bits()
    assert second.train(6) == losses[before:]
    assert second.bits() == whole.bits()


@pytest.mark.parametrize(
    "order", [("ema", "schedule", "optimizer", "model"), ("schedule", "model", "ema", "optimizer")]
)
def test_the_parts_may_be_loaded_in_any_order(order):
    first, second = Run(RULES["adam"], as_groups), Run(RULES["adam"], as_groups, seed=2)
    first.train(5)
    second.load(first.save(), order)
    assert first.train(5) == second.train(5) and first.bits() == second.bits()


@EACH_RULE
def test_it_is_flat_and_on_the_host_and_a_copy(rule):
    run = Run(rule, as_list)
    run.train(2)
    for part in (run.optimizer, run.schedule, run.ema):
        state = part.state_dict()
        assert all(type(name) is str and type(array) is np.ndarray for name, array in state.items())
        before = run.bits()
        for array in state.values():
            array[...] = 7
        assert run.bits() == before


def test_the_names():
    run = Run(RULES["adamw"], as_list)
    run.train(2)
    names = {"lr.0", "weight_decay.0", *(f"{i}.{name}" for i in range(5) for name in ("t", "m", "v"))}
    assert set(run.optimizer.state_dict()) == names
    assert run.optimizer.state_dict()["0.t"] == 2 and run.optimizer.state_dict()["0.m"].shape == (2, 1, 3, 3)
    assert set(run.schedule.state_dict()) == {"t", "base.0"} and run.schedule.state_dict()["base.0"] == 0.02
    names = {f"average.{name}" for name, _ in run.model.named_parameters()} | {
        "buffers.1.running_mean",
        "buffers.1.running_var",
    }
    assert set(run.ema.state_dict()) == {"t", *names}


def test_rates_that_were_changed_by_hand_come_back():
    run, fresh = Run(RULES["sgd"], as_groups), Run(RULES["sgd"], as_groups)
    run.optimizer.lr, run.optimizer.weight_decay = [0.3, 0.2, 0.1], [0.0, 1e-4, 0.5]
    fresh.optimizer.load_state_dict(run.optimizer.state_dict())
    assert fresh.optimizer.lr == [0.3, 0.2, 0.1] and fresh.optimizer.weight_decay == [0.0, 1e-4, 0.5]


def test_arrays_that_were_not_stepped_have_no_state():
    """A frozen part may be thawed after loading, and starts then as it would have."""

    def run():
        made = Run(RULES["adam"], as_list)
        made.model[0].freeze()
        return made

    whole, first, second = run(), run(), run()
    whole.train(3), first.train(3)
    assert not any(name.startswith(("0.", "1.")) for name in first.optimizer.state_dict())
    second.load(first.save())
    for each in (whole, second):
        each.model[0].freeze(False)
    assert whole.train(3) == second.train(3) and whole.bits() == second.bits()


def test_a_weight_without_axes():
    def run(steps, state=None):
        p = nn.Parameter(np.array(1.0, np.float32))
        optimizer = optim.Adam([p], lr=0.1)
        if state:
            p.data[...] = state.pop("w")
            optimizer.load_state_dict(state)
        for _ in range(steps):
            p.grad = np.array(p.data * 2)
            optimizer.step()
        return p, optimizer

    p, optimizer = run(3)
    q, _ = run(2, optimizer.state_dict() | {"w": p.data})
    assert q.data == run(5)[0].data and q.data.dtype == np.float32


OPTIMIZER_FAULTS = [
    (lambda s: s.pop("0.m"), r"Adam.load_state_dict: the names do not fit; missing: 0.m; unknown: none"),
    (lambda s: s.pop("lr.1"), r"missing: lr.1; unknown: none"),
    (lambda s: s.update({"9.m": s["0.m"]}), r"missing: none; unknown: 9.m"),
    (lambda s: s.update({"0.r": s["0.m"]}), r"missing: none; unknown: 0.r"),
    (lambda s: s.update(junk=np.zeros(1)), r"unknown: junk"),
    (lambda s: s.update({0: {}}), r"unknown: 0"),  # from optimizer.state
    (
        lambda s: s.update({"0.m": np.zeros((2, 9))}),
        r"Adam.load_state_dict: 0.m should be of shape \(2, 1, 3, 3\); got",
    ),
    (lambda s: s.update({"0.t": np.zeros(1)}), r"0.t should be of shape \(\)"),
    (lambda s: s.update({"0.t": np.array(2.5)}), r"0.t should be an integer"),
    (lambda s: s.update({"0.t": np.array(-1)}), r"0.t should be a count, >= 0; got -1"),
    (lambda s: s.update({"0.m": s["0.m"].astype(str)}), r"0.m should be of real numbers"),
    (lambda s: s.update({"lr.2": np.array(-1.0)}), r"Adam.load_state_dict: lr.2 should be in \[0, inf\]; got -1"),
    (lambda s: s.update({"weight_decay.0": np.array(np.nan)}), r"weight_decay.0 should be in \[0, inf\]; got nan"),
]
SCHEDULE_FAULTS = [
    (lambda s: s.pop("t"), r"Schedule.load_state_dict: the names do not fit; missing: t"),
    (lambda s: s.pop("base.2"), r"missing: base.2"),
    (lambda s: s.update({"base.3": np.array(0.1)}), r"unknown: base.3"),
    (lambda s: s.update({"base.0": np.array(-0.1)}), r"Schedule.load_state_dict: base.0 should be in \[0, inf\]"),
    (lambda s: s.update(t=np.array(-1)), r"t should be a count"),
]
EMA_FAULTS = [
    (lambda s: s.pop("average.0.weight"), r"EMA.load_state_dict: the names do not fit; missing: average.0.weight"),
    (lambda s: s.update({"average.9.weight": np.zeros(2)}), r"unknown: average.9.weight"),
    (lambda s: s.update({"buffers.1.running_mean": np.zeros(3)}), r"buffers.1.running_mean should be of shape \(2,\)"),
    (lambda s: s.update(t=np.array(1.5)), r"t should be an integer"),
]
FAULTS = [("optimizer", *f) for f in OPTIMIZER_FAULTS] + [("schedule", *f) for f in SCHEDULE_FAULTS]
FAULTS += [("ema", *f) for f in EMA_FAULTS]


@pytest.mark.parametrize("part, change, message", FAULTS)
def test_what_does_not_fit_is_named_and_changes_nothing(part, change, message):
    run, other = Run(RULES["adam"], as_groups), Run(RULES["adam"], as_groups, seed=2)
    run.train(2), other.train(3)
    state, before = getattr(run, part).state_dict(), other.bits()
    change(state)
    with pytest.raises(InputError, match=message):
        getattr(other, part).load_state_dict(state)
    assert other.bits() == before


def test_another_rule_or_another_shape_of_run():
    adam, momentum = Run(RULES["adam"], as_list), Run(RULES["momentum"], as_list)
    adam.train(1)
    with pytest.raises(InputError, match=r"Momentum.load_state_dict: the names do not fit; missing: 0.v?"):
        state = adam.optimizer.state_dict()
        momentum.optimizer.load_state_dict({name: a for name, a in state.items() if not name.endswith(".v")})
    with pytest.raises(InputError, match=r"unknown: 1.t, 1.m, 1.v"):
        Run(RULES["adam"], as_flat).optimizer.load_state_dict(adam.optimizer.state_dict())
    with pytest.raises(InputError, match=r"missing: lr.1"):
        Run(RULES["adam"], as_groups).optimizer.load_state_dict(adam.optimizer.state_dict())


@pytest.mark.parametrize("part", ["optimizer", "schedule", "ema"])
def test_what_is_no_state(part):
    with pytest.raises(InputTypeError, match="load_state_dict: state should be a dict, as state_dict"):
        getattr(Run(RULES["adam"], as_list), part).load_state_dict(3)


def test_a_rule_of_your_own_is_saved_by_what_its_start_names():
    class Lion(optim.Optimizer):
        """Chen et al. 2023."""

        def start(self, w):
            return {"m": np.zeros_like(w)}

        def update(self, w, g, state, lr):
            m = state["m"]
            w -= lr * np.sign(0.9 * m + 0.1 * g)
            m += 0.01 * (g - m)

    whole, first, second = (Run(lambda p: Lion(p, lr=0.01, weight_decay=0.1), as_list) for _ in range(3))
    losses = whole.train(6)
    first.train(3)
    second.load(first.save())
    assert second.train(3) == losses[3:] and losses[-1] < losses[0]

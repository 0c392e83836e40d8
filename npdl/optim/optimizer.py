"""What all optimisers share: which arrays to step, how fast, and the state of each."""

from .flat import FlatParameters, members
from .groups import grouped, non_negative, of_groups
from .pieces import elementwise, in_pieces
from .state import on_host, require_dict, require_fit, write


class Optimizer:
    """Changes parameters by their gradients.

    A subclass gives the rule for one array, `update`, and what it remembers of the array at the beginning, `start`.
    A rule marked @elementwise gets large arrays in pieces, from several threads.

    parameters: a list of Parameters, each stepped by itself; FlatParameters, stepped as one long array; or a list of
        groups, dicts in which what is left out is as for the others:
            Adam([{"parameters": body, "lr": 1e-5}, {"parameters": head, "weight_decay": 0.1}], lr=1e-3)
    weight_decay: adds weight_decay · w to g before the rule: g is the gradient of the loss + weight_decay/2 · Σw² (L2).

    A step passes over Parameters that have no gradient and over frozen ones (requires_grad False), whenever they were
    frozen. groups: a list of Group. state: {an array's position among all arrays: what its `start` gave, as updated}.
    """

    def __init__(self, parameters, lr, *, weight_decay=0.0):
        self.groups = grouped(type(self).__name__, parameters, lr=lr, weight_decay=weight_decay)
        self.state = {}

    lr = of_groups("lr", "The learning rate; a list, one a group, where groups differ. Setting takes either.")
    weight_decay = of_groups("weight_decay", "The weight decay; a list, one a group, where groups differ.")

    @property
    def parameters(self):
        """All Parameters, group by group."""
        return [p for group in self.groups for p in group.parameters]

    def start(self, w):
        """What the rule remembers of w before its first step: {name: array or number}."""
        return {}

    def update(self, w, g, state, lr):
        """Change w and state in place by the gradient g, which stays as it is."""
        raise NotImplementedError(f"{type(self).__name__} has no rule: give it update(w, g, state, lr)")

    @elementwise
    def penalised(self, w, g, lr, weight_decay):
        """The gradient of the loss with its penalty."""
        return g + weight_decay * w if weight_decay else g

    def step(self):
        """One update of every array that has a gradient and is not frozen."""
        arrays = self._arrays()
        for array, _ in arrays:
            if isinstance(array, FlatParameters):
                array.require_views()
        jobs = []
        for index, (array, group) in enumerate(arrays):
            if array.grad is None or not array.requires_grad:
                continue
            if not self.state.get(index):
                self.state[index] = self.start(array.data)
            jobs.append((array.data, array.grad, self.state[index], group))
            for p in members(array):
                p.version += 1  # a backward pass recorded before this step would be wrong: let it say so
        if all(hasattr(rule, "elementwise") for rule in (self.update, self.penalised)):
            in_pieces(self._update, jobs)
        else:
            for job in jobs:
                self._update(*job)

    def _update(self, w, g, state, group):
        lr, weight_decay = float(group.lr), float(group.weight_decay)
        self.update(w, self.penalised(w, g, lr, weight_decay), state, lr)

    def zero_grad(self):
        """Forget the gradients, before the next backward adds to them."""
        for array, _ in self._arrays():
            if isinstance(array, FlatParameters):
                array.grad[...] = 0  # in place: the parameters' gradients are views of it
            else:
                array.grad = None

    def state_dict(self):
        """What changes as a run goes on: {"3.m": m of array number 3, ..., "lr.0": that of group 0, ...}, on the host.

        What the rule was made with (betas, ...) is not in it.
        """
        return on_host(_named(dict(sorted(self.state.items()))) | self._rates())

    def load_state_dict(self, state):
        """Go on from what state_dict gave, bit for bit. InputError if it does not fit, and then nothing has changed."""
        name = f"{type(self).__name__}.load_state_dict"
        stepped = {str(key).partition(".")[0] for key in require_dict(name, state)}
        fresh = {i: self.start(array.data) for i, (array, _) in enumerate(self._arrays()) if str(i) in stepped}
        found = require_fit(name, state, _named(fresh) | self._rates())
        rates = {key: non_negative(name, key, found[key]) for key in self._rates()}
        for index, remembered in fresh.items():
            for key, value in remembered.items():
                remembered[key] = write(found[f"{index}.{key}"], value)
        self.state = fresh
        for i, group in enumerate(self.groups):
            group.lr, group.weight_decay = rates[f"lr.{i}"], rates[f"weight_decay.{i}"]

    def _arrays(self):
        """(what is stepped as one array, its group), in order."""
        return [(array, group) for group in self.groups for array in group.arrays]

    def _rates(self):
        rates = {f"lr.{i}": float(group.lr) for i, group in enumerate(self.groups)}
        return rates | {f"weight_decay.{i}": float(group.weight_decay) for i, group in enumerate(self.groups)}


def _named(state):
    """{index: {name: value}} as {"index.name": value}."""
    return {f"{index}.{name}": value for index, values in state.items() for name, value in values.items()}

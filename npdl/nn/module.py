"""Module: holds parameters, calls ops, does no mathematics of its own."""

import numpy as np

from ..backend import array_module, to_numpy
from ..errors import InputError
from ..tape import Tensor
from .abstract import hollow, is_abstract


class Parameter(Tensor):
    """A Tensor that a Module trains."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        super().__init__(hollow(data.shape, data.dtype) if is_abstract() else data, requires_grad)


class Module:
    """A part of a network. A subclass sets its parameters and parts in __init__ and says what they do in `forward`.

    Whatever is assigned to an attribute is found: Parameters, Modules, lists and dicts of them, and the arrays named in
    `buffers` (state that is saved but not trained, such as running statistics). Names follow PyTorch's state dict.
    """

    buffers = ()
    training = True

    def __call__(self, *inputs, **options):
        return self.forward(*inputs, **options)

    def children(self):
        """Yield (name, module) for the direct parts, in the order of definition."""
        yield from ((name, part) for name, part in _parts(vars(self).items()) if isinstance(part, Module))

    def modules(self):
        """Yield this module and all below it."""
        yield self
        for _, child in self.children():
            yield from child.modules()

    def named_parameters(self, prefix=""):
        """Yield (name, Parameter), each once, as 'conv1.weight'; one that is shared goes by its first name."""
        yield from _once(self._named_parameters(prefix))

    def _named_parameters(self, prefix):
        yield from ((prefix + name, part) for name, part in _parts(vars(self).items()) if isinstance(part, Parameter))
        for name, child in self.children():
            yield from child._named_parameters(f"{prefix}{name}.")

    def parameters(self):
        """The Parameters as a list."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self, prefix=""):
        """Yield (name, array), each once, for the state that is not trained."""
        yield from _once(self._named_buffers(prefix))

    def _named_buffers(self, prefix):
        yield from ((prefix + name, getattr(self, name)) for name in self.buffers)
        for name, child in self.children():
            yield from child._named_buffers(f"{prefix}{name}.")

    def state_dict(self):
        """{name: copy on the host} of all parameters and buffers."""
        state = {name: np.array(to_numpy(p)) for name, p in self.named_parameters()}
        return state | {name: np.array(to_numpy(b)) for name, b in self.named_buffers()}

    def load_state_dict(self, state):
        """Copy the values in; names and shapes must fit, or nothing changes. PyTorch's batch counters are ignored."""
        targets = {name: p.data for name, p in self.named_parameters()} | dict(self.named_buffers())
        state = {name: array for name, array in state.items() if not name.endswith("num_batches_tracked")}
        missing, unknown = [n for n in targets if n not in state], [n for n in state if n not in targets]
        if missing or unknown:
            missing, unknown = (", ".join(names[:5]) or "none" for names in (missing, unknown))
            raise InputError(f"load_state_dict: the names are not the model's; missing: {missing}; unknown: {unknown}")
        arrays = {name: np.asarray(state[name], dtype=target.dtype) for name, target in targets.items()}
        for name, target in targets.items():
            if arrays[name].shape != target.shape:
                raise InputError("load_state_dict", name, f"of shape {target.shape}", arrays[name])
        for name, target in targets.items():
            target[...] = array_module(target).asarray(arrays[name])
        for parameter in self.parameters():
            parameter.version += 1

    def train(self, training=True):
        """Training mode (dropout drops, batch norm uses the batch) for this module and all below."""
        for module in self.modules():
            module.training = training
        return self

    def eval(self):
        """Test mode for this module and all below."""
        return self.train(False)

    def freeze(self, frozen=True):
        """Let training leave the parameters of this module and all below as they are; freeze(False) thaws them.

        It sets requires_grad: no gradient is computed for them, and optimisers pass over them. Buffers are no
        parameters: a frozen BatchNorm still goes on with its running statistics, and normalises with the batch's, until
        it is in test mode, `part.freeze().eval()`, to be called again after each `model.train()`.
        """
        for parameter in self.parameters():
            parameter.requires_grad = not frozen
        return self

    def astype(self, dtype):
        """Parameters and buffers in another floating dtype: float64 for a gradient check."""
        for parameter in self.parameters():
            parameter.data, parameter.grad = parameter.data.astype(dtype), None
        for module in self.modules():
            for name in module.buffers:
                setattr(module, name, getattr(module, name).astype(dtype))
        return self

    def zero_grad(self):
        """Forget the gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def __repr__(self):
        parts = [f"  ({name}): " + repr(child).replace("\n", "\n  ") for name, child in self.children()]
        shapes = ", ".join(f"{k}={v.shape}" for k, v in _parts(vars(self).items()) if isinstance(v, Parameter))
        body = "\n" + "\n".join(parts) + "\n" if parts else shapes
        return f"{type(self).__name__}({body})"


def _parts(named):
    """Yield (name, Parameter or Module) from (name, value), looking into lists, tuples and dicts: 'blocks.0', 'w.a'."""
    for name, value in named:
        if isinstance(value, (Parameter, Module)):
            yield str(name), value
        elif isinstance(value, (list, tuple, dict)):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            yield from ((f"{name}.{key}", part) for key, part in _parts(inner))


def _once(named):
    """The pairs (name, thing) whose thing did not come before."""
    seen = set()
    for name, thing in named:
        if id(thing) not in seen:
            seen.add(id(thing))
            yield name, thing

"""%gradcheck in a notebook: `%load_ext gradcheck`, and then

%gradcheck relu                       relu_forward, relu_backward on the characteristic inputs of relu
%gradcheck my x=X w=W[:3] stride=2    my_forward, my_backward on X and W[:3], with the option stride
%%gradcheck relu                      as the first line of a cell: runs the cell, then checks
"""

import inspect
import shlex

from .arrays import is_array
from .core import check
from .inputs import inputs_for

USAGE = "%gradcheck NAME [input=EXPRESSION ...] [option=EXPRESSION ...]"
CHECK = tuple(inspect.signature(check).parameters)
PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def load_ipython_extension(shell):
    """Register %gradcheck and %%gradcheck with the InteractiveShell."""

    def gradcheck(line, cell=None):
        if cell is not None and not shell.run_cell(cell).success:
            return None  # IPython has shown the error
        return run(line, shell.user_ns)

    gradcheck.__doc__ = __doc__
    shell.register_magic_function(gradcheck, magic_kind="line_cell", magic_name="gradcheck")


def run(line, namespace):
    """The Report of the check that the line asks for; the names in it are looked up in the namespace."""
    words = _words(line)
    if not words or "=" in words[0]:
        raise _error(f"expected {USAGE}; got {line.strip() or 'nothing'!r}")
    name, *assignments = words
    forward, backward = (_function(f"{name}_{role}", namespace) for role in ("forward", "backward"))
    values = dict(_value(text, namespace) for text in assignments)
    arrays, options = _split(forward, values)
    if arrays:
        return check(forward, backward, arrays, **options)
    ours = {key: options.pop(key) for key in list(options) if key in CHECK}
    try:
        sample = inputs_for(forward, name, ours.get("seed", 0), **options)
    except ValueError as e:
        raise _error(f"{e}. Or name arrays: %gradcheck {name} x=X w=W") from None
    return check(forward, backward, sample.inputs, options=sample.options, **{"op": name, **ours})


def _error(message):
    """IPython shows a UsageError in one line, without a traceback."""
    from IPython.core.error import UsageError

    return UsageError(f"%gradcheck: {message}")


def _words(line):
    try:
        return shlex.split(line, posix=False)
    except ValueError as e:
        raise _error(f"cannot read {line!r}: {e}") from None


def _function(name, namespace):
    if not callable(namespace.get(name)):
        found = "no such name" if name not in namespace else type(namespace[name]).__name__
        raise _error(f"expected a function {name}; got {found} (run the cell that defines it first)")
    return namespace[name]


def _value(text, namespace):
    """(key, value) of key=expression."""
    quoted = text[0] in "'\"" and text[-1] == text[0]  # "x=X[:, 0]"
    key, equals, expression = (text[1:-1] if quoted else text).partition("=")
    if not equals or not key.isidentifier():
        raise _error(f"expected name=expression (in quotes if it has spaces); got {text!r}")
    try:
        return key, eval(expression, namespace)
    except Exception as e:
        raise _error(f"{text} cannot be computed: {type(e).__name__}: {e}") from None


def _split(forward, values):
    """(inputs, options): inputs are what forward takes by position and has no default for, and arrays, in its order."""
    plain = [p for p in inspect.signature(forward).parameters.values() if p.kind in PLAIN]
    names = [p.name for p in plain if p.name in values and (p.default is p.empty or is_array(values[p.name]))]
    if not names:
        return {}, values
    before = plain[: [p.name for p in plain].index(names[-1]) + 1]  # those left out between stand at their defaults
    inputs = {p.name: values.get(p.name, p.default) for p in before}
    missing = [p.name for p in plain if p.default is p.empty and p.name not in values]
    if missing:
        raise _error(f"{forward.__name__} takes ({', '.join(p.name for p in plain)}); without {', '.join(missing)}")
    return inputs, {key: value for key, value in values.items() if key not in inputs}

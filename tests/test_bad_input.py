"""Bad input, for every public function of npdl.vision, ml, metrics, mapping and maths: InputError, or a sound result.

Each argument of a right call (tests/right_calls.py) is spoilt in turn. What comes must be npdl's error, or a result
without a warning of NumPy and without a nan that the right call had not; and the input stays as it was. A function that
is new is found by its module; without a row of arguments its test fails.
"""

import importlib
import inspect
import pkgutil
import warnings

import numpy as np
import pytest

from npdl import InputError, arguments
from tests.right_calls import BY_NAME, CALLS, OBJECTS

INNER = (  # parts of other functions, which give them what they need; and what cannot be called like this
    "vision.sift.descriptor.", "vision.sift.extrema.", "vision.sift.orientation.", "vision.sift.pyramid.",
    "vision.gallery.", "vision.command.", "vision.sliding.", "vision.convolution.row_blocks", "vision.images.as_float",
    "ml.inputs.", "ml.kmeans.nearest", "ml.kmeans.means", "ml.kmeans.plus_plus", "ml.kmeans.with_ones",
    "ml.kmeans.squared_lengths", "ml.kmeans.inertia", "mapping.Node", "mapping.slam.join",
    "mapping.worlds.fly", "maths.gaussians.reparameterised",
)  # fmt: skip
NAN = {  # whose results may hold nan or inf, as they say
    "vision.curvature.contour_curvature", "vision.curvature.menger_curvature", "vision.geometry.apply",
    "vision.geometry.transfer_errors", "vision.ransac.trial_count", "vision.gradient.magnitude",
    "metrics.detection.class_average_precision", "metrics.segmentation.class_iou", "metrics.ranking.roc_curve",
    "mapping.bev.height_map", "mapping.points.project", "mapping.rays.scan", "maths.logits.logit",
    "mapping.worlds.hall_seen", "vision.epipolar.triangulate",
}  # fmt: skip
FREE = {"rng", "seed", "random", "function", "path", "init"}  # handed on as they are


def public():
    """(name, signature, function that calls it) of every public function, class and method."""
    for package in ("vision", "ml", "metrics", "mapping", "maths"):
        root = importlib.import_module(f"npdl.{package}")
        for found in pkgutil.walk_packages(root.__path__, f"npdl.{package}."):
            module = importlib.import_module(found.name)
            for name, thing in vars(module).items():
                if name.startswith(("_", "require_")) or getattr(thing, "__module__", None) != module.__name__:
                    continue
                if inspect.isfunction(thing):
                    yield f"{found.name[5:]}.{name}", inspect.signature(thing), thing
                elif inspect.isclass(thing) and not issubclass(thing, tuple):
                    yield f"{package}.{name}.__init__", inspect.signature(thing), thing
                    for method, function in vars(thing).items():
                        if inspect.isfunction(function) and not method.startswith("_"):
                            bound = bound_anew(name, method)
                            yield f"{package}.{name}.{method}", inspect.signature(function), bound


def bound_anew(name, method):
    return lambda **given: getattr(OBJECTS[name](), method)(**given)


FUNCTIONS = {name: rest for name, *rest in public() if not name.startswith(INNER)}


def right_call(name):
    """The arguments of the right call, and those that are spoilt: these and the defaults."""
    form, _ = FUNCTIONS[name]
    row = CALLS.get(name.removeprefix("vision."), {})
    given, spoilt = {}, {}
    for argument, parameter in form.parameters.items():
        if argument == "self" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if argument in row or parameter.default is parameter.empty:
            given[argument] = row[argument] if argument in row else BY_NAME[argument]
        if argument not in FREE:
            spoilt[argument] = given.get(argument, parameter.default)
    return given, spoilt


def spoilt_values(value):
    """What is wrong for sure, and what may be right."""
    if isinstance(value, np.ndarray):
        nan = value.astype(float)
        nan.flat[0] = np.nan
        wrong = [None, "text", value.astype(object), value.astype(str)]
        return wrong, [value[:0], np.array(1.0), value[None], value[0], value[:1], value * 0, nan, value.tolist()]
    if isinstance(value, str):
        return ["nonsense", ["a"], np.ones(2)], [3]
    if isinstance(value, bool) or value is None:
        return [], []
    if isinstance(value, int | float):
        return ["text", 1j], [None, np.nan, np.inf, -1, 0, 2.5, np.ones(2), [1]]
    if isinstance(value, list | tuple):
        return [None, "text", 3] if not hasattr(value, "_fields") else [None, "text"], [(), [None], [-1] * len(value)]
    return ([None] if callable(value) else []), [3]


def outcome(name, function, given):
    """"refused" by an InputError, or the result; anything else is raised, warnings too."""
    before = {key: value.copy() for key, value in given.items() if isinstance(value, np.ndarray)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = function(**given)
    except InputError as error:
        assert " should be " in str(error)
        result = "refused"
    except RuntimeError as error:  # of a right problem that has no solution
        assert "smo: no end" in str(error)
        result = "refused"
    for key, value in before.items():
        np.testing.assert_array_equal(given[key], value, err_msg=f"{name} changed {key}")
    return result


def finite(result):
    if isinstance(result, np.ndarray | np.generic | float):
        return np.asarray(result).dtype.kind not in "fc" or bool(np.isfinite(result).all())
    return all(map(finite, result)) if isinstance(result, list | tuple) else True


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_is_looked_at(name):
    _, function = FUNCTIONS[name]
    given, spoilt = right_call(name)
    right = outcome(name, function, given)
    assert not isinstance(right, str) or right != "refused", "the right call is refused"
    assert name in NAN or finite(right)
    for argument, value in spoilt.items():
        wrong, perhaps = spoilt_values(value)
        for number, bad in enumerate([*wrong, *perhaps]):
            try:
                result = outcome(name, function, {**given, argument: bad})
            except Exception as error:
                raise AssertionError(f"{name}({argument}={bad!r}): {type(error).__name__}: {error}") from error
            refused = isinstance(result, str) and result == "refused"
            optional = bad is None and FUNCTIONS[name][0].parameters[argument].default is None
            assert refused or optional or number >= len(wrong), f"{name}({argument}={bad!r}) is taken"
            given_nan = not finite(bad)  # and nan came out: it may go in where no step would hide it
            assert refused or name in NAN or given_nan or finite(result), f"{name}({argument}={bad!r}) gives nan"


@arguments.takes(
    x=arguments.reals("N, 2"), y=arguments.integers("N", 0), k=arguments.integer(1, 9), share=arguments.number(0, 1)
)
def example(x, y=None, k=3, *, share=0.5):
    return x, y, k, share


def test_what_is_said_above_a_function_is_what_it_gets():
    x, y, k, share = example([[1, 2]], y=[0])
    assert x.dtype == np.float64 and x.shape == (1, 2) and y.tolist() == [0] and (k, share) == (3, 0.5)
    assert example(np.ones((3, 2), np.float32))[0].dtype == np.float32
    with pytest.raises(TypeError, match=r"example.*missing.*'x'"):
        example()


@pytest.mark.parametrize(
    "given, message",
    [
        ({"x": [[1, 2, 3]]}, r"example: x should be a 2-d array \(N, 2\) of numbers; got \[\[1, 2, 3\]\]"),
        ({"x": np.ones((0, 2))}, r"x should be a 2-d array \(N, 2\) of numbers; got float64 array of shape \(0, 2\)"),
        ({"x": [[1, 2], [3]]}, r"x should be a 2-d array"),
        ({"x": [[1, np.inf]]}, "x should be .* free of nan and inf"),
        ({"x": np.ones((2, 2)), "y": [1]}, r"y should be a 1-d array \(N\) of integers, N = 2; got \[1\]"),
        ({"x": np.ones((1, 2)), "y": [-1]}, r"y should be .* in \[0, inf\]"),
        ({"x": np.ones((1, 2)), "k": 10}, r"k should be an integer in \[1, 9\]; got 10"),
        ({"x": np.ones((1, 2)), "share": np.nan}, r"share should be in \[0, 1\]; got nan"),
    ],
)
def test_what_it_says_of_what_came_instead(given, message):
    with pytest.raises(InputError, match=message):
        example(**given)

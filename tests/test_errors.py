"""What is said of bad input: the function, the argument, what was expected, what came. One row a mistake."""

import pickle

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, ops
from npdl.errors import describe

x, image, kernel = np.ones((2, 3)), np.ones((2, 3, 7, 6)), np.ones((5, 3, 3, 3))
w, b, three, two = np.ones((3, 4)), np.ones(4), np.ones(3), np.ones(2)
y, table = np.array([0, 2]), np.ones((7, 2))
up = np.ones((3, 2, 3, 3))
x32 = x.astype(np.float32)

MISTAKES = {
    # linear
    "affine x": (lambda: ops.affine(x, np.ones((4, 2))), "affine: x", "4 numbers a sample", "shape (2, 3)"),
    "affine w": (lambda: ops.affine(x, three), "affine: w", "a 2-d array (D, M)", "shape (3,)"),
    "affine b": (lambda: ops.affine(x, w, three), "affine: b", "shape (4,)", "w is (3, 4)", "got float64 array"),
    "affine b a number": (lambda: ops.affine(x, w, 1.0), "affine: b", "a floating-point array", "got 1.0"),
    "softmax of a number": (lambda: ops.softmax(1.0), "softmax: x", "a floating-point array", "got 1.0"),
    "sum of a number": (lambda: ops.sum(3), "sum: x", "a floating-point array", "got 3"),
    "matmul sizes": (lambda: Tensor(x) @ Tensor(x), "matmul: b", "of 3 rows, as a has 3 columns", "shape (2, 3)"),
    "matmul by a number": (lambda: Tensor(x) @ 2.0, "matmul: b", "a floating-point array", "got 2.0"),
    "matmul of a 0-d array": (lambda: ops.matmul(np.array(1.0), x), "matmul: a", "for a number use *", "shape ()"),
    # convolution
    "conv2d x": (lambda: ops.conv2d(x, kernel), "conv2d: x", "a 4-d array (N, C, H, W)", "shape (2, 3)"),
    "conv2d w": (lambda: ops.conv2d(image, kernel[0]), "conv2d: w", "4-d array (F, C / groups, kh, kw)", "(3, 3, 3)"),
    "conv2d channels": (lambda: ops.conv2d(image, kernel[:, :2]), "conv2d: w", "(F, 3, kh, kw)", "x has 3 channels"),
    "conv2d b": (lambda: ops.conv2d(image, kernel, b), "conv2d: b", "shape (5,) as w has 5 filters", "shape (4,)"),
    "conv2d stride": (lambda: ops.conv2d(image, kernel, stride=0), "conv2d: stride", "an integer >= 1", "got 0"),
    "conv2d stride 1.5": (lambda: ops.conv2d(image, kernel, stride=1.5), "conv2d: stride", "an integer", "got 1.5"),
    "conv2d strides": (lambda: ops.conv2d(image, kernel, stride=(1, 2, 3)), "conv2d: stride", "a pair", "(1, 2, 3)"),
    "conv2d pad": (lambda: ops.conv2d(image, kernel, pad=-1), "conv2d: pad", "an integer >= 0", "got -1"),
    "conv2d pad same": (lambda: ops.conv2d(image, kernel, pad="same"), "conv2d: pad", "((top, bottom)", "got 'same'"),
    "conv2d dilation": (lambda: ops.conv2d(image, kernel, dilation=0), "conv2d: dilation", ">= 1", "got 0"),
    "conv2d groups": (lambda: ops.conv2d(image, kernel, groups=2), "conv2d: groups", "C = 3 and F = 5", "got 2"),
    "conv2d too small": (
        lambda: ops.conv2d(image, kernel, dilation=4),
        "conv2d: the image",
        "the kernel's reach (9, 9)",
        "got (7, 6)",
    ),
    "conv1d x": (lambda: ops.conv1d(image, kernel), "conv1d: x", "a 3-d array (N, C, W)", "shape (2, 3, 7, 6)"),
    "conv1d pad": (
        lambda: ops.conv1d(image[:, :, 0], kernel[..., 0], pad=(1, 2)),
        "conv1d: pad",
        "an integer >= 0, (width,) or ((left, right),)",
        "got (1, 2)",
    ),
    "conv1d stride": (
        lambda: ops.conv1d(image[:, :, 0], kernel[..., 0], stride=(1, 2)),
        "conv1d: stride",
        "(width,)",
        "(1, 2)",
    ),
    "conv3d w": (
        lambda: ops.conv3d(image[None], kernel),
        "conv3d: w",
        "5-d array (F, C / groups, kd, kh, kw)",
        "(5, 3, 3, 3)",
    ),
    "conv3d groups": (
        lambda: ops.conv3d(image[None], kernel[None], groups=2),
        "conv3d: groups",
        "C = 2 and F = 1",
        "got 2",
    ),
    "conv3d stride": (
        lambda: ops.conv3d(image[None], np.ones((1, 2, 3, 3, 3)), stride=(1, 2)),
        "conv3d: stride",
        "a triple (depth, height, width) of them",
        "got (1, 2)",
    ),
    "conv_transpose2d x": (lambda: ops.conv_transpose2d(x, up), "conv_transpose2d: x", "4-d", "shape (2, 3)"),
    "conv_transpose2d w": (
        lambda: ops.conv_transpose2d(image, up[0]),
        "conv_transpose2d: w",
        "a 4-d array (C, F / groups, kh, kw)",
        "shape (2, 3, 3)",
    ),
    "conv_transpose2d channels": (
        lambda: ops.conv_transpose2d(image, up[:2]),
        "conv_transpose2d: w",
        "(3, F / groups, kh, kw), as x has 3 channels",
        "shape (2, 2, 3, 3)",
    ),
    "conv_transpose2d groups": (
        lambda: ops.conv_transpose2d(image, up, groups=2),
        "conv_transpose2d: groups",
        "divides C = 3",
        "got 2",
    ),
    "conv_transpose2d b": (
        lambda: ops.conv_transpose2d(image, up, two, groups=3),
        "conv_transpose2d: b",
        "shape (6,) as w and groups = 3 make 6 filters",
        "shape (2,)",
    ),
    "conv_transpose2d output_pad": (
        lambda: ops.conv_transpose2d(image, up, stride=(2, 1), output_pad=1),
        "conv_transpose2d: output_pad",
        "smaller than the stride (2, 1) or the dilation (1, 1)",
        "got 1",
    ),
    "conv_transpose2d output_pad -1": (
        lambda: ops.conv_transpose2d(image, up, output_pad=-1),
        "conv_transpose2d: output_pad",
        "an integer >= 0",
        "got -1",
    ),
    "conv_transpose2d pad": (
        lambda: ops.conv_transpose2d(image, up, pad=((4, 5), (0, 0))),
        "conv_transpose2d: pad",
        "less than the (9, 8) pixels",
        "got ((4, 5), (0, 0))",
    ),
    "conv_transpose2d of nothing": (
        lambda: ops.conv_transpose2d(image[:, :, :0], up),
        "conv_transpose2d: x",
        "at least one pixel",
        "shape (2, 3, 0, 6)",
    ),
    "standardise_weight": (lambda: ops.standardise_weight(three), "standardise_weight: w", "(F, C / groups,", "(3,)"),
    # pooling
    "max_pool2d x": (lambda: ops.max_pool2d(x, size=2), "max_pool2d: x", "a 4-d array (N, C, H, W)", "shape (2, 3)"),
    "max_pool2d size": (lambda: ops.max_pool2d(image, size=0), "max_pool2d: size", "an integer >= 1", "got 0"),
    "max_pool2d too large": (lambda: ops.max_pool2d(image, size=9), "max_pool2d: the image", "(9, 9)", "got (7, 6)"),
    "max_pool2d pad": (lambda: ops.max_pool2d(image, size=2, pad=2), "max_pool2d: pad", "smaller than", "got 2"),
    "avg_pool2d pad": (
        lambda: ops.avg_pool2d(image, size=2, pad=((0, 3), (0, 0)), count_include_pad=False),
        "avg_pool2d: pad",
        "smaller than the window (2, 2)",
        "got ((0, 3), (0, 0))",
    ),
    "global_avg_pool2d": (lambda: ops.global_avg_pool2d(x), "global_avg_pool2d: x", "4-d", "shape (2, 3)"),
    # normalisation
    "batchnorm x": (lambda: ops.batchnorm(three, three, three), "batchnorm: x", "(N, D) or (N, C, H, W)", "(3,)"),
    "batchnorm gamma": (lambda: ops.batchnorm(x, two, three), "batchnorm: gamma", "(3,) as x has 3 features", "(2,)"),
    "batchnorm of one": (lambda: ops.batchnorm(x[:1], three, three), "batchnorm: x", "a variance", "shape (1, 3)"),
    "batchnorm momentum": (
        lambda: ops.batchnorm(x, three, three, momentum=1.5),
        "batchnorm: momentum",
        "in [0, 1]",
        "got 1.5",
    ),
    "batchnorm test": (
        lambda: ops.batchnorm(x, three, three, training=False),
        "batchnorm: running_mean and running_var",
        "given when training=False",
        "got None",
    ),
    "batchnorm integers": (
        lambda: ops.batchnorm(x, three, three, np.zeros(3, np.int64), np.ones(3)),
        "batchnorm: running_mean",
        "float64 like x",
        "got int64 array",
    ),
    "layernorm": (lambda: ops.layernorm(x, two, three), "layernorm: gamma", "(3,) as that is x's last axis", "(2,)"),
    "groupnorm x": (lambda: ops.groupnorm(three, three, three, groups=3), "groupnorm: x", "(N, C, ...)", "(3,)"),
    "groupnorm groups": (
        lambda: ops.groupnorm(image, three, three, groups=2),
        "groupnorm: groups",
        "an integer that divides C = 3",
        "got 2",
    ),
    # losses
    "label too large": (
        lambda: ops.softmax_cross_entropy(x, np.array([0, 3])),
        "softmax_cross_entropy: y",
        "integers in [0, 3)",
        "got 3",
    ),
    "label negative": (lambda: ops.svm_loss(x, np.array([0, -1])), "svm_loss: y", "integers in [0, 3)", "got -1"),
    "labels one-hot": (
        lambda: ops.softmax_cross_entropy(x, x),
        "softmax_cross_entropy: y",
        "integer class labels",
        "float64 array of shape (2, 3)",
    ),
    "labels in a list": (lambda: ops.svm_loss(x, [0, 1]), "svm_loss: y", "array of integer class labels", "got [0, 1]"),
    "labels too many": (
        lambda: ops.softmax_cross_entropy(x, np.array([0, 1, 2])),
        "softmax_cross_entropy: y",
        "shape (2,)",
        "int64 array of shape (3,)",
    ),
    "labels left out": (lambda: ops.softmax_cross_entropy(x), "softmax_cross_entropy: y", "integer", "got None"),
    "scores": (lambda: ops.softmax_cross_entropy(three, y), "softmax_cross_entropy: scores", "(N, C)", "shape (3,)"),
    "reduction": (
        lambda: ops.softmax_cross_entropy(x, y, reduction="avg"),
        "softmax_cross_entropy: reduction",
        '"mean", "sum" or "none"',
        "got 'avg'",
    ),
    "label_smoothing": (
        lambda: ops.softmax_cross_entropy(x, y, label_smoothing=2),
        "softmax_cross_entropy: label_smoothing",
        "in [0, 1]",
        "got 2",
    ),
    "bce shapes": (lambda: ops.bce_with_logits(x, three), "bce_with_logits: z", "shape (2, 3) like x", "shape (3,)"),
    "mse shapes": (lambda: ops.mse(x, three), "mse: target", "shape (2, 3) like x", "shape (3,)"),
    "mse integers": (lambda: ops.mse(x, np.ones((2, 3), int)), "mse: target", "floating-point", "int64 array"),
    # the rest
    "id too large": (lambda: ops.embedding(np.array([0, 7]), table), "embedding: ids", "integers in [0, 7)", "got 7"),
    "id negative": (lambda: ops.embedding(np.array([-1]), table), "embedding: ids", "in [0, 7)", "got -1"),
    "ids of floats": (lambda: ops.embedding(x, table), "embedding: ids", "an array of integers", "float64 array"),
    "table": (lambda: ops.embedding(y, three), "embedding: table", "a 2-d array (V, D)", "shape (3,)"),
    "dropout p": (lambda: ops.dropout(x, p=1.5), "dropout: p", "in [0, 1]", "got 1.5"),
    "dropout rng": (lambda: ops.dropout(x, p=0.5, rng=0), "np.random.default_rng(0)", "got 0"),
    "concat of a list": (lambda: ops.concat([x, x]), "concat: xs", "given one by one and not in a list", "got"),
    "a mean of nothing": (
        lambda: ops.mse(np.zeros((0, 3)), np.zeros((0, 3))),
        "mse: the batch",
        "at least one sample",
        "shape (0, 3)",
    ),
    "one wrong id": (lambda: ops.embedding(np.int64(-1), w), "embedding: ids", "integers in [0, 3)", "got -1"),
    "running_mean with gradient": (
        lambda: ops.batchnorm(x, three, three, Tensor(np.zeros(3), requires_grad=True), np.ones(3)),
        "batchnorm: running_mean",
        "without gradient",
        "shape (3,)",
    ),
    "mixed dtypes": (lambda: ops.conv2d(image, kernel.astype("f")), "conv2d: w", "float64", "float32 array of shape"),
    "images of bytes": (lambda: ops.conv2d(image.astype(np.uint8), kernel), "conv2d: x", "floating-point", "uint8"),
    "too many arrays": (
        lambda: ops.conv2d(image, kernel, None, 2),
        "conv2d: the number of array arguments",
        "at most 3 (x, w, b), options by keyword",
        "got 4",
    ),
    "a list": (lambda: ops.mul(x, [1.0, 2.0, 3.0]), "mul: b", "a floating-point array", "got [1.0, 2.0, 3.0]"),
    "numbers alone": (lambda: ops.add(1, 2), "add: a or b should be an array", "got (1, 2)"),
    "a flag": (lambda: ops.mul(x, True), "mul: b", "a floating-point array", "got True"),
}

NUMPYS = {  # what NumPy says well enough itself
    "broadcasting": (lambda: ops.add(x, np.ones((4, 3))), r"\(2,3\) \(4,3\)"),
    "reshape": (lambda: ops.reshape(x, shape=(4, 2)), r"size 6 into shape \(4,2\)"),
    "axis of sum": (lambda: ops.sum(x, axis=2), "sum: axis 2 is out of bounds.*; given x: float64"),
    "axis of mean": (lambda: ops.mean(x, axis=2), "mean: axis 2 is out of bounds"),
    "axis of softmax": (lambda: ops.softmax(x, axis=2), "axis 2 is out of bounds"),
    "axes of transpose": (lambda: ops.transpose(x, axes=(0, 3)), "axis 3 is out of bounds"),
    "axis twice": (lambda: ops.transpose(x, axes=(0, 0)), "repeated axis"),
    "index": (
        lambda: ops.getitem(x, index=7),
        r"getitem: index 7 is out of bounds.*; given x: float64.*options.*index",
    ),
    "axis of concat": (
        lambda: ops.concat(x, x, axis=2),
        r"concat: tuple index out of range; given xs\[0\]: float64 array",
    ),
    "unknown option": (lambda: ops.relu(x, slope=2), "relu_forward.* 'slope'"),
    "unknown option of conv2d": (lambda: ops.conv2d(image, kernel, strides=2), "conv2d_forward.* 'strides'"),
    "option left out": (lambda: ops.max_pool2d(image), "size"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_names_the_function_the_argument_what_was_expected_and_what_came(mistake):
    call, *parts = MISTAKES[mistake]
    with pytest.raises(InputError) as error:
        call()
    for part in parts:
        assert part in str(error.value)


@pytest.mark.parametrize("mistake", NUMPYS)
def test_numpy_says_it(mistake):
    call, message = NUMPYS[mistake]
    with pytest.raises((ValueError, TypeError, IndexError), match=message):
        call()


@pytest.mark.parametrize("error, kind", [(ZeroDivisionError, InputError), (TypeError, InputTypeError)])
def test_what_python_complains_of_comes_with_the_op_and_its_arguments(monkeypatch, error, kind):
    def forward(x):
        raise error("no way")

    monkeypatch.setattr(ops.relu.reference, "forward", forward)
    with pytest.raises(kind, match=r"relu: no way; given x: float64 array of shape \(2, 3\)"):
        ops.relu(x)


def test_an_index_outside_is_an_index_error_too_so_that_a_for_over_a_tensor_ends():
    with pytest.raises(InputError) as error:
        Tensor(x)[2]
    assert isinstance(error.value, IndexError)
    assert [row.shape for row in Tensor(x)] == [(3,), (3,)]


@pytest.mark.parametrize("integer", [np.int64, np.int32, int])
def test_numpys_integers_are_integers_and_flags_are_not(integer):
    two = integer(2)
    np.testing.assert_array_equal(
        ops.conv2d(image, kernel, stride=(two, two), pad=two), ops.conv2d(image, kernel, stride=2, pad=2)
    )
    assert ops.resize(image, size=(two, integer(3))).shape == (2, 3, 2, 3)
    assert ops.max_pool2d(image, size=(two, two)).shape == (2, 3, 3, 3)
    assert ops.pad(x, pad=((two, two),)).shape == (2, 7)
    for call in (
        lambda: ops.conv2d(image, kernel, stride=True),
        lambda: ops.resize(image, size=(True, 2)),
        lambda: ops.pixel_shuffle(image, factor=True),
        lambda: ops.groupnorm(image, groups=True),
    ):
        with pytest.raises(InputError, match=r"got .*True"):
            call()


def test_a_refused_call_changes_nothing():
    mean, var = np.zeros(3), np.ones(2)
    with pytest.raises(InputError):
        ops.batchnorm(np.random.default_rng(0).standard_normal((5, 3)), three, three, mean, var)
    np.testing.assert_array_equal(mean, 0)


def test_they_are_the_errors_that_python_has_for_it():
    assert issubclass(InputError, ValueError)
    assert issubclass(InputTypeError, TypeError)
    assert issubclass(InputTypeError, InputError)


@pytest.mark.parametrize("kind", [InputError, InputTypeError])
def test_an_error_travels_between_processes(kind):
    sent = kind("conv2d", "stride", "an integer", 1.5)
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is kind
    assert str(received) == str(sent) == "conv2d: stride should be an integer; got 1.5"


@pytest.mark.parametrize(
    "value, text",
    [
        (x32, "float32 array of shape (2, 3)"),
        (Tensor(x), "float64 array of shape (2, 3)"),
        (np.array(1), "int64 array of shape ()"),
        (np.int64(3), "3 (int64)"),
        (np.float32(0.1), "0.1 (float32)"),
        (None, "None"),
        (3, "3"),
        ("same", "'same'"),
        ([1, 2], "[1, 2]"),
        ({"a": 1}, "{'a': 1}"),
        (list(range(1000)), "an object of type list"),
        (object(), "an object of type object"),
    ],
)
def test_what_came_is_described_in_a_few_words(value, text):
    assert describe(value) == text

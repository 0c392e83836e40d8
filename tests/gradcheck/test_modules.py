"""check_module and check_model: npdl's modules and hand-written layers, right and wrong, in networks and alone."""

import numpy as np
import pytest

import npdl
from gradcheck.networks import check_model, check_module
from npdl import models, nn, ops

rng = np.random.default_rng(4)
pytestmark = pytest.mark.usefixtures("own_ops")

X, Y = rng.standard_normal((5, 7)), np.array([0, 2, 1, 2, 0])
IMAGES = rng.standard_normal((2, 3, 6, 5))


def state(model):
    return {name: (array.dtype, array.tobytes()) for name, array in model.state_dict().items()}


# npdl's modules.


@pytest.mark.parametrize(
    "make, x",
    [
        (lambda: nn.Affine(7, 3), X),
        (lambda: nn.ReLU(), X),
        (lambda: nn.LayerNorm(7), X),
        (lambda: nn.BatchNorm(3), IMAGES),
        (lambda: nn.BatchNorm(3).eval(), IMAGES),
        (lambda: nn.Dropout(0.3), X),
        (lambda: nn.Dropout(0.3, rng=np.random.default_rng(1)), X),
        (lambda: nn.Conv2d(3, 4, 3, pad=1), IMAGES),
        (lambda: nn.Embedding(6, 4), np.array([[1, 5], [5, 0]])),
        (lambda: nn.Residual(nn.Sequential(nn.Affine(7, 7), nn.Tanh())), X),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_modules_pass_and_stay_as_they_were(make, x, dtype):
    module = make()
    before = state(module)
    report = check_module(module, x, dtype=dtype)
    assert report.ok, str(report)
    assert state(module) == before and all(p.grad is None for p in module.parameters())
    names = ["x"] * (x.dtype.kind == "f") + [name for name, _ in module.named_parameters()]
    assert list(report.inputs)[-len(names) :] == names


def test_tensors_are_taken_and_the_librarys_random_numbers_stay_where_they_were():
    npdl.seed(5)
    expected = npdl.backend.rng().random(3)
    npdl.seed(5)
    npdl.backend.rng()
    assert check_module(nn.Dropout(0.5), npdl.Tensor(X)).ok
    assert np.array_equal(npdl.backend.rng().random(3), expected)


def test_fresh_biases_and_gammas_are_varied():
    report = check_module(nn.LayerNorm(7), X)
    assert np.ptp(report.case.inputs["weight"]) > 0 and np.ptp(report.case.inputs["bias"]) > 0
    assert not any("everywhere" in warning for warning in report.warnings)


def pair_of(name, backward):
    """The module that runs npdl's op of this name with another backward."""
    backward.__name__ = f"{name}_backward"
    op = npdl.op(getattr(ops, f"{name}_forward"), backward)

    class Wrong(nn.Module):
        def forward(self, x):
            return op(x)

    return Wrong()


def tanh_without_square(dout, y):
    return dout * (1 - y)


def test_a_wrong_module_fails():
    report = check_module(pair_of("tanh", tanh_without_square), X)
    assert not report.ok and report.inputs["x"].wrong > 30


def test_two_outputs_are_judged_together():
    class Two(nn.Module):
        def __init__(self):
            self.a = nn.Affine(7, 3)

        def forward(self, x):
            h = self.a(x)
            return ops.tanh(h), ops.relu(h)

    report = check_module(Two(), X)
    assert report.ok and list(report.inputs) == ["x", "a.weight", "a.bias"]


# Networks of npdl.


NARROW = X[:, :4]  # what the networks get: each wrong one is checked as a whole, then layer by layer


def network(activation):
    draw = np.random.default_rng(6)
    return nn.Sequential(
        nn.Affine(4, 3, rng=draw),
        nn.LayerNorm(3),
        nn.Tanh(),
        nn.Affine(3, 4, rng=draw),
        activation,
        nn.Affine(4, 3, rng=draw),
    )


def test_a_right_network_passes_without_looking_at_its_layers():
    model = network(nn.Tanh())
    before = state(model)
    report = check_model(model, NARROW, Y, ops.softmax_cross_entropy)
    assert report.ok and report.layers == [] and report.first_wrong is None
    assert state(model) == before and list(report.report.inputs)[:2] == ["x", "0.weight"]


def test_layers_can_be_asked_for():
    report = check_model(network(nn.Tanh()), NARROW, Y, ops.softmax_cross_entropy, layers=True)
    assert report.ok and [name for name, _ in report.layers] == ["0", "1", "2", "3", "4", "5"]
    assert all(r.ok for _, r in report.layers)


def test_the_first_wrong_layer_going_backwards_is_named():
    report = check_model(network(pair_of("tanh", tanh_without_square)), NARROW, Y, ops.softmax_cross_entropy)
    assert not report.ok and report.first_wrong == "4"
    assert [name for name, r in report.layers if not r.ok] == ["4"]
    where = next(f for f in report.report.findings if f.code == "WHERE")
    assert where.fact.startswith("right: 5.weight, 5.bias; wrong: x, 0.weight")
    assert where.guess == "the code between 5.weight, 5.bias and 3.weight, 3.bias, on the way back"
    assert "the first wrong one is 4:" in str(report)


def test_layers_that_have_nothing_to_check_are_left_out():
    class Folded(nn.Module):
        def forward(self, ids):
            return ids % 9

    model = nn.Sequential(Folded(), nn.Embedding(9, 4), nn.Flatten(), nn.Dropout(0.2), nn.Affine(8, 3))
    npdl.seed(1)
    expected = npdl.backend.rng().random(2)
    npdl.seed(1)
    npdl.backend.rng()
    report = check_model(model, np.array([[1, 17], [1, 0], [3, 2]]), Y[:3], ops.softmax_cross_entropy, layers=True)
    assert report.ok and [name for name, _ in report.layers] == ["1", "2", "3", "4"]
    assert np.array_equal(npdl.backend.rng().random(2), expected)


def test_of_two_wrong_layers_the_later_one_comes_first():
    wrong = pair_of("tanh", tanh_without_square)
    model = nn.Sequential(
        nn.Affine(4, 3), wrong, nn.Affine(3, 4), pair_of("tanh", tanh_without_square), nn.Affine(4, 3)
    )
    assert check_model(model, NARROW, Y, ops.softmax_cross_entropy).first_wrong == "3"


def test_a_layer_inside_a_block_is_named_by_its_path():
    block = nn.Residual(nn.Sequential(nn.Affine(4, 4), pair_of("tanh", tanh_without_square)))
    report = check_model(nn.Sequential(block, nn.Affine(4, 3)), NARROW, Y, ops.softmax_cross_entropy)
    assert report.first_wrong == "0.body.1"


def test_layers_that_are_right_alone_leave_the_loss():
    def softmax_cross_entropy_backward(dout, cache):
        dscores, dy = ops.softmax_cross_entropy_backward(dout, cache)
        return 2 * dscores, dy

    loss = npdl.op(ops.softmax_cross_entropy_forward, softmax_cross_entropy_backward, constant=("y",))
    report = check_model(network(nn.Tanh()), NARROW, Y, loss)
    assert not report.ok and report.first_wrong is None
    assert report.report.findings[0].fact == "every gradient is 2 times the right one"
    assert "each layer alone is right" in str(report)


def test_the_models_own_loss_and_no_loss_at_all():
    model = models.TwoLayerNet(7, 5, 3, weight_scale=0.5, reg=0.2)
    assert check_model(model, X, Y).ok
    assert check_model(model, X).ok


def test_targets_that_are_numbers_get_the_dtype():
    assert check_model(nn.Affine(7, 3), X, X[:, :3].astype("float32"), ops.mse).ok


def test_a_larger_network_is_checked_along_directions():
    model = models.FullyConnectedNet(640, [16, 8], 3, norm="layer", rng=np.random.default_rng(2))
    x, y = rng.standard_normal((3, 640)), rng.integers(0, 3, 3)
    report = check_model(model, x, y, ops.softmax_cross_entropy)
    assert report.ok and report.report.mode == "directional"
    model.parts[-2] = pair_of("relu", lambda dout, y: dout * (y >= 0))
    report = check_model(model, x, y, ops.softmax_cross_entropy)
    assert not report.ok and report.first_wrong == str(len(model) - 2)


@pytest.mark.parametrize("mode", ["full", "directional"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_bias_before_a_batchnorm_has_gradient_zero_up_to_rounding(mode, dtype):
    model = nn.Sequential(nn.Affine(7, 5), nn.BatchNorm(5), nn.Tanh(), nn.Affine(5, 3))
    report = check_model(model, X, Y, ops.softmax_cross_entropy, mode=mode, dtype=dtype)
    assert all(r.verdict != "wrong" for r in report.report.inputs.values()), str(report)


# Layers with forward and backward.


class Affine:
    def __init__(self, inputs, outputs, mistake=""):
        draw = np.random.default_rng(inputs).standard_normal
        self.W, self.b, self.mistake = draw((inputs, outputs)), np.zeros(outputs), mistake
        self.params, self.grads = {"W": self.W, "b": self.b}, {"W": 0, "b": 0}

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        if self.mistake == "accumulates":
            self.grads["W"] = self.grads["W"] + self.x.T @ dout
        else:
            self.grads["W"] = self.x.T @ dout
        self.grads["b"] = dout.mean(0) if self.mistake == "mean" else dout.sum(0)
        return dout @ self.W.T


class Tanh:
    def __init__(self, mistake=""):
        self.mistake = mistake

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** (1 if self.mistake else 2))


class Net:
    def __init__(self, *layers):
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


def squares(out, y):
    return 0.5 * ((out - y) ** 2).sum(), out - y


def test_right_layers_pass_alone_and_together():
    layer = Affine(7, 4)
    before = layer.W.tobytes(), dict(layer.grads)
    report = check_module(layer, X)
    assert report.ok and list(report.inputs) == ["x", "W", "b"]
    assert (layer.W.tobytes(), layer.grads) == before and not hasattr(layer, "x")
    report = check_model(Net(Affine(7, 4), Tanh(), Affine(4, 3)), X, X[:, :3], squares)
    assert report.ok and list(report.report.inputs) == ["x", "layers.0.W", "layers.0.b", "layers.2.W", "layers.2.b"]


def test_a_float32_layer_is_judged_in_float64():
    layer = Affine(7, 4)
    layer.W, layer.b = layer.W.astype("float32"), layer.b.astype("float32")
    layer.params = {"W": layer.W, "b": layer.b}
    assert check_module(layer, X).ok
    assert layer.W.dtype == np.float32 and layer.params["W"] is layer.W


@pytest.mark.parametrize("mistake, code", [("mean", None), ("accumulates", "STATE_ACCUMULATES")])
def test_wrong_layers_fail(mistake, code):
    report = check_module(Affine(7, 4, mistake), X)
    assert not report.ok
    assert code is None or code in [f.code for f in report.findings]
    assert report.inputs["x"].ok


def test_the_first_wrong_layer_of_a_hand_written_network_is_named():
    net = Net(Affine(4, 5, "mean"), Tanh(), Affine(5, 4), Tanh("square"), Affine(4, 3))
    report = check_model(net, NARROW, X[:, :3], squares)
    assert report.first_wrong == "layers.3"
    assert [name for name, r in report.layers if not r.ok] == ["layers.0", "layers.3"]


def test_a_network_that_forgets_a_layer_on_the_way_back_has_right_layers():
    class Forgetful(Net):
        def backward(self, dout):
            return self.layers[0].backward(self.layers[2].backward(dout))

    report = check_model(Forgetful(Affine(4, 5), Tanh(), Affine(5, 3)), NARROW, X[:, :3], squares)
    assert not report.ok and report.first_wrong is None and "how they are joined" in str(report)


class Box:
    def __init__(self, data):
        self.data, self.grad = data, None


class Scale:
    """Keeps its parameter in an object with data and grad, which backward adds to."""

    def __init__(self, power=1):
        self.s, self.power = Box(np.array([1.5, -0.5, 2.0, 1.0, 0.3, 0.7, 0.9])), power

    def parameters(self):
        return [self.s]

    def zero_grad(self):
        self.s.grad = np.zeros_like(self.s.data)

    def forward(self, x):
        self.x = x
        return x * self.s.data

    def backward(self, dout):
        self.s.grad += (dout * self.x**self.power).sum(0)
        return dout * self.s.data


def test_a_layer_whose_parameters_are_objects():
    report = check_module(Scale(), X)
    assert report.ok and list(report.inputs) == ["x", "parameter 0"]
    assert not check_module(Scale(power=2), X).ok


class WithLoss:
    """CS231n's second assignment: params, and loss(X, y) -> (loss, grads)."""

    def __init__(self, factor=1):
        self.params, self.factor = {"W": rng.standard_normal((7, 3)), "b": np.ones(3)}, factor

    def loss(self, X, y):
        difference = X @ self.params["W"] + self.params["b"] - np.eye(3)[y]
        gradient = self.factor * difference / len(X)
        return 0.5 * (difference**2).sum() / len(X), {"W": X.T @ gradient, "b": gradient.sum(0)}


def test_a_model_with_params_and_a_loss_of_its_own():
    assert check_model(WithLoss(), X, Y).ok
    report = check_model(WithLoss(3), X, Y)
    assert not report.ok and report.report.findings[0].fact == "every gradient is 3 times the right one"


def test_what_is_refused():
    with pytest.raises(TypeError, match=r"check_module: a module should have forward and backward, .*; got function"):
        check_module(squares, X)

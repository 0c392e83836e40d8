"""EMA: the average written out, its window, its start, and weights that come back bit for bit."""

import copy

import numpy as np
import pytest

from npdl import InputError, InputTypeError, Tensor, nn, ops, optim
from tests.optim.helpers import X, Y, network, train


def averages(values, decay, **options):
    """The average after each update while a weight takes these values after its first one."""
    p = nn.Parameter(np.array([values[0]]))
    ema, out = optim.EMA([p], decay, **options), []
    for value in values[1:]:
        p.data[...] = value
        ema.update()
        out.append(ema.average["0"].item())
    return np.array(out)


VALUES = np.random.default_rng(0).standard_normal(101)


@pytest.mark.topic("R198")
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.99])
def test_it_is_a_geometric_sum_of_the_weights(decay):
    """From v = 0, uncorrected: v_t = Σ_k (1 - β) β^k θ_{t-k}."""
    values = np.concatenate([[0.0], VALUES])
    found = averages(values, decay, correct=False)
    for t in range(1, len(values)):
        k = np.arange(t)
        expected = (1 - decay) * decay**k @ values[t - k]
        assert found[t - 1] == pytest.approx(expected, rel=1e-10, abs=1e-14)


@pytest.mark.topic("R198")
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.99])
def test_the_correction_divides_by_the_sum_of_the_weights(decay):
    """Corrected, v_t is that sum / (1 - β^t), wherever it started: the first average is the first weight."""
    found = averages(VALUES, decay)
    for t in range(1, len(VALUES)):
        k = np.arange(t)
        expected = (1 - decay) * decay**k @ VALUES[t - k] / (1 - decay**t)
        assert found[t - 1] == pytest.approx(expected, rel=1e-10, abs=1e-13)
    assert found[0] == VALUES[1]  # bit for bit


@pytest.mark.topic("R198")
def test_the_start_keeps_a_share_of_beta_to_the_t():
    """A weight at 1 jumps to 0: uncorrected, 0.999^500 = 61 % of the start is still there; corrected, nothing."""
    values = np.zeros(501)
    values[0] = 1
    np.testing.assert_allclose(averages(values, 0.999, correct=False), 0.999 ** np.arange(1, 501), rtol=1e-9)
    np.testing.assert_allclose(averages(values, 0.999), 0, atol=1e-15)


@pytest.mark.topic("R198")
@pytest.mark.parametrize("decay", [0.9, 0.99, 0.999])
def test_its_window_is_1_by_1_minus_beta(decay):
    """The newest 1/(1 - β) weights have a share of 1 - 1/e, 63 %; the mean age of all is β/(1 - β)."""
    window = round(1 / (1 - decay))
    recent = np.concatenate([np.zeros(20 * window), np.ones(window)])
    assert averages(recent, decay)[-1] == pytest.approx(1 - np.exp(-1), abs=0.5 / window)
    age = -np.arange(20 * window)[
        ::-1
    ]  # the newest value is 0, the one before it -1: the average is minus the mean age
    assert averages(age.astype(float), decay)[-1] == pytest.approx(-decay / (1 - decay), rel=1e-5)


@pytest.mark.topic("R198")
def test_it_takes_out_noise_as_a_mean_of_twice_the_window():
    """Var v = (1 - β)/(1 + β) Var θ for independent values: as a plain mean of 19, for β = 0.9."""
    noise = np.random.default_rng(1).standard_normal(20001)
    assert averages(noise, 0.9)[100:].var() == pytest.approx(noise.var() / 19, rel=0.1)


def model_and_ema(steps=5, **options):
    model = network()
    optimizer, ema = optim.SGD(model.parameters(), lr=0.1), optim.EMA(model, 0.8, **options)
    train(model, optimizer, steps, ema.update)
    return model, optimizer, ema


def bits(model):
    return {name: array.tobytes() for name, array in model.state_dict().items()}


@pytest.mark.topic("R198")
def test_inside_swap_the_model_has_the_average_and_after_it_its_own_weights_bit_for_bit():
    model, _, ema = model_and_ema()
    own = bits(model)
    with ema.swap():
        for name, p in model.named_parameters():
            np.testing.assert_array_equal(p.data, ema.average[name])
            assert p.data.tobytes() != own[name]
        inside = model.eval()(Tensor(X)).data
    assert bits(model) == own
    averaged = network()
    averaged.load_state_dict(ema.average | ema.buffers)
    np.testing.assert_array_equal(averaged.eval()(Tensor(X)).data, inside)


def test_own_weights_come_back_whatever_happens_inside():
    model, optimizer, ema = model_and_ema()
    own, average = bits(model), ema.average["0.weight"].copy()
    with pytest.raises(KeyError), ema.swap(), ema.swap():
        train(model, optimizer, 2)
        raise KeyError
    assert bits(model) == own and (ema.average["0.weight"] == average).all()
    ema.update()  # and all goes on


def test_buffers_are_those_of_the_last_update():
    """Not an average: batch norm's statistics are one already."""
    model, _, ema = model_and_ema()
    at_update = model[1].running_mean.copy()
    model(Tensor(X + 5))  # training mode: the statistics move on, without an update
    assert (model[1].running_mean != at_update).all()
    with ema.swap():
        np.testing.assert_array_equal(model[1].running_mean, at_update)
        model(Tensor(X - 5))  # to estimate them anew for the averaged weights, say
    assert (model[1].running_mean > at_update).all()


def test_weights_that_stand_still_are_their_own_average_bit_for_bit():
    model = network()
    model[0].freeze()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for options in (dict(), dict(correct=False)):
        ema = optim.EMA(model, 0.9, **options)
        train(model, optimizer, 20, ema.update)
        assert ema.average["0.weight"].tobytes() == model[0].weight.data.tobytes()
        assert ema.average["4.weight"].tobytes() != model[4].weight.data.tobytes()


def test_before_any_update_the_average_is_the_weights():
    model = network()
    ema, own = optim.EMA(model), bits(model)
    with ema.swap():
        assert bits(model) == own


@pytest.mark.parametrize(
    "what", [lambda model: model.parameters(), lambda model: optim.FlatParameters(model.parameters())]
)
def test_a_list_and_flat_parameters_are_averaged_alike(what):
    """FlatParameters stay views of one array."""
    model, same = network(), network()
    parameters = what(model)
    optimizer, ema = optim.SGD(parameters, lr=0.1), optim.EMA(parameters, 0.8)
    other = optim.EMA(same, 0.8)
    train(model, optimizer, 5, ema.update)
    train(same, optim.SGD(same.parameters(), lr=0.1), 5, other.update)
    with ema.swap(), other.swap():
        for p, q in zip(model.parameters(), same.parameters(), strict=True):
            np.testing.assert_array_equal(p.data, q.data)
    train(model, optimizer, 1, ema.update)


def test_it_keeps_float32_and_does_not_disturb_training():
    model, _, ema = model_and_ema()
    assert {v.dtype for v in ema.average.values()} == {np.dtype(np.float32)}
    plain = network()
    train(plain, optim.SGD(plain.parameters(), lr=0.1), 5)
    assert bits(plain) == bits(model)


def test_a_copy_averages_its_own_model():
    model, _, ema = model_and_ema()
    model2, ema2 = copy.deepcopy((model, ema))
    before = bits(model)
    with ema2.swap():
        assert bits(model) == before != bits(model2)


def test_backward_refuses_weights_that_were_swapped():
    model, _, ema = model_and_ema()
    loss = ops.softmax_cross_entropy(model(Tensor(X)), Y)
    with ema.swap(), pytest.raises(RuntimeError, match="was changed after the forward pass"):
        loss.backward()


def test_an_update_inside_swap_would_average_the_average():
    _, _, ema = model_and_ema()
    with ema.swap(), pytest.raises(RuntimeError, match=r"EMA\.update: inside"):
        ema.update()


@pytest.mark.parametrize("decay", [-0.1, 1, float("nan"), "x", True])
def test_a_decay_that_is_none(decay):
    with pytest.raises(InputError, match=r"EMA: decay should be in \[0, 1\); got"):
        optim.EMA(network(), decay)


def test_what_has_no_weights():
    with pytest.raises(InputTypeError, match="EMA: parameters should be Parameters"):
        optim.EMA([np.zeros(2)])
    with pytest.raises(InputError, match="EMA: model should be with at least one Parameter"):
        optim.EMA(nn.ReLU())


@pytest.mark.oracle
@pytest.mark.topic("R198")
def test_uncorrected_it_is_pytorchs_averaged_model():
    """AveragedModel takes the first weights as they are, then averages."""
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(1, 1, bias=False).double()
    theirs, found = (
        torch.optim.swa_utils.AveragedModel(layer, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)),
        [],
    )
    for value in VALUES:
        layer.weight.data.fill_(value)
        theirs.update_parameters(layer)
        found.append(theirs.module.weight.item())
    np.testing.assert_allclose(averages(VALUES, 0.9, correct=False), found[1:], rtol=1e-10, atol=1e-13)

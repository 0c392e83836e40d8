"""S4D and Mamba's block: step by step they give what they give at once, and they start as their papers say."""

import numpy as np
import pytest

from npdl import InputError, Tensor, nn, no_grad, ops
from npdl.optim import Adam


def block(kind, dim=6, **options):
    return kind(dim, states=4, rng=np.random.default_rng(0), **options).astype("float64")


LAYERS = {
    "S4D": lambda: nn.S4D(6, 8, rng=np.random.default_rng(0)).astype("float64"),
    "MambaBlock": lambda: block(nn.MambaBlock),
    "S4DBlock": lambda: block(nn.S4DBlock),
    "kernel 1": lambda: block(nn.MambaBlock, kernel=1),
}
EACH_LAYER = pytest.mark.parametrize("name", LAYERS)


@pytest.mark.topic("R299", "R300")
@EACH_LAYER
@pytest.mark.parametrize("cuts", [range(1, 12), (5,), (1, 9)])
def test_step_by_step_is_all_at_once(name, cuts):
    """For S4D: the recurrence is the convolution. For Mamba: decoding is the parallel pass."""
    layer, x = LAYERS[name](), np.random.default_rng(1).standard_normal((2, 12, 6))
    whole, pieces, state = layer(Tensor(x)).data, [], None
    with no_grad():
        for piece in np.split(x, cuts, axis=1):
            out, state = layer.step(Tensor(piece), state)
            pieces.append(out.data)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=0, atol=1e-10)


@pytest.mark.topic("R299")
def test_the_state_of_a_block_does_not_grow():
    layer, state, sizes = LAYERS["MambaBlock"](), None, set()
    for _ in range(20):
        _, state = layer.step(np.ones((1, 1, 6)), state)
        sizes.add(tuple(part.shape for part in state))
    assert sizes == {((1, 3, 12), (1, 12, 4))}  # kernel - 1 inputs; the state of the scan


@pytest.mark.topic("R299")
@EACH_LAYER
def test_nothing_comes_before_its_cause(name):
    layer, x = LAYERS[name](), np.random.default_rng(1).standard_normal((1, 8, 6))
    y = layer(x).data
    for t in range(8):
        other = x.copy()
        other[:, t] += 1
        moved = np.abs(layer(other).data - y).max(axis=(0, 2))
        assert moved[:t].max(initial=0) < 1e-12
        assert moved[t] > 1e-6


@pytest.mark.topic("R299")
def test_mamba_starts_as_the_paper_says():
    layer = nn.MambaBlock(32, states=5, rng=np.random.default_rng(0))
    np.testing.assert_allclose(np.exp(layer.A_log.data), np.tile([1, 2, 3, 4, 5], (64, 1)), rtol=1e-6)
    dt = ops.softplus(layer.dt_proj.bias.data)
    assert 1e-3 <= dt.min() < 2e-3 and 0.05 < dt.max() <= 0.1
    assert (layer.D.data == 1).all() and layer.rank == 2
    assert np.abs(layer.dt_proj.weight.data).max() <= 2**-0.5


@pytest.mark.topic("R299")
def test_mambas_parameters_have_the_names_and_shapes_of_the_authors_code():
    shapes = {name: p.shape for name, p in nn.MambaBlock(32, states=16).named_parameters()}
    assert shapes == {
        "in_proj.weight": (128, 32),
        "conv1d.weight": (64, 1, 4),
        "conv1d.bias": (64,),
        "x_proj.weight": (34, 64),
        "dt_proj.weight": (64, 2),
        "dt_proj.bias": (64,),
        "A_log": (64, 16),
        "D": (64,),
        "out_proj.weight": (32, 64),
    }


@pytest.mark.topic("R301")
@pytest.mark.parametrize("start", ["lin", "inv", "legs"])
def test_s4d_starts_at_the_papers_eigenvalues(start):
    layer = nn.S4D(3, 8, start=start)
    A = -np.exp(layer.log_A_real.data) + 1j * layer.A_imag.data
    legs = np.linalg.eigvals(legs_and_its_correction(8))
    expected = {
        "lin": [-0.5, -0.5 + np.pi * 1j, -0.5 + 2j * np.pi, -0.5 + 3j * np.pi],
        "inv": [-0.5 + 8j / np.pi * (8 / (2 * n + 1) - 1) for n in range(4)],
        "legs": legs[legs.imag > 0],
    }[start]
    for row in A:
        np.testing.assert_allclose(row.real, -0.5, rtol=1e-6)
        np.testing.assert_allclose(np.sort(row.imag), np.sort(np.imag(expected)), rtol=1e-5)
    assert (np.exp(layer.log_dt.data) >= 1e-3).all() and (np.exp(layer.log_dt.data) <= 0.1).all()


def legs_and_its_correction(N):
    n = np.arange(N)
    root = np.sqrt(2 * n + 1)
    return -np.tril(np.outer(root, root), -1) - np.diag(n + 1) + np.outer(root, root) / 2


def smooth_noise(rng, N, T, frequencies=8):
    """Random signals without fast changes."""
    t = np.arange(T) / T
    waves = np.concatenate([f(2 * np.pi * k * t[None]) for k in range(1, frequencies + 1) for f in (np.sin, np.cos)])
    return rng.standard_normal((N, len(waves))) @ waves / np.sqrt(frequencies)


def delay_error(layer, delay=100, T=256, steps=150):
    """The error, in units of the signal, of a linear layer that learns to give back what came `delay` steps ago."""
    rng = np.random.default_rng(0)
    head = nn.Affine(8, 1, rng=rng)
    optimizer = Adam(layer.parameters() + head.parameters(), lr=1e-2)
    for _ in range(steps):
        u = smooth_noise(rng, 16, T).astype("float32")
        states = layer(Tensor(np.repeat(u[:, :, None], 8, axis=2)))
        y = head(states.reshape(-1, 8)).reshape(16, T)
        loss = ops.mse(y[:, delay:], u[:, : T - delay])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(loss.data) ** 0.5 / u.std()


@pytest.mark.topic("R301")
def test_s4d_learns_a_delay_of_a_hundred_steps_which_a_short_memory_cannot():
    long = nn.S4D(8, 32, start="legs", dt_range=(0.005, 0.02), rng=np.random.default_rng(0))
    short = nn.S4D(8, 32, start="legs", dt_range=(1.0, 2.0), rng=np.random.default_rng(0))
    assert delay_error(long) < 0.1
    assert delay_error(short) > 0.5


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: nn.MambaBlock(0), "MambaBlock: dim should be an integer >= 1"),
        (lambda: nn.S4DBlock(4, kernel=0), "S4DBlock: kernel should be an integer >= 1"),
        (lambda: nn.MambaBlock(4, expand=1.5), "MambaBlock: expand should be an integer >= 1"),
        (lambda: nn.MambaBlock(4)(np.ones((2, 4), "f")), r"MambaBlock: x should be a 3-d array \(N, T, dim\)"),
        (lambda: nn.MambaBlock(4)(np.ones((2, 3, 5), "f")), r"MambaBlock: x should be \(N, T, 4\) with T >= 1"),
        (lambda: nn.MambaBlock(4)(np.ones((2, 0, 4), "f")), r"MambaBlock: x should be \(N, T, 4\) with T >= 1"),
        (lambda: nn.S4D(4, 7), "N should be an even integer >= 2"),
        (lambda: nn.S4D(4, start="random"), 'kind should be "lin", "inv" or "legs"'),
    ],
)
def test_what_makes_no_sense(call, message):
    with pytest.raises(InputError, match=message):
        call()

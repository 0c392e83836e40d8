"""Configurations of npdl.ops.divergence."""

from hypothesis import strategies as st

from tests.ops.configurations.base import distributions, numbers, off_zero, pick, reductions, small

scores = pick((1, 2), (6, 4), (3, 5, 2), (2, 3, 1, 4))
features = st.lists(small, min_size=1, max_size=4).map(tuple)


@st.composite
def kl_divergence(draw):
    shape = draw(scores)
    return (draw(distributions(shape)), draw(distributions(shape))), {"reduction": draw(reductions)}


@st.composite
def kl_with_logits(draw):
    shape = draw(scores)
    return (draw(numbers(shape)), draw(numbers(shape))), {"reduction": draw(reductions)}


@st.composite
def gaussians(draw, count):
    """mu, logvar of so many Gaussians, all of one shape."""
    shape = draw(features)
    pairs = [(draw(numbers(shape)), draw(off_zero(shape))) for _ in range(count)]
    return sum(pairs, ()), {"reduction": draw(reductions)}


CONFIGURATIONS = {
    "kl_divergence": kl_divergence,
    "kl_with_logits": kl_with_logits,
    "gaussian_kl": lambda: gaussians(1),
    "normal_kl": lambda: gaussians(2),
}

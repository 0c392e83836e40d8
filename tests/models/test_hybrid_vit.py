"""The hybrid of R50 and ViT: counts, shapes, gradients."""

import numpy as np
import pytest

from npdl import nn, no_grad
from npdl.models import HybridViT
from npdl.models.hybrid_vit import ResNetBackbone
from tests.models.helpers import drawn, some_of
from tests.nn.helpers import scalar, worst_gradient_error


@pytest.mark.topic("R260")
def test_the_defaults_have_the_parameters_that_the_docstring_states():
    with nn.abstract():
        assert nn.count_parameters(HybridViT()) == 98_659_112
    assert f"{98_659_112:,}" in HybridViT.__doc__


@pytest.mark.topic("R260")
def test_the_backbone_has_16_blocks_and_gives_14_x_14_places_of_1024_channels():
    with nn.abstract():
        model = HybridViT()
    assert [len(list(stage.children())) for stage in model.backbone.stages] == [3, 4, 9]
    assert model.vit.positions.weight.shape == (197, 768)
    small = ResNetBackbone(blocks=(1, 1, 1), widths=(4, 8, 8), rng=np.random.default_rng(0))
    with no_grad():
        assert small(np.zeros((1, 3, 224, 224), np.float32)).shape == (1, 32, 14, 14)
    assert model.backbone.stages[2].children().__next__()[1].conv3.weight.shape == (1024, 256, 1, 1)


@pytest.mark.topic("R260")
def test_gradients_reach_every_parameter_of_the_hybrid():
    options = dict(blocks=(1, 1, 1), widths=(4, 4, 4), dim=8, depth=1, heads=2, rng=np.random.default_rng(0))
    model = HybridViT((32, 32), 5, **options).astype("float64")
    x = drawn(2, 3, 32, 32)
    wanted = some_of(model, "backbone.norm1", "backbone.stages.1.0.norm3.bias", "vit.class_token")
    assert worst_gradient_error(lambda: scalar(model(x)), wanted) < 1e-5
    assert all(p.grad.any() for p in model.parameters())

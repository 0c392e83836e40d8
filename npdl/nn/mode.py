"""A model in test mode for a while."""

import contextlib


@contextlib.contextmanager
def in_test_mode(model):
    """Inside, the model and all its parts are in test mode; afterwards each is in the mode in which it was before.

    with in_test_mode(model):
        scores = model(x)
    """
    before = [(module, module.training) for module in model.modules()]
    try:
        yield model.eval()
    finally:
        for module, training in before:
            module.training = training

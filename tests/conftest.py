"""Settings of the whole suite."""

import os

# The arrays here are small: a second BLAS thread gains nothing, and waits for its turn whenever the machine is busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

from npdl import op


@pytest.fixture
def own_ops():
    """Ops defined in a test leave the registry with it."""
    before = dict(op.registry)
    yield
    op.registry.clear()
    op.registry.update(before)

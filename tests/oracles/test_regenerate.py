"""The frozen files are what PyTorch says today."""

import io

import numpy as np
import pytest

from npdl import op
from tests.oracles import frozen

pytestmark = pytest.mark.oracle


def test_every_op_is_said_in_pytorch():
    pytest.importorskip("torch")
    from tests.oracles.torch_ops import TORCH

    assert sorted(TORCH) == sorted(name for name, o in op.registry.items() if o.__module__.startswith("npdl."))


def test_the_same_bytes_every_time_and_the_values_of_the_frozen_files():
    pytest.importorskip("torch")
    from tests.oracles.regenerate import FAMILIES, cases, family_name

    assert sorted(map(family_name, FAMILIES)) == sorted(file.stem for file in frozen.FOLDER.glob("*.npz"))
    for family in FAMILIES:
        files = io.BytesIO(), io.BytesIO()
        for file in files:
            frozen.save(cases(family), file)
        assert files[0].getvalue() == files[1].getvalue()

        files[0].seek(0)
        with np.load(files[0]) as now, np.load(frozen.FOLDER / f"{family_name(family)}.npz") as stored:
            assert sorted(now) == sorted(stored)
            assert str(now["calls"]) == str(stored["calls"])
            for key in sorted(set(now) - {"calls"}):
                np.testing.assert_allclose(now[key], stored[key], rtol=1e-9, atol=1e-12, err_msg=key)

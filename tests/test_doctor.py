"""`npdl doctor`: says what is there, and what is wrong."""

import re

import pytest

from npdl import cli, doctor


@pytest.fixture
def quick(monkeypatch):
    """Without its measurements."""
    monkeypatch.setattr(doctor, "gflops", lambda *_, **__: 12.3)
    monkeypatch.setattr(doctor, "copy_speed", lambda: 4.5)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)


def test_a_healthy_machine(quick, capsys):
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^  Python +3\.", text, flags=re.MULTILINE) and "12 GFLOP/s" in text and "4.5 GB/s" in text
    assert re.search(r"^  matplotlib +(yes|no ) +pictures$", text, flags=re.MULTILINE)
    assert text.endswith("All is well.\n")


def test_a_forced_processor_type_is_a_problem(quick, capsys, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert cli.main(["doctor"]) == 1
    assert "! OPENBLAS_CORETYPE=Haswell makes OpenBLAS" in capsys.readouterr().out


def test_damaged_data_are_a_problem(quick, capsys, monkeypatch):
    def damaged():
        raise OSError("digits.npz is damaged")

    monkeypatch.setattr(doctor, "load_digits", damaged)
    assert cli.main(["doctor"]) == 1
    assert "! digits.npz is damaged" in capsys.readouterr().out


def test_the_measurements_are_plausible():
    assert 1e-3 < doctor.gflops(128, "float32") < 1e5
    assert 1e-3 < doctor.copy_speed(megabytes=1) < 1e5

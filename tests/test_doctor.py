"""`npdl doctor`: says what is there, and what is wrong."""

import re

import pytest

import npdl
from npdl import cli, doctor, threads
from npdl.data import digits


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
    assert re.search(r"^  memory +what a step frees is (not )?kept for the next$", text, flags=re.MULTILINE)
    assert text.endswith("All is well.\n")


def test_it_says_how_many_threads_and_why(quick, capsys, monkeypatch):
    monkeypatch.setattr(threads, "_state", threads._State())
    for name in threads._VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cli.main(["doctor"]) == 0
    assert re.search(r"^  threads +3 for npdl's kernels \(OMP_NUM_THREADS\)$", capsys.readouterr().out, re.MULTILINE)
    npdl.set_num_threads(5)
    assert cli.main(["doctor"]) == 0
    assert "5 for npdl's kernels (npdl.set_num_threads)" in capsys.readouterr().out


def test_a_forced_processor_type_is_a_problem(quick, capsys, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert cli.main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "! OPENBLAS_CORETYPE=Haswell makes OpenBLAS" in text and "may be slower" in text


@pytest.mark.parametrize(
    "damage",
    [lambda c: c[:1000] + bytes([c[1000] ^ 1]) + c[1001:], lambda c: c[:-1], lambda c: b""],
    ids=["one bit", "cut off", "empty"],
)
def test_damaged_data_are_a_problem(quick, capsys, monkeypatch, tmp_path, damage):
    (tmp_path / "embedded").mkdir()
    whole = (digits.files("npdl.data") / "embedded" / "digits.npz").read_bytes()
    copy = tmp_path / "embedded" / "digits.npz"
    monkeypatch.setattr(digits, "files", lambda package: tmp_path)
    copy.write_bytes(whole)
    assert cli.main(["doctor"]) == 0
    copy.write_bytes(damage(whole))
    capsys.readouterr()
    assert cli.main(["doctor"]) == 1
    assert re.search(r"^! .*digits\.npz is damaged: its SHA-256", capsys.readouterr().out, flags=re.MULTILINE)


def test_missing_data_are_a_problem(quick, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(digits, "files", lambda package: tmp_path)
    assert cli.main(["doctor"]) == 1
    assert re.search(r"^! .*digits\.npz", capsys.readouterr().out, flags=re.MULTILINE)


@pytest.fixture
def clock(monkeypatch):
    """perf_counter by hand: the runs that are timed take so many seconds, one after the other."""

    def set_to(*durations):
        ticks = iter([time for i, d in enumerate(durations) for time in (10.0 * i, 10.0 * i + d)])
        monkeypatch.setattr(doctor.time, "perf_counter", lambda: next(ticks))

    return set_to


def test_the_time_of_a_run_is_the_median_without_the_warm_up(clock):
    clock(0.5, 8.0, 0.25)
    runs = []
    assert doctor._seconds(lambda: runs.append(0), 3) == 0.5
    assert len(runs) == 4


def test_a_product_of_n_by_n_matrices_is_2_n_cubed_operations(clock):
    clock(*[0.5] * 3)
    assert doctor.gflops(100, "float32", repeats=3) == pytest.approx(2 * 100**3 / 0.5 / 1e9)


def test_a_copy_is_read_and_written(clock):
    clock(*[0.25] * 9)
    assert doctor.copy_speed(megabytes=1) == pytest.approx(2 * 2**20 / 0.25 / 1e9)

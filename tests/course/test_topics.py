"""`npdl topics`: every topic is found, in English and in Chinese, and what is said of it is true today."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from npdl import cli
from npdl.course import coverage, topics

ROOT = Path(__file__).parents[2]


def test_there_are_536_topics_in_order():
    every = topics.topics()
    assert [t.id for t in every] == [f"R{number:03d}" for number in range(1, 537)]
    assert all(t.name and t.area for t in every)


@pytest.mark.parametrize(
    "words, ids",
    [
        (["R180"], ["R180"]),
        (["批量归一化"], ["R180"]),
        (["batch", "normalisation"], ["R180"]),
        (["DROPPATH"], ["R164"]),
        (["感受野"], ["R174"]),
        (["Batch", "normalization"], ["R180"]),
        (["color", "moments"], ["R079"]),
        (["colour", "moments"], ["R079"]),
    ],
)
def test_search(words, ids):
    assert [t.id for t in topics.search(words)] == ids


def test_what_is_found_is_told_with_its_places(capsys):
    assert cli.main(["topics", "R180"]) == 0
    text = capsys.readouterr().out
    assert "npdl/ops/norm.py::batchnorm" in text and "layernorm" not in text and "tests/ops/test_norm.py::" in text


def test_many_are_listed_and_none_is_said(capsys):
    assert cli.main(["topics", "convolution"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 5
    assert cli.main(["topics", "phlogiston"]) == 1
    assert "no topic has 'phlogiston' in its id, area or name" in capsys.readouterr().out


@pytest.mark.parametrize("nothing", [[], [""], [" ", ""]])
def test_without_a_word_the_areas(capsys, nothing):
    assert cli.main(["topics", *nothing]) == 0
    rows = re.findall(r"^(\S.*?) {2,}(\d+) +(\d+) +(\d+)$", capsys.readouterr().out, flags=re.MULTILINE)
    numbers = {name: list(map(int, counts)) for name, *counts in rows}
    assert numbers["all"][0] == 536 == sum(counts[0] for name, counts in numbers.items() if name != "all")
    assert numbers["normalisation"][1] >= 6


def test_the_shipped_coverage_is_that_of_the_tests():
    """python -m npdl.course.coverage writes it anew."""
    assert coverage.FILE.read_text(encoding="utf-8") == coverage.text(ROOT)


def test_the_places_exist():
    for entry in json.loads(coverage.FILE.read_text(encoding="utf-8")).values():
        for place in [*entry["code"], *entry["tests"], *entry["lessons"]]:
            file, _, name = place.partition("::")
            assert (ROOT / file).exists()
            assert not name or re.search(rf"\b{name}\b", (ROOT / file).read_text(encoding="utf-8"))


def test_only_marks_count_and_only_what_the_marked_test_calls(tmp_path):
    room, tests = tmp_path / "npdl" / "ops", tmp_path / "tests" / "ops"
    room.mkdir(parents=True)
    tests.mkdir(parents=True)
    (room / "norm.py").write_text("def batchnorm(): pass\ndef layernorm(): pass\n", encoding="utf-8")
    (tests / "test_norm.py").write_text(
        '@pytest.mark.topic("R180", "E03-30")\ndef test_a():\n    ops.batchnorm()\n\n'
        "def test_b():\n    ops.layernorm()  # R184\n\n"
        '@pytest.mark.parametrize("f", [pytest.param(ops.layernorm, marks=pytest.mark.topic("R185")), ops.batchnorm])\n'
        "def test_c(f):\n    f()\n\n"
        '@pytest.mark.topic("R186")\ndef test_d():\n    pass\n',
        encoding="utf-8",
    )
    found = coverage.collect(tmp_path)
    assert {topic: entry["code"] for topic, entry in found.items()} == {
        "R180": ["npdl/ops/norm.py::batchnorm"],
        "R185": ["npdl/ops/norm.py::layernorm"],
        "R186": ["npdl/ops/norm.py"],
    }
    assert found["R180"]["tests"] == ["tests/ops/test_norm.py::test_a"]


def test_of_what_a_test_calls_what_it_is_about(tmp_path):
    for folder in ("npdl/ops", "npdl/optim", "tests/ops"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "npdl/ops/norm.py").write_text("def batchnorm(): pass\ndef layernorm(): pass\n", encoding="utf-8")
    (tmp_path / "npdl/ops/linear.py").write_text("def affine(): pass\n", encoding="utf-8")
    (tmp_path / "npdl/optim/adam.py").write_text("class Adam: pass\n", encoding="utf-8")
    (tmp_path / "tests/ops/test_norm.py").write_text(
        "from npdl.optim import Adam\n\n"
        '@pytest.mark.topic("R180")\ndef test_a():\n    ops.layernorm(), ops.batchnorm(), ops.affine()\n\n'  # its name
        '@pytest.mark.topic("R181")\ndef test_layer_norm():\n    ops.layernorm(), ops.batchnorm()\n\n'  # the test's
        '@pytest.mark.topic("R182")\ndef test_c():\n    ops.batchnorm(), ops.layernorm()\n\n'  # neither
        '@pytest.mark.topic("R489")\ndef test_d():\n    Adam(), ops.affine(), ops.layernorm()\n\n'
        '@pytest.mark.topic("R490")\ndef test_e():\n    Adam(), ops.affine()\n\n'
        "def some():\n    return Adam(), ops.batchnorm()\n\n"
        '@pytest.mark.topic("R491")\ndef test_f():\n    Adam(), some()\n',
        encoding="utf-8",
    )
    norm = "npdl/ops/norm.py::"
    assert {topic: entry["code"] for topic, entry in coverage.collect(tmp_path).items()} == {
        "R180": [norm + "batchnorm"],
        "R181": [norm + "layernorm"],
        "R182": [norm + "batchnorm", norm + "layernorm"],
        "R489": [norm + "layernorm"],
        "R490": ["npdl/optim/adam.py::Adam", "npdl/ops/linear.py::affine"],
        "R491": [norm + "batchnorm"],
    }


def test_long_lists_are_cut():
    many = topics.Topic("R999", "area", "name", tests=tuple(f"t{i}" for i in range(30)))
    assert "... and 18 more" in topics.described(many)


def test_command_gives_its_status():
    assert topics.command(SimpleNamespace(word=["R001"])) == 0

"""The course in JupyterLab as a student sees it, in headless Chromium: open, run all, write the answer, run all."""

import importlib.util
import re

import pytest

from npdl.course import material, workspace

from . import lab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jupyterlab") is None, reason="needs npdl-course[course]"),
    pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="needs npdl-course[browser]"),
    pytest.mark.skipif(lab.chromium() is None, reason="needs Chromium (on Debian: apt install chromium)"),
]


BOOKS = [("a1", "knn", "distances_two_loops"), ("a2", "layers", "affine_forward")]


@pytest.mark.parametrize(("name", "book", "exercise"), BOOKS)
def test_an_open_check_turns_green_when_the_answer_is_written(tmp_path, name, book, exercise):
    copy = tmp_path / "my-course"
    with lab.server(copy, tmp_path) as (address, token), lab.page(address, token, f"{name}/{book}.ipynb") as seen:
        lab.run_all(seen)
        box = lab.check(seen, exercise).first
        assert re.search(r"\bnpdl-open\b", box.get_attribute("class")) and "not written yet" in box.text_content()
        (copy / name / f"{book}.py").write_text(material.load(name).modules[book].__source__, encoding="utf-8")
        lab.run_all(seen)
        seen.locator(".npdl-check.npdl-right", has_text=exercise).first.wait_for(state="attached")
        assert seen.locator(".npdl-check.npdl-open").count() == 0
        assert seen.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert seen.get_by_text("Jupyter news").count() == 0
        assert seen.strangers == []
    assert workspace.make(copy) == []  # all is there, and none of it was written anew

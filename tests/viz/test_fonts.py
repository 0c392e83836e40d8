"""Chinese letters come from the first installed font that has them; without one nothing changes."""

import matplotlib as mpl
import pytest
from matplotlib import font_manager

from npdl.viz import use_chinese_fonts


@pytest.fixture(autouse=True)
def settings():
    with mpl.rc_context():
        yield


def test_installed_fonts_stand_behind_the_usual_one(monkeypatch):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans", "SimHei", "Noto Sans CJK SC"])
    assert use_chinese_fonts() == ["Noto Sans CJK SC", "SimHei"]
    assert mpl.rcParams["font.family"] == ["DejaVu Sans", "Noto Sans CJK SC", "SimHei"]


def test_without_any_nothing_changes(monkeypatch):
    before = dict(mpl.rcParams)
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
    assert use_chinese_fonts() == [] and dict(mpl.rcParams) == before

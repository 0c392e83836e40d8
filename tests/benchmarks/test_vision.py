"""benchmarks/vision has every row that has a bar, and its rows run. No test looks at a time."""

import json

import pytest


@pytest.mark.oracle
def test_every_row_runs_and_every_bar_has_a_row(monkeypatch, tmp_path, capsys):
    pytest.importorskip("skimage")
    pytest.importorskip("sklearn")
    from benchmarks import vision

    monkeypatch.setattr(vision, "RESULTS", tmp_path)
    monkeypatch.setattr(vision, "learning", lambda side: {"k-means": (int, int), "kNN": (int, int)})  # large ones
    monkeypatch.setattr(vision, "hundred_seams", lambda: 1.0)
    monkeypatch.setattr("sys.argv", ["vision", "--side", "64", "--save"])
    vision.main()
    (saved,) = tmp_path.glob("vision-*-threads.json")
    rows = json.loads(saved.read_text())["rows"]
    assert all(any(name.startswith(start) for name in rows) for start in vision.BARS)
    assert rows["canny"]["bar"] == 0.5 and rows["k-means"]["bar"] == 1 and rows["label"]["bar"] is None
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1

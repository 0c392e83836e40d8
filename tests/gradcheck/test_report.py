"""The report as text, HTML and JSON."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from gradcheck import check

X = np.random.default_rng(4).standard_normal((3, 4))
right = check(lambda x: (x * x, x), lambda dout, x: 2 * x * dout, {"x": X})
wrong = check(lambda x: (x * x, x), lambda dout, x: 3 * x * dout, {"x": X})


def test_the_text_has_a_line_an_input_and_then_the_findings():
    text = str(wrong)
    assert text.startswith("FAIL") and "1.5" in text and "12/12" in text
    assert str(wrong.findings[0].fact) in text
    assert str(right).startswith("ok") and "0/12" in str(right)


def test_json_is_json_whatever_the_numbers():
    assert json.loads(right.to_json())["ok"] is True
    missing = check(lambda x: (x * x, x), lambda dout, x: None, {"x": X})
    read = json.loads(missing.to_json(), parse_constant=pytest.fail)
    assert read["inputs"]["x"]["worst"] is None and read["verdict"] == "wrong"
    assert json.loads(wrong.to_json())["findings"][0]["code"] == wrong.findings[0].code


def test_the_html_is_well_formed_and_shows_where_it_is_wrong():
    html = wrong._repr_html_()
    tree = ET.fromstring("<div>" + html.replace("<br>", "<br/>") + "</div>")
    squares = list(tree.iter("rect"))
    assert len(squares) == X.size and sum("rgb" in s.attrib["fill"] for s in squares) == X.size
    assert "rect" not in right._repr_html_()


def test_names_are_escaped():
    report = check(lambda x: (x * x, x), lambda dout, x: 3 * x * dout, {"<b>": X})
    assert "<td><b></td>" not in report._repr_html_() and "&lt;b&gt;" in report._repr_html_()


def test_the_error_says_it_all():
    with pytest.raises(AssertionError, match="12/12"):
        raise wrong.error()


def test_a_fresh_seed_is_told():
    first, second = (check(lambda x: (x * x, x), lambda dout, x: 2 * x * dout, [X], seed=None) for _ in range(2))
    assert first.seed != second.seed and f"seed {first.seed}" in str(first)

"""Papers: nothing that is drawn is cut off by the edge of its drawing."""

import re

import pytest
from bs4 import BeautifulSoup
from flask import render_template_string

LEVELS = ("alle_A1.1", "A1.1", "A2.1", "C1.1", "yli_C1.1")


@pytest.mark.parametrize("level", LEVELS)
def test_a_ruler_keeps_within_its_width(app, level):
    source = (
        '{% from "components/profile.html" import profile %}'
        "{{ profile([{'skill': 'Reading', 'level': level, 'level_word': level, 'words': '',"
        " 'probabilities': [0.1] * 12, 'set': ['alle_A1.1', 'yli_C1.1'], 'signed': none}],"
        " print=True) }}"
    )
    with app.test_request_context():
        drawn = BeautifulSoup(render_template_string(source, level=level), "html.parser")
    ends = [
        (share(one["x"]), share(one["x"]) + share(one["width"]))
        for one in drawn.select("svg.ruler rect")
    ] + [(share(one["x1"]), share(one["x2"])) for one in drawn.select("svg.ruler line")]
    assert len(ends) > 12
    assert min(start for start, _end in ends) >= 0.4
    assert max(end for _start, end in ends) <= 99.6


def share(text: str) -> float:
    return float(re.fullmatch(r"([\d.]+)%", text).group(1))

"""The class report as an instructor meets it, in a browser."""

import pytest
from browser import browser_page, needs_a_browser
from test_class_report import EVIL, result
from test_similarity import DRESSED_UP, ORIGINAL, STUB

from autograder.class_report import write_class_report

needs_a_browser()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report on a class of four, open in a page; what the browser complains of is collected."""
    results = [
        result("ada", ("pencil", "encoder", "training")),
        result("bob", ("pencil",), {"encoder": "100 units; expected 128"}),
        result("cy", ("pencil",), {"encoder": "64 units; expected 128"}),
        result("dan", (), {"encoder": EVIL}),
    ]
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_class_report(path, "lab", results, {"bob": [ORIGINAL], "cy": [DRESSED_UP]}, [STUB])
    with browser_page() as page:
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.goto(path.as_uri())
        yield page


def test_the_bars_are_as_long_as_what_they_stand_for(report):
    checks = report.locator("table", has_text="submissions that pass it")
    rows = checks.locator("tbody tr").all()
    told = {row.locator("td").first.inner_text(): row for row in rows}
    widths = {name: row.locator(".bar span").bounding_box()["width"] for name, row in told.items()}
    assert "3 of 4" in told["pencil"].inner_text()
    assert widths["pencil"] == pytest.approx(3 * widths["encoder"], rel=0.02)


def test_the_keyboard_opens_the_names_of_those_who_made_a_mistake(report):
    mistake = report.locator("tr", has_text="units; expected 128")
    names = mistake.locator("details span")
    assert not names.is_visible()
    mistake.locator("summary").focus()
    report.keyboard.press("Enter")
    names.wait_for()
    assert names.inner_text() == "bob, cy"


def test_similar_answers_stand_side_by_side_with_what_is_alike_marked(report):
    left, right = (side.bounding_box() for side in report.locator(".pair > div").all())
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
    marked = report.locator(".pair .alike").first
    assert marked.evaluate("line => getComputedStyle(line).borderLeftWidth") != "0px"


def test_nothing_runs_and_nothing_is_refused(report):
    assert EVIL in report.locator("body").inner_text()
    assert report.complaints == []

"""The class report as an instructor meets it, in a browser."""

from contextlib import contextmanager

import pytest
from browser import browser_page, needs_a_browser
from test_class_report import CHECKS, EVIL, result
from test_similarity import DRESSED_UP, ORIGINAL, STUB

from autograder.class_report import write_class_report
from autograder.record import Result

needs_a_browser()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report on a class of five, open in a page; what the browser complains of is collected."""
    results = [
        result("ada", ("pencil", "encoder", "training")),
        result("bob", ("pencil",), {"encoder": "100 units; expected 128"}),
        result("cy", ("pencil",), {"encoder": "64 units; expected 128"}),
        result("dan", (), {"encoder": EVIL}),
        result("eve", ("training",), {"pencil": "layers is no number"}),
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
    told = {row.locator("th").inner_text(): row for row in rows}
    widths = {name: row.locator(".bar span").bounding_box()["width"] for name, row in told.items()}
    assert "3 of 5" in told["pencil"].inner_text()
    assert widths["pencil"] == pytest.approx(3 * widths["encoder"], rel=0.02)


def test_the_keyboard_opens_the_names_of_those_who_made_a_mistake(report):
    mistake = report.locator("tr", has_text="units; expected 128")
    names = mistake.locator("details .folded")
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


@contextmanager
def emulated(report, **media):
    """The page as another device or wish shows it."""
    report.emulate_media(**media)
    yield
    report.emulate_media(media="null", color_scheme="null")


def test_print_names_who_made_a_mistake_and_keeps_bars_and_marks(report):
    mistake = report.locator("tr", has_text="is no number")
    assert not mistake.get_by_text("eve").first.is_visible()
    with emulated(report, media="print"):
        shown = [name for name in mistake.get_by_text("eve").all() if name.is_visible()]
        assert len(shown) == 1
        for what in (".bar span", ".pair .alike"):
            adjust = "what => getComputedStyle(what).printColorAdjust"
            assert report.locator(what).first.evaluate(adjust) == "exact"


@pytest.mark.parametrize("width", [1300, 400])
def test_nothing_scrolls_sideways_however_long_the_words(report, tmp_path, width):
    long = "x" * 400
    results = [
        result("y" * 80, (), {"pencil": long}, tried=[long]),
        result("bob", ()),
        Result(long, "failed", long, 0.0, 6.0, 0.0),
    ]
    path = tmp_path / "long.html"
    answers = {"y" * 80: [ORIGINAL], "bob": [f"a = '{long}'\n{DRESSED_UP}"]}
    write_class_report(path, long, results, answers, [STUB], [long])
    with another_page(report, path, width) as page:
        assert page.locator(".pair").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Neither a table nor a cell hides or overflows what is in it.
        assert page.evaluate(
            "[...document.querySelectorAll('table, th, td, pre')]"
            ".every(part => part.scrollWidth <= part.clientWidth + 1)"
        )


@contextmanager
def another_page(report, path, width):
    page = report.context.browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    yield page
    page.close()


def test_a_narrow_page_has_one_line_labels_and_pairs_below_each_other(report, tmp_path):
    path = tmp_path / "narrow.html"
    results = [result("bob", CHECKS), result("cy", CHECKS)]
    for one in results:
        one.score = one.max_score = 20.0
    write_class_report(path, "lab", results, {"bob": [ORIGINAL], "cy": [DRESSED_UP]}, [STUB])
    with another_page(report, path, 400) as page:
        label = page.get_by_text("14 to below 16")
        assert label.bounding_box()["height"] < 2 * 14 * 1.5
        first, second = (side.bounding_box() for side in page.locator(".pair > div").all())
        assert first["x"] == second["x"] and first["y"] + first["height"] < second["y"]


CONTRAST = """([part, behind]) => {
  const light = (element, key) => {
    const parts = getComputedStyle(element)[key].match(/[0-9.]+/g).slice(0, 3);
    const [r, g, b] = parts.map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const key = part.matches('.bar span') ? 'backgroundColor' : 'color';
  const [a, b] = [light(part, key), light(behind, 'backgroundColor')].sort((a, b) => b - a);
  return a / b;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_bars_stand_out_in_light_and_dark(report, scheme):
    with emulated(report, color_scheme=scheme):
        body = report.locator("body").element_handle()
        for what, least in (("h1", 7), ("p.quiet", 4.5), (".bar span", 3), (".pair .alike", 7)):
            part = report.locator(what).first.element_handle()
            behind = part if what.endswith("alike") else body
            assert report.evaluate(CONTRAST, [part, behind]) >= least, what
        page = report.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (page == "rgb(255, 255, 255)") == (scheme == "light")

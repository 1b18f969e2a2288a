"""The class report: right counts, mistakes by name, and nothing of a student's taken for markup."""

import dataclasses
from html.parser import HTMLParser

import pytest

from autograder.class_report import check_bars, mistakes, score_bars, write_class_report
from autograder.record import Check, Result

CHECKS = ("pencil", "encoder", "training")
WIDTH = "encoder layer 2 has {} units; expected 128 (784 -> 256 -> 128 -> 64 -> 2)"
EVIL = "<script>alert('x')</script>"


def result(student, passed, messages=(), seconds=5.0, **more):
    told = dict(messages)
    checks = [
        Check(name, 2.0 * (name in passed), 2.0, told.get(name, f"{name}: right"))
        for name in CHECKS
    ]
    score = sum(check.score for check in checks)
    return Result(student, "graded", "", score, 6.0, seconds, checks, **more)


@pytest.fixture
def results():
    return [
        result("ada", CHECKS, seconds=9.5),
        result("bob", CHECKS[:1], {"encoder": WIDTH.format(100), "training": "not trained"}),
        result("cy", CHECKS[::2], {"encoder": WIDTH.format(64)}),
        result(EVIL, (), {"pencil": EVIL, "encoder": EVIL, "training": EVIL}, tried=[EVIL]),
        Result("dan", "failed", "it is no notebook", 0.0, 6.0, 0.0, []),
    ]


class Page(HTMLParser):
    """What a browser would make of the page: its elements, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def page(tmp_path, results, answers=None):
    path = tmp_path / "report.html"
    write_class_report(path, "lab01_mnist_autoencoder", results, answers or {}, [])
    return Page(path.read_text(encoding="utf-8"))


def test_scores_are_counted_in_steps_of_whole_points(results):
    bars = score_bars(results)
    assert [bar.text for bar in bars] == ["2", "0", "1", "0", "1", "0", "1"]
    assert (bars[0].label, bars[-1].label) == ("0 to below 1", "6")
    assert max(bar.share for bar in bars) == 1


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        (17, ["0 to below 2", "14 to below 16", "16 to 17"]),
        (20, ["0 to below 2", "18 to below 20", "20"]),
        (2.5, ["0 to below 1", "1 to below 2", "2 to 2.5"]),
    ],
)
def test_the_last_bar_holds_full_points(results, most, labels):
    full = dataclasses.replace(results[0], score=most, max_score=most)
    bars = score_bars([full])
    assert [bars[0].label, bars[-2].label, bars[-1].label] == labels
    assert [bar.text for bar in bars] == ["0"] * (len(bars) - 1) + ["1"]


def test_checks_are_counted_over_those_who_were_graded(results):
    assert [(bar.label, bar.text) for bar in check_bars(results)] == [
        ("pencil", "3 of 4"),
        ("encoder", "1 of 4"),
        ("training", "2 of 4"),
    ]


def test_messages_that_differ_in_numbers_only_are_one_mistake(results):
    first, *others = mistakes(results)
    assert (first.check, first.students) == ("encoder", ("bob", "cy"))
    assert first.message == WIDTH.format(100)
    assert all(len(mistake.students) == 1 for mistake in others)


def test_what_comes_from_a_student_is_text(tmp_path, results):
    program = "\n".join(f"x{i} = {EVIL!r}[{i}:{i + 1}] + str({i} * 7 - 3)" for i in range(20))
    found = page(tmp_path, results, {"ada": [program], EVIL: [program]})
    assert not any(tag == "script" for tag, _ in found.elements)
    assert EVIL in "".join(found.words)
    assert any(tag == "span" and a.get("class") == "alike" for tag, a in found.elements)


def test_the_page_needs_nothing_from_elsewhere(tmp_path, results):
    for tag, attributes in page(tmp_path, results).elements:
        assert tag not in ("link", "img", "iframe", "object")
        assert not {"src", "href"} & attributes.keys()


def test_who_was_not_graded_counts_in_no_score(tmp_path, results):
    words = " ".join(page(tmp_path, results).words)
    assert "5 submissions, 1 of which could not be graded." in words
    assert "the middle score is 3 of 6 points" in words
    assert "3 of 4" in words


def test_failed_submissions_are_named_with_the_reason(tmp_path, results):
    text = " ".join(page(tmp_path, results).words)
    assert "dan" in text
    assert "it is no notebook" in text
    assert "5 submissions, 1 of which could not be graded" in text


def test_a_class_without_submissions_has_a_page_too(tmp_path):
    assert "0 submissions" in " ".join(page(tmp_path, []).words)

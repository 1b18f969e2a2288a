"""The class report: right counts, mistakes by name, and nothing of a student's taken for markup."""

import dataclasses
from html.parser import HTMLParser

import pytest
from conftest import LAB, submit

from autograder.class_report import (
    LONGEST,
    MISTAKES,
    absent_from,
    check_bars,
    mistakes,
    score_bars,
    shortened,
    unanswered,
    write_class_report,
)
from autograder.course import Course
from autograder.record import Check, Result
from latentlab.check.failure import CheckFailed, answered, call

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


def page(tmp_path, results, answers=None, absent=()):
    path = tmp_path / "report.html"
    write_class_report(path, "lab01_mnist_autoencoder", results, answers or {}, [], absent)
    return Page(path.read_text(encoding="utf-8"))


def text(*args, **more):
    """What is written on the page, with single spaces."""
    return " ".join(" ".join(page(*args, **more).words).split())


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
    said = text(tmp_path, results)
    assert "dan" in said
    assert "it is no notebook" in said
    assert "5 submissions, 1 of which could not be graded" in said


def test_a_class_without_submissions_has_a_page_too(tmp_path):
    assert "0 submissions" in " ".join(page(tmp_path, []).words)


def test_a_class_of_which_nothing_could_be_graded_has_reasons_and_no_scores(tmp_path, results):
    said = text(tmp_path, results[-1:])
    assert "1 submission. Nothing could be graded" in said
    assert "dan it is no notebook" in said
    assert not any(word in said for word in ("None", "middle", "Scores", "Checks", "frequent"))


def test_one_submission_is_one(tmp_path, results):
    said = text(tmp_path, results[:1])
    assert "1 submission. The score is 6 of 6 points" in said
    assert "Similar" not in said and "middle" not in said


def test_a_bar_of_nothing_is_not_drawn(tmp_path, results):
    lengths = [attributes.get("style") for _, attributes in page(tmp_path, results).elements]
    assert "width: 100.0%" in lengths and "width: 0.0%" not in lengths


def test_every_column_and_row_has_a_head(tmp_path, results):
    heads = [attributes for tag, attributes in page(tmp_path, results).elements if tag == "th"]
    assert {attributes.get("scope") for attributes in heads} == {"col", "row"}


def said_of_the_unsolved():
    """What checks say when an answer is still the release's."""

    def unsolved():
        raise NotImplementedError

    for verb in (lambda: call("mse", unsolved), lambda: answered(layers=None)):
        with pytest.raises(CheckFailed) as failure:
            verb()
        yield str(failure.value)
        yield f"build_encoder: {failure.value}"
    yield "NotImplementedError: "


@pytest.mark.parametrize("message", [*said_of_the_unsolved()])
def test_an_answer_that_is_not_written_is_no_mistake(message):
    unsolved = result("ada", (), dict.fromkeys(CHECKS, message))
    assert mistakes([unsolved]) == []
    assert unanswered([unsolved]) == {CHECKS: ["ada"]}


def test_an_error_that_speaks_of_a_missing_answer_is_a_mistake():
    wrong = "mse() raised ValueError: x is not written yet: put"
    told = [result("ada", CHECKS[1:], {"pencil": wrong})]
    assert [mistake.message for mistake in mistakes(told)] == [wrong]
    assert unanswered(told) == {}


def test_what_is_not_answered_is_one_row_after_the_mistakes(tmp_path, results):
    missing = "mse is not written yet: put your code into its cell."
    late = result("eve", (), dict.fromkeys(CHECKS, missing))
    part = result("flo", CHECKS[1:], {"pencil": missing})
    said = text(tmp_path, [*results[:2], part, late])
    assert "2 pencil, encoder, training Not answered yet" in said
    assert "eve: pencil, encoder, training; flo: pencil" in said
    assert said.index("not trained") < said.index("Not answered yet")
    assert missing not in said


def test_mistakes_that_are_left_out_are_counted(tmp_path):
    kinds = [
        result(f"s{number}", CHECKS[1:], {"pencil": f"kind {chr(97 + number)}"})
        for number in range(MISTAKES + 2)
    ]
    assert "more kind" not in text(tmp_path, kinds[:MISTAKES])
    more = "and 2 more kinds of mistake, none made by more than 1 student"
    assert more in text(tmp_path, kinds)


def test_the_times_say_how_many_they_are_of(tmp_path):
    some = [result(f"s{number}", CHECKS) for number in range(11)]
    assert "the longest 10 of 11" in text(tmp_path, some)
    assert "the longest first" in text(tmp_path, some[:10])


def test_a_long_message_is_cut_after_a_word_with_a_sign():
    cut = shortened("expected " * 100)
    assert cut.endswith("expected …") and len(cut) <= LONGEST + 2
    assert shortened("x" * 400) == "x" * LONGEST + " …"
    assert shortened("x" * LONGEST) == "x" * LONGEST


def test_copies_of_one_answer_are_named_together_and_shown_once(tmp_path):
    program = "\n".join(f"x{i} = {i} * 7 - str({i} + 3) + 'a'[{i}:]" for i in range(20))
    names = ["ada", "bob", "cy", "dan", "eve", "flo"]
    some = [result(name, CHECKS) for name in names]
    found = page(tmp_path, some, {name: [program] for name in names})
    said = " ".join(found.words)
    assert "These 6 are alike: ada, bob, cy, dan, eve, flo" in said
    assert "15 of their 15 pairs are alike" in said and "bob and flo 100 %" in said
    assert sum(attributes.get("class") == "pair" for _, attributes in found.elements) == 1


def test_who_has_handed_in_nothing_is_named(tmp_path, results):
    said = text(tmp_path, results, absent=["flo", "gus"])
    assert "No submission from 2 students: flo, gus" in said
    assert "No submission" not in text(tmp_path, results)


def test_the_gradebook_tells_who_has_handed_in_nothing(course_folder):
    submit(course_folder, "ada", "{}")
    course = Course()
    assert absent_from(course, LAB) == []
    with course.gradebook() as gradebook:
        for student in ("zoe", "ada", "bob"):
            gradebook.add_student(student)
    assert absent_from(course, LAB) == ["bob", "zoe"]

"""What a test cell found is shown as a table under it."""

import linecache
import re
from types import SimpleNamespace

import IPython
import pytest
from IPython.core.events import EventManager, available_events

from latentlab import check
from latentlab.check import table
from latentlab.check.table import OUTDATED


class Shell:
    """As much of a notebook's shell as the tables use."""

    kernel = True

    def __init__(self, code, metadata):
        self.events = EventManager(self, available_events)
        self._parent = {"content": {"code": code}, "metadata": metadata}
        self.user_ns = {"bce": None, "log": None}
        self.traceback = ""

    def get_parent(self):
        return self._parent

    def set_custom_exc(self, kinds, handler):
        self.handler = handler

    def showtraceback(self, error, **settings):
        self.traceback = "\n".join(getattr(error[1], "_render_traceback_", lambda: ["a trace"])())


@pytest.fixture
def run_cell(monkeypatch):
    """Run a verb in a test cell; give what was displayed, and the text of the traceback."""

    def run(verb, heading="# Check bce: 2 points\nbce", error=None, **metadata):
        shell, shown, text = Shell(heading, metadata), [], ""
        monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
        monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
        table.watch(shell)
        try:
            verb()
        except check.CheckFailed as failure:
            text, error = "\n".join(failure._render_traceback_()), failure
            failure._render_traceback_()  # IPython asks twice
        if isinstance(error, NameError):
            shell.handler(shell, NameError, error, None)
            text = shell.traceback
        shell.events.trigger("post_run_cell", ran(heading, error))
        assert table._table is None
        return shown, text

    return run


def ran(code, error=None):
    """What IPython tells of a cell that was run."""
    before = error if isinstance(error, SyntaxError) else None
    return SimpleNamespace(
        success=error is None,
        error_before_exec=before,
        error_in_exec=None if before else error,
        info=SimpleNamespace(raw_cell=code),
    )


def cells(html):
    """The texts of a table's heads and cells."""
    return re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", html)


def two_right():
    check.mse(lambda x, y: 0.25, [1.0], [0.5])
    check.to_bits(lambda nats: nats / 0.6931471805599453, [1.0])


def test_a_cell_that_found_all_right_has_one_table_with_a_row_for_each_verb(run_cell, capsys):
    (shown,), _ = run_cell(two_right)
    assert "Check bce, 2 points: right" in shown["text/html"]
    assert cells(shown["text/html"])[:3] == ["Result", "Found", "✓ right"]
    assert cells(shown["text/html"]).count("✓ right") == 2
    assert shown["text/plain"].count(": right") == 2
    assert capsys.readouterr().out == ""


def test_a_failure_says_what_was_found_and_expected_and_what_to_try(run_cell):
    (shown,), text = run_cell(lambda: check.mse(lambda x, y: 0.5, [1.0, 1.0], [0.5, 0.5]))
    assert "Check bce, 2 points: not right yet" in shown["text/html"]
    found = cells(shown["text/html"])
    assert found[:5] == ["Result", "Found", "Expected", "What to try", "✗ not yet"]
    assert "0.5" in found[5] and "0.25" in found[6] and "sum" in found[7].lower()
    assert text.replace("\n", " ") == shown["text/plain"]
    assert max(map(len, text.splitlines())) <= 80


def test_a_front_end_that_shows_tables_is_not_told_the_same_again(run_cell):
    _, text = run_cell(lambda: check.answered(bce=None), cellId="bce")
    assert text == "Not right yet: the table above says why."


def test_a_message_without_an_expected_value_is_split_after_its_first_sentence(run_cell):
    (shown,), _ = run_cell(lambda: check.answered(bce=None))
    found = cells(shown["text/html"])
    assert found[:3] == ["Result", "Found", "What to try"]
    assert found[5].startswith("Write or mend it")


def test_a_cell_that_stopped_with_another_error_is_not_called_right(run_cell):
    (shown,), _ = run_cell(two_right, error=NameError("bce"))
    assert "not right yet" in shown["text/html"]


def missing(name):
    return NameError(f"name '{name}' is not defined", name=name)


def test_a_name_that_is_missing_is_told_with_what_to_do(run_cell):
    (shown,), text = run_cell(lambda: None, error=missing("bce"))
    found = cells(shown["text/html"])
    assert "bce is not there." in found and "not right yet" in shown["text/html"]
    assert any("syntax error" in cell for cell in found)
    assert text.replace("\n", " ") == shown["text/plain"]  # what `nbgrader validate` shows
    (shown,), text = run_cell(two_right, error=missing("bce"), cellId="bce")
    assert cells(shown["text/html"]).count("✓ right") == 2 and "bce is not there" in str(shown)
    assert text == "Not right yet: the table above says why."


def test_a_name_that_is_missing_elsewhere_keeps_its_traceback(run_cell):
    assert run_cell(lambda: None, error=missing("bce"), heading="# my own cell\n") == (
        [],
        "a trace",
    )
    assert run_cell(lambda: None, error=missing("in_the_function")) == ([], "a trace")


def test_what_is_from_before_a_syntax_error_is_not_called_right(run_cell):
    broken = "def bce(x, y)\n    log = x\n"
    table.follow(ran(broken, SyntaxError("expected ':'")))
    (shown,), _ = run_cell(two_right)
    found = cells(shown["text/html"])
    assert "not right yet" in shown["text/html"] and found.count("✓ right") == 2
    assert found[3:6] == [
        "✗ not yet",
        "bce is from before: its cell has a syntax error now",
        OUTDATED,
    ]
    table.follow(ran(broken.replace(")", "):")))
    (shown,), _ = run_cell(two_right)
    assert "not right yet" not in shown["text/html"]


def test_only_the_names_that_a_broken_cell_makes_are_from_before():
    table.follow(ran("bce(\nlog == 2\n  inner = 3\ncount = 1\nclass Net(", SyntaxError()))
    code = "bce log inner count Net gone"
    assert table.outdated_names(code, dict.fromkeys(code.split())) == ["Net", "count"]
    assert table.outdated_names(code, {"count": 1}) == ["count"]
    table.follow(ran("count = 1\nclass Net: pass"))
    assert table.outdated_names(code, dict.fromkeys(code.split())) == []


def test_what_an_error_of_the_students_own_says_stays_together(run_cell):
    def odd(x, y):
        raise ValueError("Inputs should be tensors. Got 'None'; expected 2.")

    (shown,), _ = run_cell(lambda: check.mse(odd, [1.0], [0.5]))
    found = cells(shown["text/html"])
    assert found[:2] == ["Result", "Found"] and len(found) == 4
    assert "Inputs should be tensors. Got &#x27;None&#x27;; expected 2." in found[3]


def test_an_error_is_told_with_its_line_and_what_to_try(run_cell):
    file, lines = "/tmp/ipykernel_7/1.py", ["def f(x, y):\n", "    return (x - y) ^ 2\n"]
    linecache.cache[file] = 1, None, lines, file
    names = {}
    exec(compile("".join(lines), file, "exec"), names)
    (shown,), _ = run_cell(lambda: check.mse(names["f"], [1.0], [0.5]))
    found = cells(shown["text/html"])
    assert "(line 2 of its cell: return (x - y) ^ 2)" in found[4]
    assert found[5] == "`^` is not a power in Python; write `**`."


def test_what_a_student_named_or_returned_is_shown_as_text(run_cell):
    (shown,), _ = run_cell(lambda: check.answered(**{"<script>": None}))
    assert "<script>" not in shown["text/html"]
    assert "&lt;script&gt;" in shown["text/html"]


def test_outside_test_cells_a_verb_prints_a_line(run_cell, capsys):
    shown, _ = run_cell(two_right, heading="# my own cell\n")
    assert not shown
    assert capsys.readouterr().out.count(": right\n") == 2

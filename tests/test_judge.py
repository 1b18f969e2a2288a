"""The judge: it sees what the student made, and believes nothing of it."""

import select
import socket

import numpy as np
import pytest
from conftest import ROOT, graded_cell, judge, printed, verdict

from autograder.warm.client import MODULES, WarmProcess, environment

pytestmark = pytest.mark.slow

IMPORTS = "import keras\nimport numpy as np\nfrom keras import layers"


def check(source, *student_cells, **settings):
    """The outcome of one test cell after these cells of a student."""
    cell = judge(IMPORTS, *student_cells, graded_cell(source, "it"), **settings)[-1]
    return verdict(cell)


def test_plain_data_functions_and_models_can_be_tested():
    cells = judge(
        IMPORTS,
        "answer = 36\n"
        "def double(x):\n    return np.asarray(x) * 2\n"
        "def build():\n    return keras.Sequential([keras.Input((4,)), layers.Dense(3)])\n"
        "model = build()\n"
        "def apply(model, x):\n    return model(x)",
        graded_cell("assert answer == 36\nprint('right')", "data"),
        graded_cell("import numpy as np\nassert (double(np.arange(3)) == [0, 2, 4]).all()", "call"),
        graded_cell(
            "import keras\nimport numpy as np\n"
            "assert isinstance(model, keras.Model)\n"
            "assert not np.allclose(build().get_weights()[0], model.get_weights()[0])\n"
            "x = np.ones((2, 4), 'float32')\n"
            "assert np.allclose(apply(model, x), model(x))\n"
            "other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])\n"
            "assert np.allclose(apply(other, x), other(x))",
            "model",
        ),
    )
    assert [verdict(cell) for cell in cells] == [""] * 5
    assert printed(cells[2]) == "right\n"


def test_a_network_of_a_check_can_be_extended_whatever_keras_called_its_layers():
    student = "def extend(m):\n    return keras.Model(m.input, layers.Dense(2)(m.output))"
    source = (
        "import keras\n"
        "x = y = keras.Input((3,))\n"
        "for number in range(1, 9):\n    y = keras.layers.Dense(3, name=f'dense_{number}')(y)\n"
        "model = keras.Model(x, y)\n"
        "assert all(len(extend(model).layers) == 10 for _ in range(3))"
    )
    assert check(source, student) == ""


def test_a_name_that_is_missing_and_a_wrong_value_fail():
    assert check("assert answer == 36") == "NameError: name 'answer' is not defined"
    assert check("assert answer == 36, 'not 36'", "answer = 35") == "AssertionError: not 36"


def test_an_assert_without_words_is_no_empty_message():
    assert check("assert answer == 36", "answer = 35").endswith("it may be a hidden one")


def test_a_function_that_ends_the_kernel_is_said_to_have_done_so():
    student = "import os\ndef f():\n    os._exit(3)"
    assert check("f()", student) == "NoAnswer: the notebook's kernel ended while your function ran"


def test_what_a_students_function_raises_arrives_by_its_name():
    student = (
        "class Own(Exception):\n    pass\n"
        "def f():\n    raise NotImplementedError('not answered yet')\n"
        "def g():\n    raise Own('mine')\n"
        "def h():\n    raise SystemExit(0)"
    )
    assert check("f()", student) == "NotImplementedError: not answered yet"
    assert check("g()", student) == "Own: mine"
    assert check("h()", student) == "SystemExit: 0"


def test_a_subclassed_model_of_stock_layers_is_copied():
    student = (
        "class Mine(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.d = layers.Dense(3)\n"
        "    def call(self, x):\n        return self.d(x) + 1\n"
        "model = Mine()\n"
        "y = model(np.ones((1, 4), 'float32'))"
    )
    source = (
        "import keras\nimport numpy as np\nassert isinstance(model, keras.Model)\n"
        "assert type(model).__name__ == 'Functional'\n"
        "assert np.allclose(model(np.ones((1, 4), 'float32')), y)"
    )
    assert check(source, student) == ""


def test_own_layers_without_weights_are_copied_as_what_they_do():
    student = (
        "class Halved(layers.Layer):\n    def call(self, x):\n        return x / 2\n"
        "model = keras.Sequential([layers.Dense(3, activation=lambda x: x * x), Halved()])\n"
        "y = model(np.ones((1, 4), 'float32'))"
    )
    source = "import numpy as np\nassert np.allclose(model(np.ones((1, 4), 'float32')), y)"
    assert check(source, student) == ""


FORGED = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __bool__(self): return True
    def __float__(self): return 36.0
    def __index__(self): return 36
    def __len__(self): return 36
    def __array__(self, *a, **k): return np.array(36.0)
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    @property
    def __class__(self): return int
class Number(float):
    def __eq__(self, other): return True
class Array(np.ndarray):
    def __eq__(self, other): return True
    def all(self): return True
lie, number, array = Liar(), Number(1), np.zeros(3).view(Array)
def twice(x): return Liar()
"""


PROVES = [
    "assert lie == 36",
    "assert lie",
    "assert not (lie != 36)",
    "assert float(lie) == 36",
    "assert len(lie) == 36",
    "import numpy as np\nassert np.allclose(lie, 36)",
    "import numpy as np\nnp.testing.assert_allclose(lie, 36)",
    "assert lie.value == 36",
    "assert isinstance(lie, int)",
    "assert number == 36",
    "assert (array == 36).all()",
    "assert twice(18) == 36",
    "import numpy as np\nassert np.asarray(twice(18)) == 36",
]


@pytest.fixture(scope="module")
def verdicts_on_forgeries():
    tests = [graded_cell(source, f"forged-{i}") for i, source in enumerate(PROVES)]
    cells = judge(IMPORTS, FORGED, *tests)[2:]
    return dict(zip(PROVES, map(verdict, cells), strict=True))


@pytest.mark.parametrize("source", PROVES)
def test_a_forged_object_proves_nothing(verdicts_on_forgeries, source):
    assert verdicts_on_forgeries[source] != ""


@pytest.mark.parametrize(
    "student",
    [
        "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
        "get_ipython().kernel.do_execute = None",
        "get_ipython().run_cell = lambda *a, **k: None",
        "get_ipython().events.register('post_run_cell', lambda result: print('right'))",
        "import builtins; builtins.AssertionError = SystemExit; builtins.print = len",
        "import sys; sys.modules['autograder.judge.student'] = None",
        "import autograder.judge.student as s; s.serve = lambda: None",
        "import os; os.close(3); os.close(4)",
    ],
)
def test_a_spoilt_kernel_gains_nothing(student):
    source = "assert answer == 36, 'not 36'"
    assert check(source, "answer = 35", student, check_seconds=5) != ""


def test_a_spoilt_answering_end_can_say_no_more_than_a_value():
    student = "import autograder.judge.student as s; s.encode = lambda *a: (36, [])"
    assert check("assert answer == 36", "answer = 35", student) == ""  # as `answer = 36` would
    assert check("assert answer == 37", "answer = 35", student) != ""


def test_a_test_cell_never_takes_a_students_module():
    assert "imports the modules" in check("assert np.allclose(1, 1)")


def test_a_copy_is_a_snapshot():
    student = "values = iter([35, 36])\ndef f(): return next(values)"
    assert check("x = f()\nassert x == 35\nassert x == 35\nassert f() == 36", student) == ""


def test_a_dead_kernel_fails_its_cell_and_the_checks_after_it_only():
    cells = judge(
        "answer = 36",
        graded_cell("assert answer == 36", "before"),
        "import os\nos._exit(0)",
        graded_cell("assert answer == 36", "after"),
        "answer = 36",
        graded_cell("pass", "trivial"),
    )
    found = [verdict(cell) for cell in cells]
    assert found[1] == ""
    assert found[2].startswith("DeadKernel")
    assert found[3] != ""
    assert found[4].startswith("DeadKernel")


def test_a_function_without_end_fails_its_check_and_not_the_next():
    cells = judge(
        "def endless():\n    while True: pass",
        graded_cell("endless()", "endless"),
        "answer = 36",
        graded_cell("assert answer == 36", "next"),
        check_seconds=2,
    )
    assert "2 seconds" in verdict(cells[1])
    assert verdict(cells[3]) == ""


def test_a_cell_without_end_is_interrupted():
    cells = judge(
        "answer = 36\nwhile True: pass", graded_cell("assert answer == 36", "next"), timeout=2
    )
    assert "ran longer than 2 seconds" in str(cells[0].outputs)
    assert verdict(cells[1]) == ""


def test_what_the_students_code_prints_in_a_check_costs_nothing():
    cell = judge(
        "import sys\ndef f():\n    print('x', file=sys.stderr)\n    return 1",
        graded_cell("assert f() == 1\nprint('right')", "it"),
    )[-1]
    assert [output.name for output in cell.outputs] == ["stdout"]
    assert printed(cell) == "right\n"


def test_a_number_at_the_end_is_partial_credit_if_the_test_says_it():
    cell = judge("answer = 1", graded_cell("0.5 * (answer == 1)", "it", points=2))[-1]
    assert cell.outputs[0].data["text/plain"] == "0.5"
    cell = judge("print(2)", graded_cell("assert False", "it", points=2))[-1]
    assert [output.output_type for output in cell.outputs] == ["error"]


def test_each_test_cell_starts_with_names_of_its_own():
    cells = judge(
        "pass", graded_cell("x = 1", "first"), graded_cell("assert x == 1", "second"), "x = 1"
    )
    assert verdict(cells[2]).startswith("NameError")


def test_a_folder_that_the_kernel_needs_is_never_hidden(tmp_path):
    folders = ["/", "/tmp", str(ROOT), str(tmp_path / "absent")]
    cells = judge("answer = 36", graded_cell("assert answer == 36", "it"), hidden=folders)
    assert verdict(cells[1]) == ""


def test_the_environment_does_not_reach_the_kernel(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    cells = judge("import os\nprint(sorted(os.environ))")
    assert "SECRET" not in printed(cells[0])


def test_two_kernels_draw_different_random_numbers():
    draw = "import random\nimport numpy as np\nprint(random.random(), np.random.rand())"
    first, second = printed(judge(draw)[0]), printed(judge(draw)[0])
    assert np.all(np.array(first.split()) != np.array(second.split()))


def test_every_child_ends_with_the_warm_process():
    warm = WarmProcess(MODULES, environment())
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        child = warm.fork("autograder.warm.jobs:judge", share=[theirs])
        assert child.poll() is None
        warm.close()
        assert child.wait(10) == 0


def test_a_warm_process_ends_without_a_word_when_its_client_went_early(capfd):
    """As JupyterLab does that is closed before a kernel was started."""
    warm = WarmProcess((), environment())
    select.select([warm._socket], [], [])  # it is ready, and nobody reads it
    warm._socket.close()
    assert warm._process.wait(60) == 0
    assert capfd.readouterr().err == ""


def test_a_model_that_cannot_be_copied_is_told_as_that():
    student = (
        "class Weighing(layers.Layer):\n"
        "    def __init__(self, weigh):\n        super().__init__()\n        self.weigh = weigh\n"
        "        self.factor = self.add_weight(shape=())\n"
        "    def call(self, x):\n        return self.factor * self.weigh(x)\n"
        "model = keras.Sequential([keras.Input((4,)), Weighing(lambda x: 2 * x)])\n"
        "narrow = keras.Sequential([layers.Dense(3), layers.Reshape((5,))])"
    )
    source = "from latentlab.check.models import require_model\nrequire_model('it', {}, 4)"
    told = check(source.format("model"), student)
    assert "it cannot be copied for this check: " in told and "is of type" not in told
    told = check(source.format("narrow"), student)
    assert "it does not take vectors of 4 numbers, (4,): ValueError: in Reshape.call():" in told

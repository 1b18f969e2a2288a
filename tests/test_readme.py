"""Every command of the README, run as it is written, or, where it takes long, with less to do."""

import os
import re
import shutil
import signal
import subprocess
import sys

import browser
import nbformat
import numpy as np
import pytest
from conftest import ISOLATED, LAB, ROOT
from small_sets import grey
from test_kills import quick_submission

from autograder import bench, bench_cluster
from autograder.class_report import write_class_report
from autograder.demo import NAMES, write_class

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")

TESTED_ELSEWHERE = {
    "make test",  # runs this test
    "make check",  # the same tests, but for the slow ones
    "python -m latentlab",  # tests/test_desk.py
    # There is no conda here: tests/test_environment.py holds its file against the pinned versions.
    "conda env create -f environment.yml",
    "conda activate latentlab",
}
INSTRUCTORS = [
    "autograder build",
    "autograder bundle labs.zip",
    f"autograder collect {LAB} ZIP",
    f"autograder grade {LAB}",
    f"nbgrader generate_feedback {LAB} --force",
]
TESTED_HERE = {
    "make demo",
    "make build",
    "make bench",
    "make bench-cluster",
    "python -m autograder.elbo",
    *INSTRUCTORS,
}


# In the text, not on a line of their own.
IN_THE_TEXT = {
    "make help",
    "make lab",
    "python tools/take_screenshots.py",
    "nbgrader autograde",  # tests/test_nbgrader.py
    f"nbgrader autograde {LAB}",
    "autograder calibrate LAB",  # tests/test_calibrate.py: it takes an hour for all labs
    "make quality",  # tests/test_quality.py: it takes the real data
    "make lock",  # it would move the versions that are pinned
}


def run(*command, **options):
    ran = subprocess.run(command, capture_output=True, text=True, **options)
    return ran.returncode, ran.stdout + ran.stderr


def test_no_command_is_left_out():
    lines = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    found = {line.partition("  ")[0].strip() for line in lines}
    assert found == TESTED_HERE | TESTED_ELSEWHERE
    text = set(re.findall(r"`((?:make|python|autograder|nbgrader) [^`]+)`", README))
    assert text - found - {"autograder grade"} == IN_THE_TEXT


def test_make_help_lists_the_targets_of_the_readme():
    status, said = run("make", "help", cwd=ROOT)
    assert status == 0
    for command in TESTED_HERE | TESTED_ELSEWHERE | IN_THE_TEXT:
        assert not command.startswith("make ") or f"{command} " in said


def test_the_targets_that_take_long_or_move_versions_have_their_recipes():
    status, said = run("make", "--dry-run", "quality", "lock", cwd=ROOT)
    assert status == 0
    assert "-m autograder.quality" in said and said.count("uv pip compile requirements") == 2


def test_make_lab_opens_jupyterlab():
    options = "--no-browser --port=0 " + ("--allow-root" if os.geteuid() == 0 else "")
    with subprocess.Popen(
        ["make", "lab", f"AS_ROOT={options}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as lab:
        try:
            assert any(browser.RUNNING_AT in line for line in lab.stdout)
        finally:
            os.killpg(lab.pid, signal.SIGKILL)


@pytest.mark.skipif(browser.CHROMIUM is None, reason="there is no Chromium here")
def test_the_pictures_of_the_readme_are_taken(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import take_screenshots

    write_class_report(tmp_path / "demo" / "report.html", LAB, [], {}, [])
    monkeypatch.setattr(take_screenshots, "REPORT", tmp_path / "demo" / "report.html")
    monkeypatch.setattr(take_screenshots, "PICTURES", tmp_path)
    take_screenshots.main()
    shown = set(re.findall(r"docs/images/(\w+\.png)", README))
    assert shown == {path.name for path in tmp_path.glob("*.png")}


def test_make_demo_grades_its_class_and_says_where_everything_is():
    shutil.rmtree(ROOT / "demo", ignore_errors=True)
    status, said = run("make", "demo", cwd=ROOT)
    assert status == 0, said
    assert all(f" {name} " in said for name in NAMES)
    assert "17 / 17" in said and "tony was not graded" in said
    files = re.findall(r"(demo/\S+)", said)
    assert len(files) == 6
    assert all((ROOT / file).stat().st_size > 500 for file in files)


def test_make_build_finds_everything_built():
    status, said = run("make", "build", cwd=ROOT)
    assert status == 0 and "wrote" not in said, said


def test_the_instructors_commands_grade_what_moodle_gave(course_folder):
    write_class(course_folder, {"ada": nbformat.writes(quick_submission(2))})
    student = "nbgrader db student import students.csv"
    for command in [student, *INSTRUCTORS]:
        status, said = run(*command.replace("ZIP", "class.zip").split())
        assert status == 0, (command, said)
    assert (course_folder / "labs.zip").is_file()
    assert (course_folder / "feedback" / "ada" / LAB / f"{LAB}.html").is_file()


@pytest.mark.skipif(not ISOLATED, reason="no sandbox here")
def test_the_benches_run_and_find_the_same_scores(monkeypatch, capsys):
    for module in (bench, bench_cluster):
        monkeypatch.setattr(module, "SUBMISSIONS", 2)
    bench.main()
    bench_cluster.main()
    said = capsys.readouterr().out
    assert "the scores of all 2 submissions are the same" in said
    assert "ours against plain nbgrader" in said and "2 worker(s)" in said


def test_the_long_run_of_lab_7_ends_with_its_figures(tmp_path):
    """On 200 digits of noise, of which nothing can be learned: the limit is not reached."""
    np.savez(tmp_path / "mnist.npz", **grey(200))
    status, said = run(
        *(sys.executable, "-m", "autograder.elbo"),
        cwd=ROOT,
        env=os.environ | {"LATENTLAB_DATA": str(tmp_path)},
    )
    assert status == 1, said
    assert re.search(r"trained in \d+ s on \d+ cores", said)

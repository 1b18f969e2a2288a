"""The Gradescope autograder, laid out and run as Gradescope does: as root, without namespaces."""

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest
from attack_class import whole_class
from conftest import LAB, ROOT
from nbformat.v4 import new_code_cell
from test_kills import quick_submission

from autograder.gradescope import write_gradescope
from autograder.gradescope_run import _take, as_gradescopes
from autograder.proof import submission, variants
from autograder.record import Check, Result
from autograder.source import read_source, release_path

PLACE, HOME = Path("/autograder"), Path("/opt/autoencoders")
OURS = ".made-by-the-tests"  # those of a run that was killed may go
PATHS = "/usr/sbin:/usr/bin:/sbin:/bin"
# What Docker leaves root: above all, no CAP_SYS_ADMIN.
RIGHTS = "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw"
RIGHTS += " sys_chroot mknod audit_write setfcap"
DOCKER = [
    "setpriv",
    f"--bounding-set=-all,{','.join(f'+{right}' for right in RIGHTS.split())}",
    "--inh-caps=-all",
]
PACKAGES = Path(sysconfig.get_path("purelib"))


def why_not():
    """Why Gradescope's container cannot be imitated here."""
    system = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root can lay folders out as Gradescope does"
    if any(place.exists() and not (place / OURS).exists() for place in (PLACE, HOME)):
        return f"{PLACE} or {HOME} exists already"
    if not shutil.which("setpriv"):
        return "there is no setpriv, which takes rights from root"
    tried = [shutil.which(system) or "false", "-c", "import venv, ensurepip"]
    if subprocess.run(tried, capture_output=True).returncode:
        return f"there is no {system} with venv, which other users can run"
    if not all(parent.stat().st_mode & stat.S_IXOTH for parent in PACKAGES.parents):
        return f"other users cannot read {PACKAGES}"
    return ""


@pytest.fixture(scope="module")
def gradescope(tmp_path_factory):
    """Gradescope's folders after setup.sh, which here finds the packages installed."""
    if reason := why_not():
        pytest.skip(reason)
    out = tmp_path_factory.mktemp("zip") / "autograder.zip"
    write_gradescope(LAB, out)
    try:
        for place in (PLACE, HOME):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            (place / OURS).touch()
        for name in ("source", "results", "submission"):
            (PLACE / name).mkdir()
        PLACE.chmod(0o755)
        with zipfile.ZipFile(out) as archive:
            archive.extractall(PLACE / "source")
        (PLACE / "source" / "project" / "requirements.txt").write_text("")
        shutil.copy(PLACE / "source" / "run_autograder", PLACE)
        (PLACE / "run_autograder").chmod(0o755)
        setup = ["bash", PLACE / "source" / "setup.sh"]
        subprocess.run(setup, check=True, env={"PATH": PATHS}, capture_output=True)
        (HOME / OURS).touch()
        (path,) = HOME.glob("venv/lib/python3*/site-packages/project.pth")
        path.write_text(f"{path.read_text()}{PACKAGES}\n")
        (HOME / "venv" / "bin" / "alembic").symlink_to(Path(sys.executable).with_name("alembic"))
        yield PLACE
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)
        shutil.rmtree(HOME, ignore_errors=True)


def graded(place, files):
    """Hand in these files, run the autograder, and give its results."""
    shutil.rmtree(place / "submission")
    (place / "submission").mkdir()
    (place / "results" / "results.json").write_text("of another student")
    (place / "submission_metadata.json").write_text('{"previous_submissions": []}')
    for name, contents in files.items():
        text = contents if isinstance(contents, str) else nbformat.writes(contents)
        (place / "submission" / name).write_text(text)
    environment = {"PATH": PATHS, "HOME": "/root", "SECRET_TOKEN": "hunter2"}
    ran = subprocess.run(
        [*DOCKER, "./run_autograder"], cwd=place, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    results = json.loads((place / "results" / "results.json").read_text())
    return results, ran.stdout


def points():
    cells = [cell.metadata.get("nbgrader", {}) for cell in read_source(LAB).cells]
    return {c["grade_id"]: c["points"] for c in cells if c.get("grade") and not c["solution"]}


@pytest.mark.slow
def test_a_right_submission_gets_every_point(gradescope):
    results, _ = graded(gradescope, {f"{LAB}.ipynb": submission(LAB)})
    tests = {test["name"]: test for test in results["tests"]}
    assert {name: test["max_score"] for name, test in tests.items()} == points()
    assert results["score"] == sum(points().values()), results
    assert {test["status"] for test in tests.values()} == {"passed"}
    assert {test["visibility"] for test in tests.values()} == {"visible"}
    assert "Marked by hand, and not in this score: written-" in results["output"]


@pytest.mark.slow
def test_a_wrong_submission_is_told_what_is_wrong_and_a_notebook_may_have_another_name(gradescope):
    notebook = quick_submission(1)
    first = next(cell.id for cell in notebook.cells if cell.id.startswith("answer-"))
    mutants = [variant for variant in variants(LAB) if variant.kind == "mutant"]
    mutant = next(v for v in mutants if list(v.answers) == [first.removeprefix("answer-")])
    for cell in notebook.cells:
        cell.source = mutant.answers.get(cell.id.removeprefix("answer-"), cell.source)
    results, _ = graded(gradescope, {f"{LAB} (1).ipynb": notebook})
    tests = {test["name"]: test for test in results["tests"]}
    failed = tests[mutant.fails[0]]
    assert (failed["status"], failed["score"]) == ("failed", 0)
    assert mutant.says.lower() in failed["output"].lower()
    assert results["score"] < sum(points().values())
    assert f"{LAB} (1).ipynb was graded as {LAB}.ipynb" in results["output"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({f"{LAB}.ipynb": release_path(LAB).read_text()[:5000]}, "not whole JSON"),
        ({"answers.txt": "42"}, f"there is no notebook {LAB}.ipynb"),
    ],
)
def test_a_broken_submission_gets_results_with_the_reason(gradescope, files, reason):
    results, _ = graded(gradescope, files)
    assert results["score"] == 0 and results["tests"] == []
    assert reason in results["output"]


# Tries what it can; if anything succeeds, it has no answers any more.
HOSTILE = """
import os, pathlib, signal, socket, subprocess
succeeded = []

def attempt(what, *arguments):
    try:
        what(*arguments)
    except Exception:
        return
    succeeded.append((what, arguments, globals().get("place"), globals().get("path")))

def read(path):
    if not open(path, "rb").read(1):  # the system's own threads have nothing in it
        raise ValueError

def write(path):
    pathlib.Path(path).write_text('{"score": 1000, "tests": []}')

secrets = ["/autograder", "/autograder/source", "/autograder/results", "/root", "/etc/shadow",
           "/opt/autoencoders/project/solutions", "/opt/autoencoders/project/autograder/heldout",
           "/autograder/submission_metadata.json"]
for path in secrets:
    attempt(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
    assert not os.path.exists(path) or not os.access(path, os.R_OK)
for path in ["/autograder/results/results.json", "/autograder/results.json", "/autograder/x",
             "/opt/autoencoders/project/latentlab/__init__.py", "/opt/autoencoders/x",
             "/opt/autoencoders/project/solutions/x", "/etc/planted", "/usr/bin/planted"]:
    attempt(write, path)
    attempt(os.replace, "mine", path)
for process in map(int, filter(str.isdigit, os.listdir("/proc"))):
    try:
        others = os.stat(f"/proc/{process}").st_uid != os.getuid()
    except OSError:
        continue
    if others:
        attempt(os.kill, process, signal.SIGKILL)
        for name in ("mem", "environ", "fd", "cwd/results", "root/autograder"):
            place = f"/proc/{process}/{name}"
            attempt(lambda: os.listdir(place) if name == "fd" else read(place))
for become in (os.setuid, os.setgid):
    attempt(become, 0)
attempt(os.setgroups, [0])
for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET):
    attempt(socket.socket, family, socket.SOCK_DGRAM)
attempt(os.link, "/autograder/results/results.json", "mine")
if "SECRET_TOKEN" in os.environ or b"SECRET" in open("/proc/self/environ", "rb").read():
    succeeded.append("environment")
for name in os.listdir("/proc/self/fd"):
    place = f"/proc/self/fd/{name}"
    target = os.readlink(place) if os.path.lexists(place) else "the one of the list"
    if target.startswith("/") and target != "/dev/null":
        succeeded.append(target)
subprocess.Popen("setsid sh -c 'while sleep 1; do echo hi > /tmp/planted-on-gradescope; done' &",
                 shell=True)
pathlib.Path("/dev/shm/planted-on-gradescope").write_text("x")
"""


@pytest.mark.slow
def test_a_hostile_submission_gains_nothing_and_leaves_nothing(gradescope):
    honest, _ = graded(gradescope, {f"{LAB}.ipynb": quick_submission(2)})
    assert honest["score"] > 0
    notebook = quick_submission(2)
    notebook.cells.insert(1, new_code_cell(HOSTILE))
    spoiled = "\nif succeeded: raise RuntimeError(str(succeeded))\n"
    for cell in notebook.cells:
        if cell.id.startswith("answer-"):
            cell.source = spoiled + cell.source
    results, said = graded(gradescope, {f"{LAB}.ipynb": notebook})
    time = {"execution_time": 0}
    assert results | time == honest | time, results
    for words in ("which belongs to the grader", "processes running when it ended"):
        assert words in said
    left = [*Path("/tmp").glob("planted-on*"), *Path("/dev/shm").glob("planted-on*")]
    assert left == []
    ran = subprocess.run(["pgrep", "-f", "planted-on-gradescope"], capture_output=True, text=True)
    assert ran.stdout == ""


@pytest.mark.slow
def test_where_others_could_read_the_solutions_nothing_is_run(gradescope):
    solutions = HOME / "project" / "solutions"
    solutions.chmod(0o755)
    try:
        results, said = graded(gradescope, {f"{LAB}.ipynb": quick_submission(2)})
    finally:
        solutions.chmod(0o700)
    assert results["score"] == 0 and "the grader itself failed" in results["output"]
    assert f"every user of this system can read {solutions}" in said


# Those that try the walls, and are over quickly.
THEMES = ("files", "processes", "reading", "walls")
# These ask only whether something is there to be seen, which this way does not hide.
SEEN = {"reads the solution", "reads other processes", "makes devices", "climbs out of the root"}


@pytest.mark.slow
def test_attacks_gain_nothing_where_a_user_of_its_own_is_the_only_wall(gradescope, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    python = [HOME / "venv" / "bin" / "python", "-P"]
    tests = HOME / "project" / "tests"
    shutil.copytree(ROOT / "tests", tests)
    command = [*DOCKER, *python, tests / "attack_class.py", course, *THEMES]
    environment = {"PATH": f"{HOME}/venv/bin:{PATHS}", "PYTHONPATH": str(tests)}
    assert subprocess.run(command, env=environment).returncode == 0
    found = json.loads((course / "results.json").read_text())
    scores = {result["student"]: result["score"] for result in found}
    entries = whole_class(THEMES)
    gained = {entry.name for entry in entries if scores[entry.student] > entry.honest}
    assert gained <= SEEN
    honest = [entry for entry in entries if entry.theme == "honest"]
    assert [entry.name for entry in honest if scores[entry.student] != entry.gets] == []
    assert [
        p for place in ("/tmp", "/var/tmp", "/dev/shm") for p in Path(place).glob("*planted*")
    ] == []


def test_the_zip_has_what_gradescope_wants_and_only_this_lab(tmp_path):
    write_gradescope(LAB, tmp_path / "a.zip")
    write_gradescope(LAB, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        modes = {i.filename: i.external_attr >> 16 for i in archive.infolist()}
        text = (archive.read("setup.sh") + archive.read("run_autograder")).decode()
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert [n for n in names if "solutions/" in n] == [f"project/solutions/{LAB}.py"]
    assert "http" not in text and LAB in text
    tracked = subprocess.run(
        ["git", "ls-files", "autograder", "latentlab"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert {f"project/{name}" for name in tracked} <= set(names)


def test_a_submission_that_could_not_be_graded_is_a_result():
    blank = nbformat.read(release_path(LAB), as_version=4)
    found = as_gradescopes(Result("student", "failed", "it is empty", 0, 0, 0), blank)
    assert found["score"] == 0 and "could not be graded: it is empty" in found["output"]
    checks = [Check("a", 1.0, 2.0, "half"), Check("b", 2.0, 2.0, "right")]
    found = as_gradescopes(Result("student", "graded", "", 3.0, 4.0, 1.0, checks), blank)
    assert [test["status"] for test in found["tests"]] == ["failed", "passed"]


def test_links_in_a_submission_stay_links(tmp_path):
    given, folder = tmp_path / "submission", tmp_path / "taken"
    given.mkdir()
    (given / "other.ipynb").symlink_to("/etc/passwd")
    _take(given, folder, f"{LAB}.ipynb")
    assert [path.is_symlink() for path in folder.iterdir()] == [True]


def test_the_folder_in_which_the_notebook_lies_is_the_submissions(tmp_path):
    given, folder = tmp_path / "submission", tmp_path / "course" / "taken"
    for name in ("mine/lab.ipynb", "mine/helper.py", "mine/mine/helper.py", "notes.txt"):
        (given / name).parent.mkdir(parents=True, exist_ok=True)
        (given / name).write_text(name)
    assert _take(given, folder, f"{LAB}.ipynb") == f"mine/lab.ipynb was graded as {LAB}.ipynb."
    found = {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*.*")}
    assert found == {
        f"{LAB}.ipynb": "mine/lab.ipynb",
        "helper.py": "mine/helper.py",
        "mine/helper.py": "mine/mine/helper.py",
        "notes.txt": "notes.txt",
    }

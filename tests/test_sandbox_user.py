"""The second way to shut a notebook in: what counts as closed, and what is left of a user."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox import user
from autograder.sandbox.user import own_user, processes_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def open_folder():
    """A folder that everybody can read; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def nothing_secret(monkeypatch):
    monkeypatch.setattr(user, "SECRET", ())
    monkeypatch.setattr(user, "HISTORY", "/nowhere")


def test_closed_is_what_no_other_user_can_reach(open_folder):
    inner = open_folder / "inner"
    inner.mkdir()
    file = inner / "file"
    file.write_text("x")
    file.chmod(0o644)
    (open_folder / "link").symlink_to(file)
    for mode, path, closed in (
        (0o755, file, False),
        (0o755, open_folder / "link", False),
        (0o755, inner, False),
        (0o711, inner, False),  # whoever knows the names inside can read them
        (0o744, inner, False),
        (0o700, inner, True),
        (0o700, file, True),
        (0o700, open_folder / "link", True),
        (0o700, open_folder / "nothing", True),
    ):
        inner.chmod(mode)
        assert user._is_closed(path) == closed, (oct(mode), path)
    inner.chmod(0o755)
    file.chmod(0o640)
    assert user._is_closed(file)


@as_root
def test_nothing_is_begun_while_others_could_read_what_is_hidden(open_folder, nothing_secret):
    says = f"can read {open_folder}: chmod go-rwx {open_folder}"
    with pytest.raises(OSError, match=says), own_user([str(open_folder)]):
        raise AssertionError("begun")


@as_root
def test_the_project_itself_counts_as_hidden(monkeypatch, open_folder):
    monkeypatch.setattr(user, "SECRET", (str(open_folder),))
    with pytest.raises(OSError, match="every user of this system can read"), own_user([]):
        raise AssertionError("begun")


@as_root
def test_at_the_end_no_process_and_no_file_of_the_user_is_left(nothing_secret):
    script = """
        setsid sh -c 'trap "" TERM HUP; sleep 100' &
        (sh -c 'sleep 100 & sleep 100' &)
        touch /tmp/left-by-a-notebook; mkdir -p /var/tmp/left-by-a-notebook/a/b
        ln -s /etc /dev/shm/left-by-a-notebook
        echo ready; sleep 100
    """
    with own_user([]) as number:
        run = subprocess.Popen(
            ["sh", "-c", script], user=number, group=number, extra_groups=[], stdout=-1
        )
        run.stdout.readline()
        assert len(processes_of(number)) >= 4
        assert Path("/tmp/left-by-a-notebook").exists()
    assert processes_of(number) == []
    run.wait()
    left = [Path(place) / "left-by-a-notebook" for place in ("/tmp", "/var/tmp", "/dev/shm")]
    assert [path for path in left if os.path.lexists(path)] == []
    assert Path("/etc/passwd").exists()


@as_root
def test_two_notebooks_at_once_are_two_users(nothing_secret):
    with own_user([]) as one, own_user([]) as other:
        assert one != other
        assert one not in (0, os.geteuid()) and other not in (0, os.geteuid())
    with own_user([]) as again:
        assert again == one


LANDLOCK_TRIAL = """
import os, sys
from autograder.sandbox import linux
from autograder.sandbox.landlock import restrict_files
folder, other = sys.argv[1:]
linux.drop_capabilities()
print(restrict_files(["/usr", "/lib", "/etc"], [folder]))
for path in (folder, other):
    for act in (os.listdir, lambda p: open(f"{p}/old").read(), lambda p: open(f"{p}/new", "w")):
        try:
            act(path)
            print("done")
        except PermissionError:
            print("refused")
print(open("/etc/passwd").read()[:4])
try:
    os.link(f"{other}/old", f"{folder}/link")
except OSError:
    print("refused")
"""


def test_landlock_leaves_what_is_named_and_nothing_else(tmp_path):
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").write_text("x")
    command = [sys.executable, "-c", LANDLOCK_TRIAL, tmp_path / "mine", tmp_path / "other"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if said[0] == "False":
        pytest.skip("this system has no Landlock")
    assert said == ["True", *["done"] * 3, *["refused"] * 3, "root", "refused"]


CALLS_TRIAL = """
import ctypes, os, socket, threading
from autograder.sandbox import linux
from autograder.sandbox.calls import forbid_needless_calls
linux.drop_capabilities()
forbid_needless_calls(in_namespaces=False)
libc = ctypes.CDLL(None, use_errno=True)
clone = 56 if os.uname().machine == "x86_64" else 220
for flags in (0x10000000, 0x10020000, 0x40000000, 0x02000000):
    process = libc.syscall(clone, flags | 17, 0, 0, 0, 0)
    if process == 0:
        os._exit(0)
    print(process, ctypes.get_errno())
for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(kind, socket.SOCK_DGRAM)
    except OSError as error:
        print(-1, error.errno)
socket.socketpair()
thread = threading.Thread(target=print, args=["thread"])
thread.start()
thread.join()
print(os.system("exit 3") >> 8)
"""


def test_no_socket_and_no_namespace_can_be_made_but_threads_and_processes_can():
    command = [sys.executable, "-c", CALLS_TRIAL]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert said == [*["-1", "1"] * 8, "thread", "3"]

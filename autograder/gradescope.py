"""Packs an autograder for Gradescope: this harness and one lab, as the zip file that it takes.

Gradescope unpacks the file into /autograder/source, runs setup.sh once to make an image, and in it
run_autograder for each submission, both as root. (Gradescope's "Autograder Specifications".) What
a student's code needs is then in /opt/autoencoders; /autograder and what must stay secret are
open to root alone.
"""

import zipfile
from pathlib import Path

from autograder.bundle import DATA
from autograder.source import ROOT, source_path

# Of the packages, all that git has: code, held-out images, templates, the kernel's description.
CODE = ("*.py", "*.npz", "*.html", "*.json")
FILES = ("nbgrader_config.py", "requirements.txt", "LICENSE")
SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -euo pipefail
home=/opt/autoencoders

python() {
    for version in 3.12 3.11 3.13; do
        if "python$version" -c 'import venv, ensurepip' 2>/dev/null; then
            "python$version" "$@"
            return
        fi
    done
    return 1
}

if ! python --version; then
    apt-get update
    apt-get install -y python3.12-venv || apt-get install -y python3.11-venv
fi
rm -rf "$home"
mkdir -p "$home"
cp -R /autograder/source/project "$home/project"
python -m venv "$home/venv"
"$home/venv/bin/python" -m pip install --no-cache-dir --requirement "$home/project/requirements.txt"
packages=$("$home/venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
echo "$home/project" > "$packages/project.pth"
# Students' code runs as another user: it may read all but these, and write nothing.
chmod -R go+rX,go-w "$home"
chmod -R go-rwx "$home/project/solutions" "$home/project/autograder/heldout"
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this, as root, for each submission.
umask 077
chmod 700 /autograder
results=/autograder/results/results.json
rm -f "$results"
mkdir -p /autograder/results
/opt/autoencoders/venv/bin/python -P -m autograder.gradescope_run {lab}
if [ ! -s "$results" ]; then
    echo '{{"score": 0, "output": "The grader itself failed: tell your instructor."}}' > "$results"
fi
"""


def write_gradescope(lab: str, out: Path) -> int:
    """Write the zip file and return how many files are in it."""
    files = {
        f"project/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in _paths(lab)
    }
    files |= {"setup.sh": SETUP.encode(), "run_autograder": RUN.format(lab=lab).encode()}
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            # A fixed date makes the same file of the same contents, byte for byte.
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = (0o644 if "/" in name else 0o755) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    part.replace(out)
    return len(files)


def _paths(lab: str) -> list[Path]:
    found = [ROOT / name for name in FILES] + [source_path(lab)]
    found += [path for pattern in DATA for path in (ROOT / "data").glob(pattern)]
    for package in ("autograder", "latentlab"):
        found += [path for pattern in CODE for path in (ROOT / package).rglob(pattern)]
    return [path for path in found if path.is_file()]

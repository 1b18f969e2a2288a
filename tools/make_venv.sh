#!/bin/sh
# Makes the virtual environment .venv with a Python that the course supports.
# A bare Debian has python3 without venv: its package is installed where we may.
set -eu

supported='import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
found=''
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$supported" 2>/dev/null; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
fi

if ! "$found" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$found has no venv module; installing Debian's python$version-venv"
    if [ "$(id -u)" = 0 ]; then as_root=''; else as_root='sudo -n'; fi
    if ! { $as_root apt-get update -qq && $as_root apt-get install -y -qq "python$version-venv"; }; then
        echo "Could not install it. Run: sudo apt-get install python$version-venv   and then make again." >&2
        exit 1
    fi
fi

rm -rf .venv
"$found" -m venv .venv

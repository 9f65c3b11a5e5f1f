#!/bin/sh
# Makes .venv with every package of requirements.txt. Called by make; safe to interrupt and repeat.
set -eu
cd "$(dirname "$0")"

fail() {
    echo "Error: $1" >&2
    exit 1
}

# The interpreter asked for with PYTHON=…, else the first supported one on the path.
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
    found="${found:-}${found:+, }$("$candidate" --version 2>/dev/null || echo "no $candidate")"
done
[ -n "${python:-}" ] || fail "Python 3.11, 3.12 or 3.13 is needed, found: $found. Fix: install one and run make again, or name it: make install PYTHON=/path/to/python3.11."
# An activated environment, as this project's own is in a shell that works with it, has no pip: its interpreter has.
"$python" -m pip --version >/dev/null 2>&1 || python=$("$python" -c 'import sys; print(sys._base_executable)')
"$python" -m pip --version >/dev/null 2>&1 || fail "$python has no pip. Fix: $python -m ensurepip, or install your system's python3-pip package."

started=$(date +%s)
echo "Setting up .venv with $("$python" --version): about 1 GB of packages, 1 to 3 minutes the first time."
mkdir -p .venv
# The lock file's own entry for uv, so that the installer is verified like everything it installs.
awk '/^uv==/ {inside = 1} inside {print} inside && !/\\$/ {exit}' requirements.txt >.venv/uv.txt
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target .venv/bootstrap --upgrade -r .venv/uv.txt || fail "pip could not install uv. Fix: see the line above; is the package index reachable?"
uv=.venv/bootstrap/bin/uv
# A half-made environment is replaced, a whole one brought up to date.
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$uv" venv --quiet --allow-existing --python "$python" .venv
export VIRTUAL_ENV="$PWD/.venv"
# Compiled once here: commands start in half the time, also where Python may not write beside the packages.
"$uv" pip sync --require-hashes --compile-bytecode requirements.txt || fail "the packages could not be installed. Fix: see the lines above, then run make again."
"$uv" pip install --quiet --no-deps --no-build-isolation --editable .
# Plain dbt commands see the settings of .env once the environment is activated.
grep -q 'settings of the warehouse' .venv/bin/activate || cat >>.venv/bin/activate <<'ACTIVATE'

# settings of the warehouse
if [ -f "$VIRTUAL_ENV/../.env" ]; then
    set -a
    . "$VIRTUAL_ENV/../.env"
    set +a
fi
ACTIVATE
touch .venv/installed
echo "Set up in $(($(date +%s) - started)) s."

#!/usr/bin/env sh
# Make .venv and install a locked requirements file into it: with uv when it is there, else with venv and pip.
set -eu
python=$1
requirements=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Tandem needs Python 3.11 or newer; $python is older." >&2
    exit 1
fi
echo "Preparing .venv from $requirements ..." >&2
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv -q --python "$python" .venv
    uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r "$requirements"
else
    [ -x .venv/bin/pip ] || "$python" -m venv .venv
    .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r "$requirements"
fi

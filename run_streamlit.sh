#!/bin/sh
# Open the dashboard, as `gosales dashboard` does; options are passed on.
# Takes the Python of the checkout's .venv, or else the active one.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
python="$root/.venv/bin/python"
[ -x "$python" ] || python=$(command -v python3 || command -v python || true)
if [ -z "$python" ]; then
    echo "error: No Python was found. Run \`make setup\` in $root." >&2
    exit 1
fi
if ! "$python" -P -c 'import gosales.cli' 2>/dev/null; then
    echo "error: $python has no gosales. Run \`make setup\`, or pip install -r gosales/requirements.txt." >&2
    exit 1
fi
exec "$python" -P -m gosales.cli dashboard "$@"

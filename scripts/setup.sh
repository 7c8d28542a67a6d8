#!/bin/sh
# Make the virtual environment from the lock. Each thing that can be missing is said in one line.
set -eu
python=$1
venv=$2

say() {
  echo "setup: $1" >&2
  exit 1
}

# A name on the path may still not run (version managers leave such stand-ins), so each is tried.
old=""
found=""
for name in ${python:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
  version=$("$name" --version 2>/dev/null) || continue
  if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' 2>/dev/null; then
    found=$name
    break
  fi
  old=$version
done
if [ -z "$found" ]; then
  [ -n "$old" ] || say "Python not found; install Python 3.11.5 or newer (Debian: apt install python3 python3-venv)."
  say "$old is too old; Python 3.11.5 or newer is needed. Name one: make PYTHON=/path/to/python3"
fi
python=$found
"$python" -c 'import ensurepip, venv' 2>/dev/null || say \
  "this Python cannot make virtual environments; install its venv package (Debian: apt install python3-venv)."

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
log=$venv/setup.log
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes \
  -r requirements.lock >"$log" 2>&1; then
  if grep -qiE 'connection|name resolution|network|timed out|retrying|from versions: none' "$log"; then
    say "the package index cannot be reached; check the network and run make again (details: $log)."
  fi
  tail -n 5 "$log" >&2
  say "the packages of requirements.lock could not be installed (details: $log)."
fi
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation \
  -e . >>"$log" 2>&1 || say "the project itself could not be installed (details: $log)."
touch "$venv/ready"

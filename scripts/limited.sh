#!/bin/sh
# Runs a command on a proposal's content: sh scripts/limited.sh SECONDS KILOBYTES COMMAND…
# It ends with an error when it takes longer, asks for more memory, or writes a file above 2 GB.
set -eu
seconds=$1
ulimit -v "$2"
ulimit -f 4194304
shift 2
exec timeout --kill-after=2 "$seconds" "$@"

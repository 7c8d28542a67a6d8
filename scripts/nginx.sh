#!/bin/sh
# nginx for the tests of deploy/: the system's, else by apt when root. Without it they are skipped,
# but fail where CI is set.
set -eu
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v nginx >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  # Debian would start it as a service, on port 80.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light; } >/dev/null 2>&1 || true
fi
command -v nginx >/dev/null 2>&1 ||
  echo "nginx: not found and could not be installed; the tests of deploy/ are skipped." >&2

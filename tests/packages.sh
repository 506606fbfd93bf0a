#!/usr/bin/env bash
# Installs the Debian packages that the tests use, as root; otherwise prints the command and ends with 1.
set -euo pipefail
declare -A want=(
  [sipp]=sip-tester [baresip]=baresip-core [linphonec]=linphone-cli [flite]=flite [espeak-ng]=espeak-ng
  [kamailio]=kamailio [sox]=sox [redis-server]=redis-server [pg_ctlcluster]=postgresql
)
missing=()
for program in "${!want[@]}"; do
  command -v "$program" >/dev/null || missing+=("${want[$program]}")
done
[ "${#missing[@]}" = 0 ] && exit 0
command="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  printf 'error: the tests need programs that are not here: %s\n  next: sudo %s\n' "${missing[*]}" "$command" >&2
  exit 1
fi
echo "installing for the tests: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
$command >/dev/null
# Debian starts these as services; the tests run their own on ports of their own.
for service in redis-server postgresql kamailio; do
  command -v systemctl >/dev/null && systemctl stop "$service" >/dev/null 2>&1 || true
done

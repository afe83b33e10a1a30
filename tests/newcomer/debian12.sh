#!/usr/bin/env bash
# What a newcomer does, tried on a minimal Debian 12: clones narrows and runs the README's command.
# Ends with the seconds that took, and fails where they are too many or no report came out.
set -euo pipefail
cd "$(dirname "$0")/../.."

mirror=http://deb.debian.org/debian
most_seconds=300
usage() {
    cat <<EOF
usage: tests/newcomer/debian12.sh [--mirror URL] [--limit SECONDS] FOLDER

Makes a Debian 12 root file system in FOLDER (debootstrap, minbase; about 250 MB, and 1 GB with what
narrows needs), puts a clone of HEAD into it and runs ./quickstart.sh run there. Needs root, debootstrap
and a network. A FOLDER that was made before is used again, without the packages and the clone.

  --mirror URL       of Debian ($mirror)
  --limit SECONDS    that clone and command may take ($most_seconds)
EOF
}
fail() { echo "debian12.sh: error: $*" >&2; exit 1; }

root=
while [ $# -gt 0 ]; do
    case $1 in
        --mirror) mirror=${2:?--mirror needs a URL}; shift ;;
        --limit) most_seconds=${2:?--limit needs seconds}; shift ;;
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; fail "unknown argument '$1'" ;;
        *) root=$1 ;;
    esac
    shift
done
[ -n "$root" ] || { usage >&2; exit 2; }
[ "$(id -u)" = 0 ] || fail "chroot needs root"
command -v debootstrap >/dev/null || fail "debootstrap is not installed"

# A file system fresh from debootstrap is kept beside, so that every trial starts from one.
if [ ! -e "$root.fresh/etc/debian_version" ]; then
    debootstrap --variant=minbase bookworm "$root.fresh" "$mirror" >"$root.log" 2>&1 ||
        fail "debootstrap failed, see $root.log"
fi
rm -rf "$root"
cp -a "$root.fresh" "$root"

started=$(date +%s)
git clone --quiet . "$root/root/narrows"
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    bash -c 'cd /root/narrows && ./quickstart.sh run --yes'
seconds=$(($(date +%s) - started))

report=$root/root/narrows/china.html
[ -s "$report" ] || fail "no report at $report"
echo "debian12.sh: $seconds s from clone to $report"
[ "$seconds" -le "$most_seconds" ] || fail "$seconds s, expected at most $most_seconds"

#!/usr/bin/env bash
# ./quickstart.sh run    installs what is missing, builds, ranks China's choke points
# ./quickstart.sh test   the same, then builds and runs the whole test suite
set -euo pipefail
cd "$(dirname "$0")"

packages=(build-essential cmake ninja-build libeigen3-dev libcli11-dev nlohmann-json3-dev
          libfmt-dev libxxhash-dev libarchive-dev zlib1g-dev libexpat1-dev libnetcdf-dev
          coinor-libclp-dev coinor-libcbc-dev libgtest-dev libbenchmark-dev)
optional=(libjs-vega     # for rank --report; not every distribution has it
          libigraph-dev) # for clusters, loaded when they are looked for
preset=${NARROWS_PRESET:-release}
build=build

usage() {
    cat <<'EOF'
usage: ./quickstart.sh run|test [--yes]

  run     install what is missing, build narrows, rank the choke points of China in 2011
  test    install what is missing, build everything, run all tests
  --yes   do not ask before using sudo

Environment: NARROWS_PRESET picks the CMake preset (release).
EOF
}

fail() { echo "quickstart: error: $*" >&2; exit 1; }

command=
yes=false
for argument in "$@"; do
    case $argument in
        run | test) command=$argument ;;
        --yes | -y) yes=true ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "unknown argument '$argument'" ;;
    esac
done
[ -n "$command" ] || { usage >&2; exit 2; }

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Not with a pipe into grep -q, which may end before apt-cache does and then counts as failed.
apt_knows() {
    [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]
}

# The packages of the lists that are not installed; of the optional ones those that apt knows.
missing_packages() {
    local package
    for package in "${packages[@]}"; do
        is_installed "$package" || echo "$package"
    done
    for package in "${optional[@]}"; do
        is_installed "$package" || ! apt_knows "$package" || echo "$package"
    done
}

# Runs apt-get as root: as we are, or with sudo after asking.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
        return
    fi
    command -v sudo >/dev/null || fail "not root and no sudo; as root, run: $*"
    if ! $yes; then
        [ -t 0 ] || fail "needs sudo and cannot ask here; pass --yes, or as root run: $*"
        local answer
        read -r -p "Run 'sudo $*'? [y/N] " answer
        case $answer in y | Y | yes) ;; *) fail "stopped; as root, run: $*" ;; esac
    fi
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
}

install_packages() {
    local distribution=unknown family=
    if [ -r /etc/os-release ]; then
        distribution=$(. /etc/os-release && echo "${ID:-unknown}")
        family=$(. /etc/os-release && echo "${ID_LIKE:-}")
    fi
    case " $distribution $family " in
        *" debian "* | *" ubuntu "*) ;;
        *)
            # Somebody may have installed the equivalents by hand: then configuring will work.
            if [ -f "$build/build.ninja" ]; then return; fi
            fail "unknown distribution '$distribution'; install the equivalents of these Debian" \
                 "packages, then run: cmake --preset $preset && cmake --build build." \
                 "Packages: ${packages[*]}"
            ;;
    esac
    local missing
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086  # one word per package
    if [ "$(apt-cache policy $missing 2>/dev/null | grep -c 'Candidate: [^(]')" != \
         "$(echo "$missing" | wc -l)" ]; then
        as_root apt-get update -qq
        missing=$(missing_packages)
    fi
    echo "quickstart: installing" $missing
    # shellcheck disable=SC2086
    as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

check_cmake() {
    local version
    version=$(cmake --version | sed -n 's/^cmake version \([0-9.]*\).*/\1/p')
    [ "$(printf '3.25\n%s\n' "$version" | sort -V | head -n 1)" = 3.25 ] ||
        fail "CMake 3.25 or later is needed, found $version (Debian 12 and Ubuntu 24.04 have it)"
}

# Configures once; a changed preset or CMakeLists.txt is seen by the build itself.
configure() {
    if [ -f "$build/build.ninja" ] && [ "$(cat "$build/.preset" 2>/dev/null)" = "$preset" ]; then
        return
    fi
    cmake --preset "$preset"
    echo "$preset" >"$build/.preset"
}

install_packages
check_cmake
configure
if [ "$command" = run ]; then
    cmake --build "$build" --target narrows_cli
    echo
    rank=("$build/bin/narrows" rank world-2011 --home CHN --top 15)
    grep -q '^NARROWS_VEGA_DIR.*NOTFOUND$' "$build/CMakeCache.txt" ||
        rank+=(--report "$build/china.html")
    "${rank[@]}"
    echo
    echo "This was: ${rank[*]}"
    [ ! -s "$build/china.html" ] || echo "Its page: $build/china.html, to open in a browser"
    echo "Next:     $build/bin/narrows rank --home CHN --report china.html   # a page to read"
    echo "          $build/bin/narrows --help"
else
    cmake --build "$build"
    ctest --test-dir "$build" --output-on-failure -j "$(nproc)"
fi

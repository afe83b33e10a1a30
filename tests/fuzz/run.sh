#!/usr/bin/env bash
# tests/fuzz/run.sh [SECONDS]: builds every fuzzer and runs each for SECONDS (20), two at a time.
# One line per fuzzer; ends with 1 on the first finding and keeps its input in build-fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
build=build-fuzz

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
"$build/bin/fuzz_seeds" "$build/seeds"
mkdir -p "$build/findings" "$build/corpus" "$build/logs"

# A crash, a leak, ten seconds on one input or 1 GiB of memory are findings.
fuzz_one() {
    local name=$1 status=0 log=$build/logs/$1
    mkdir -p "$build/corpus/$name"
    local seeds=()
    for folder in "tests/fuzz/seeds/$name" "$build/seeds/$name"; do
        if [ -d "$folder" ]; then seeds+=("$folder"); fi
    done
    "$build/bin/fuzz_$name" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 -verbosity=1 -close_fd_mask=1 \
        -artifact_prefix="$build/findings/$name-" \
        "$build/corpus/$name" "${seeds[@]}" >"$log" 2>&1 || status=$?
    if [ "$status" != 0 ]; then
        tail -n 60 "$log"
        echo "fuzz: error: $name found something; its input is in $build/findings" >&2
        return 1
    fi
    awk -v name="$name" '
        /^stat::number_of_executed_units:/ { runs = $2 }
        / cov: / { for (i = 1; i < NF; ++i) { if ($i == "cov:") cov = $(i + 1)
                                              if ($i == "corp:") corpus = $(i + 1) } }
        END { printf "%-20s %9d executions, coverage %d, corpus %s\n", name, runs, cov, corpus }' \
        "$log"
}
export -f fuzz_one
export build seconds

# xargs stops starting others where one ends with 255.
find "$build/bin" -name 'fuzz_*' ! -name fuzz_seeds -printf '%f\n' | sed 's/^fuzz_//' | sort |
    xargs -P 2 -I{} bash -c 'fuzz_one {} || exit 255'

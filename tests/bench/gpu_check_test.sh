#!/usr/bin/env bash
# The control flow of bench/gpu_check.sh with stubs for everything that needs a GPU: a failing step, one
# that takes too long, a used-up budget, what is missing, and the dry run.
set -uo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

expect() { # WHAT COMMAND...
    local what=$1
    shift
    "$@" && return
    echo "FAILED: $what"
    failures=$((failures + 1))
}
expect_text() { expect "$1 holds '$2'" grep -qF -- "$2" "$1"; }
expect_code() { expect "exit code $2, found $1" [ "$1" = "$2" ]; }

# ---- stubs -----------------------------------------------------------------------------------------

stub() { # NAME, body on standard input
    { echo '#!/usr/bin/env bash'; cat; } >"$scratch/stubs/$1"
    chmod +x "$scratch/stubs/$1"
}
mkdir "$scratch/stubs"
stub nvidia-smi <<'EOF'
echo 'A "GPU", 1.2'
EOF
stub nvcc </dev/null
stub ctest </dev/null
stub compute-sanitizer <<'EOF'
[ "$2" != racecheck ] || exit 9
EOF
# Configuring leaves what is missing; building leaves programs that write their JSON.
stub cmake <<'EOF'
if [ "$1" = --build ]; then
    mkdir -p "$2/bin"
    for name in narrows narrows_gpu_tests bench_gpu_points bench_inverse bench_solve bench_batch \
        bench_rank; do
        cp "$STUBS/measurement" "$2/bin/$name"
    done
else
    case $2 in */dependencies) printf '%s' "${STUB_MISSING:-}" >"$4/missing" ;; esac
fi
EOF
stub measurement <<'EOF'
while [ $# -gt 0 ]; do
    case $1 in
        --out | --json) echo '{"figure": 1}' >"$2" ;;
        --benchmark_out=*) echo '{"figure": 2}' >"${1#*=}" ;;
    esac
    shift
done
echo "handle untouched, bits ${CUBLAS_EMULATE_DOUBLE_PRECISION:-0}ab"
echo "default math set, bits 0ab"
EOF
stub peers <<'EOF'
echo "narrows beside others"
EOF

check() { # OUTDIR [OPTION...]
    PATH=$scratch/stubs:$PATH STUBS=$scratch/stubs CUDACXX='' PYTHON=$scratch/stubs/peers \
        GPU_CHECK_BUILD="$scratch/b u'ild" bash "$source_dir/bench/gpu_check.sh" "$@" \
        >"$scratch/said" 2>"$scratch/complained"
}

# ---- a run: one step fails, the program of another is missing ------------------------------------------

out="$scratch/o \"u' t"
check "$out"
expect_code $? 1
summary=$out/summary.txt
expect_text "$summary" 'A "GPU", 1.2'
expect "the failing step says so" grep -qE '^racecheck +failed.*exit code 9' "$summary"
expect "later steps ran" grep -qE '^initcheck +ok' "$summary"
expect "a missing program is skipped" grep -qE '^bench_extraction +skipped' "$summary"
expect "the last step ran" grep -qE '^bench_rank +ok' "$summary"
expect_text "$summary" "narrows beside others"
expect_text "$summary" "an explicit CUBLAS_DEFAULT_MATH wins"
expect_text "$out/summary.json" '"points": {"figure": 1}'
expect_text "$out/summary.json" '"machine": "A \"GPU\", 1.2'
if command -v python3 >/dev/null; then
    expect "summary.json is JSON" python3 -m json.tool "$out/summary.json" "$scratch/json"
fi

# ---- time ------------------------------------------------------------------------------------------

steps() { # one that is stopped, one for which no time is left
    # shellcheck source=bench/steps.sh
    . "$source_dir/bench/steps.sh"
    steps_start "$scratch/steps" 60
    step slow 1 sleep 30
    steps_end=$(date +%s)
    step late 1 true
    steps_finish "a machine"
}
(steps) >/dev/null
expect_code $? 1
expect "the stopped step says so" grep -qE '^slow +failed.*after 1 s' "$scratch/steps/summary.txt"
expect "out of time is no failure" grep -qE '^late +skipped.*budget' "$scratch/steps/summary.txt"

# ---- what cannot be done ---------------------------------------------------------------------------

STUB_MISSING='fmt, GTest' check "$scratch/missing"
expect_code $? 3
expect_text "$scratch/complained" "gpu_check: error: missing: fmt, GTest"
expect "one line" [ "$(wc -l <"$scratch/complained")" = 1 ]

stub nvidia-smi <<'EOF'
exit 9
EOF
check "$scratch/no-gpu"
expect_code $? 3
expect_text "$scratch/complained" "gpu_check: error: no GPU"
expect "one line" [ "$(wc -l <"$scratch/complained")" = 1 ]

check
expect_code $? 2
check "$scratch/a" "$scratch/b"
expect_code $? 2
check --wrong "$scratch/a"
expect_code $? 2

# ---- dry run ---------------------------------------------------------------------------------------

check --dry-run "$scratch/never"
expect_code $? 0
expect "a dry run writes nothing" [ ! -e "$scratch/never" ]
for name in configure build gpu_tests cuda_tests memcheck racecheck initcheck synccheck memcheck_tests \
    points emulation bench bench_large bench_draws peers_gpu peers_cpu bench_inverse bench_solve \
    bench_extraction bench_batch bench_rank bench_shortage bench_inventory; do
    expect "the dry run has $name" grep -q "^$name " "$scratch/said"
done

check --dry-run --no-build "$scratch/never"
expect_code $? 0
expect "nothing is built" [ -z "$(grep -E '^(configure|build) ' "$scratch/said")" ]
expect "what is built is tested" grep -q '^gpu_tests ' "$scratch/said"

[ "$failures" = 0 ] && echo "gpu_check: all as expected"
exit "$((failures > 0))"

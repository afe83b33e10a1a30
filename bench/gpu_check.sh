#!/usr/bin/env bash
# Builds narrows on a machine with a GPU, tests and measures it there, within nine minutes and
# without a network. See usage below and bench/README.md.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=bench/steps.sh
. "$root/bench/steps.sh"

usage() {
    cat <<'EOF'
usage: bench/gpu_check.sh [--dry-run] [--no-build] OUTDIR

Configures and builds narrows with the CUDA module; runs the GPU tests, compute-sanitizer, the rates
that design choices rest on, all benchmarks, and the GPU programs to compare with that are installed.
OUTDIR gets a log and a JSON file per step, summary.txt and summary.json (which holds all of them).
Exit code: 0 all steps passed or were skipped, 1 a step failed, 2 usage, 3 this machine cannot do it.

  --dry-run   print the steps
  --no-build  use what the build folder holds: no compiler, no CMake, no build dependencies are needed

Environment: CMAKE_PREFIX_PATH   where Eigen, CLI11, nlohmann_json, fmt, xxHash, GoogleTest and Google
                                 Benchmark are, if not installed
             GPU_CHECK_BUILD     build folder (build-gpu in the repository)
             GPU_CHECK_SECONDS   time for everything (530)
             PYTHON              interpreter with the programs to compare with (python3)
EOF
}

fail() {
    echo "gpu_check: error: $*" >&2
    exit 3
}

out=
build_first=true
for argument in "$@"; do
    case $argument in
        --dry-run) steps_dry_run=true ;;
        --no-build) build_first=false ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "gpu_check: error: unknown option '$argument'" >&2; exit 2 ;;
        *)
            [ -z "$out" ] || { echo "gpu_check: error: one OUTDIR only" >&2; exit 2; }
            out=$argument
            ;;
    esac
done
[ -n "$out" ] || { usage >&2; exit 2; }

budget=${GPU_CHECK_SECONDS:-530}
build=${GPU_CHECK_BUILD:-$root/build-gpu}
python=${PYTHON:-python3}
bin=$build/bin

# ---- can this machine do it? -----------------------------------------------------------------------

machine=
check_machine() {
    local devices nvcc=${CUDACXX:-} toolkit=${CUDA_HOME:-/usr/local/cuda}
    devices=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null) ||
        fail "no GPU: nvidia-smi is not there or finds none"
    machine="$(head -n 1 <<<"$devices"), $(nproc) processors, $(date -u +%Y-%m-%d)"
    PATH=$PATH:$toolkit/bin # compute-sanitizer
    $build_first || return 0
    [ -n "$nvcc" ] || nvcc=$(command -v nvcc) || nvcc=$toolkit/bin/nvcc
    [ -x "$nvcc" ] || fail "nvcc is neither on the PATH nor in $toolkit/bin"
    export CUDACXX=$nvcc
    PATH=$PATH:$(dirname "$nvcc")
    command -v cmake >/dev/null || fail "cmake is not on the PATH"
}

check_dependencies() {
    local found=$build/dependencies
    $build_first || return 0
    mkdir -p "$found" || fail "$build: cannot be made"
    cmake -S "$root/bench/dependencies" -B "$found" >"$out/dependencies.log" 2>&1 ||
        fail "cmake fails, see $out/dependencies.log"
    [ ! -s "$found/missing" ] ||
        fail "missing: $(cat "$found/missing"); install them or set CMAKE_PREFIX_PATH"
}

# ---- steps -----------------------------------------------------------------------------------------

# step, for a command that needs FILE.
step_with() {
    local file=$1
    shift
    if $steps_dry_run || command -v "$file" >/dev/null; then
        step "$@"
    else
        skip "$1" "$(basename "$file") is not there"
    fi
}

build_steps() {
    local generator=()
    $build_first || return 0
    if command -v ninja >/dev/null; then generator=(-G Ninja); fi
    step configure 60 cmake -S "$root" -B "$build" "${generator[@]}" \
        -DCMAKE_BUILD_TYPE=Release -DNARROWS_CUDA=ON
    step build 240 cmake --build "$build" --parallel "$(nproc)"
}

test_steps() {
    local tool module only
    module=$(find "$build" -name narrows_cuda.so -print -quit 2>/dev/null)
    step_with "$bin/narrows_gpu_tests" gpu_tests 60 "$bin/narrows_gpu_tests" --gtest_brief=1
    step_with "$bin/narrows_cuda_tests" cuda_tests 60 \
        env "NARROWS_CUDA_TEST_MODULE=$module" "$bin/narrows_cuda_tests" --gtest_brief=1
    for tool in memcheck racecheck initcheck synccheck; do
        # It takes minutes for the libraries' kernels.
        if [ "$tool" = racecheck ]; then only=(--kernel-name kns=narrows); else only=(); fi
        step_with compute-sanitizer "$tool" 60 \
            compute-sanitizer --tool "$tool" "${only[@]}" --error-exitcode 9 \
            "$bin/narrows" bench --backend cuda --sizes 70,130 --batch-orders 40,100,200 --draws 8 \
            --repeat 1 --output json --out "$out/$tool.json"
    done
    # The tests of the contract are small; some of them ask for what CUDA must refuse.
    step_with "$bin/narrows_cuda_tests" memcheck_tests 60 \
        env "NARROWS_CUDA_TEST_MODULE=$module" compute-sanitizer --tool memcheck \
        --report-api-errors no --error-exitcode 9 "$bin/narrows_cuda_tests" --gtest_brief=1
}

point_steps() {
    step_with "$bin/bench_gpu_points" points 60 "$bin/bench_gpu_points" --json "$out/points.json"
    step_with "$bin/bench_gpu_points" emulation 20 env CUBLAS_EMULATE_DOUBLE_PRECISION=1 \
        "$bin/bench_gpu_points" --json "$out/emulation.json" emulation
}

bench_steps() {
    local claim
    step_with "$bin/narrows" bench 30 "$bin/narrows" bench --backend cuda \
        --op inverse,solve,extract --sizes 64,500,1000,2000,4000 --columns 10000 \
        --output json --out "$out/bench.json"
    step_with "$bin/narrows" bench_large 60 "$bin/narrows" bench --backend cuda \
        --op inverse,solve,extract --sizes 9800,20000 --columns 10000 --repeat 3 \
        --output json --out "$out/bench_large.json"
    step_with "$bin/narrows" bench_draws 20 "$bin/narrows" bench --backend cuda --op batch \
        --batch-orders 40,100,160,200,500 --draws 10000 --repeat 3 \
        --output json --out "$out/bench_draws.json"
    step_with "$python" peers_gpu 80 "$python" "$root/bench/compare_peers.py" \
        --narrows "$bin/narrows" --backend cuda --peers torch,cupy,jax \
        --sizes 2000,4000,9800 --repeat 3 --json "$out/peers_gpu.json"
    step_with "$python" peers_cpu 40 "$python" "$root/bench/compare_peers.py" \
        --narrows "$bin/narrows" --backend cpu --peers numpy,scipy,pymrio \
        --sizes 1000,2000,4000 --repeat 3 --json "$out/peers_cpu.json"
    for claim in inverse solve extraction batch; do
        step_with "$bin/bench_$claim" "bench_$claim" 40 "$bin/bench_$claim" \
            '--benchmark_filter=/cuda/n:[0-9]{2,4}/' --benchmark_min_time=0.1 \
            "--benchmark_out=$out/bench_$claim.json" --benchmark_out_format=json
    done
    step_with "$bin/bench_rank" bench_rank 20 "$bin/bench_rank" --benchmark_min_time=0.1 \
        "--benchmark_out=$out/bench_rank.json" --benchmark_out_format=json
    step_with "$bin/bench_shortage" bench_shortage 40 "$bin/bench_shortage" \
        --benchmark_filter=cuda --benchmark_min_time=0.1 \
        "--benchmark_out=$out/bench_shortage.json" --benchmark_out_format=json
    step_with "$bin/bench_inventory" bench_inventory 40 "$bin/bench_inventory" \
        --benchmark_filter=cuda --benchmark_min_time=0.1 \
        "--benchmark_out=$out/bench_inventory.json" --benchmark_out_format=json
}

# ---- figures for people ----------------------------------------------------------------------------

# The rows of `narrows bench`, from its JSON: one key a line.
bench_table() {
    awk -F '": ' '
        function value() { gsub(/[",]/, "", $2); return $2 }
        /^ *"op": "/ { op = value() }
        /^ *"n": / { n = value() }
        /^ *"seconds_median"/ { seconds = value() }
        /^ *"gflops"/ { gflops = value() }
        /^ *"product_gflops"/ { product = value() }
        /^ *"ratio_to_product"/ {
            printf "%-10s n=%-6d %10.3f ms %9.0f Gflop/s, a product %6.0f, ratio %.3g\n",
                   op, n, seconds * 1000, gflops, product, value()
        }' "$1"
}

# Which bits the product had, in what bench_gpu_points printed.
bits_of() { sed -n "s/.*$2.*bits \([0-9a-f]*\).*/\1/p" "$1" 2>/dev/null; }

emulation_verdict() {
    local native untouched set
    native=$(bits_of "$out/points.log" 'default math set')
    untouched=$(bits_of "$out/emulation.log" 'handle untouched')
    set=$(bits_of "$out/emulation.log" 'default math set')
    if [ -z "$native" ] || [ -z "$untouched" ] || [ -z "$set" ]; then
        echo "emulation: not known"
    elif [ "$untouched" = "$native" ]; then
        echo "emulation: CUBLAS_EMULATE_DOUBLE_PRECISION=1 changes nothing here"
    elif [ "$set" = "$native" ]; then
        echo "emulation: an explicit CUBLAS_DEFAULT_MATH wins over CUBLAS_EMULATE_DOUBLE_PRECISION=1"
    else
        echo "emulation: CUBLAS_EMULATE_DOUBLE_PRECISION=1 overrides an explicit CUBLAS_DEFAULT_MATH"
    fi
}

write_figures() {
    local name
    for name in points emulation peers_gpu peers_cpu; do
        [ -s "$out/$name.log" ] || continue
        printf '\n--- %s\n' "$name"
        grep -v '^n = ' "$out/$name.log"
    done
    printf '\n--- narrows bench --backend cuda\n'
    for name in bench bench_large bench_draws; do
        if [ -s "$out/$name.json" ]; then bench_table "$out/$name.json"; fi
    done
    emulation_verdict
}

# ---- the run ---------------------------------------------------------------------------------------

if ! $steps_dry_run; then
    mkdir -p "$out" || fail "$out: cannot be made"
    out=$(cd "$out" && pwd)
    check_machine
    check_dependencies
fi
steps_start "$out" "$budget"
build_steps
test_steps
point_steps
bench_steps
if ! $steps_dry_run; then write_figures >"$out/figures.txt"; fi
steps_finish "$machine" && status=0 || status=1
$steps_dry_run || echo "gpu_check: see $out/summary.txt"
exit "$status"

#!/usr/bin/env python3
"""Times narrows beside other programs, on the same matrices, in one run.

What is compared, for a table A of order n (the one of host/model/synthetic_table.hpp, rebuilt here
to the bit but for the last digit of the column sums), K = I - A, on the same number of threads:

  inverse          L = K^-1. Peers get K ready in their memory; narrows gets A and the slack.
  inverse+solve    X = K^-1 Y for r columns, starting from K: peers factorise and solve, narrows forms
                   L and multiplies (the sum of the medians of the two operations of its bench).
  solve            the same with the factors (peers) or L (narrows) there already.

numpy, scipy and pymrio run on the CPU and stand beside narrows' CPU backend; torch, cupy and jax run
on a GPU and stand beside its CUDA backend, all timed from device memory to device memory (narrows'
solve: from host to host) until the device is done. What is not installed is skipped, saying so.
Every result X is checked: the worst of |r'X - 1'Y|, r = slack of A, which is 0 in exact arithmetic.

For each order narrows runs first, then every interpreter, once as it is and, with --coretype, once
more with OPENBLAS_CORETYPE set: OpenBLAS picks its kernels by it, and some builds pick badly. The
core that OpenBLAS chose is asked from the library itself. With --rounds that is done again and again,
so that a passing load does not hit one program only; then medians are medians of the rounds' medians.
"""

import argparse
import ctypes
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

CPU_PEERS = ("numpy", "scipy", "pymrio")
GPU_PEERS = ("torch", "cupy", "jax")


# ---- in the interpreter that is measured -----------------------------------------------------------


def uniform(np, seed, first, count):
    """Draws first to first + count - 1 of splitmix64 as numbers in [0, 1)."""
    z = np.uint64(seed) + np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def synthetic_table(np, n):
    """A (n x n, column-major) and its slack, as narrows makes them."""
    seed = n << 40
    slack = 0.3 + 0.4 * uniform(np, seed, 0, n)
    a = np.empty((n, n), order="F")
    for j in range(n):
        cells = uniform(np, seed, n + j * n, n) ** 8
        a[:, j] = cells * ((1.0 - slack[j]) / cells.sum())
    return a, slack


def prepare_numpy(np, a, y):
    k = np.eye(len(a)) - a
    return np.__version__, {"inverse": lambda: np.linalg.inv(k)}, np.asarray


def prepare_pymrio(np, a, y):
    import pymrio

    return pymrio.__version__, {"inverse": lambda: pymrio.calc_L(a)}, np.asarray


def prepare_scipy(np, a, y):
    import scipy
    from scipy.linalg import lu_factor, lu_solve

    identity = np.eye(len(a))
    k = identity - a
    factors = lu_factor(k)
    tasks = {
        "inverse": lambda: lu_solve(lu_factor(k), identity),
        "inverse+solve": lambda: lu_solve(lu_factor(k), y),
        "solve": lambda: lu_solve(factors, y),
    }
    return scipy.__version__, tasks, np.asarray


def prepare_torch(np, a, y):
    import torch

    if not torch.cuda.is_available():
        raise ImportError("no GPU for torch")
    k = torch.tensor(np.eye(len(a)) - a, device="cuda")
    right = torch.tensor(y, device="cuda")

    def done(result):
        torch.cuda.synchronize()
        return result

    tasks = {
        "inverse": lambda: done(torch.linalg.inv(k)),
        "inverse+solve": lambda: done(torch.linalg.solve(k, right)),
    }
    return torch.__version__, tasks, lambda result: result.cpu().numpy()


def prepare_cupy(np, a, y):
    import cupy

    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise ImportError("no GPU for cupy") from error
    k = cupy.asarray(np.eye(len(a)) - a)
    right = cupy.asarray(y)

    def done(result):
        cupy.cuda.Device().synchronize()
        return result

    tasks = {
        "inverse": lambda: done(cupy.linalg.inv(k)),
        "inverse+solve": lambda: done(cupy.linalg.solve(k, right)),
    }
    return cupy.__version__, tasks, cupy.asnumpy


def prepare_jax(np, a, y):
    import jax

    jax.config.update("jax_enable_x64", True)
    if jax.default_backend() != "gpu":
        raise ImportError("no GPU for jax")
    k = jax.device_put(np.eye(len(a)) - a)
    right = jax.device_put(y)
    tasks = {
        "inverse": lambda: jax.numpy.linalg.inv(k).block_until_ready(),
        "inverse+solve": lambda: jax.numpy.linalg.solve(k, right).block_until_ready(),
    }
    return jax.__version__, tasks, np.asarray


CALLS = {
    ("numpy", "inverse"): "numpy.linalg.inv",
    ("pymrio", "inverse"): "pymrio.calc_L",
    ("scipy", "inverse"): "scipy lu_factor + lu_solve(I)",
    ("scipy", "inverse+solve"): "scipy lu_factor + lu_solve",
    ("scipy", "solve"): "scipy lu_solve",
    ("torch", "inverse"): "torch.linalg.inv",
    ("torch", "inverse+solve"): "torch.linalg.solve",
    ("cupy", "inverse"): "cupy.linalg.inv",
    ("cupy", "inverse+solve"): "cupy.linalg.solve",
    ("jax", "inverse"): "jax.numpy.linalg.inv",
    ("jax", "inverse+solve"): "jax.numpy.linalg.solve",
}


def openblas_cores():
    """The cores that the OpenBLAS libraries in this process chose, e.g. ["SkylakeX"]."""
    try:
        with open("/proc/self/maps") as maps:
            paths = sorted(set(re.findall(r"/\S*openblas\S*\.so\S*", maps.read())))
    except OSError:
        return []
    cores = set()
    for path in paths:
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for prefix in ("openblas", "scipy_openblas"):
            for suffix in ("", "64_", "_64_"):
                function = getattr(library, prefix + "_get_corename" + suffix, None)
                if function is not None:
                    function.restype = ctypes.c_char_p
                    cores.add(function().decode())
    return sorted(cores)


def measure(np, peer, prepared, n, y, slack, repeat):
    version, tasks, to_host = prepared
    for task, call in tasks.items():
        right = np.ones(n) if task == "inverse" else y.sum(axis=0)
        deviation = float(np.abs(slack @ to_host(call()) - right).max())  # also the warm-up
        seconds = []
        for _ in range(repeat):
            start = time.perf_counter()
            result = call()
            seconds.append(time.perf_counter() - start)
            del result
        yield {
            "task": task,
            "n": n,
            "program": CALLS[peer, task],
            "version": version,
            "device": "cuda" if peer in GPU_PEERS else "cpu",
            "seconds_median": statistics.median(seconds),
            "seconds_min": min(seconds),
            "deviation": deviation,
        }


def work(request):
    """Runs in the measured interpreter: prints one JSON object."""
    rows, skipped = [], []
    n, repeat = request["n"], request["repeat"]
    try:
        import numpy as np

        a, slack = synthetic_table(np, n)
        y = np.ones((n, request["columns"]), order="F")
    except (ImportError, MemoryError) as error:
        skipped = [{"program": peer, "n": n, "reason": str(error)} for peer in request["peers"]]
        return {"rows": [], "skipped": skipped, "cores": []}
    for peer in request["peers"]:
        try:
            prepared = globals()["prepare_" + peer](np, a, y)
            rows.extend(measure(np, peer, prepared, n, y, slack, repeat))
        except Exception as error:  # a peer that fails is reported, the others go on
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            skipped.append({"program": peer, "n": n, "reason": reason})
    return {"rows": rows, "skipped": skipped, "cores": openblas_cores()}


# ---- in the interpreter that was called ------------------------------------------------------------


def environment(arguments, coretype):
    variables = dict(os.environ, XLA_PYTHON_CLIENT_PREALLOCATE="false")
    variables.pop("OPENBLAS_CORETYPE", None)
    if coretype:
        variables["OPENBLAS_CORETYPE"] = coretype
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        variables[name] = str(arguments.threads)
    return variables


def run_peers(arguments, python, coretype, n):
    request = {
        "n": n,
        "repeat": arguments.repeat,
        "columns": arguments.columns,
        "peers": arguments.peers,
    }
    command = [python, os.path.abspath(__file__), "--worker", json.dumps(request)]
    label = python + (" OPENBLAS_CORETYPE=" + coretype if coretype else "")
    print("n = %d: %s" % (n, label), file=sys.stderr)
    try:
        done = subprocess.run(
            command, env=environment(arguments, coretype), stdout=subprocess.PIPE, check=True
        )
        # What a library prints on loading stands in front.
        answer = json.loads(done.stdout.decode().splitlines()[-1])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as error:
        return [], [{"program": label, "n": n, "reason": str(error)}]
    for row in answer["rows"]:
        row["python"] = python
        row["coretype"] = coretype
        row["blas_core"] = "/".join(answer["cores"]) if row["device"] == "cpu" else None
    for skip in answer["skipped"]:
        skip["program"] += " in " + label
    return answer["rows"], answer["skipped"]


def run_narrows(arguments, n):
    print("n = %d: %s" % (n, arguments.narrows), file=sys.stderr)
    command = [arguments.narrows, "bench", "--op", "inverse,solve", "--sizes", str(n)]
    command += ["--columns", str(arguments.columns), "--repeat", str(arguments.repeat)]
    command += ["--backend", arguments.backend, "--threads", str(arguments.threads)]
    command += ["--output", "json"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        message = getattr(error, "stderr", b"") or str(error).encode()
        return [], [{"program": "narrows", "n": n, "reason": message.decode().strip()}]
    report = json.loads(done.stdout.decode())
    operations = {row["name"]: row["operations"] for row in report["backends"]}
    times = {(row["op"], row["backend"]): row for row in report["rows"]}
    rows = []
    for backend in operations:
        inverse, solve = times["inverse", backend], times["solve", backend]
        for task, parts in (
            ("inverse", [inverse]),
            ("inverse+solve", [inverse, solve]),
            ("solve", [solve]),
        ):
            rows.append(
                {
                    "task": task,
                    "n": n,
                    "program": "narrows",
                    "version": report["run"]["version"],
                    "device": backend,
                    "seconds_median": sum(part["seconds_median"] for part in parts),
                    "seconds_min": sum(part["seconds_min"] for part in parts),
                    "deviation": None,
                    "python": None,
                    "coretype": None,
                    "blas_core": operations[backend],
                }
            )
    return rows, []


def merge_rounds(rows):
    """One row for every program, task, order and setting, of all rounds."""
    groups = {}
    for row in rows:
        key = tuple(row[k] for k in ("task", "n", "device", "program", "python", "coretype"))
        groups.setdefault(key, []).append(row)
    merged = []
    for group in groups.values():
        row = dict(group[0])
        row["seconds_median"] = statistics.median(r["seconds_median"] for r in group)
        row["seconds_min"] = min(r["seconds_min"] for r in group)
        merged.append(row)
    add_ratios(merged)
    return merged


def add_ratios(rows):
    """seconds_median over that of narrows: same task, order and device."""
    own = {
        (row["task"], row["n"], row["device"]): row["seconds_median"]
        for row in rows
        if row["program"] == "narrows"
    }
    for row in rows:
        base = own.get((row["task"], row["n"], row["device"]))
        row["ratio_to_narrows"] = row["seconds_median"] / base if base else None


def table_of(rows):
    heading = ("task", "n", "device", "program", "median s", "lowest s", "/narrows", "|r'X-1'Y|")
    lines = [heading + ("with",)]
    order = {"inverse": 0, "inverse+solve": 1, "solve": 2}
    for row in sorted(rows, key=lambda r: (r["device"], order[r["task"]], r["n"])):
        ratio, deviation = row["ratio_to_narrows"], row["deviation"]
        setting = row["blas_core"] or ""
        if row["python"]:
            setting = " ".join(filter(None, (row["version"], setting, row["python"])))
        if row["coretype"]:
            setting += " (OPENBLAS_CORETYPE=%s)" % row["coretype"]
        lines.append(
            (
                row["task"],
                str(row["n"]),
                row["device"],
                row["program"],
                "%.4g" % row["seconds_median"],
                "%.4g" % row["seconds_min"],
                "-" if ratio is None else "%.2f" % ratio,
                "-" if deviation is None else "%.0e" % deviation,
                setting,
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(heading))]
    numbers = (1, 4, 5, 6, 7)
    text = ""
    for line in lines:
        cells = [
            line[i].rjust(width) if i in numbers else line[i].ljust(width)
            for i, width in enumerate(widths)
        ]
        text += "  ".join(cells + [line[-1]]).rstrip() + "\n"
    return text


def write_json(path, arguments, rows, skipped):
    with open(path + ".part", "w") as file:
        json.dump({"arguments": vars(arguments), "rows": rows, "skipped": skipped}, file, indent=1)
        file.write("\n")
    os.replace(path + ".part", path)


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return value


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--sizes", default="500,1000,2000", help="orders n (500,1000,2000)")
    parser.add_argument("--columns", type=positive, default=1000, help="columns r of Y (1000)")
    parser.add_argument("--repeat", type=positive, default=5, help="samples of each (5)")
    parser.add_argument("--rounds", type=positive, default=1, help="times to do all that (1)")
    parser.add_argument("--threads", type=positive, default=os.cpu_count(), help="of every program")
    parser.add_argument("--peers", default=",".join(CPU_PEERS + GPU_PEERS), help="which of them")
    parser.add_argument("--narrows", default=os.path.join(root, "build", "bin", "narrows"))
    parser.add_argument("--backend", default="all", choices=("cpu", "cuda", "all"), help="of narrows")
    parser.add_argument(
        "--python", action="append", help="interpreter to measure; repeatable (this one)"
    )
    parser.add_argument(
        "--coretype", help="also run every interpreter with this OPENBLAS_CORETYPE, e.g. SkylakeX"
    )
    parser.add_argument("--json", help="write every figure to this file")
    arguments = parser.parse_args()
    try:
        arguments.sizes = [positive(size) for size in arguments.sizes.split(",")]
    except (ValueError, argparse.ArgumentTypeError):
        parser.error("--sizes: found %r, expected whole numbers from 1" % arguments.sizes)
    arguments.peers = arguments.peers.split(",")
    for peer in arguments.peers:
        if peer not in CPU_PEERS + GPU_PEERS:
            parser.error("--peers: unknown peer %r" % peer)
    arguments.python = arguments.python or [sys.executable]
    return arguments


def main():
    arguments = parse_arguments()
    rows, skipped = [], []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # print what there is
    try:
        for n in arguments.sizes * arguments.rounds:
            runs = [lambda: run_narrows(arguments, n)]
            for python in arguments.python:
                for coretype in [None] + ([arguments.coretype] if arguments.coretype else []):
                    runs.append(lambda p=python, c=coretype: run_peers(arguments, p, c, n))
            for run in runs:
                new_rows, new_skipped = run()
                rows += new_rows
                skipped += [skip for skip in new_skipped if skip not in skipped]
                if arguments.json:
                    write_json(arguments.json, arguments, merge_rounds(rows), skipped)
    finally:
        print(table_of(merge_rounds(rows)), end="")
        for program, reason in sorted({(skip["program"], skip["reason"]) for skip in skipped}):
            orders = [str(s["n"]) for s in skipped if (s["program"], s["reason"]) == (program, reason)]
            print("skipped: n = %s: %s: %s" % (", ".join(orders), program, reason))
    return 0 if any(row["program"] == "narrows" for row in rows) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(work(json.loads(sys.argv[2]))))
    else:
        sys.exit(main())

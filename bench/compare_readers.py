#!/usr/bin/env python3
"""Times narrows beside pandas.read_csv on the same files, in one run.

Two files are written first, of the shape of published ones, with invented numbers:

  icio      a csv like OECD ICIO 2025: 81 areas x 50 industries, 6 final uses, taxes, value added and
            output below; 4053 x 4537 numbers of nine digits, about 200 MB
  exiobase  a Z.txt like EXIOBASE 3: tabs, two header rows, two label columns, 9800 x 9800 numbers of
            all digits, about 1.7 GB

narrows reads the numbers (task "numbers": its grid alone; of icio also "table": all the way to a
checked table), pandas makes a DataFrame with its default C engine. Every program reads in a process
of its own, --rounds times in turn, so that a passing load does not hit one only, and reads twice:
the second reading counts, because on a virtual machine memory that was idle has to be fetched from
the host first. Memory is the growth of the process up to its peak over the bytes of the numbers.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time


def numbers(generator, form, count):
    values = (
        0.0 if generator.random() < 0.15 else 10 ** generator.uniform(-4, 4) for _ in range(count)
    )
    return [form(value) for value in values]


def write_icio(path, areas, industries):
    """Rows repeat after a while; output is what rows sum to and value added what columns lack."""
    generator = random.Random(1)
    codes = ["%c%c%c" % (65 + i // 676 % 26, 65 + i // 26 % 26, 65 + i % 26) for i in range(areas)]
    nodes = ["%s_C%02d" % (area, i) for area in codes for i in range(industries)]
    uses = [
        area + "_" + use
        for area in codes
        for use in ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
    ]
    width = len(nodes) + len(uses)
    pool = [numbers(generator, lambda value: "%.9g" % value, width) for _ in range(37)]
    sums = [sum(map(float, row)) for row in pool]
    texts = [",".join(row) for row in pool]
    uses_of = [len(range(k, len(nodes), len(pool))) for k in range(len(pool))]
    bought = [
        sum(times * float(row[j]) for times, row in zip(uses_of, pool)) for j in range(len(nodes))
    ]
    output = [sums[i % len(pool)] for i in range(len(nodes))]
    blank = ",0" * (len(uses) + 1)
    with open(path, "w") as file:
        file.write("V1," + ",".join(nodes + uses) + ",OUT\n")
        for i, node in enumerate(nodes):
            file.write("%s,%s,%r\n" % (node, texts[i % len(pool)], output[i]))
        file.write("TLS" + ",0" * len(nodes) + blank + "\n")
        file.write("VA,%s%s\n" % (",".join(repr(x - b) for x, b in zip(output, bought)), blank))
        file.write("OUT,%s%s\n" % (",".join(map(repr, output)), blank))


def write_exiobase(path, sectors):
    generator = random.Random(2)
    regions = ["R%02d" % (i % 49) for i in range(sectors)]
    names = ["Sector of its own number %d" % i for i in range(sectors)]
    pool = ["\t".join(numbers(generator, repr, sectors)) for _ in range(37)]
    with open(path, "w") as file:
        file.write("region\t\t" + "\t".join(regions) + "\n")
        file.write("sector\t\t" + "\t".join(names) + "\n")
        for i in range(sectors):
            file.write("%s\t%s\t%s\n" % (regions[i], names[i], pool[i % len(pool)]))


PANDAS = {
    "icio": {"index_col": 0},
    "exiobase": {"sep": "\t", "header": [0, 1], "index_col": [0, 1]},
}
NARROWS = {
    ("icio", "numbers"): [],
    ("icio", "table"): ["--table"],
    ("exiobase", "numbers"): ["--tabs", "--headers", "2", "--labels", "2"],
}


READINGS = 2


def memory_bytes(name):
    """VmRSS (now) or VmHWM (at its peak) of this process."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(name + ":"):
                return 1024.0 * int(line.split()[1])
    return 0.0


def work(request):
    """Runs in the interpreter that has pandas: prints one JSON object."""
    import pandas

    before = memory_bytes("VmRSS")
    answer = {"version": pandas.__version__, "seconds": []}
    for _ in range(READINGS):
        frame = None
        start = time.perf_counter()
        frame = pandas.read_csv(request["file"], **PANDAS[request["form"]])
        answer["seconds"].append(time.perf_counter() - start)
        answer.setdefault("peak_bytes", memory_bytes("VmHWM") - before)
    answer["matrix_bytes"] = 8.0 * frame.size
    return answer


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode().splitlines()[-1])


def measure(arguments, form, path):
    """Rows of the report for one file."""
    answers = {}
    os.sync()
    with open(path, "rb") as file:  # what was just written may still be on its way to the disk
        while file.read(1 << 24):
            pass
    for _ in range(arguments.rounds):
        for task in ("numbers", "table"):
            if (form, task) not in NARROWS:
                continue
            command = [arguments.bench_read, "--file", path, "--threads", str(arguments.threads)]
            command += ["--repeat", str(READINGS)]
            answer = run(command + NARROWS[form, task])
            answers.setdefault(("narrows", task), []).append(answer)
        request = json.dumps({"form": form, "file": path})
        command = [arguments.python, os.path.abspath(__file__), "--worker", request]
        answers.setdefault(("pandas.read_csv", "frame"), []).append(run(command))
    pandas = median_seconds(answers["pandas.read_csv", "frame"])
    for (program, task), list_of_answers in answers.items():
        seconds = median_seconds(list_of_answers)
        yield {
            "file": form,
            "bytes": os.path.getsize(path),
            "program": program,
            "task": task,
            "version": list_of_answers[0].get("version"),
            "seconds_median": seconds,
            "first_seconds_median": median_seconds(list_of_answers, 0),
            "seconds_min": min(answer["seconds"][-1] for answer in list_of_answers),
            "times_faster_than_pandas": pandas / seconds,
            "peak_over_matrix": max(a["peak_bytes"] / a["matrix_bytes"] for a in list_of_answers),
        }


def median_seconds(answers, reading=-1):
    return statistics.median(answer["seconds"][reading] for answer in answers)


def show(row):
    print(
        "%-9s %-16s %-8s %8.3f s  min %8.3f s  first %8.3f s  %6.2f x pandas  peak %5.2f x numbers"
        % (
            row["file"],
            row["program"],
            row["task"],
            row["seconds_median"],
            row["seconds_min"],
            row["first_seconds_median"],
            row["times_faster_than_pandas"],
            row["peak_over_matrix"],
        )
    )


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("%s is below 1" % text)
    return value


def parse(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--files", default="icio,exiobase", help="which of icio, exiobase")
    parser.add_argument("--areas", type=positive, default=81, help="of icio")
    parser.add_argument("--industries", type=positive, default=50, help="of icio")
    parser.add_argument("--sectors", type=positive, default=9800, help="of exiobase")
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--threads", type=positive, default=os.cpu_count())
    parser.add_argument("--python", default=sys.executable, help="interpreter that has pandas")
    parser.add_argument("--bench-read", default=os.path.join(here, "../build/bin/bench_read"))
    parser.add_argument("--json", help="also write the report to this file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    arguments.files = arguments.files.split(",")
    for name in arguments.files:
        if name not in PANDAS:
            parser.error("unknown file %r" % name)
    return arguments


def main(argv):
    arguments = parse(argv)
    if arguments.worker:
        print(json.dumps(work(json.loads(arguments.worker))))
        return 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for form in arguments.files:
            path = os.path.join(folder, form + ".csv")
            if form == "icio":
                write_icio(path, arguments.areas, arguments.industries)
            else:
                write_exiobase(path, arguments.sectors)
            try:
                for row in measure(arguments, form, path):
                    rows.append(row)
                    show(row)
            except (OSError, subprocess.CalledProcessError, ValueError) as error:
                print("%s: %s" % (form, error), file=sys.stderr)
                return 1
            os.remove(path)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"threads": arguments.threads, "rows": rows}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""bench/compare_readers.py on small files. Argument: the program bench_read."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "compare_readers.py")
BENCH_READ = sys.argv.pop(1)

try:
    import pandas
except ImportError:
    pandas = None


def compare(*options):
    return subprocess.run(
        [sys.executable, SCRIPT, "--rounds", "1", "--threads", "2", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


class CompareReaders(unittest.TestCase):
    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_times_pandas_beside_narrows(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "readers.json")
            done = compare(
                "--areas", "4", "--industries", "5", "--sectors", "30",
                "--bench-read", BENCH_READ, "--json", path,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path) as file:
                report = json.load(file)
        rows = {(r["file"], r["program"], r["task"]): r for r in report["rows"]}
        self.assertEqual(len(rows), 5)
        own = rows["icio", "narrows", "table"]
        peer = rows["icio", "pandas.read_csv", "frame"]
        self.assertGreater(own["seconds_median"], 0)
        self.assertAlmostEqual(
            own["times_faster_than_pandas"], peer["seconds_median"] / own["seconds_median"]
        )
        self.assertIn(("exiobase", "narrows", "numbers"), rows)

    def test_fails_without_bench_read(self):
        done = compare("--areas", "2", "--industries", "2", "--bench-read", "/nowhere/bench_read")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/bench_read", done.stderr)

    def test_refuses_what_it_does_not_know(self):
        for options in (("--files", "x"), ("--rounds", "0"), ("--sectors", "x")):
            self.assertEqual(compare(*options).returncode, 2, options)


if __name__ == "__main__":
    unittest.main()

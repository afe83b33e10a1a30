"""bench/compare_world.py and compare_draws.py on the embedded table. Argument: the program narrows."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

BENCH = os.path.join(os.path.dirname(__file__), "..", "..", "bench")
NARROWS = sys.argv.pop(1)

try:
    import numpy
except ImportError:
    numpy = None


def compare(script, *options):
    return subprocess.run(
        [sys.executable, os.path.join(BENCH, script), *options, "--narrows", NARROWS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


@unittest.skipIf(numpy is None, "numpy is not installed")
class Compare(unittest.TestCase):
    def report_of(self, script, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.json")
            done = compare(script, *options, "--rounds", "1", "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("times_faster", done.stdout)
            with open(path) as file:
                return json.load(file)

    def test_the_world_is_that_of_numpy(self):
        report = self.report_of("compare_world.py", "world-2011", "--sample", "7")
        self.assertEqual(report["nodes"], 312)
        self.assertEqual(report["pairs"], 245)
        self.assertLess(report["largest_relative_difference"], 1e-9)

    def test_the_same_draws_give_the_same_medians(self):
        report = self.report_of("compare_draws.py", "world-2011", "--home", "DEU", "--draws", "20",
                                "--sample", "8", "--seed", "4294967303")
        self.assertGreater(report["pairs"], 200)
        self.assertLess(report["largest_relative_difference"], 1e-7)

    def test_an_unknown_table_is_the_programs_error(self):
        for script in ("compare_world.py", "compare_draws.py"):
            done = compare(script, "no-such-table")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no-such-table", done.stderr)


if __name__ == "__main__":
    unittest.main()

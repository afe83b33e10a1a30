"""bench/compare_draws.py on the embedded table. Argument: the program narrows."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "compare_draws.py")
NARROWS = sys.argv.pop(1)

try:
    import numpy
except ImportError:
    numpy = None


def compare(*options):
    return subprocess.run(
        [sys.executable, SCRIPT, *options, "--narrows", NARROWS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


@unittest.skipIf(numpy is None, "numpy is not installed")
class CompareDraws(unittest.TestCase):
    def test_the_same_draws_give_the_same_medians(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "draws.json")
            done = compare("world-2011", "--home", "DEU", "--draws", "20", "--sample", "8",
                           "--rounds", "1", "--seed", "4294967303", "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path) as file:
                report = json.load(file)
        self.assertGreater(report["pairs"], 200)
        self.assertLess(report["largest_relative_difference"], 1e-7)
        self.assertIn("times_faster", done.stdout)

    def test_unknown_table(self):
        self.assertNotEqual(compare("no-such-table").returncode, 0)


if __name__ == "__main__":
    unittest.main()

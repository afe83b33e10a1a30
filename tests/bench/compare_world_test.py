"""bench/compare_world.py on the embedded table. Argument: the program narrows."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "compare_world.py")
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
class CompareWorld(unittest.TestCase):
    def test_agrees_with_numpy(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "world.json")
            done = compare("world-2011", "--sample", "7", "--rounds", "1", "--json", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path) as file:
                report = json.load(file)
        self.assertEqual(report["nodes"], 312)
        self.assertEqual(report["pairs"], 245)
        self.assertLess(report["largest_relative_difference"], 1e-9)
        self.assertIn("times_faster", done.stdout)

    def test_unknown_table(self):
        self.assertNotEqual(compare("no-such-table").returncode, 0)


if __name__ == "__main__":
    unittest.main()

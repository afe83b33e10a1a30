"""bench/compare_boario.py on two small tables. Argument: the program narrows."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "compare_boario.py")
NARROWS = sys.argv.pop(1)
MISSING = [
    name for name in ("boario", "progressbar", "pymrio") if importlib.util.find_spec(name) is None
]


@unittest.skipIf(MISSING, "not installed: " + ", ".join(MISSING))
class CompareBoario(unittest.TestCase):
    def test_both_give_the_same_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.json")
            done = subprocess.run(
                [sys.executable, SCRIPT, "--sizes", "2x3,6x8", "--rounds", "1", "--cases", "40",
                 "--narrows", NARROWS, "--json", path],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path) as file:
                rows = json.load(file)["rows"]
        self.assertEqual([(row["nodes"], row["order_type"]) for row in rows],
                         [(6, "noalt"), (6, "alt"), (48, "noalt"), (48, "alt")])
        for row in rows:
            # What the event leaves of its nodes; shortages of inputs may take more.
            self.assertLess(row["least_output_share"], 0.4 + 1e-6)
            self.assertTrue(row["boario_shortage"])
            self.assertLess(row["largest_relative_difference"], 1e-5)


if __name__ == "__main__":
    unittest.main()

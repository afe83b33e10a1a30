"""bench/compare_peers.py on small orders. Argument: the narrows program."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "compare_peers.py")
NARROWS = sys.argv.pop(1)

specification = importlib.util.spec_from_file_location("compare_peers", SCRIPT)
compare_peers = importlib.util.module_from_spec(specification)
sys.dont_write_bytecode = True
specification.loader.exec_module(compare_peers)

try:
    import numpy
except ImportError:
    numpy = None


def compare(*options):
    return subprocess.run(
        [sys.executable, SCRIPT, "--repeat", "1", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


class ComparePeers(unittest.TestCase):
    def test_times_numpy_beside_narrows(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "peers.json")
            done = compare(
                "--sizes", "40,60", "--columns", "7", "--peers", "numpy,torch", "--backend", "cpu",
                "--narrows", NARROWS, "--json", path,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path) as file:
                report = json.load(file)
        rows = {(r["program"], r["task"], r["n"]): r for r in report["rows"]}
        own = rows["narrows", "inverse", 60]
        self.assertGreater(own["seconds_median"], 0)
        self.assertEqual(own["ratio_to_narrows"], 1)
        self.assertIn("narrows", done.stdout)
        if numpy is None:
            self.assertIn("skipped: n = 40, 60: numpy", done.stdout)
            return
        peer = rows["numpy.linalg.inv", "inverse", 60]
        self.assertLess(peer["deviation"], 1e-12)
        self.assertAlmostEqual(
            peer["ratio_to_narrows"], peer["seconds_median"] / own["seconds_median"]
        )

    def test_goes_on_without_an_interpreter(self):
        done = compare(
            "--sizes", "40", "--peers", "numpy", "--backend", "cpu", "--narrows", NARROWS,
            "--python", "/nowhere/python",
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("skipped: n = 40: /nowhere/python", done.stdout)

    def test_fails_without_narrows(self):
        done = compare("--sizes", "40", "--peers", "numpy", "--narrows", "/nowhere/narrows")
        self.assertEqual(done.returncode, 1)
        self.assertIn("skipped: n = 40: narrows", done.stdout)

    def test_refuses_what_it_does_not_know(self):
        for options in (("--sizes", "0"), ("--sizes", "x"), ("--peers", "matlab"), ("--repeat", "0")):
            self.assertEqual(compare(*options).returncode, 2, options)

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_makes_the_tables_that_narrows_makes(self):
        # The figures of tests/host/model/synthetic_table_test.cpp.
        a, slack = compare_peers.synthetic_table(numpy, 3)
        self.assertEqual(slack[0], 0.6545601023484429)
        self.assertAlmostEqual(a[2, 1], 0.29310115424008387, delta=1e-16)
        numpy.testing.assert_allclose(a.sum(axis=0) + slack, 1, rtol=0, atol=1e-15)


if __name__ == "__main__":
    unittest.main()

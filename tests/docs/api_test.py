"""Doxygen reads the public headers without a warning. Argument: the configured Doxyfile."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

DOXYFILE = os.path.abspath(sys.argv.pop(1))


@unittest.skipUnless(shutil.which("doxygen") and os.path.exists(DOXYFILE),
                     "doxygen was not there when the build was configured")
class ApiReference(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def doxygen(self, *settings):
        with open(DOXYFILE) as file:
            text = file.read()
        text += "\n".join(("OUTPUT_DIRECTORY = " + self.folder,) + settings)
        return subprocess.run(
            ["doxygen", "-"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, cwd=self.folder,
        )

    def test_has_no_warnings(self):
        result = self.doxygen()
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "api", "index.html")))

    def test_every_class_and_every_function_of_the_namespace_says_what_it_is(self):
        """Members whose name and class say it need no comment."""
        result = self.doxygen("EXTRACT_ALL = NO", "GENERATE_HTML = NO", "WARN_AS_ERROR = NO")
        silent = [
            line for line in result.stdout.splitlines()
            if re.search(r"Compound .* is not documented|\(function\) of namespace .* is not", line)
        ]
        self.assertEqual(silent, [])
        self.assertIn("is not documented", result.stdout)  # or nothing was looked at


if __name__ == "__main__":
    unittest.main(verbosity=2)

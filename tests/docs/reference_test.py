"""docs/cli.md, the man page and shell completion are what the program prints.

Arguments: the narrows program, the root of the sources.
"""

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv.pop(2))
NARROWS = os.path.abspath(sys.argv.pop(1))


def reference(form):
    return subprocess.run(
        [NARROWS, "reference", form], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


class Reference(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def written(self, form):
        path = os.path.join(self.folder, "narrows." + form)
        with open(path, "w") as file:
            file.write(reference(form))
        return path

    def run_silently(self, *command):
        """Fails where the command fails or says anything."""
        result = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder
        )
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def need(self, program):
        if shutil.which(program) is None:
            self.skipTest(program + " is not installed")

    def completions(self, *words):
        """What bash offers for the last of the words after `narrows`."""
        script = """
            source "$1"; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _narrows
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        command = ["bash", "-c", script, "bash", self.written("bash"), "narrows", *words]
        result = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=self.folder,
        )
        self.assertEqual(result.stderr, "")
        return result.stdout.split()

    def test_the_page_in_docs_is_what_the_program_prints(self):
        path = os.path.join(SOURCE, "docs", "cli.md")
        with open(path) as file:
            page = file.read()
        printed = reference("markdown")
        changes = difflib.unified_diff(
            page.splitlines(), printed.splitlines(), "docs/cli.md", "printed", n=0, lineterm=""
        )
        self.assertTrue(
            page == printed,
            "docs/cli.md is out of date; run: build/bin/narrows reference markdown --out "
            "docs/cli.md\n" + "\n".join(changes),
        )

    def test_nothing_of_this_machine_is_in_the_reference(self):
        one = subprocess.run(
            ["taskset", "-c", "0", NARROWS, "reference", "markdown"], stdout=subprocess.PIPE,
            text=True,
        ) if shutil.which("taskset") else None
        page = reference("markdown")
        if one:
            self.assertEqual(one.stdout, page)
        self.assertNotIn(os.path.dirname(NARROWS), page)
        self.assertNotIn(os.path.expanduser("~") + "/", page)

    def test_the_man_page_has_every_command_and_no_warnings(self):
        page = self.written("man")
        with open(page) as file:
            text = file.read()
        for command in ("rank", "shock", "check", "reference"):
            self.assertIn(".SS narrows " + command + "\n", text)
        checked = False
        if shutil.which("groff"):
            self.run_silently("groff", "-man", "-ww", "-z", page)
            checked = True
        if shutil.which("mandoc"):
            said = subprocess.run(
                ["mandoc", "-Tlint", "-Wwarning", page], stdout=subprocess.PIPE, text=True
            ).stdout
            # No date: the page says the version, and builds of one source are the same.
            self.assertEqual([s for s in said.splitlines() if "missing date" not in s], [])
            checked = True
        if not checked:
            self.skipTest("neither groff nor mandoc is installed")

    def test_bash_completes_commands_options_choices_lists_tables_and_files(self):
        self.need("bash")
        with open(os.path.join(self.folder, "table.csv"), "w"):
            pass
        self.assertEqual(self.completions("ra"), ["rank"])
        self.assertEqual(self.completions("rank", "--back"), ["--backend"])
        self.assertEqual(self.completions("rank", "--backend", "c"), ["cpu", "cuda"])
        self.assertEqual(self.completions("rank", "--backend", "=", "c"), ["cpu", "cuda"])
        self.assertEqual(self.completions("rank", "--backend", "="), ["auto", "cpu", "cuda"])
        self.assertEqual(
            self.completions("rank", "--draws", "9", "--fix", "data,l"), ["data,lambda"]
        )
        self.assertEqual(self.completions("rank", "--criticality", "s"), ["survey"])
        self.assertEqual(self.completions("rank", "--criticality", "t"), ["table.csv"])
        self.assertEqual(self.completions("check", "tab"), ["table.csv"])
        self.assertEqual(self.completions("check", "world"), ["world-2011"])
        self.assertEqual(self.completions("rank", "--year", ""), [])
        self.assertEqual(self.completions("reference", "m"), ["markdown", "man"])
        self.assertIn("--version", self.completions("-"))

    def test_zsh_reads_its_completion(self):
        self.need("zsh")
        self.run_silently("zsh", "-n", self.written("zsh"))

    def test_fish_completes(self):
        self.need("fish")
        self.written("fish")

        def offered(line):
            script = "source narrows.fish; complete -C 'narrows %s'" % line
            result = subprocess.run(
                ["fish", "-c", script], stdout=subprocess.PIPE, text=True, cwd=self.folder,
                env=dict(os.environ, HOME=self.folder),
            )
            return [entry.split("\t")[0] for entry in result.stdout.splitlines()]

        self.assertEqual(offered("ra"), ["rank"])
        self.assertEqual(offered("rank --backend c"), ["cpu", "cuda"])
        self.assertEqual(offered("rank --draws 9 --fix data,l"), ["data,lambda"])
        self.assertIn("world-2011", offered("check w"))


if __name__ == "__main__":
    unittest.main(verbosity=2)

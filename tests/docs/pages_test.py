"""What the pages show works: their commands run, their links lead somewhere.

Arguments: the narrows program, the root of the sources. Lines of ```sh blocks that begin with
`narrows` or `build/bin/narrows` are run, page by page in a folder of its own; commands that need
files of the reader's own, a GPU or much time stand in ```console blocks.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv.pop(2))
NARROWS = os.path.abspath(sys.argv.pop(1))

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(```.*?^```$|    .*?$)", re.MULTILINE | re.DOTALL)


def pages():
    """All Markdown files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-c", "-o", "--exclude-standard", "*.md"], cwd=SOURCE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout.split()
    if listed:
        return sorted(page for page in listed if os.path.exists(os.path.join(SOURCE, page)))
    found = []
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [f for f in folders if f[0] != "." and not f.startswith("build")]
        paths = [os.path.join(folder, name) for name in files if name.endswith(".md")]
        found += [os.path.relpath(path, SOURCE) for path in paths]
    return sorted(found)


def text_of(page):
    with open(os.path.join(SOURCE, page), encoding="utf-8") as file:
        return file.read()


def commands(page):
    """Each command of the page's sh blocks with its line, those that go on with \\ joined."""
    inside = False
    parts = []
    for number, line in enumerate(text_of(page).splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```sh"
            continue
        if not inside and not parts:
            continue
        parts.append(line)
        if line.endswith("\\"):
            continue
        command = " ".join(part.rstrip("\\").strip() for part in parts)
        parts = []
        if re.match(r"(build/bin/)?narrows ", command):
            yield number, command


def anchor(heading):
    """GitHub's name of a heading."""
    text = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    text = CODE.sub("", text_of(page))
    return {anchor(match) for match in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


class Pages(unittest.TestCase):
    def run_commands(self, page):
        with tempfile.TemporaryDirectory() as scratch:
            os.symlink(os.path.join(SOURCE, "data"), os.path.join(scratch, "data"))
            os.makedirs(os.path.join(scratch, "build", "bin"))
            os.symlink(NARROWS, os.path.join(scratch, "build", "bin", "narrows"))
            environment = dict(os.environ, PATH=os.path.dirname(NARROWS) + ":" + os.environ["PATH"])
            count = 0
            for count, (line, command) in enumerate(commands(page), 1):
                with self.subTest(page=page, line=line, command=command):
                    result = subprocess.run(
                        ["sh", "-c", command], cwd=scratch, env=environment,
                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                    )
                    self.assertEqual(result.returncode, 0, result.stderr)
            return count

    def test_every_command_runs(self):
        shown = [page for page in pages() if page == "README.md" or page.startswith("docs/")]
        self.assertGreater(sum(self.run_commands(page) for page in shown), 10)

    def test_every_relative_link_leads_somewhere(self):
        for page in pages():
            for target in LINK.findall(CODE.sub("", text_of(page))):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, heading = target.partition("#")
                with self.subTest(page=page, link=target):
                    beside = os.path.join(os.path.dirname(page), path)
                    file = os.path.normpath(beside) if path else page
                    self.assertTrue(os.path.exists(os.path.join(SOURCE, file)), "no such file")
                    if heading and file.endswith(".md"):
                        self.assertIn(heading, anchors(file))


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""The pages of --report in a headless Chromium. Arguments: the narrows program, its source folder,
and a folder for screenshots."""

import base64
import csv
import hashlib
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, find_browser  # noqa: E402

NARROWS, SOURCE, SHOTS = sys.argv[1:4]
del sys.argv[1:4]
MOST_BYTES = 3_000_000

NUMBERS = """(() => {
  document.querySelectorAll("details").forEach((each) => (each.open = true));
  return new Promise((done) => setTimeout(() => done(
    [...document.querySelectorAll("data.num")].map((each) =>
      [each.dataset.path, each.value, each.dataset.style, each.textContent])), 50));
})()"""

CHART_DATA = """[...document.querySelectorAll(".chart svg *")].map((each) =>
  each.__data__ && each.__data__.datum).filter((datum) => datum && datum.paths)"""

# What a reader of a screen would stumble over.
UNLABELLED = """[
  ...[...document.querySelectorAll("input, select")].filter((each) =>
    !each.getAttribute("aria-label") && !document.querySelector(`label[for="${each.id}"]`)),
  ...[...document.querySelectorAll("button")].filter((each) =>
    !each.textContent.trim() && !each.getAttribute("aria-label")),
  ...[...document.querySelectorAll("table")].filter((each) => !each.caption),
  ...[...document.querySelectorAll(".chart svg")].filter((each) =>
    each.getAttribute("role") !== "img" || !each.getAttribute("aria-label")),
  ...[...document.querySelectorAll("section")].filter((each) =>
    !each.getAttribute("aria-label") && !document.getElementById(each.getAttribute("aria-labelledby"))),
  ...[...document.querySelectorAll(".scroll")].filter((each) => each.tabIndex !== 0),
].map((each) => each.outerHTML.slice(0, 200))"""


def narrows(*arguments):
    return subprocess.run([NARROWS, *arguments], check=True, capture_output=True).stdout


def value_at(document, path):
    value = document
    for key in path.split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def shown_unit(text):
    """The number of a text such as "1,234.5" or "6.79 %", and half a unit of its last digit."""
    percent = text.endswith("%")
    digits = text.rstrip("% ").replace(",", "")
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    half = 0.5 * 10.0 ** (int(exponent or 0) - decimals)
    scale = 0.01 if percent else 1.0
    return float(digits) * scale, half * scale


class ReportPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = find_browser()
        if program is None:
            raise unittest.SkipTest("no Chromium is installed")
        refused = subprocess.run([NARROWS, "rank", "--home", "CHN", "--report", "/dev/null"],
                                 capture_output=True)
        if b"has no page" in refused.stderr:
            raise unittest.SkipTest("narrows was built without Vega (libjs-vega)")
        os.makedirs(SHOTS, exist_ok=True)
        cls.folder = tempfile.TemporaryDirectory()
        cls.browser = Browser(program, os.path.join(cls.folder.name, "profile"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def report(self, name, *arguments):
        """Writes the report; returns its path and what is printed in JSON beside it."""
        path = os.path.join(self.folder.name, name + ".html")
        document = json.loads(narrows(*arguments, "--report", path, "--output", "json"))
        return path, document

    def check_source(self, path, document):
        """Size, policy, and the document in the page."""
        with open(path, encoding="utf-8", newline="") as file:
            page = file.read()
        self.assertLessEqual(len(page.encode()), MOST_BYTES)
        scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
        hashes = re.findall(r"'sha256-([^']*)'", policy)
        expected = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
        self.assertEqual(hashes, expected)
        self.assertTrue(policy.startswith("default-src 'none';"))
        held = json.loads(
            re.search(r'<script type="application/json" id="document">(.*?)</script>', page)[1])
        added = held["report"].pop("title"), held["report"].pop("left_out", {})
        for key, count in added[1].items():
            if key == "paths.output":
                for path_of_model in document["paths"]:
                    path_of_model["output"] = {}
            else:
                document[key] = document[key][: len(document[key]) - count]
        self.assertEqual(held, document)

    def check_numbers(self, page, document):
        """Every number in the text and in the charts is the document's, to the last digit."""
        numbers = page.run(NUMBERS)
        self.assertGreater(len(numbers), 20)
        for path, value, style, text in numbers:
            exact = value_at(document, path)
            if exact is None or isinstance(exact, bool):
                continue
            self.assertEqual(float(value), exact, path)
            shown, half = shown_unit(text)
            self.assertLessEqual(abs(shown - exact), half * (1 + 1e-9) + 1e-15 * abs(exact),
                                 (path, text, style))
        data = page.run(CHART_DATA)
        self.assertGreater(len(data), 10)
        for datum in data:
            for field, path in datum["paths"].items():
                self.assertEqual(datum[field], value_at(document, path), (field, path))

    def check_table(self, page, arguments, column, csv_of):
        """The table sorts, finds, turns its pages and is saved as CSV."""
        cells = (f'[...document.querySelectorAll("#rows tbody tr")].map((row) =>'
                 f' Number(row.querySelector("data[data-path$=\'/{column}\']").value))')
        click = ('[...document.querySelectorAll("#rows thead th")].find((head) => head.textContent'
                 f' === {json.dumps(self.headings[column])}).querySelector("button").click()')
        page.run(click)
        down = page.run(cells)
        self.assertEqual(down, sorted(down, reverse=True))
        page.run(click)
        up = page.run(cells)
        self.assertEqual(up, sorted(up))
        self.assertEqual(page.run('document.querySelectorAll(\'#rows th[aria-sort="ascending"]\').length'), 1)
        if csv_of:
            self.check_csv(page, arguments, csv_of)
        search = 'const box = document.querySelector("#rows input");' \
                 'box.value = %s; box.dispatchEvent(new Event("input"));' \
                 '[...document.querySelectorAll("#rows tbody tr")].map((row) => row.textContent)'
        found = page.run("{" + search % json.dumps(self.word) + "}")
        self.assertTrue(found)
        for row in found:
            self.assertIn(self.word.lower(), row.lower())
        self.assertEqual(page.run("{" + search % '"no such thing"' + "}"), [])
        page.run("{" + search % '""' + "}")

    def check_csv(self, page, arguments, csv_of):
        saved = page.run("""(() => {
          let blob;
          const make = URL.createObjectURL;
          URL.createObjectURL = (each) => ((blob = each), "data:,");
          const click = HTMLAnchorElement.prototype.click;
          HTMLAnchorElement.prototype.click = () => {};
          [...document.querySelectorAll("#rows button")].find((each) =>
            each.textContent === "Download CSV").click();
          URL.createObjectURL = make;
          HTMLAnchorElement.prototype.click = click;
          return blob.text();
        })()""")
        mine = sorted(csv.reader(io.StringIO(saved)))
        theirs = sorted(csv.reader(io.StringIO(narrows(*arguments, "--output", csv_of).decode())))
        header = next(row for row in theirs if "product" in row or "sector" in row)
        kept = [header.index(name) for name in next(r for r in mine if r[1] in header)]
        self.assertEqual(len(mine), len(theirs))
        plain = lambda row: [self.number(cell) for cell in row]
        self.assertEqual([plain(r) for r in mine], [plain([r[k] for k in kept]) for r in theirs])

    @staticmethod
    def number(text):
        try:
            return float(text)
        except ValueError:
            return text

    def check_page(self, name, arguments, column=None, word=None, csv_of="csv"):
        path, document = self.report(name, *arguments)
        self.check_source(path, document)
        page = self.browser.open(path)
        self.addCleanup(page.close)
        self.assertEqual(page.run("document.querySelectorAll('main section').length > 2"), True)
        page.screenshot(os.path.join(SHOTS, name + "-1280.png"))
        words = page.run("document.getElementById('summary').textContent").split()
        self.assertTrue(20 < len(words) <= 150, words)
        if column:
            self.word = word
            self.check_table(page, arguments, column, csv_of)
        self.check_numbers(page, document)
        self.assertEqual(page.run(UNLABELLED), [])
        narrow = self.browser.open(path, width=390)
        self.addCleanup(narrow.close)
        self.assertEqual(narrow.run("document.documentElement.scrollWidth"), 390)
        narrow.screenshot(os.path.join(SHOTS, name + "-390.png"))
        for each in (page, narrow):
            self.assertEqual(each.complaints(), [])
            self.assertEqual([url for url in each.requests() if not url.startswith("file://" + path)], [])
        page.colours(True)
        self.assertEqual(page.complaints(), [])
        return page, document

    headings = {"gar": "GDP at risk", "look_through": "Look-through",
                "value_added_loss": "Value added lost"}

    def test_rank(self):
        page, document = self.check_page(
            "rank", ["rank", "--home", "CHN", "--draws", "20", "--columns", "all"], "gar", "metals")
        page.screenshot(os.path.join(SHOTS, "rank-dark.png"))
        page.pdf(os.path.join(SHOTS, "rank.pdf"))
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)
        ends = page.run("[...document.querySelectorAll('#at-risk svg text')].map((t) => t.textContent)")
        for row in document["rows"][:15]:
            self.assertIn(f"{100 * row['gar_share_of_gdp']:.2f} %", ends)
        for tree, row in zip(document["report"]["losses"], document["rows"]):
            lost = math.fsum(each["value_added_loss"] for each in tree["sectors"])
            self.assertAlmostEqual(lost, row["gar"], delta=row["error_bound"] + 1e-9 * row["gar"])

    def test_rank_in_world_scope(self):
        self.check_page("rank-world", ["rank", "--home", "DEU", "--scope", "world",
                                       "--all-imports", "--each-origin"], "gar", "chemical")

    def test_rank_marks_what_rests_on_a_proportional_split(self):
        table = os.path.join(self.folder.name, "proportional")
        shutil.copytree(os.path.join(SOURCE, "data", "wiod2016-gbr-2014"), table)
        file = os.path.join(table, "M_origins.csv")
        with open(file) as origins:
            lines = origins.read().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("C20,"))
        lines[at] = lines[at].replace("1", "2").replace("C20,".replace("1", "2"), "C20,")
        with open(file, "w") as origins:
            origins.write("\n".join(lines) + "\n")
        page, document = self.check_page("rank-national", ["rank", table], "gar", "C20")
        self.assertEqual(document["report"]["tables"][0]["proportional_products"], ["C20"])
        self.assertIn("in proportion", page.run("document.querySelector('.note.warning').textContent"))
        marked = page.run("[...document.querySelectorAll('#rows tbody tr')].filter((row) =>"
                          " row.querySelector('.split')).map((row) => row.querySelector('.code').textContent)")
        self.assertLessEqual(set(marked), {"C20"})

    def test_exposure(self):
        self.check_page("exposure", ["exposure", "world-2011", "--home", "DEU"], "look_through",
                        "metals")

    def test_shock(self):
        scenario = os.path.join(SOURCE, "data", "scenarios", "iron-ore-and-fuel-halt.json")
        page, document = self.check_page("shock", ["shock", scenario], "value_added_loss",
                                         "pbl", csv_of=None)
        self.assertEqual(len(document["paths"]), len(document["models"]))
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)
        page.run("{ const s = document.getElementById('why-model'); s.value = 0;"
                 " s.dispatchEvent(new Event('change')) }")
        self.check_numbers(page, document)
        self.assertEqual(page.complaints(), [])

    def test_shock_of_many_cases(self):
        scenario = os.path.join(SOURCE, "data", "scenarios", "chip-export-ban.json")
        page, document = self.check_page(
            "shock-cases", ["shock", scenario, "--model", "pbl-half,bottleneck"],
            "value_added_loss", "bottleneck", csv_of=None)
        self.assertNotIn("paths", document)
        self.assertEqual(page.run("document.querySelectorAll('#cases tbody tr').length"), 8)

    def test_trend(self):
        tables = []
        for year, growth in ((2009, 1.0), (2010, 1.1), (2011, 1.3)):
            table = os.path.join(self.folder.name, f"china-{year}")
            shutil.copytree(os.path.join(SOURCE, "data", "world-2011"), table)
            with open(os.path.join(table, "meta.json"), encoding="utf-8") as file:
                meta = json.load(file)
            meta["year"] = year
            with open(os.path.join(table, "meta.json"), "w", encoding="utf-8") as file:
                json.dump(meta, file)
            for name in ("Z.csv", "F.csv", "V.csv", "x.csv"):
                self.scale(os.path.join(table, name), growth)
            tables.append(table)
        page, document = self.check_page("trend", ["trend", *tables, "--home", "CHN"], "gar",
                                         "metals")
        self.assertEqual([year["year"] for year in document["years"]], [2009, 2010, 2011])
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)

    @staticmethod
    def scale(path, by):
        with open(path, newline="") as file:
            rows = list(csv.reader(file))
        rows[1:] = [[row[0]] + [repr(float(cell) * by) for cell in row[1:]] for row in rows[1:]]
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows(rows)

    def test_labels_neither_break_nor_inject(self):
        hostile = {
            "1": "</script><script>window.broken = 1</script>",
            "2": "\"'><img src=x onerror=\"window.broken = 1\"> & <!-- ]]> \\u003c",
            "3": "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 " + "x" * 10000,
        }
        table = os.path.join(self.folder.name, "hostile")
        shutil.copytree(os.path.join(SOURCE, "data", "textbook", "miller-blair-2009-interregional"), table)
        for name in os.listdir(table):
            if not name.endswith(".csv"):
                continue
            with open(os.path.join(table, name), newline="") as file:
                rows = [[self.hostile_label(cell, hostile) for cell in row] for row in csv.reader(file)]
            if name == "sectors.csv":
                rows[1:] = [[row[0], row[0] + "<script>window.broken = 1</script>", row[2]]
                            for row in rows[1:]]
            with open(os.path.join(table, name), "w", newline="") as file:
                csv.writer(file).writerows(rows)
        with open(os.path.join(table, "meta.json"), encoding="utf-8") as file:
            meta = json.load(file)
        meta["unit"] = meta["name"] = meta["source"] = hostile["1"] + hostile["2"]
        with open(os.path.join(table, "meta.json"), "w", encoding="utf-8") as file:
            json.dump(meta, file)
        for name, arguments in (("hostile-rank", ["rank", table, "--home", "R", "--criticality",
                                                  "cost-share", "--draws", "5"]),
                                ("hostile-exposure", ["exposure", table, "--home", "R"])):
            page, _ = self.check_page(name, arguments)
            self.assertIsNone(page.run("window.broken"))
            self.assertEqual(page.run("document.querySelectorAll('main img, main script').length"), 0)
            self.assertIn("</script><script>window.broken", page.run("document.body.textContent"))

    @staticmethod
    def hostile_label(cell, hostile):
        region, _, sector = cell.rpartition("_")
        if cell in hostile:
            return hostile[cell]
        return region + "_" + hostile[sector] if region and sector in hostile else cell


if __name__ == "__main__":
    unittest.main(verbosity=2)

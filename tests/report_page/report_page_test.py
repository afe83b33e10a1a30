"""The pages of --report in a headless Chromium. Arguments: the narrows program, its source folder,
and a folder for screenshots."""

import base64
import csv
import hashlib
import io
import json
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
  ...[...document.querySelectorAll("section")].filter((each) => !each.getAttribute("aria-label") &&
    !document.getElementById(each.getAttribute("aria-labelledby"))),
  ...[...document.querySelectorAll(".scroll")].filter((each) => each.tabIndex !== 0),
].map((each) => each.outerHTML.slice(0, 200))"""


# The main table: what its heading, its buttons and its search box do.
TABLE = """(() => {
  const table = document.getElementById("rows");
  const lines = () => [...table.querySelectorAll("tbody tr")];
  const press = (text) => [...table.querySelectorAll("button")].find((each) =>
    each.textContent === text).click();
  const sort = (heading) => press(heading);
  const sorted = () => [...table.querySelectorAll("th")].map((each) =>
    each.getAttribute("aria-sort")).filter((each) => each && each !== "none");
  const shown = (column) => lines().map((line) =>
    Number(line.querySelector(`data[data-path$="/${column}"]`).value));
  const search = (word) => {
    const box = table.querySelector("input");
    box.value = word;
    box.dispatchEvent(new Event("input"));
    return lines().map((line) => line.textContent);
  };
  const save = () => {
    let saved;
    const [make, click] = [URL.createObjectURL, HTMLAnchorElement.prototype.click];
    URL.createObjectURL = (blob) => ((saved = blob), "data:,");
    HTMLAnchorElement.prototype.click = () => {};
    press("Download CSV");
    URL.createObjectURL = make;
    HTMLAnchorElement.prototype.click = click;
    return saved.text();
  };
  return %s;
})()"""
HEADINGS = {"gar": "GDP at risk", "look_through": "Look-through",
            "value_added_loss": "Value added lost"}


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


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

    def check_table(self, page, rows, column, word):
        """The main table sorts all rows, turns its pages and finds a word."""
        values = [row[column] for row in rows if row[column] is not None]
        shown = f"shown({json.dumps(column)})"
        page.run(TABLE % f"sort({json.dumps(HEADINGS[column])})")
        self.assertEqual(page.run(TABLE % shown), sorted(values, reverse=True)[:20])
        page.run(TABLE % f"sort({json.dumps(HEADINGS[column])})")
        self.assertEqual(page.run(TABLE % shown), sorted(values)[:20])
        self.assertEqual(page.run(TABLE % "sorted()"), ["ascending"])
        page.run(TABLE % 'press("›")')
        self.assertEqual(page.run(TABLE % shown), (sorted(values)[20:] or sorted(values))[:20])
        found = page.run(TABLE % f"search({json.dumps(word)})")
        self.assertTrue(found)
        for row in found:
            self.assertIn(word.lower(), row.lower())
        self.assertEqual(page.run(TABLE % 'search("no such thing")'), [])
        self.assertEqual(len(page.run(TABLE % 'search("")')), min(20, len(rows)))

    def check_csv(self, page, arguments):
        """What is saved from the table is what the program prints, in the columns of the table."""
        saved = list(csv.DictReader(io.StringIO(page.run(TABLE % "save()"))))
        printed = list(csv.DictReader(io.StringIO(narrows(*arguments, "--output", "csv").decode())))
        self.assertEqual(len(saved), len(printed))
        in_order = sorted(saved[0])
        as_read = [[{k: number(row[k]) for k in in_order} for row in rows]
                   for rows in (saved, printed)]
        for rows in as_read:
            rows.sort(key=str)
        self.assertEqual(as_read[0], as_read[1])

    def check_page(self, name, arguments):
        """Opens the report wide and narrow; returns the wide page and what is printed in JSON."""
        path, document = self.report(name, *arguments)
        self.check_source(path, document)
        page = self.browser.open(path)
        self.addCleanup(page.close)
        self.assertEqual(page.run("document.querySelectorAll('main section').length > 2"), True)
        page.screenshot(os.path.join(SHOTS, name + "-1280.png"))
        words = page.run("document.getElementById('summary').textContent").split()
        self.assertTrue(20 < len(words) <= 150, words)
        self.check_numbers(page, document)
        self.assertEqual(page.run(UNLABELLED), [])
        narrow = self.browser.open(path, width=390)
        self.addCleanup(narrow.close)
        self.assertEqual(narrow.run("document.documentElement.scrollWidth"), 390)
        narrow.screenshot(os.path.join(SHOTS, name + "-390.png"))
        for each in (page, narrow):
            self.assertEqual(each.complaints(), [])
            self.assertEqual(set(each.requests()), {"file://" + path})
        page.colours(True)
        self.assertEqual(page.complaints(), [])
        return page, document

    def test_rank(self):
        arguments = ["rank", "--home", "CHN", "--draws", "20", "--columns", "all"]
        page, document = self.check_page("rank", arguments)
        self.check_csv(page, arguments)
        self.check_table(page, document["rows"], "gar", "metals")
        fresh = self.browser.open(page.path, dark=True)
        self.addCleanup(fresh.close)
        fresh.screenshot(os.path.join(SHOTS, "rank-dark.png"))
        fresh.pdf(os.path.join(SHOTS, "rank.pdf"))
        self.assertEqual(fresh.complaints(), [])
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)
        ends = page.run("[...document.querySelectorAll('#at-risk svg text')].map((each) =>"
                        " each.textContent)")
        for row in document["rows"][:15]:
            self.assertIn(f"{100 * row['gar_share_of_gdp']:.2f} %", ends)

    def test_rank_in_world_scope(self):
        arguments = ["rank", "--home", "DEU", "--scope", "world", "--all-imports", "--each-origin"]
        page, document = self.check_page("rank-world", arguments)
        self.check_csv(page, arguments)
        self.check_table(page, document["rows"], "gar", "chemical")

    def test_rank_marks_what_rests_on_a_proportional_split(self):
        table = os.path.join(self.folder.name, "proportional")
        shutil.copytree(os.path.join(SOURCE, "data", "wiod2016-gbr-2014"), table)
        file = os.path.join(table, "M_origins.csv")
        with open(file, newline="") as origins:
            rows = list(csv.reader(origins))
        rows = [["2" if row[0] == "C20" and cell == "1" else cell for cell in row] for row in rows]
        with open(file, "w", newline="") as origins:
            csv.writer(origins).writerows(rows)
        page, document = self.check_page("rank-national", ["rank", table])
        self.assertEqual(document["report"]["tables"][0]["proportional_products"], ["C20"])
        self.assertIn("in proportion",
                      page.run("document.querySelector('.note.warning').textContent"))
        marked = page.run("[...document.querySelectorAll('#rows tbody tr')].filter((row) =>"
                          " row.querySelector('.split')).map((row) =>"
                          " row.querySelector('.code').textContent)")
        self.assertEqual(marked, ["C20"])

    def test_exposure(self):
        arguments = ["exposure", "world-2011", "--home", "DEU"]
        page, document = self.check_page("exposure", arguments)
        self.check_csv(page, arguments)
        self.check_table(page, document["rows"], "look_through", "metals")

    def test_the_keyboard_reaches_what_sorts(self):
        path, document = self.report("keys", "exposure", "world-2011", "--home", "DEU")
        page = self.browser.open(path)
        self.addCleanup(page.close)
        page.run('document.querySelector("#rows input").focus()')
        for _ in ("save", "the rows, which scroll", "the first heading", "the second"):
            page.press("Tab", 9)
        page.press("Enter", 13, "\r")
        self.assertEqual(page.run(TABLE % "sorted()"), ["descending"])
        values = sorted((row["face_value"] for row in document["rows"]), reverse=True)
        self.assertEqual(page.run(TABLE % 'shown("face_value")'), values[:20])

    def test_shock(self):
        scenario = os.path.join(SOURCE, "data", "scenarios", "iron-ore-and-fuel-halt.json")
        page, document = self.check_page("shock", ["shock", scenario])
        self.check_table(page, document["models"], "value_added_loss", "leontief")
        self.assertEqual(len(document["paths"]), len(document["models"]))
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)
        page.run("{ const s = document.getElementById('why-model'); s.value = 0;"
                 " s.dispatchEvent(new Event('change')) }")
        self.check_numbers(page, document)
        self.assertEqual(page.complaints(), [])

    def test_shock_of_many_cases(self):
        scenario = os.path.join(SOURCE, "data", "scenarios", "chip-export-ban.json")
        page, document = self.check_page(
            "shock-cases", ["shock", scenario, "--model", "pbl-half,bottleneck"])
        self.assertNotIn("paths", document)
        self.assertEqual(page.run("document.querySelectorAll('#cases tbody tr').length"), 8)

    def test_trend(self):
        tables = []
        for year, growth in ((2009, 1.0), (2010, 1.1), (2011, 1.3)):
            table = os.path.join(self.folder.name, f"world-{year}")
            shutil.copytree(os.path.join(SOURCE, "data", "world-2011"), table)
            with open(os.path.join(table, "meta.json"), encoding="utf-8") as file:
                meta = json.load(file)
            meta["year"] = year
            with open(os.path.join(table, "meta.json"), "w", encoding="utf-8") as file:
                json.dump(meta, file)
            for name in ("Z.csv", "F.csv", "V.csv", "x.csv"):
                self.scale(os.path.join(table, name), growth)
            tables.append(table)
        arguments = ["trend", *tables, "--home", "CHN"]
        page, document = self.check_page("trend", arguments)
        self.check_csv(page, arguments)
        self.check_table(page, document["rows"], "gar", "metals")
        self.assertEqual([year["year"] for year in document["years"]], [2009, 2010, 2011])
        self.assertEqual(page.run("document.querySelectorAll('.chart svg').length"), 4)

    def test_accounts_have_their_units(self):
        data = os.path.join(SOURCE, "data")
        accounts = ["--accounts", os.path.join(data, "accounts", "illustration.csv")]
        table = "textbook/miller-blair-2009-interregional"
        scenario = os.path.join(data, "accounts", "loss-of-works.json")
        for name, arguments, column in (
                ("rank-accounts", ["rank", table, "--home", "R"], "jobs at risk, persons"),
                ("shock-accounts", ["shock", table, scenario], "CO2 lost, kt")):
            page, _ = self.check_page(name, arguments + accounts)
            heads = page.run("[...document.querySelectorAll('#rows th')].map(e => e.innerText)")
            self.assertTrue(any(column in " ".join(head.split()) for head in heads), heads)

    def sets(self, *more):
        sets = os.path.join(SOURCE, "data", "sets")
        return ["--sets", os.path.join(sets, "world-2011.csv"),
                *[each.replace("WEIGHTS", os.path.join(sets, "weights.csv")) for each in more]]

    def check_method(self, page, *parts):
        text = page.run("document.querySelector('.method').textContent")
        for part in parts:
            self.assertIn(part, text)

    def test_rank_with_sets(self):
        arguments = ["rank", "--home", "CHN", "--draws", "20",
                     *self.sets("--only-sets", "strategic,emerging", "--set-weights", "WEIGHTS")]
        page, document = self.check_page("rank-sets", arguments)
        self.check_csv(page, arguments)
        self.assertEqual({row["product"] for row in document["rows"]},
                         {"MIN", "MET", "CHM", "ELE", "TRE"})
        self.check_method(page, "Filter: what is in any of strategic, emerging",
                          "MIN, CHM, MET, ELE; filter; weight 2", "weighted GDP at risk")
        self.assertIn("first of", page.run("document.getElementById('summary').textContent"))
        self.assertEqual(len(document["report"]["exposure"]), 5)

    def test_exposure_with_sets(self):
        arguments = ["exposure", "world-2011", "--home", "DEU",
                     *self.sets("--only-sets", "security", "--set-weights", "WEIGHTS")]
        page, document = self.check_page("exposure-sets", arguments)
        self.check_csv(page, arguments)
        weighted = [row["weighted"] for row in document["rows"]]
        self.assertEqual(len(weighted), 8)
        self.assertEqual(weighted, sorted(weighted, reverse=True))
        self.check_method(page, "Filter: what is in any of security", "weighted exposure")

    def test_shock_with_sets(self):
        scenario = os.path.join(SOURCE, "data", "scenarios", "iron-ore-and-fuel-halt.json")
        page, document = self.check_page(
            "shock-sets", ["shock", scenario,
                           *self.sets("--only-sets", "public-service", "--set-weights", "WEIGHTS")])
        self.check_method(page, "Filter: what is in any of public-service", "weighted loss")
        self.assertEqual(len(document["models"][0]["by_sector"]), 4)
        self.assertIn("What sets lose", page.run("document.getElementById('main').textContent"))

    def test_trend_with_sets(self):
        table = os.path.join(self.folder.name, "world-2010-sets")
        shutil.copytree(os.path.join(SOURCE, "data", "world-2011"), table)
        meta = os.path.join(table, "meta.json")
        with open(meta, encoding="utf-8") as file:
            text = file.read()
        with open(meta, "w", encoding="utf-8") as file:
            file.write(text.replace('"year": 2011', '"year": 2010'))
        arguments = ["trend", table, "world-2011", "--home", "CHN",
                     *self.sets("--only-sets", "strategic,security", "--set-weights", "WEIGHTS")]
        page, document = self.check_page("trend-sets", arguments)
        self.check_csv(page, arguments)
        self.check_method(page, "Filter: what is in any of strategic, security", "; weight 1.5")

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
        shutil.copytree(
            os.path.join(SOURCE, "data", "textbook", "miller-blair-2009-interregional"), table)
        for name in os.listdir(table):
            if not name.endswith(".csv"):
                continue
            with open(os.path.join(table, name), newline="") as file:
                rows = [[self.hostile_label(cell, hostile) for cell in row]
                        for row in csv.reader(file)]
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
            self.assertEqual(
                page.run("document.querySelectorAll('main img, main script').length"), 0)
            self.assertIn("</script><script>window.broken", page.run("document.body.textContent"))

    @staticmethod
    def hostile_label(cell, hostile):
        region, _, sector = cell.rpartition("_")
        if cell in hostile:
            return hostile[cell]
        return region + "_" + hostile[sector] if region and sector in hostile else cell


if __name__ == "__main__":
    unittest.main(verbosity=2)

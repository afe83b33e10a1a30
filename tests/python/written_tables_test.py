"""What narrows writes opens in pymrio and in xarray. Argument: the narrows program."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

NARROWS = sys.argv.pop(1)

try:
    import pymrio
except ImportError:
    pymrio = None
try:
    import xarray
except ImportError:
    xarray = None


def convert(table, out, *options):
    subprocess.run([NARROWS, "convert", table, out, *options], check=True, stdout=subprocess.PIPE)


def plain_matrix(folder, name):
    """Rows of a matrix file by label, and the labels of its columns."""
    import csv

    with open(os.path.join(folder, name), newline="") as file:
        records = list(csv.reader(file))
    return {r[0]: [float(v) for v in r[1:]] for r in records[1:]}, records[0][1:]


class WrittenTables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.plain = self.path("plain")
        convert("world-2011", self.plain)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def assert_close(self, found, expected, relative=4e-16):
        # pandas reads decimals to the last unit or two, not to the last bit.
        self.assertEqual(len(found), len(expected))
        for a, b in zip(found, expected):
            self.assertLessEqual(abs(a - b), relative * abs(b))

    @unittest.skipIf(pymrio is None, "pymrio is not installed")
    def test_pymrio_loads_a_folder(self):
        out = self.path("out")
        convert(self.plain, out, "--to", "pymrio")
        table = pymrio.load_all(out)
        for name, frame in (("Z.csv", table.Z), ("F.csv", table.Y)):
            rows, columns = plain_matrix(self.plain, name)
            self.assertEqual(["_".join(c) for c in frame.columns], columns)
            self.assertEqual(["_".join(i) for i in frame.index], list(rows))
            for label, values in zip(rows, frame.values):
                self.assert_close(values, rows[label])
        rows, _ = plain_matrix(self.plain, "x.csv")
        self.assert_close(table.x["indout"], [r[0] for r in rows.values()])
        rows, _ = plain_matrix(self.plain, "V.csv")
        values = table.value_added.F.loc["value added"]
        self.assertEqual(list(values.index), list(rows))
        for label in rows:
            self.assert_close(values.loc[label], rows[label])
        self.assertEqual(set(table.unit["unit"]), {"million US dollars"})
        self.assertEqual(pymrio.load(out).Z.shape, table.Z.shape)
        # Its own calculations run on it: A, L, and multipliers of value added that sum to one.
        table.calc_all()
        self.assertEqual(table.value_added.M.shape[1], 312)

    @unittest.skipIf(pymrio is None, "pymrio is not installed")
    def test_narrows_reads_what_pymrio_saves(self):
        expected = pymrio.load_test().calc_system()
        # Those that come with it explain a fiftieth of output.
        value_added = expected.factor_inputs.F.astype(float)
        value_added.iloc[0] = expected.x["indout"] - expected.Z.sum(axis=0)
        expected.factor_inputs.F = value_added
        for table_format, separator in (("txt", "\t"), ("csv", ",")):
            saved = self.path("saved" + table_format)
            expected.save_all(saved, table_format=table_format, sep=separator)
            plain = self.path("read" + table_format)
            convert(saved, plain)
            for name, frame in (("Z.csv", expected.Z), ("F.csv", expected.Y)):
                rows, columns = plain_matrix(plain, name)
                names = ["_".join(c) for c in frame.columns]
                for label, values in zip(rows, frame.values):
                    by_name = dict(zip(columns, rows[label]))
                    self.assert_close([by_name[n] for n in names], values)
            rows, _ = plain_matrix(plain, "V.csv")
            # pymrio saves twelve digits.
            self.assert_close(rows["Value Added"], expected.factor_inputs.F.values[0], 1e-11)

    @unittest.skipIf(xarray is None, "xarray is not installed")
    def test_xarray_opens_netcdf(self):
        out = self.path("out.nc")
        convert(self.plain, out)
        with xarray.open_dataset(out) as data:
            rows, columns = plain_matrix(self.plain, "Z.csv")
            self.assertEqual(list(data["Z"].sel(seller="CHN_ELE").values), rows["CHN_ELE"])
            self.assertEqual([str(b) for b in data["buyer"].values], columns)
            self.assertEqual(float(data["Z"].sel(seller="CHN_ELE", buyer=columns[7])),
                             rows["CHN_ELE"][7])
            self.assertEqual(data["Z"].attrs["units"], "million US dollars")
            self.assertEqual(data.attrs["Conventions"], "CF-1.8")
            self.assertEqual(int(data.attrs["year"]), 2011)
            self.assertEqual(len(data.attrs["hash"]), 39)  # "xxh128:" and 128 bits

    @unittest.skipIf(xarray is None, "xarray is not installed")
    def test_xarray_opens_a_grid_of_rankings(self):
        coalitions = self.path("coalitions.csv")
        with open(coalitions, "w") as file:
            file.write("coalition,member\nstraits,KOR\nstraits,TWN\n")
        out = self.path("grid.nc")
        asked = [NARROWS, "rank", "--home", "all", "--share", "0.2,0.5", "--scope", "world",
                 "--coalition-file", coalitions, "--all-imports", "--top", "20", "--output"]
        printed = subprocess.run([*asked, "json"], check=True, stdout=subprocess.PIPE).stdout
        grid = json.loads(printed)
        subprocess.run([*asked, "netcdf", "--out", out], check=True)
        self.assertGreater(len(grid["rows"]), 500)
        with xarray.open_dataset(out) as data:
            self.assertEqual(data["gar"].dims, ("home", "share", "product", "coalition"))
            self.assertEqual([str(c) for c in data["coalition"].values], ["straits", "all"])
            self.assertEqual([float(s) for s in data["share"].values], grid["shares"])
            for home in grid["homes"]:
                self.assertEqual(float(data["gdp"].sel(home=home["home"])), home["gdp"])
            for name in ("blocked", "gar_linear", "gar", "gar_tail", "error_bound", "leverage",
                         "world"):
                values = data[name].load()
                for row in grid["rows"]:
                    place = {key: row[key] for key in ("home", "share", "product")}
                    found = values.sel(coalition=row["coalition_name"], **place)
                    self.assertEqual(float(found), row[name])
                self.assertEqual(int(values.notnull().sum()), len(grid["rows"]))
                self.assertEqual(values.attrs["units"],
                                 "1" if name == "leverage" else "million US dollars")
            self.assertTrue(math.isnan(
                data["gar"].sel(home="TWN", share=0.5, product="ELE", coalition="straits")))
            record = json.loads(data.attrs["run_record"])
            self.assertEqual(record["parameters"], grid["run"]["parameters"])
            self.assertEqual(record["certificate"], grid["run"]["certificate"])
            self.assertEqual(data.attrs["Conventions"], "CF-1.8")


if __name__ == "__main__":
    unittest.main()

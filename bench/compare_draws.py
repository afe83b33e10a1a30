#!/usr/bin/env python3
"""Times `narrows rank --draws` beside a plain numpy implementation, in one run.

numpy makes the same draws, number by number: Philox 4x32-10, lognormal errors of flows, RAS, the
ramp and lambda; and then solves one pair after the other by sweeps of delta_j = max_k c_kj (beta_kj
+ lambda d_kj delta_k) until nothing moves. It does so for the first --sample draws and --pairs
pairs, whose medians over these draws are compared with those of narrows. narrows is timed as a
whole process with --draws draws of all pairs; for numpy the making of a draw is shared out over all
pairs, and the reading of the table is not counted.
"""

import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from compare_world import read_matrix, write_report

PURCHASES, RATINGS, RAMP, LAMBDA = range(4)  # streams
MASK = np.uint64(0xFFFFFFFF)


def philox(cell, draw, stream, seed):
    """The four words of Philox 4x32-10 for an array of cells."""
    low = np.asarray(cell, dtype=np.uint64)
    counter = [low & MASK, low >> np.uint64(32)]
    counter += [np.full_like(low, draw), np.full_like(low, stream)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first = np.uint64(0xD2511F53) * counter[0]
        second = np.uint64(0xCD9E8D57) * counter[2]
        counter = [
            (second >> np.uint64(32)) ^ counter[1] ^ np.uint64(key[0]),
            second & MASK,
            (first >> np.uint64(32)) ^ counter[3] ^ np.uint64(key[1]),
            first & MASK,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter


def uniform(high, low):
    return (((high << np.uint64(20)) | (low >> np.uint64(12))).astype(float) + 0.5) * 2.0**-52


def single(draw, stream, seed):
    words = philox(np.zeros(1), draw, stream, seed)
    return float(uniform(words[0], words[1])[0])


class Home:
    """What home's users buy, and draws of it."""

    def __init__(self, folder, home, seed):
        self.seed = seed
        _, labels, flows = read_matrix(os.path.join(folder, "Z.csv"))
        _, _, value_added = read_matrix(os.path.join(folder, "V.csv"))
        with open(os.path.join(folder, "x.csv"), newline="") as file:
            output = np.array([float(row[-1]) for row in list(csv.reader(file))[1:]])
        with open(os.path.join(folder, "sectors.csv"), newline="") as file:
            sectors = list(csv.DictReader(file))
        self.codes = [sector["code"] for sector in sectors]
        self.goods = np.array([sector["kind"] != "services" for sector in sectors])
        owners = [label.split("_", 1) for label in labels]
        users = [i for i, (region, _) in enumerate(owners) if region == home]
        self.value_added = value_added.sum(axis=0)[users]
        self.output = output[users]
        regions = list(dict.fromkeys(region for region, _ in owners))
        order = [home] + [region for region in regions if region != home]
        rows = sorted(range(len(owners)), key=lambda i: order.index(owners[i][0]))
        bought = np.maximum(flows[np.ix_(rows, users)], 0.0)
        sold = bought.sum(axis=1) > 0.0
        self.bought = bought[sold]
        self.sellers = [owners[row] for row, kept in zip(rows, sold) if kept]
        self.product = np.array([self.codes.index(code) for _, code in self.sellers])
        self.domestic = np.array([region == home for region, _ in self.sellers])
        large = 0.01 * self.bought.sum()
        positive = self.bought[self.bought > 0.0]
        exponent = math.log(10.0) / math.log(large / positive.min())
        with np.errstate(divide="ignore"):
            error = 0.05 * np.maximum(1.0, large / self.bought) ** exponent
        self.spread = np.where(self.bought > 0.0, np.log1p(error), 0.0)

    def draw(self, number):
        """c, d, the balanced purchases, total use and lambda of one draw."""
        cells = np.arange(self.bought.size).reshape(self.bought.shape, order="F")
        words = philox(cells, number, PURCHASES, self.seed)
        radius = np.sqrt(-2.0 * np.log(uniform(words[0], words[1])))
        normal = radius * np.cos(2.0 * np.pi * uniform(words[2], words[3]))
        z = self.bought * np.exp(self.spread * normal - 0.5 * self.spread**2)
        rows, columns = self.bought.sum(axis=1), self.bought.sum(axis=0)
        balance = np.where(columns > 0.0, 1.0, 0.0)
        for _ in range(10000):
            by_row = z @ balance
            factor = rows / by_row
            by_column = factor @ z
            balance = np.divide(columns, by_column, out=np.zeros_like(columns), where=by_column > 0)
            if np.abs(factor * (z @ balance) - rows).max() <= 1e-12 * rows.max():
                break
        z = factor[:, None] * z * balance
        use = np.zeros((len(self.codes), z.shape[1]))
        np.add.at(use, self.product, z)
        domestic = np.zeros_like(use)
        domestic[self.product[self.domestic]] = z[self.domestic]
        share = np.divide(domestic, use, out=np.zeros_like(use), where=use > 0.0)
        cost = np.divide(use, self.output, out=np.zeros_like(use), where=self.output > 0.0)
        ramp = 0.01 * 2.0 ** (2.0 * single(number, RAMP, self.seed) - 1.0)
        criticality = np.minimum(1.0, cost / ramp) * self.goods[:, None]
        return criticality, share, z, use, 0.2 + 0.6 * single(number, LAMBDA, self.seed)

    def gdp_at_risk(self, drawn, product, coalition, share):
        """Home's loss in a draw, by plain sweeps."""
        criticality, domestic, z, use, lam = drawn
        k = self.codes.index(product)
        withheld = sum(z[self.sellers.index([origin, product])] for origin in coalition)
        beta = np.divide(withheld, use[k], out=np.zeros_like(withheld), where=use[k] > 0.0)
        direct = share * criticality[k] * beta
        passed_on = lam * criticality * domestic
        np.fill_diagonal(passed_on, 0.0)
        loss = np.zeros_like(direct)
        while True:
            new = passed_on * loss[:, None]
            new[k] += direct
            new = new.max(axis=0)
            if np.abs(new - loss).max() <= 1e-15:
                return float(self.value_added @ new)
            loss = new


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("table", help="what `narrows rank` would be given; several regions")
    parser.add_argument("--home", default="CHN")
    parser.add_argument("--draws", type=int, default=1000, help="that narrows is timed with")
    parser.add_argument("--sample", type=int, default=21, help="draws that numpy makes")
    parser.add_argument("--pairs", type=int, default=20, help="pairs that numpy solves in each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--narrows", default=os.path.join(here, "../build/bin/narrows"))
    parser.add_argument("--json", help="also write the report to this file")
    arguments = parser.parse_args(argv)

    def ranking(draws):
        command = [arguments.narrows, "rank", arguments.table, "--home", arguments.home]
        command += ["--criticality", "cost-share", "--seed", str(arguments.seed)]
        command += ["--draws", str(draws), "--output", "json"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout.decode())

    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "table")
        subprocess.run(
            [arguments.narrows, "convert", arguments.table, plain],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        home = Home(plain, arguments.home, arguments.seed)
    found = ranking(arguments.sample)
    rows = found["rows"]
    sample = rows[:: max(1, len(rows) // arguments.pairs)][: arguments.pairs]
    ours, theirs, worst = [], [], 0.0
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        ranking(arguments.draws)
        ours.append((time.perf_counter() - start) / arguments.draws / len(rows))
        making, solving = 0.0, 0.0
        values = []
        for number in range(arguments.sample):
            start = time.perf_counter()
            drawn = home.draw(number)
            middle = time.perf_counter()
            values.append(
                [
                    home.gdp_at_risk(drawn, row["product"], row["coalition"], found["share"])
                    for row in sample
                ]
            )
            making += middle - start
            solving += time.perf_counter() - middle
        theirs.append((making / len(rows) + solving / len(sample)) / arguments.sample)
        for row, expected in zip(sample, np.median(values, axis=0)):
            difference = abs(row["gar_median"] - expected)
            worst = max(worst, difference / max(expected, 1e-300) if expected else difference)
    report = {
        "table": found["run"]["table_hash"],
        "pairs": len(rows),
        "draws": arguments.draws,
        "narrows_seconds": statistics.median(ours) * arguments.draws * len(rows),
        "narrows_seconds_per_fixed_point": statistics.median(ours),
        "numpy_seconds_per_fixed_point": statistics.median(theirs),
        "times_faster": statistics.median(theirs) / statistics.median(ours),
        "largest_relative_difference": worst,
        "numpy": np.__version__,
    }
    write_report(report, arguments.json)
    # RAS stops at a relative error of 1e-9 in narrows.
    return 0 if worst <= 1e-7 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

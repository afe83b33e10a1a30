#!/usr/bin/env python3
"""Times `narrows rank --scope world` beside a plain numpy implementation, in one run.

numpy solves the same equations one scenario after the other: a product per good by numpy.matmul,
which calls BLAS, then the maximum over goods, swept until nothing moves. It does so for a sample of
the pairs (--sample), narrows for all of them; both read the same table first, which is not timed
for numpy and is for narrows. GDP at risk is compared pair by pair.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np


def write_report(report, path):
    """Prints the report, and writes it as JSON where there is a path."""
    for key, value in report.items():
        print("%-32s %s" % (key, "%.4g" % value if isinstance(value, float) else value))
    if path:
        with open(path, "w") as file:
            json.dump(report, file, indent=1)


def read_matrix(path):
    with open(path, newline="") as file:
        rows = csv.reader(file)
        columns = next(rows)[1:]
        labels, values = [], []
        for row in rows:
            labels.append(row[0])
            values.append(np.array(row[1:], dtype=float))
    return columns, labels, np.array(values)


class World:
    """The table as numpy arrays, nodes ordered by product."""

    def __init__(self, folder):
        _, labels, flows = read_matrix(os.path.join(folder, "Z.csv"))
        _, _, value_added = read_matrix(os.path.join(folder, "V.csv"))
        with open(os.path.join(folder, "x.csv"), newline="") as file:
            output = np.array([float(row[-1]) for row in list(csv.reader(file))[1:]])
        with open(os.path.join(folder, "sectors.csv"), newline="") as file:
            sectors = list(csv.DictReader(file))
        codes = [sector["code"] for sector in sectors]
        pairs = [label.split("_", 1) for label in labels]
        order = sorted(range(len(labels)), key=lambda i: codes.index(pairs[i][1]))
        self.regions = [pairs[i][0] for i in order]
        self.products = codes
        self.num_regions = len(order) // len(codes)
        self.value_added = value_added.sum(axis=0)[order]
        flows = np.maximum(flows[np.ix_(order, order)], 0.0)
        output = output[order]
        n = len(order)
        grouped = flows.reshape(len(codes), self.num_regions, n)
        use = grouped.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(use[:, None, :] > 0.0, grouped / use[:, None, :], 0.0)
            cost = np.where(output > 0.0, use / output, 0.0)
        goods = np.array([sector["kind"] != "services" for sector in sectors])
        self.criticality = np.minimum(1.0, cost / 0.01) * goods[:, None]
        self.share = share
        own = share.reshape(n, n).copy()
        np.fill_diagonal(own, 0.0)
        self.passed_on = self.criticality[:, None, :] * own.reshape(share.shape)

    def gdp_at_risk(self, home, product, coalition, share, lam):
        """Home's loss, by plain sweeps."""
        k = self.products.index(product)
        users = np.array([region == home for region in self.regions])
        withhold = np.array(
            [region in coalition for region in self.regions[: self.num_regions]]
        )
        direct = np.zeros(users.size)
        direct[users] = (
            share * self.criticality[k, users] * self.share[k][np.ix_(withhold, users)].sum(axis=0)
        )
        loss = np.zeros(users.size)
        while True:
            by_product = np.matmul(loss.reshape(len(self.products), 1, -1), self.passed_on)[:, 0]
            delivered = np.where(withhold, 1.0 - share, 1.0) * loss.reshape(by_product.shape[0], -1)[k]
            by_product[k, users] = delivered @ self.passed_on[k][:, users]
            new = lam * by_product
            new[k] += direct
            new = new.max(axis=0)
            if np.abs(new - loss).max() <= 1e-15:
                return float(self.value_added[users] @ new[users])
            loss = new


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("table", help="what `narrows rank` would be given")
    parser.add_argument("--home", default="CHN")
    parser.add_argument("--sample", type=int, default=10, help="pairs that numpy solves")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--narrows", default=os.path.join(here, "../build/bin/narrows"))
    parser.add_argument("--json", help="also write the report to this file")
    arguments = parser.parse_args(argv)
    command = [arguments.narrows, "rank", arguments.table, "--home", arguments.home]
    command += ["--scope", "world", "--criticality", "cost-share", "--output", "json"]
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "table")
        subprocess.run([arguments.narrows, "convert", arguments.table, plain], check=True,
                       stdout=subprocess.DEVNULL)
        world = World(plain)
    all_seconds, numpy_seconds, worst = [], [], 0.0
    for _ in range(arguments.rounds):
        start = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        all_seconds.append(time.perf_counter() - start)
        ranking = json.loads(done.stdout.decode())
        rows = ranking["rows"]
        start = time.perf_counter()
        step = max(1, len(rows) // arguments.sample)
        sample = rows[::step][: arguments.sample]
        for row in sample:
            for key, lam in (("gar", ranking["lambda"]), ("gar_tail", ranking["tail_lambda"])):
                found = world.gdp_at_risk(
                    arguments.home, row["product"], row["coalition"], ranking["share"], lam
                )
                worst = max(worst, abs(found - row[key]) / max(abs(found), 1e-300))
        numpy_seconds.append((time.perf_counter() - start) / len(sample))
    ours = statistics.median(all_seconds) / ranking["ranked_pairs"]
    theirs = statistics.median(numpy_seconds)
    report = {
        "table": ranking["run"]["table_hash"],
        "nodes": int(world.value_added.size),
        "pairs": ranking["ranked_pairs"],
        "narrows_seconds": statistics.median(all_seconds),
        "narrows_seconds_per_pair": ours,
        "numpy_seconds_per_pair": theirs,
        "times_faster": theirs / ours,
        "largest_relative_difference": worst,
        "numpy": np.__version__,
    }
    write_report(report, arguments.json)
    return 0 if worst <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

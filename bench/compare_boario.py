#!/usr/bin/env python3
"""Times `narrows shock --model ario` beside BoARIO on the same tables and events, in one run.

Needs an interpreter that has boario and pymrio. The table of six regions and eight sectors is
pymrio's test table, others are random and balanced. An event destroys a share of the capital of
the first region's first two sectors, which comes back in a line.

Checked first: one event, the output of every node on every day in both. The largest difference, as
a share of the node's output before the event, has to stay within 1e-5, within which BoARIO takes
numbers for equal (numpy.allclose).

Then BoARIO runs the event as one Simulation, of which the loop alone is timed, not the set-up; the
median of --rounds. narrows runs --cases other losses and durations (draws), in turn with BoARIO:
the time of the whole process, with reading the table and writing JSON; and the elapsed_seconds that
it reports less those of a run of one case, for one case less.
"""

import argparse
import csv
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import boario
import boario.event
import numpy as np
import pandas as pd
import pymrio
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation

from compare_world import write_report

DAYS = 365
ORDERS = {"noalt": "fixed", "alt": "by-capacity"}  # BoARIO's order_type, narrows' orders
OCCURRENCE, DURATION, RECOVERY, LOST = 5, 60, 120, 0.6  # of the event that is compared
TOLERANCE = 1e-5


class Table:
    """A balanced table; nodes by region, then sector, as BoARIO sorts them."""

    def __init__(self, num_regions, num_sectors):
        self.regions = ["R%02d" % r for r in range(num_regions)]
        self.sectors = ["S%02d" % k for k in range(num_sectors)]
        if (num_regions, num_sectors) == (6, 8):
            self.name = "pymrio.load_test()"
            test = pymrio.load_test()
            self.Z, self.Y = test.Z.to_numpy(), test.Y.to_numpy()
        else:
            self.name = "random"
            self.Z, self.Y = random_flows(num_regions, num_sectors)
        self.uses = ["Y%d" % c for c in range(self.Y.shape[1] // num_regions)]
        self.x = self.Z.sum(axis=1) + self.Y.sum(axis=1)
        self.value_added = self.x - self.Z.sum(axis=0)
        self.labels = [r + "_" + k for r in self.regions for k in self.sectors]

    def write(self, folder):
        """In the plain format of data/README.md."""
        meta = {"format": "narrows.table/1", "kind": "multi-regional", "unit": "million",
                "name": self.name, "source": "compare_boario.py", "licence": "none",
                "classification": "none"}
        with open(os.path.join(folder, "meta.json"), "w") as file:
            json.dump(meta, file)
        uses = [r + "_" + c for r in self.regions for c in self.uses]
        files = {
            "sectors.csv": [["code", "name", "kind"], *([k, k, "goods"] for k in self.sectors)],
            "regions.csv": [["code", "name"], *([r, r] for r in self.regions)],
            "Z.csv": matrix(self.labels, self.labels, self.Z),
            "F.csv": matrix(uses, self.labels, self.Y),
            "V.csv": matrix(self.labels, ["VA"], self.value_added[None, :]),
        }
        for name, rows in files.items():
            with open(os.path.join(folder, name), "w", newline="") as file:
                csv.writer(file).writerows(rows)

    def system(self):
        """For BoARIO."""
        nodes = pd.MultiIndex.from_product([self.regions, self.sectors], names=["region", "sector"])
        uses = pd.MultiIndex.from_product([self.regions, self.uses], names=["region", "category"])
        system = pymrio.IOSystem(
            Z=pd.DataFrame(self.Z, nodes, nodes),
            Y=pd.DataFrame(self.Y, nodes, uses),
            x=pd.DataFrame(self.x, nodes, ["indout"]),
        )
        system.A = pymrio.calc_A(system.Z, system.x)
        return system


def random_flows(num_regions, num_sectors):
    """Flows and final demand, one use per region; users buy mostly at home."""
    random = np.random.default_rng(num_regions * 1000 + num_sectors)
    n = num_regions * num_sectors
    region = np.repeat(np.arange(num_regions), num_sectors)
    home = 2.0 * num_regions
    a = random.lognormal(0.0, 1.0, (n, n)) * np.where(region[:, None] == region, home, 1.0)
    a *= random.uniform(0.3, 0.7, n) / a.sum(axis=0)
    final = random.lognormal(3.0, 1.0, (n, num_regions))
    final *= np.where(region[:, None] == np.arange(num_regions), home, 1.0)
    x = np.linalg.solve(np.eye(n) - a, final.sum(axis=1))
    return a * x, final


def matrix(columns, labels, values):
    return [["", *columns], *([label, *row] for label, row in zip(labels, values.tolist()))]


def simulation(table, order_type, folder):
    """BoARIO, ready to loop."""
    model = ARIOPsiModel(
        table.system(), order_type=order_type, psi_param=0.8, main_inv_dur=90, alpha_max=1.25,
        inventory_restoration_tau=60, alpha_tau=365,
        productive_capital_vector=4 * table.value_added,
    )  # fmt: skip
    lost = pd.Series(LOST * model.productive_capital, index=model.industries)
    event = boario.event.from_series(
        lost.iloc[:2], event_type="recovery", occurrence=OCCURRENCE, duration=DURATION,
        recovery_tau=RECOVERY, event_monetary_factor=model.monetary_factor,
    )  # fmt: skip
    made = Simulation(model, n_temporal_units_to_sim=DAYS, boario_output_dir=folder)
    made.add_event(event)  # events_list fails in 0.7.2
    return made


def looped(simulation):
    """Seconds that the loop took."""
    start = time.perf_counter()
    simulation.loop()
    seconds = time.perf_counter() - start
    if simulation.has_crashed or simulation.n_temporal_units_simulated != DAYS:
        raise RuntimeError("BoARIO stopped after %d steps" % simulation.n_temporal_units_simulated)
    return seconds


class Narrows:
    """The program on a table in a folder, with files of scenarios beside it."""

    def __init__(self, program, folder, table, orders, threads):
        self.program, self.folder, self.threads = program, folder, threads
        self.table = table
        self.orders = orders

    def scenario(self, lost, closed, draws):
        shock = {"kind": "capacity_loss", "sector": self.table.sectors[:2],
                 "region": self.table.regions[0], "share": lost, "start": OCCURRENCE,
                 "duration": closed, "recovery": RECOVERY}
        parameters = {"psi": 0.8, "ario_stock_days": 90, "ario_restocking_days": 60,
                      "overproduction_max": 1.25, "overproduction_days": 365,
                      "orders": ORDERS[self.orders]}
        content = {"name": "event", "scope": "world", "home": self.table.regions[0], "days": DAYS,
                   "shocks": [shock], "parameters": parameters, **draws}
        path = os.path.join(self.folder, "scenario.json")
        with open(path, "w") as file:
            json.dump(content, file)
        return path

    def run(self, scenario, *options):
        done = subprocess.run(
            [self.program, "shock", self.folder, scenario, "--model", "ario", "--threads",
             str(self.threads), *options],
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        return done.stdout.decode()

    def output(self):
        """Of every day and node after the event; it is over a day later than BoARIO counts."""
        scenario = self.scenario(LOST, DURATION + 1, {})
        rows = csv.DictReader(self.run(scenario, "--paths", "--output", "csv").splitlines())
        return np.array([[float(row[label]) for label in self.table.labels] for row in rows])

    def timed(self, cases):
        """Seconds of the process, and those that it reports."""
        draws = {"count": cases, "lost": {"uniform": [0.1, 0.9]}, "closed": {"uniform": [10, 120]}}
        scenario = self.scenario("$lost", "$closed", {"draws": draws})
        start = time.perf_counter()
        report = json.loads(self.run(scenario, "--output", "json"))
        return time.perf_counter() - start, report["run"]["elapsed_seconds"]


def compare(table, order_type, arguments, folder):
    """A row of the report."""
    narrows = Narrows(arguments.narrows, folder, table, order_type, arguments.threads)
    theirs, whole, many, one = [], [], [], []
    for _ in range(arguments.rounds):
        run = simulation(table, order_type, folder)
        theirs.append(looped(run) / DAYS)
        process, reported = narrows.timed(arguments.cases)
        whole.append(process)
        many.append(reported)
        one.append(narrows.timed(1)[1])
    expected = run.production_realised.to_numpy()
    difference = np.abs(narrows.output() - expected) / (table.x / DAYS)
    process, steps = statistics.median(whole), arguments.cases * DAYS
    further = statistics.median(many) - statistics.median(one)
    return {
        "table": "%s, %d x %d" % (table.name, len(table.regions), len(table.sectors)),
        "nodes": len(table.labels),
        "order_type": order_type,
        "boario_shortage": bool(run.model.had_shortage),
        "boario_ms_per_step": 1e3 * statistics.median(theirs),
        "boario_steps_per_second": 1.0 / statistics.median(theirs),
        "narrows_process_seconds": process,
        "narrows_process_steps_per_second": steps / process,
        "narrows_further_steps_per_second": (steps - DAYS) / further,
        "times_faster": statistics.median(theirs) * steps / process,
        "times_faster_further": statistics.median(theirs) * (steps - DAYS) / further,
        "least_output_share": float((expected / (table.x / DAYS)).min()),
        "largest_relative_difference": float(difference.max()),
    }


def size(text):
    regions, sectors = (int(part) for part in text.split("x"))
    return regions, sectors


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--sizes", default="3x5,6x8,25x20", help="regions x sectors, ...",
                        type=lambda text: [size(each) for each in text.split(",")])
    parser.add_argument("--orders", default="noalt,alt", help="BoARIO's order types",
                        type=lambda text: text.split(","))
    parser.add_argument("--cases", type=int, default=256, help="that narrows is timed with")
    parser.add_argument("--threads", type=int, default=2, help="of narrows")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--narrows", default=os.path.join(here, "../build/bin/narrows"))
    parser.add_argument("--json", help="also write the report to this file")
    arguments = parser.parse_args(argv)
    # BoARIO's: remarks on parameters; a log of every simulation.
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rows = []
    for regions, sectors in arguments.sizes:
        table = Table(regions, sectors)
        with tempfile.TemporaryDirectory() as folder:
            table.write(folder)
            for order_type in arguments.orders:
                rows.append(compare(table, order_type, arguments, folder))
                write_report(rows[-1], None)
                print()
    report = {"cases": arguments.cases, "threads": arguments.threads, "rows": rows}
    report.update({"boario": boario.__version__, "pymrio": pymrio.__version__,
                   "numpy": np.__version__, "pandas": pd.__version__})
    write_report({key: value for key, value in report.items() if key != "rows"}, None)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(report, file, indent=1)
    return 0 if max(row["largest_relative_difference"] for row in rows) <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

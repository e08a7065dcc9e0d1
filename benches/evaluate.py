#!/usr/bin/env python3
"""`evaluate` on the Gaza watch, whole process: how long one verdict takes, start to end.

Builds the program, runs it in turn with its peer (the same program asked for its version: what starting a process costs), and
prints the median, least and greatest of each, in milliseconds. Not a test: it asserts nothing.
"""

import argparse
import os
import statistics
import subprocess
import time


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21, help="runs of each (default 21)")
    rounds = parser.parse_args().rounds
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "-p", "trucewatch"], check=True)
    program = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "trucewatch")
    watch = "watches/gaza-2025"
    evaluate = [
        program, "evaluate", f"{watch}/agreement.pact.md",
        "--claims", f"{watch}/evidence/claims.jsonl", "--sources", f"{watch}/sources.toml",
    ]
    questions = {
        "start of the process (--version)": [program, "--version"],
        "at 2025-11-07, in hindsight": evaluate + ["--at", "2025-11-07T12:00:00+02:00"],
        "at and known at 2025-11-07": evaluate + ["--known-at", "2025-11-07T12:00:00+02:00"],
        "at the last claim (348 days)": evaluate,
        "corroborated, 2025-11-07": evaluate + ["--at", "2025-11-07T12:00:00+02:00", "--standard", "corroborated"],
    }
    times = {name: [] for name in questions}
    for _ in range(rounds):
        for name, command in questions.items():
            times[name].append(timed(command))
    print(f"{'ms, whole process':36} {'median':>8} {'least':>8} {'most':>8}   of {rounds}")
    for name, values in times.items():
        print(f"{name:36} {statistics.median(values):8.1f} {min(values):8.1f} {max(values):8.1f}")


if __name__ == "__main__":
    main()

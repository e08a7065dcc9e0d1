#!/usr/bin/env python3
"""Parsing and checking an agreement of 10,000 lines: in process, and the whole command.

The agreement is the seven of `watches/`, one after the other until there are 10,000 lines, each copy with names of its own
(`crates/language/benches/check.rs`). Beside it in the same run: pulldown-cmark alone on the same text, which is the floor, the
lossless tree alone, and, where `ruff` is on the path, ruff reading Python of as many lines. Not a test: it asserts nothing.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

FUNCTION = '''def convoy_{n}(north, south, trucks=20):
    """What came in on day {n}, and of these the fuel trucks."""
    admitted = [truck for truck in north if truck.zone == "valley" and truck.day == {n}]
    fuel = sum(1 for truck in admitted if truck.cargo == "fuel")
    if len(admitted) < trucks or fuel < 2:
        return {{"status": "breached", "by": south.name, "short": trucks - len(admitted)}}
    return {{"status": "met", "fuel": fuel}}


'''


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def locked(package):
    """The version of a package in Cargo.lock."""
    with open("Cargo.lock", encoding="utf-8") as lock:
        return re.search(rf'name = "{package}"\nversion = "([^"]+)"', lock.read()).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31, help="runs of each (default 31)")
    rounds = parser.parse_args().rounds
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "-p", "trucewatch"], check=True)
    program = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "trucewatch")
    bench = ["cargo", "bench", "--quiet", "--locked", "-p", "trucewatch-language", "--bench", "check", "--"]
    with tempfile.TemporaryDirectory() as folder:
        agreement = os.path.join(folder, "many.pact.md")
        subprocess.run(bench + ["--write", agreement], check=True)
        with open(agreement, encoding="utf-8") as file:
            text = file.read()
        lines = text.count("\n")
        print(f"{lines} lines, {len(text.encode())} bytes; ", end="")
        inside = subprocess.run(bench + ["--rounds", str(rounds)], check=True, stdout=subprocess.PIPE, text=True)
        times = {}
        names = {
            "markdown": f"in process: pulldown-cmark {locked('pulldown-cmark')} alone",
            "tree": "in process: lossless tree",
            "check": "in process: parse and check",
        }
        for line in inside.stdout.splitlines():
            name, *values = line.split()
            times[names[name]] = [int(value) / 1000 for value in values]
        commands = {
            "start of the process (--version)": [program, "--version"],
            # As JSON nothing is read but the agreement: its zones' files are not beside it.
            "whole command: trucewatch check": [program, "check", "--format", "json", agreement],
        }
        ruff = shutil.which("ruff")
        if ruff:
            python = os.path.join(folder, "many.py")
            with open(python, "w", encoding="utf-8") as file:
                file.write("".join(FUNCTION.format(n=n) for n in range(lines // FUNCTION.count("\n") + 1)))
            version = subprocess.run([ruff, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            size = os.path.getsize(python)
            # E9 is syntax alone.
            commands[f"whole command: {version}, {size} bytes of Python"] = [
                ruff, "check", "--isolated", "--no-cache", "--quiet", "--select", "E9", python,
            ]
        for name in commands:
            times[name] = []
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(timed(command))
    print(f"medians of {rounds}")
    print(f"{'ms':54} {'median':>8} {'least':>8} {'most':>8}")
    for name, values in times.items():
        print(f"{name:54} {statistics.median(values):8.1f} {min(values):8.1f} {max(values):8.1f}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Trucewatch beside other monitors, whole processes with parsing, on made-up event tables.

(a) complaints answered within 72 hours, by reference; (b) at least 600 a day, of the same log; (c) 15 for 1 within 48 hours, in order;
(d) a and b with 5% of the records 1 to 48 hours late and 1% corrected; (f) a with every time an interval; (g) with 10,000 to a
million events (ten million with `--large`), 1 to 1,000 provisions, one thread and two. (e), one correction with a million events loaded, is `cargo bench -p trucewatch-live --bench corrections`.

Peers, each where it is installed: `rtlola-cli` (`cargo install rtlola-cli`), and `reelay` (`pip install reelay`) for a as a temporal formula
over one complaint at a time. They read the same events in their own formats. Not a test: it asserts nothing; answers are printed
beside the times. No run takes longer than `--limit`: one that does is stopped, and the line says so.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "monitors"))
import generate as g  # noqa: E402

RTLOLA = {
    "a": """input kind: Int64
input id: UInt64
trigger(i)
  spawn when kind == 0 with id
  eval @Local(259200s) when true with "late"
  close when kind == 1 && id == i
""",
    "b": """input kind: Int64
input id: UInt64
output filed eval when kind == 0 with 1
output perday @Global(86400s) := filed.aggregate(over: 86400s, using: count)
trigger @Global(86400s) perday < 600 "short"
""",
    "c": """input kind: Int64
input id: UInt64
output given: UInt64 @kind := given.offset(by: -1).defaults(to: 0) + (if kind == 0 then 1 else 0)
output back: UInt64 @kind := back.offset(by: -1).defaults(to: 0) + (if kind == 1 then 1 else 0)
trigger(k)
  spawn when kind == 0 && given % 15 == 0 with given / 15
  eval @Local(172800s) when back.hold(or: 0) < k with "late"
  close when back >= k && kind == 1
""",
}


class Stopped(Exception):
    """A run took longer than it may."""


def run(command, rounds, limit=None):
    """Median seconds of whole processes, and the output of the last."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        try:
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=limit)
        except subprocess.TimeoutExpired as error:
            raise Stopped(f"stopped after {limit} s") from error
        times.append(time.perf_counter() - start)
    return statistics.median(times), done.stdout.decode()


def rate(events, seconds):
    return f"{events / seconds / 1e6:8.3f}"


def ours(program, folder, rounds, *more, limit=None):
    seconds, out = run([program, "monitor", folder, "--files-only", "--once", *more], rounds, limit)
    answers = [json.loads(line) for line in out.splitlines()]
    tally = ", ".join(
        f"{status} {count['certain']}" + (f"–{count['possible']}" if count["possible"] != count["certain"] else "")
        for answer in answers[:1]
        for status, count in sorted(answer["tally"].items())
    )
    return seconds, tally


def lola(path, folder, name, rows, rounds, limit):
    """RTLola on rows of (seconds, kind, id), which it is given in this order."""
    table, spec = os.path.join(folder, f"{name}.csv"), os.path.join(folder, f"{name}.lola")
    with open(spec, "w", encoding="utf-8") as file:
        file.write(RTLOLA[name[0]])
    with open(table, "w", encoding="utf-8") as file:
        file.write("time,kind,id\n")
        file.writelines(f"{seconds}.0,{kind},{number}\n" for seconds, kind, number in rows)
    command = [path, "monitor", "--offline", "relative-float-secs", "--csv-in", table, "--csv-time-column", "1"]
    seconds, out = run([*command, "-v", "violations", spec], rounds, limit)
    found = {line.split("]")[2] for line in out.splitlines()} if name[0] != "b" else out.splitlines()
    return seconds, f"{len(found)} violations"


REELAY = """
import sys, reelay
by_id = {}
for line in open(sys.argv[1]):
    seconds, kind, number = line.split(",")
    by_id.setdefault(number, []).append((int(seconds), kind == "1"))
late = 0
for events in by_id.values():
    monitor = reelay.dense_timed_monitor(
        pattern="{waiting} -> once[:259200]{asked}", semantics="boolean", piecewise="constant")
    asked = events[0][0]
    answered = next((t for t, answer in events if answer), None)
    # It is asked for the second from 2 to 3, and waits until it is answered.
    over = 3 + (max(answered - asked, 1) if answered is not None else 300000)
    steps = [{"time": 1, "asked": False, "waiting": False}, {"time": 2, "asked": True, "waiting": True}]
    steps += [{"time": 3, "asked": False, "waiting": True}, {"time": over, "asked": False, "waiting": False}]
    out = [verdict for step in steps for verdict in monitor.update(step)]
    late += any(not verdict["value"] for verdict in out)
print(late, "violations")
"""


def corrected(log, draw):
    """Rows in order of arrival: 5% late, 1% first with a wrong time, which a later row revises."""
    arriving = g.late(log)
    rows = []
    for number, (known, row) in enumerate(arriving):
        if draw.random() < 0.01:
            wrong = (row[0] - draw.randint(1, 12 * g.HOUR), *row[1:])
            wrong = (max(wrong[0], 0), *wrong[1:])
            rows.append((known, g.complaint_row(*wrong, known=known, name=f"e{number}")))
            again = known + draw.randint(g.HOUR, 24 * g.HOUR)
            rows.append((again, g.complaint_row(*row, known=again, name=f"c{number}", revises=f"e{number}")))
        else:
            rows.append((known, g.complaint_row(*row, known=known)))
    rows.sort(key=lambda pair: pair[0])
    return [row for _, row in rows], arriving


def intervals(log, folder, draw):
    """The complaints with every time an interval, as claims."""
    os.makedirs(os.path.join(folder, "evidence"), exist_ok=True)
    g.watch(folder, g.BY_REFERENCE, [])
    os.remove(os.path.join(folder, "evidence", "events.csv"))
    with open(os.path.join(folder, "evidence", "events.jsonl"), "w", encoding="utf-8") as file:
        for number, (seconds, act, reference) in enumerate(log):
            before = draw.randint(0, 2 * g.HOUR)
            by, to = ("b", "m") if act == "notify" else ("m", "b")
            occurred = {"from": g.written(max(seconds - before, 0)), "to": g.written(seconds + g.HOUR)}
            claim = {
                "id": f"e{number}", "source": "m", "type": "event", "act": act, "item": "complaint", "occurred": occurred,
                "known_at": g.written(seconds + g.HOUR), "by": [{"party": by}], "to": [{"party": to}], "place": {"zone": "z"},
                "ref": reference,
            }
            file.write(json.dumps(claim) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="events of a, b, c and d (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--only", default="abcdfg", help="which of them (default abcdfg)")
    parser.add_argument("--limit", type=int, default=120, help="seconds that one run may take (default 120)")
    parser.add_argument("--large", action="store_true", help="g up to 10,000,000 events")
    parser.add_argument("--python", default=sys.executable, help="the Python that has reelay")
    options = parser.parse_args()
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", "-p", "trucewatch"], check=True, cwd=root)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target"))
    program = os.path.join(target, "release", "trucewatch")
    rtlola = shutil.which("rtlola-cli")
    reelay = subprocess.run([options.python, "-c", "import reelay"], stderr=subprocess.DEVNULL).returncode == 0
    for name, there in (("rtlola-cli", rtlola), ("reelay", reelay)):
        if not there:
            print(f"{name} is not installed: left out")
    print(f"{'what':34} {'million events/s':>16}  answer")

    events, rounds, limit = options.events, options.rounds, options.limit

    def line(what, events, measure):
        try:
            seconds, answer = measure()
            print(f"{what:34} {rate(events, seconds):>16}  {answer}", flush=True)
        except Stopped as stopped:
            print(f"{what:34} {'under' + rate(events, limit):>16}  {stopped}", flush=True)

    def mine(what, events, name, rounds, *more):
        line(what, events, lambda: ours(program, place(name), rounds, *more, limit=limit))

    def theirs(what, name, rows):
        if rtlola:
            line(what, len(rows), lambda: lola(rtlola, top, name, rows, max(rounds // 3, 1), limit))

    with tempfile.TemporaryDirectory() as top:
        place = lambda name: os.path.join(top, name)
        log = g.complaints(events)
        kinds = [(seconds, int(act == "respond"), reference[1:]) for seconds, act, reference in log]
        rows = [g.complaint_row(*row) for row in log]
        for name, provisions in (("a", g.BY_REFERENCE), ("b", g.DAILY)):
            if set(name + "d") & set(options.only) or name == "a" and "g" in options.only:
                g.watch(place(name), provisions, rows)
            if name in options.only:
                mine(f"{name} trucewatch", len(log), name, rounds)
                theirs(f"{name} rtlola", name, kinds)
        if "a" in options.only and reelay:
            script, table = place("by_reelay.py"), place("by_reelay.csv")
            with open(script, "w", encoding="utf-8") as file:
                file.write(REELAY)
            part = kinds[: max(len(kinds) // 20, 2)]
            with open(table, "w", encoding="utf-8") as file:
                file.writelines(f"{seconds},{kind},{number}\n" for seconds, kind, number in part)
            line("a reelay, a 20th of the events", len(part), lambda: run([options.python, script, table], 1, limit))
        if "c" in options.only:
            swaps = g.releases(events)
            g.watch(place("c"), g.EXCHANGE, [g.release_row(*row) for row in swaps])
            mine("c trucewatch", len(swaps), "c", rounds)
            theirs("c rtlola", "c", [(seconds, int(by == "b"), 0) for seconds, by in swaps])
        if "d" in options.only:
            late_rows, arriving = corrected(log, random.Random(3))
            # RTLola's clock cannot go back: it is told when a record came, as it would be on line.
            as_come = [(known, int(row[1] == "respond"), row[2][1:]) for known, row in arriving]
            part = as_come[: max(len(as_come) // 10, 2)]
            for name, provisions in (("a", g.BY_REFERENCE), ("b", g.DAILY)):
                _, in_order = ours(program, place(name), 1)
                g.watch(place(name + "late"), provisions, late_rows)
                mine(f"d {name} trucewatch", len(late_rows), name + "late", rounds)
                print(f"{'  in order':34} {'':16}  {in_order}")
                theirs(f"d {name} rtlola, a tenth", name + "late", part)
        if "f" in options.only:
            for part in (events // 100, events // 10):
                intervals(g.complaints(part), place("f"), random.Random(4))
                mine(f"f a, {part} events, intervals", part, "f", 1)
        if "g" in options.only:
            for count in (10_000, 100_000, 1_000_000) + ((10_000_000,) if options.large else ()):
                some = (g.complaint_row(*row) for row in g.complaints_in_turn(count))
                g.watch(place("g"), g.BY_REFERENCE + g.DAILY, some)
                mine(f"g a and b, {count} events", count, "g", rounds)
            for count in (1, 10, 100, 1000):
                draw, matters = random.Random(5), g.matters_of(count)
                matter = {}
                of = lambda row: matter.setdefault(row[2], f"matter{draw.randrange(matters)}")
                g.watch(place("g"), g.provisions(count), (g.complaint_row(*row, item=of(row)) for row in log))
                mine(f"g {count} provisions", len(log), "g", rounds)
            for threads in ("1", "2"):
                what = f"g a, {threads} thread" + ("s" if threads != "1" else "")
                mine(what, len(log), "a", rounds, "--threads", threads)
            standards = [option for name in ("alleged", "admitted") for option in ("--standard", name)]
            mine("g a, two standards", len(log), "a", rounds, *standards)


if __name__ == "__main__":
    main()

"""Made-up event tables with the agreements that they are held against.

Complaints are answered by reference, most within hours, one in some 12,500 late or never; the answers of a day are between 500 and
750. For exchanges, one person is released for every fifteen, most within a day. Every generator is a function of its seed.
"""

import datetime
import heapq
import os
import random

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = 3600

HEAD = """# Made-up

```pact
agreement "Made-up"
  timezone UTC
  in force from 2026-01-01T00:00
party a "A"
party b "B"
monitor m "M"
zone z "Z" from zone.geojson
"""

BY_REFERENCE = """obligation answers
  for every complaint that b notifies to m
  m must respond to the same complaint
  within 72 hours after that notice
"""

DAILY = """obligation daily
  b must notify at least 600 complaints to m each day
"""

EXCHANGE = """exchange swaps
  for every 15 persons that a releases to b
  b must release at least 1 person to a
  within 48 hours after that release
"""

ZONE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",'
    '"coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}}]}'
)

SOURCES = """[[source]]
id = "m"
label = "M"
kind = "monitor"
covers = [{ lag = "P0D" }]
"""


def written(seconds):
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def complaints_in_turn(events, seed=1):
    """Notices and answers in order of time, one by one: (seconds, act, reference)."""
    draw = random.Random(seed)
    gap = 86_400 / 625
    ahead = []
    at = 0.0
    for number in range(events // 2):
        at += draw.expovariate(1 / gap)
        while ahead and ahead[0][0] < int(at):
            yield heapq.heappop(ahead)
        heapq.heappush(ahead, (int(at), "notify", f"r{number}"))
        chance = draw.random()
        if chance < 1 / 25_000:
            continue
        late = chance < 2 / 25_000
        wait = draw.uniform(80 * HOUR, 200 * HOUR) if late else min(draw.expovariate(1 / (4 * HOUR)), 70 * HOUR)
        heapq.heappush(ahead, (int(at + wait), "respond", f"r{number}"))
    while ahead:
        yield heapq.heappop(ahead)


def complaints(events, seed=1):
    """The same as a list."""
    return list(complaints_in_turn(events, seed))


def provisions(count):
    """So many provisions about so many matters by twos: a quota a day, and answers within 72 hours."""
    matters = matters_of(count)
    items = "".join(f'item matter{matter} "matter {matter}" is complaint\n' for matter in range(matters))
    each = []
    for number in range(count):
        matter = number // 2
        if number % 2 == 0:
            quota = max(600 // matters, 1)
            each.append(f"obligation daily{matter}\n  b must notify at least {quota} matter{matter} to m each day\n")
        else:
            each.append(
                f"obligation answers{matter}\n  for every matter{matter} that b notifies to m\n"
                f"  m must respond to the same matter{matter}\n  within 72 hours after that notice\n"
            )
    return items + "".join(each)


def matters_of(count):
    """How many matters so many provisions are about."""
    return (count + 1) // 2


def releases(events, seed=1):
    """Releases by both sides in order of time: (seconds, by)."""
    draw = random.Random(seed)
    log = []
    at = 0.0
    for number in range(events * 15 // 16):
        at += draw.expovariate(1 / 60)
        log.append((int(at), "a"))
        if number % 15 == 14:
            wait = draw.uniform(49 * HOUR, 60 * HOUR) if draw.random() < 1 / 500 else draw.uniform(0, 30 * HOUR)
            log.append((int(at + wait), "b"))
    log.sort()
    return log


def late(rows, seed=2, share=0.05):
    """The rows in order of arrival, a share of them one to 48 hours after they happened, with the time at which each was known."""
    draw = random.Random(seed)
    arriving = []
    for row in rows:
        known = row[0] + (draw.randint(HOUR, 48 * HOUR) if draw.random() < share else 0)
        arriving.append((known, row))
    arriving.sort(key=lambda pair: pair[0])
    return arriving


def watch(folder, provisions, rows):
    """A watch with one table."""
    os.makedirs(os.path.join(folder, "evidence"), exist_ok=True)
    files = {
        "agreement.pact.md": HEAD + provisions + "```\n",
        "sources.toml": SOURCES,
        "zone.geojson": ZONE,
    }
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(folder, "evidence", "events.csv"), "w", encoding="utf-8") as file:
        file.write("time,known_at,act,item,by,to,zone,amount,ref,source,id,revises\n")
        file.writelines(rows)


def complaint_row(seconds, act, reference, known="", name="", revises="", item="complaint"):
    by, to = ("b", "m") if act == "notify" else ("m", "b")
    known = written(known) if known != "" else ""
    return f"{written(seconds)},{known},{act},{item},{by},{to},z,,{reference},m,{name},{revises}\n"


def release_row(seconds, by):
    to = "b" if by == "a" else "a"
    return f"{written(seconds)},,release,person,{by},{to},z,,,m,,\n"

"""Searches a menu for the same queries by each of several ways in turn, in one run."""

import argparse
import json
import math
import os
import re
import sqlite3
import subprocess
import time


class Child:
    """A search in a process of its own, which times itself."""

    def __init__(self, binary, way, menu):
        env = os.environ | {"RAYON_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [binary, way, menu], stdin=pipe, stdout=pipe, text=True, env=env
        )

    def search(self, query):
        self.process.stdin.write(json.dumps(query) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["us"], answer["ids"]


class Fts5:
    """SQLite's full-text search in memory, any word or trigram may match."""

    def __init__(self, items, tokenizer):
        self.trigrams = tokenizer == "trigram"
        self.base = sqlite3.connect(":memory:")
        self.base.execute(f"create virtual table menu using fts5(id unindexed, text, tokenize='{tokenizer}')")
        rows = [(i["id"], f"{i['name']} {i.get('description') or ''}") for i in items]
        self.base.executemany("insert into menu values (?, ?)", rows)

    def search(self, query):
        start = time.perf_counter()
        words = re.findall(r"\w+", query.lower())
        if self.trigrams:
            words = [w[i : i + 3] for w in words for i in range(len(w) - 2)] or words
        wanted = " OR ".join(f'"{w}"' for w in words) or '""'
        found = self.base.execute(
            "select id from menu where menu match ? order by rank limit 10", (wanted,)
        ).fetchall()
        return (time.perf_counter() - start) * 1e6, [row[0] for row in found]


def read(path):
    return [json.loads(line) for line in open(path) if line.strip()]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the built line_search")
    parser.add_argument("--menu", required=True, help="JSONL")
    parser.add_argument("--queries", required=True, help="JSONL with query and relevant")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    items, queries = read(args.menu), read(args.queries)[: args.count]
    ways = {
        "OlympusEdge": Child(args.binary, "olympus", args.menu),
        "OlympusEdge, words alone": Child(args.binary, "words", args.menu),
        "tantivy BM25": Child(args.binary, "tantivy", args.menu),
        "SQLite FTS5": Fts5(items, "porter unicode61"),
        "SQLite FTS5, trigrams": Fts5(items, "trigram"),
    }
    for way in ways.values():
        for query in queries[:20]:
            way.search(query["query"])
    took = {name: [] for name in ways}
    places = {name: [] for name in ways}
    for turn, query in enumerate(queries):
        names = list(ways)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            us, ids = ways[name].search(query["query"])
            took[name].append(us)
            right = [at for at, found in enumerate(ids) if found in query["relevant"]]
            places[name].append(right[0] if right else None)
    rows = []
    for name in ways:
        hits = places[name]
        rows.append(
            {
                "search": name,
                "hit_at_1": sum(at == 0 for at in hits) / len(hits),
                "hit_at_10": sum(at is not None for at in hits) / len(hits),
                "p50_us": percentile(took[name], 0.5),
                "p99_us": percentile(took[name], 0.99),
            }
        )
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{len(queries)} queries over {len(items)} dishes")
    print(f"{'':26}{'first':>8}{'in ten':>8}{'p50 µs':>9}{'p99 µs':>9}")
    for r in rows:
        print(f"{r['search']:26}{r['hit_at_1']:8.3f}{r['hit_at_10']:8.3f}{r['p50_us']:9.0f}{r['p99_us']:9.0f}")


if __name__ == "__main__":
    main()

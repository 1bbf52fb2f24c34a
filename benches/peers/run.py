"""Times encoders on the same texts, each text by each of them in turn; tokenising included."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys

import numpy as np

import graph
import report
from line_onnx import Onnx

PLACE = pathlib.Path("target/peers")
BASE = pathlib.Path("target/base")
TOKENIZER = BASE / "tokenizer.json"
BATCH = 16
STARTS = 5
SEED = 4


class Child:
    """An encoder in a process of its own, which times itself."""

    def __init__(self, command, threads):
        names = ("RAYON_NUM_THREADS", "CANDLE_NUM_THREADS")
        env = os.environ | {name: str(threads) for name in names}
        pipe = subprocess.PIPE
        self.command = command
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env)
        self.load_us = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.command)} ended with {self.process.wait()}")
        return float(line)

    def ask(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def texts(path, count):
    rows = (json.loads(line) for line in open(path))
    found = [row.get("text") or row.get("query") for row in rows]
    return found[:count]


def graphs(sample):
    """The two graphs of the base model, which must be one model: a wrong one would be no peer."""
    f32, int8 = PLACE / "f32-batch.onnx", PLACE / "int8.onnx"
    if not f32.exists():
        graph.build(BASE / "model.safetensors", f32)
    one, other = Onnx(f32, TOKENIZER, 1), Onnx(int8, TOKENIZER, 1)
    for text in sample[:20]:
        near = one.encode([text])[0] @ other.encode([text])[0]
        assert near > 0.97, f"the graphs disagree on {text!r}: {near}"
    lengths = [len(one.tokenizer.encode(text).ids) for text in sample]
    for batch in batches(sample, lengths)[:1]:
        # Int8 rounds activations by the largest of all of a batch.
        for graph_of, least in ((one, 0.9999), (other, 0.97)):
            for row, text in zip(graph_of.encode(batch), batch):
                near = row @ graph_of.encode([text])[0]
                assert near > least, f"a batch changes {text!r}: {near}"
    return f32, int8, lengths


def batches(sample, lengths):
    """Full batches of texts with equally many tokens, so that no one pays for padding."""
    by_length = {}
    for text, length in zip(sample, lengths):
        by_length.setdefault(length, []).append(text)
    return [
        alike[at : at + BATCH]
        for alike in by_length.values()
        for at in range(0, len(alike) - BATCH + 1, BATCH)
    ]


def turns(peers, asked):
    """What each took for each, in an order drawn anew each time: who follows whom matters."""
    took = {name: [] for name in peers}
    order = random.Random(SEED)
    for what in asked:
        for name in order.sample(list(peers), len(peers)):
            took[name].append(peers[name].ask(what))
    return took


def measure(encoder, threads, sample):
    f32, int8, lengths = graphs(sample)
    onnx = [sys.executable, str(pathlib.Path(__file__).with_name("line_onnx.py"))]
    commands = {
        "OlympusEdge": [encoder, "olympus", str(threads)],
        "ONNX Runtime int8": [*onnx, str(int8), str(TOKENIZER), str(threads)],
        "ONNX Runtime f32": [*onnx, str(f32), str(TOKENIZER), str(threads)],
        "Candle f32": [encoder, "candle", str(BASE)],
    }
    # The first start of each brings its files into the page cache.
    starts = {name: [] for name in commands}
    for _ in range(STARTS + 1):
        for name, command in commands.items():
            child = Child(command, threads)
            starts[name].append(child.load_us)
            child.end()
    peers = {name: Child(command, threads) for name, command in commands.items()}
    turns(peers, sample[:30])
    single = turns(peers, sample)
    together = batches(sample, lengths)
    batched = turns(peers, together)
    rows = []
    for name, peer in peers.items():
        p50, p99 = np.percentile(single[name], [50, 99])
        row = {"threads": threads, "encoder": name, "p50_us": p50, "p99_us": p99}
        row["mean_us"] = float(np.mean(single[name]))
        row["ratio_p50"] = p50 / np.percentile(single["OlympusEdge"], 50)
        row["batch_texts_per_s"] = BATCH * 1e6 / np.median(batched[name]) if together else None
        row["start_ms"] = np.median(starts[name][1:]) / 1e3
        row["memory_mb"] = peer.ask(None) * 1024 / 1e6
        rows.append(row)
        peer.end()
    return rows, float(np.mean(lengths))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help="the built line_encoder")
    parser.add_argument("--texts", default="eval/data/intent_own.jsonl", help="JSONL, text or query")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--write",
        metavar="PART",
        help="put the tables into the part of docs/BENCHMARKS.md that is named so",
    )
    args = parser.parse_args()
    part = report.Part(args.write) if args.write else None
    sample = texts(args.texts, args.count)
    rows = []
    for threads in (1, 2):
        found, tokens = measure(args.encoder, threads, sample)
        rows += found
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{len(sample)} texts of {args.texts}, {tokens:.1f} tokens on average")
        print(report.text(rows, BATCH))
    if part:
        part.write(rows, args.texts, len(sample), tokens, BATCH)


if __name__ == "__main__":
    main()

"""Times encoders on the same texts, each text by each of them in turn; tokenising included."""

import argparse
import json
import os
import pathlib
import subprocess
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import graph

PLACE = pathlib.Path("target/peers")
BASE = pathlib.Path("target/base")


class Child:
    """An encoder in a process of its own, which times itself."""

    def __init__(self, command, threads):
        names = ("RAYON_NUM_THREADS", "CANDLE_NUM_THREADS")
        env = os.environ | {name: str(threads) for name in names}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env)

    def micros(self, text):
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


class Onnx:
    """ONNX Runtime with all its graph optimisations."""

    def __init__(self, model, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [i.name for i in self.session.get_inputs()]
        self.tokenizer = Tokenizer.from_file(str(BASE / "tokenizer.json"))
        self.tokenizer.no_padding()

    def encode(self, text):
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"ids": ids, "input_ids": ids, "attention_mask": np.ones_like(ids)}
        feed["token_type_ids"] = np.zeros_like(ids)
        states = self.session.run(None, {name: feed[name] for name in self.inputs})[0]
        pooled = states.mean(axis=1)[0] if states.ndim == 3 else states[0]
        return pooled / np.linalg.norm(pooled)

    def micros(self, text):
        start = time.perf_counter()
        self.encode(text)
        return (time.perf_counter() - start) * 1e6


def texts(path, count):
    rows = (json.loads(line) for line in open(path))
    found = [row.get("text") or row.get("query") for row in rows]
    return found[:count]


def measure(encoder, threads, sample):
    f32 = PLACE / "f32.onnx"
    if not f32.exists():
        graph.build(BASE / "model.safetensors", f32)
    peers = {
        "olympus": Child([encoder, "olympus", str(threads)], threads),
        "ONNX Runtime int8": Onnx(PLACE / "int8.onnx", threads),
        "ONNX Runtime f32": Onnx(f32, threads),
        "Candle f32": Child([encoder, "candle", str(BASE)], threads),
    }
    # Two graphs of one model: a wrong one would be no peer.
    for text in sample[:20]:
        near = peers["ONNX Runtime f32"].encode(text) @ peers["ONNX Runtime int8"].encode(text)
        assert near > 0.97, f"the graphs disagree on {text!r}: {near}"
    for text in sample[:30]:
        for peer in peers.values():
            peer.micros(text)
    took = {name: [] for name in peers}
    for turn, text in enumerate(sample):
        names = list(peers)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            took[name].append(peers[name].micros(text))
    for peer in peers.values():
        if isinstance(peer, Child):
            peer.process.stdin.close()
            peer.process.wait()
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", required=True, help="the built line_encoder")
    parser.add_argument("--texts", default="eval/data/intent_own.jsonl", help="JSONL, text or query")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    sample = texts(args.texts, args.count)
    rows = []
    for threads in (1, 2):
        took = measure(args.encoder, threads, sample)
        ours = np.percentile(took["olympus"], 50)
        for name, values in took.items():
            p50, p99 = np.percentile(values, [50, 99])
            row = {"threads": threads, "encoder": name, "p50_us": p50, "p99_us": p99}
            rows.append(row | {"mean_us": float(np.mean(values)), "ratio_p50": p50 / ours})
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{len(sample)} texts of {args.texts}")
    print(f"{'threads':>7}  {'encoder':20}{'p50 µs':>9}{'p99 µs':>9}{'mean µs':>9}{'ratio':>7}")
    for r in rows:
        figures = f"{r['p50_us']:9.0f}{r['p99_us']:9.0f}{r['mean_us']:9.0f}{r['ratio_p50']:6.1f}×"
        print(f"{r['threads']:>7}  {r['encoder']:20}{figures}")


if __name__ == "__main__":
    main()

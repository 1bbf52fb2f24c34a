"""line_encoder's protocol spoken by ONNX Runtime, with all its graph optimisations: MODEL TOKENIZER THREADS."""

import json
import sys
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


class Onnx:
    def __init__(self, model, tokenizer, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [i.name for i in self.session.get_inputs()]
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()

    def encode(self, texts):
        """Unit vectors of texts of equal length."""
        ids = np.array([self.tokenizer.encode(text).ids for text in texts], dtype=np.int64)
        feed = {"ids": ids, "input_ids": ids, "attention_mask": np.ones_like(ids)}
        feed["token_type_ids"] = np.zeros_like(ids)
        states = self.session.run(None, {name: feed[name] for name in self.inputs})[0]
        pooled = states.mean(axis=1) if states.ndim == 3 else states
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


def resident_kb():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("no VmRSS in /proc/self/status")


def main():
    model, tokenizer, threads = sys.argv[1:]
    before = resident_kb()
    start = time.perf_counter()
    onnx = Onnx(model, tokenizer, int(threads))
    onnx.encode(["a text to begin with"])
    print(f"{(time.perf_counter() - start) * 1e6:.1f}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked is None:
            print(resident_kb() - before, flush=True)
            continue
        texts = [asked] if isinstance(asked, str) else asked
        start = time.perf_counter()
        onnx.encode(texts)
        print(f"{(time.perf_counter() - start) * 1e6:.1f}", flush=True)


if __name__ == "__main__":
    main()

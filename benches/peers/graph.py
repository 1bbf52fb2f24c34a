"""The base model as an ONNX graph in f32, made from its safetensors."""

import json
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEADS, WIDTH, LAYERS, EPS = 12, 32, 6, 1e-12


def tensors(path):
    """Named arrays of a safetensors file."""
    data = open(path, "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    found = {}
    for name, info in header.items():
        if info["dtype"] != "F32":
            continue
        start, end = info["data_offsets"]
        flat = np.frombuffer(data[8 + size + start : 8 + size + end], dtype=np.float32)
        found[name] = flat.reshape(info["shape"])
    return found


class Graph:
    """Nodes and constants, named by count."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def const(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op, *inputs, **attributes):
        out = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [out], **attributes))
        return out

    def linear(self, x, weight, bias):
        return self.add("Add", self.add("MatMul", x, self.const(weight.T)), self.const(bias))


def build(safetensors, out):
    """Writes the graph: `ids` (texts × tokens, without padding) to `states` (texts × tokens × hidden)."""
    w, g = tensors(safetensors), Graph()

    def norm(x, name):
        weight, bias = g.const(w[f"{name}.weight"]), g.const(w[f"{name}.bias"])
        return g.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=EPS)

    places = w["embeddings.position_embeddings.weight"] + w["embeddings.token_type_embeddings.weight"][0]
    words = g.add("Gather", g.const(w["embeddings.word_embeddings.weight"]), "ids")
    length = g.add("Shape", "ids", start=1, end=2)
    place = g.add("Slice", g.const(places), g.const(np.array([0])), length, g.const(np.array([0])))
    x = norm(g.add("Add", words, place), "embeddings.LayerNorm")
    split = g.const(np.array([0, 0, HEADS, WIDTH]))
    join = g.const(np.array([0, 0, HEADS * WIDTH]))
    scale = g.const(np.array(WIDTH**-0.5, dtype=np.float32))
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"

        def part(name, order):
            p = f"{at}.attention.self.{name}"
            y = g.linear(x, w[f"{p}.weight"], w[f"{p}.bias"])
            return g.add("Transpose", g.add("Reshape", y, split), perm=order)

        q, v = part("query", [0, 2, 1, 3]), part("value", [0, 2, 1, 3])
        k = part("key", [0, 2, 3, 1])
        shares = g.add("Softmax", g.add("Mul", g.add("MatMul", q, k), scale), axis=-1)
        context = g.add("Transpose", g.add("MatMul", shares, v), perm=[0, 2, 1, 3])
        o = f"{at}.attention.output"
        y = g.linear(g.add("Reshape", context, join), w[f"{o}.dense.weight"], w[f"{o}.dense.bias"])
        x = norm(g.add("Add", y, x), f"{o}.LayerNorm")
        i, o = f"{at}.intermediate.dense", f"{at}.output"
        y = g.add("Gelu", g.linear(x, w[f"{i}.weight"], w[f"{i}.bias"]))
        y = g.linear(y, w[f"{o}.dense.weight"], w[f"{o}.dense.bias"])
        x = norm(g.add("Add", y, x), f"{o}.LayerNorm")
    g.nodes.append(helper.make_node("Identity", [x], ["states"]))
    graph = helper.make_graph(
        g.nodes,
        "minilm",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", HEADS * WIDTH])],
        g.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, out)

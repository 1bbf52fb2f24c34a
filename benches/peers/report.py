"""Says what was measured: for a terminal, and in docs/BENCHMARKS.md between two marks."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess

DOCUMENT = pathlib.Path("docs/BENCHMARKS.md")
COLUMNS = ("threads", "encoder", "p50 µs", "p99 µs", "mean µs", "times ours", "texts/s", "start ms", "MB")


def cells(row):
    batch = row["batch_texts_per_s"]
    return (
        str(row["threads"]),
        row["encoder"],
        f"{row['p50_us']:,.0f}",
        f"{row['p99_us']:,.0f}",
        f"{row['mean_us']:,.0f}",
        f"{row['ratio_p50']:.1f}",
        "" if batch is None else f"{batch:,.0f}",
        f"{row['start_ms']:,.0f}",
        f"{row['memory_mb']:,.0f}",
    )


def text(rows, batch):
    table = [COLUMNS, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for row in table:
        fields = [cell.ljust(w) if at == 1 else cell.rjust(w) for at, (cell, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(fields))
    lines.append(f"texts/s: {batch} texts of equal length at once; MB: what loading and running the model takes")
    return "\n".join(lines)


def machine():
    """The processor as it names itself, its caches, and the system."""
    env = os.environ | {"LC_ALL": "C"}
    said = subprocess.run(["lscpu"], capture_output=True, text=True, check=True, env=env).stdout
    fields = dict(re.findall(r"^([^:]+):\s+(.*)$", said, re.MULTILINE))
    known = [f"{fields.get(name)} {what}" for name, what in (("L2 cache", "of L2"), ("L3 cache", "of L3")) if fields.get(name)]
    kinds = [kind for kind in ("avx2", "avx512_vnni", "avx_vnni", "amx_int8") if kind in fields.get("Flags", "")]
    cores = f"{fields.get('CPU(s)')} logical processors"
    return ", ".join([fields.get("Model name", platform.machine()), cores, *known, *kinds, f"Linux {platform.release()}"])


def versions():
    of = importlib.metadata.version
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    lock = pathlib.Path("Cargo.lock").read_text()
    candle = re.search(r'name = "candle-transformers"\nversion = "([^"]+)"', lock).group(1)
    return f"ONNX Runtime {of('onnxruntime')}, tokenizers {of('tokenizers')}, candle-transformers {candle}, Rust {rust}"


class Part:
    """What stands between two marks of the document; looked for before anything is measured."""

    def __init__(self, name):
        self.name = name
        self.begin, end = f"<!-- peers: {name} -->", "<!-- end -->"
        document = DOCUMENT.read_text()
        if document.count(self.begin) != 1:
            raise SystemExit(f"{DOCUMENT} needs the line `{self.begin}` once, and `{end}` after it")
        self.before, rest = document.split(self.begin)
        inside, mark, after = rest.partition(end)
        if not mark or "<!-- peers:" in inside:
            raise SystemExit(f"{DOCUMENT} has no `{end}` after `{self.begin}`")
        self.after = mark + after
        self.about = f"{datetime.date.today()}; {machine()}; {versions()}"

    def write(self, rows, path, count, tokens, batch):
        table = ["| " + " | ".join(COLUMNS) + " |", "|--:|---" + "|--:" * (len(COLUMNS) - 2) + "|"]
        for row in rows:
            fields = [f"**{cell}**" if cell == "OlympusEdge" else cell for cell in cells(row)]
            table.append("| " + " | ".join(fields) + " |")
        written = [
            self.begin,
            "```sh",
            f"benches/peers/run.sh --texts {path} --count {count} --write {self.name}",
            "```",
            "",
            f"{count} texts of {tokens:.1f} tokens on average, {self.about}.",
            f"Texts/s: {batch} texts of equal length at once, which ours encodes on one core.",
            "",
            *table,
            "",
        ]
        DOCUMENT.write_text(self.before + "\n".join(written) + self.after)

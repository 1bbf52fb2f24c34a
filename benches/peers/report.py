"""Says what was measured: for a terminal, and in docs/BENCHMARKS.md between two marks."""

import datetime
import importlib.metadata
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
    said = subprocess.run(["lscpu"], capture_output=True, text=True, check=True).stdout
    fields = dict(re.findall(r"^([^:]+):\s+(.*)$", said, re.MULTILINE))
    known = [f"{fields.get(name)} {what}" for name, what in (("L2 cache", "of L2"), ("L3 cache", "of L3")) if fields.get(name)]
    kinds = [kind for kind in ("avx2", "avx512_vnni", "avx_vnni", "amx_int8") if kind in fields.get("Flags", "")]
    cores = f"{fields.get('CPU(s)')} cores"
    return ", ".join([fields.get("Model name", platform.machine()), cores, *known, *kinds, f"Linux {platform.release()}"])


def versions():
    of = importlib.metadata.version
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    lock = pathlib.Path("Cargo.lock").read_text()
    candle = re.search(r'name = "candle-transformers"\nversion = "([^"]+)"', lock).group(1)
    return f"ONNX Runtime {of('onnxruntime')}, tokenizers {of('tokenizers')}, candle-transformers {candle}, Rust {rust}"


def write(part, rows, path, count, tokens, batch):
    """Replaces what stands between the marks of the part."""
    begin, end = f"<!-- peers: {part} -->", "<!-- end -->"
    document = DOCUMENT.read_text()
    if begin not in document:
        raise SystemExit(f"{DOCUMENT} has no part {part!r}: put a line `{begin}` and a line `{end}` where it belongs")
    before, rest = document.split(begin, 1)
    _, after = rest.split(end, 1)
    table = ["| " + " | ".join(COLUMNS) + " |", "|--:|---" + "|--:" * (len(COLUMNS) - 2) + "|"]
    for row in rows:
        fields = [f"**{cell}**" if cell == "OlympusEdge" else cell for cell in cells(row)]
        table.append("| " + " | ".join(fields) + " |")
    written = [
        begin,
        "```sh",
        f"benches/peers/run.sh --texts {path} --count {count} --write {part}",
        "```",
        "",
        f"{count} texts of {tokens:.1f} tokens on average, {datetime.date.today()}; {machine()}; {versions()}.",
        f"Texts/s: {batch} texts of equal length at once.",
        "",
        *table,
        end,
    ]
    DOCUMENT.write_text(before + "\n".join(written) + after)

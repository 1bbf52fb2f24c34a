#!/usr/bin/env python3
"""What an encoder's accuracy costs in time: measures model folders and draws docs/images/frontier.svg.

    cargo build --release && cargo build --release -p olympus-inference --example encode
    models/training/frontier.py "NAME=FOLDER" …      # measures these, keeps what was measured of others
    models/training/frontier.py                      # draws what models/training/frontier.tsv holds

The public texts lie in a folder beside the repository (--shared); nothing but Python's library is needed.
"""

import argparse
import csv
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "models/training/frontier.tsv"
CHART = ROOT / "docs/images/frontier.svg"
FIELDS = ["name", "warm_us", "cold_us", "own", "public", "languages", "aliases_first", "aliases_in_ten"]
PANELS = [
    ("own", "intents, the project's own set", 728),
    ("public", "intents, public set", 1274),
    ("aliases_in_ten", "aliases, dish in ten", 1914),
]
WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 300, 62, 64, 40


def evaluate(kind, model, *more):
    command = [ROOT / "target/release/olympus-eval", kind, "--json", "--model", model, *more]
    return json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)


def micros(model, queries, *more):
    """p50 of one text on one thread, the best of three runs: neighbours only ever slow it down."""
    command = [ROOT / "target/release/examples/encode", "--model", model, *more, queries]
    runs = (subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(3))
    return min(int(re.search(r"p50 (\d+)", run.stdout)[1]) for run in runs)


def measure(name, model, shared):
    queries = shared / "queries/mindmeld_alias.jsonl"
    intent = lambda file: evaluate("intent", model, "--data", file)["accuracy_strict"]
    aliases = evaluate("search", model, "--data", queries, "--menu", shared / "menu/mindmeld_sf.jsonl")
    return {
        "name": name,
        "warm_us": micros(model, queries),
        "cold_us": micros(model, queries, "--cold"),
        "own": intent("eval/data/intent_own.jsonl"),
        "public": intent(shared / "intent/public.jsonl"),
        "languages": intent("eval/data/intent_languages.jsonl"),
        "aliases_first": aliases["hit_at_1"],
        "aliases_in_ten": aliases["hit_at_10"],
    }


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def panel(rows, field, title, count, left):
    """One chart: time to the right, accuracy upwards, a line from warm to cold caches for each model."""
    times = [float(row[of]) for row in rows for of in ("warm_us", "cold_us")]
    most = max(times) * 1.08
    values = [float(row[field]) for row in rows]
    low, high = min(values) - 0.004, max(values) + 0.004
    x = lambda us: left + us / most * WIDTH
    y = lambda value: TOP + HEIGHT - (value - low) / (high - low) * HEIGHT
    text = lambda at, up, what, more="": f'<text x="{at:.1f}" y="{up:.1f}" {more}>{escaped(what)}</text>'
    out = [text(left, TOP - 16, f"{title} ({count:,} texts)", 'font-weight="600" fill="#202124"')]
    tick = 0.005 if high - low < 0.05 else 0.02
    at = int(low / tick + 1) * tick
    while at < high:
        out.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{y(at):.1f}" y2="{y(at):.1f}" stroke="#dadce0"/>')
        out.append(text(left - 8, y(at) + 4, f"{at:.3f}", 'text-anchor="end" fill="#5f6368"'))
        at += tick
    for us in range(0, int(most), 500):
        out.append(text(x(us), TOP + HEIGHT + 18, f"{us / 1000:g}", 'text-anchor="middle" fill="#5f6368"'))
    out.append(text(left + WIDTH / 2, TOP + HEIGHT + 36, "ms a query of seven tokens", 'text-anchor="middle" fill="#5f6368"'))
    for at, row in enumerate(rows):
        warm, cold, up = x(float(row["warm_us"])), x(float(row["cold_us"])), y(float(row[field]))
        colour = "#c5221f" if at == 0 else "#1967d2"
        out.append(f'<line x1="{warm:.1f}" x2="{cold:.1f}" y1="{up:.1f}" y2="{up:.1f}" stroke="{colour}" stroke-width="2"/>')
        out.append(f'<circle cx="{warm:.1f}" cy="{up:.1f}" r="4" fill="{colour}"/>')
        out.append(f'<circle cx="{cold:.1f}" cy="{up:.1f}" r="4" fill="white" stroke="{colour}" stroke-width="2"/>')
        out.append(text(warm - 8, up + 4, str(at + 1), f'text-anchor="end" font-weight="600" fill="{colour}"'))
    return out


def draw(rows):
    width = LEFT + len(PANELS) * (WIDTH + GAP + 30)
    height = TOP + HEIGHT + 64 + 18 * len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="600" fill="#202124">Accuracy and time of encoders: warm caches (full) and cold ones (hollow)</text>',
    ]
    for at, (field, title, count) in enumerate(PANELS):
        out += panel(rows, field, title, count, LEFT + at * (WIDTH + GAP + 30))
    for at, row in enumerate(rows):
        up = TOP + HEIGHT + 64 + 18 * at
        colour = "#c5221f" if at == 0 else "#1967d2"
        name = escaped(row["name"])
        out.append(f'<text x="{LEFT}" y="{up}" fill="{colour}"><tspan font-weight="600">{at + 1}</tspan> {name}</text>')
    CHART.write_text("\n".join([*out, "</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="NAME=FOLDER", help="a model to measure; the first row is the one that ships")
    parser.add_argument("--shared", type=pathlib.Path, default=ROOT.parent / "shared/data")
    args = parser.parse_args()
    rows = {}
    if TABLE.exists():
        with TABLE.open() as file:
            rows = {row["name"]: row for row in csv.DictReader(file, delimiter="\t")}
    for model in args.models:
        name, _, folder = model.partition("=")
        print(f"{name}: measuring", flush=True)
        rows[name] = measure(name, pathlib.Path(folder).resolve(), args.shared.resolve())
    with TABLE.open("w") as file:
        table = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
        table.writeheader()
        for row in rows.values():
            table.writerow({field: f"{row[field]:.4f}" if isinstance(row[field], float) else row[field] for field in FIELDS})
    draw(list(rows.values()))
    print(f"{TABLE.relative_to(ROOT)}, {CHART.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Counts the instructions of the hot paths under valgrind, where no neighbour disturbs, and compares
# them with benches/instructions.tsv: more than 5 % above is an error.
# benches/instructions.sh [--write]
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind > /dev/null || {
  echo "valgrind is not here; on Debian: apt-get install valgrind" >&2
  exit 2
}
baseline=benches/instructions.tsv
release="${CARGO_TARGET_DIR:-target}/release/examples"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --quiet --release -p olympus-inference --example encode
cargo build --quiet --release -p olympus-menu --example measure

# Valgrind knows no AVX-512, so the encoder runs on its AVX2 kernel. One thread, so that none spins
# for another.
count() {
  RAYON_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 > /dev/null |
    sed -n 's/.*Collected : //p'
}
# What one text costs: a run over them three times, less a run over them once, so that loading
# takes no part.
per_text() { echo $((($2 - $1) / (2 * $3))); }

texts=24
lines() { awk -v n="$texts" 'NR % 5 == 1 && ++seen <= n' "$1"; }
lines eval/data/search_demo.jsonl > "$work/queries.jsonl"
lines eval/data/intent_own.jsonl > "$work/utterances.jsonl"
for times in 1 2 3; do cat "$work/queries.jsonl"; done > "$work/three.jsonl"

measure() {
  case $1 in
    encode*) count "$release/encode" --kernel avx2 --rounds "$2" "$work/${1#encode-}.jsonl" ;;
    search-and-suggest)
      if [ "$2" = 3 ]; then file=three; else file=queries; fi
      count "$release/measure" --menu crates/device/demo/menu.json --queries "$work/$file.jsonl" ;;
  esac
}
failed=0
for path in encode-queries encode-utterances search-and-suggest; do
  now=$(per_text "$(measure "$path" 1)" "$(measure "$path" 3)" "$texts")
  before=$(awk -v path="$path" '$1 == path { print $2 }' "$baseline" 2> /dev/null || true)
  if [ -z "$before" ]; then
    note="no baseline"
  else
    note=$(awk -v now="$now" -v before="$before" 'BEGIN { printf "%+.1f %%", 100 * (now / before - 1) }')
    if [ $((now * 100)) -gt $((before * 105)) ]; then
      note="$note: too many"
      failed=1
    fi
  fi
  printf '%-20s %12d instructions a text (%s)\n' "$path" "$now" "$note"
  printf '%s\t%s\n' "$path" "$now" >> "$work/new.tsv"
done
if [ "${1:-}" = --write ]; then
  cp "$work/new.tsv" "$baseline"
  exit 0
fi
exit $failed

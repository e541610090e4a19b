#!/bin/sh
# Fuzzes proto/wire for a bounded time, in bounded memory; ends with an error at the first finding.
#
#   FUZZ_SECONDS   how long each target runs (default 30)
#   FUZZ_RSS_MB    most memory that a target may take (default 512)
set -eu

cd "$(dirname "$0")/../proto/wire"
cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked

for target in framer request incoming; do
    # New finds go to corpus/, which is not kept; seeds/ is only read.
    mkdir -p "fuzz/corpus/$target"
    cargo fuzz run -s none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="${FUZZ_SECONDS:-30}" \
        -rss_limit_mb="${FUZZ_RSS_MB:-512}" \
        -max_len=65535 -timeout=5 -verbosity=0 -print_final_stats=1
done

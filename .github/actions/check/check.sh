#!/usr/bin/env bash
# One check, three views of it: annotations in the log, SARIF, and what cleaner check adds to the summary of the job by
# itself. Inputs come as environment variables, so that nothing in them is ever run.
set -euo pipefail

words=(--quiet --output-format sarif --output-file "$SARIF" --output-format github)
if [ -n "$BASELINE" ]; then words+=(--baseline "$BASELINE"); fi
while IFS= read -r word; do
  if [ -n "$word" ]; then words+=("$word"); fi
done <<<"$OPTIONS"
words+=(--)
while IFS= read -r path; do
  if [ -n "$path" ]; then words+=("$path"); fi
done <<<"$PATHS"

exec "${CLEANER:-$RUNNER_TEMP/cleaner/bin/cleaner}" check "${words[@]}"

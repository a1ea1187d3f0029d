#!/usr/bin/env bash
# One check, three views of it: annotations in the log, a summary of the job, and SARIF. Inputs come as environment
# variables, so that nothing in them is ever run.
set -euo pipefail

words=(--quiet --output-format sarif --output-file "$SARIF")
words+=(--output-format markdown --output-file "$GITHUB_STEP_SUMMARY" --output-format github)
if [ -n "$BASELINE" ]; then words+=(--baseline "$BASELINE"); fi
while IFS= read -r word; do
  if [ -n "$word" ]; then words+=("$word"); fi
done <<<"$OPTIONS"
words+=(--)
while IFS= read -r path; do
  if [ -n "$path" ]; then words+=("$path"); fi
done <<<"$PATHS"

exec "${CLEANER:-$RUNNER_TEMP/cleaner/bin/cleaner}" check "${words[@]}"

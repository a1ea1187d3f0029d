"""Print how many megabytes of text a CPU-second strips, by each detector and by all.

usage: bench_boilerplate.py [CORPUS.jsonl] [--megabytes 10]

Without a corpus (rows with ``text``, and ``source`` if known) articles with furniture are made up.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from cleaner import fields
from cleaner.boilerplate import captions, decide, model, scan, templates
from cleaner.boilerplate.rules import RuleSet
from cleaner.lines import Lines

WORDS = """the of to and in that is for on it with as was he said at by from be have has are his an not this they will
minister police state market council report election school energy water people company border court city north talks
plan vote money month Tuesday Monday London Berlin Paris America Europe bridge train weather winter health news"""
FURNITURE = (
    "Share this article|Advertisement|Read more: {}|Sign up for our newsletter|{} 12, 2020|Home - News - Sport|"
    "Copyright 2020 {}. All rights reserved.|By {} {}|Photo: {} / Agency"
)


def made_up(megabytes: float) -> list[tuple[str, str]]:
    pick = random.Random(7)
    words = WORDS.split()
    documents: list[tuple[str, str]] = []
    size = 0
    while size < megabytes * 1e6:
        lines = []
        for _ in range(pick.randint(6, 24)):
            if pick.random() < 0.12:
                lines.append(pick.choice(FURNITURE.split("|")).format(pick.choice(words), pick.choice(words)))
            lengths = [pick.randint(8, 30) for _ in range(pick.randint(1, 4))]
            sentences = [" ".join(pick.choices(words, k=length)).capitalize() for length in lengths]
            lines.append(". ".join(sentences) + ".")
        documents.append((f"source{pick.randint(1, 40)}", "\n\n".join(lines)))
        size += len(documents[-1][1])
    return documents


def read(path: Path, megabytes: float) -> list[tuple[str, str]]:
    documents: list[tuple[str, str]] = []
    size = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            documents.append((row.get("source") or "", row["text"]))
            size += len(row["text"].encode())
            if size > megabytes * 1e6:
                break
    return documents


def tell(name: str, megabytes: float, work: Callable[[], Any]) -> Any:
    work()  # compiled code is loaded, caches are warm
    started = time.process_time()
    result = work()
    seconds = time.process_time() - started
    print(f"{name:24} {seconds:8.3f} s {megabytes / seconds:9.1f} MB per CPU-second", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--megabytes", type=float, default=10.0)
    arguments = parser.parse_args()
    documents = read(arguments.corpus, arguments.megabytes) if arguments.corpus else made_up(arguments.megabytes)
    sources: list[str | None] = [source for source, _ in documents]
    texts = [text for _, text in documents]
    size = sum(len(text.encode()) for text in texts) / 1e6
    nothing: list[None] = [None] * len(texts)
    lines = tell("lines", size, lambda: Lines.of(texts))
    print(f"{size:.1f} MB, {len(texts)} documents, {len(lines)} lines")
    seen = tell("scan", size, lambda: scan.scan(lines))
    ruleset, weights = RuleSet.load(), model.load()
    tell("rules", size, lambda: ruleset.match(lines, nothing))
    tell("fields", size, lambda: fields.match(lines))
    tell("captions", size, lambda: captions.match(lines))
    tell("model (without scan)", size, lambda: weights.logit(lines, seen))
    rows = tell("templates: count", size, lambda: templates.count_rows(pa.array(texts), sources, nothing))
    counted = templates.count_documents(sources).to_pylist()
    sizes = {row["source"]: row["documents"] for row in counted}
    learned = tell("templates: learn", size, lambda: templates.learn(pa.Table.from_batches([rows]), sizes))
    known = templates.Templates.of([learned])
    tell("templates: match", size, lambda: known.match(lines, sources, seen))
    settings = decide.Settings(ruleset=ruleset, templates=known, model=weights)
    tell("whole, with second looks", size, lambda: decide.find(Lines.of(texts), sources, nothing, settings))


if __name__ == "__main__":
    main()

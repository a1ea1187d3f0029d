"""How fast repairs are beside ftfy: ``python tests/benchmarks/bench_encoding.py TEXT_FILE``, one text a line."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import ftfy

from cleaner.encoding import repair, repair_batch


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def compare(name: str, texts: list[str], config: ftfy.TextFixerConfig) -> None:
    ours = seconds(lambda: repair_batch(texts))
    theirs = seconds(lambda: [ftfy.fix_text(text, config) for text in texts])
    print(f"{name}: {len(texts)} texts, ours {ours:.3f} s, ftfy {theirs:.3f} s, {theirs / ours:.1f} times as fast")


def main() -> None:
    texts = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
    config = ftfy.TextFixerConfig(uncurl_quotes=False, explain=False)
    size = sum(len(text.encode()) for text in texts) / 1e6
    compare("all", texts, config)
    compare("beyond ASCII", [text for text in texts if not text.isascii()], config)
    print(f"{size:.1f} MB, {sum(map(bool, map(repair, texts)))} texts repaired")


if __name__ == "__main__":
    main()

"""How fast repairs are beside ftfy: ``python tests/benchmarks/bench_encoding.py TEXT_FILE``, one text a line."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import ftfy

from cleaner.encoding import repair, repair_batch


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(name: str, texts: list[str], config: ftfy.TextFixerConfig, rounds: int = 7) -> None:
    """Print the median of the ratios of runs in turn, which other work on the machine hardly changes."""
    runs = [
        (seconds(lambda: repair_batch(texts)), seconds(lambda: [ftfy.fix_text(text, config) for text in texts]))
        for _ in range(rounds)
    ]
    ours, theirs = map(min, zip(*runs, strict=True))
    ratio = median(their / our for our, their in runs)
    print(f"{name}: {len(texts)} texts, ours {ours:.3f} s, ftfy {theirs:.3f} s, {ratio:.1f} times as fast")


def main() -> None:
    texts = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
    config = ftfy.TextFixerConfig(uncurl_quotes=False, explain=False)
    size = sum(len(text.encode()) for text in texts) / 1e6
    compare("all", texts, config)
    compare("beyond ASCII", [text for text in texts if not text.isascii()], config)
    print(f"{size:.1f} MB, {sum(map(bool, map(repair, texts)))} texts repaired")


if __name__ == "__main__":
    main()

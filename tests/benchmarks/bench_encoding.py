"""How fast repairs are beside ftfy: ``python tests/benchmarks/bench_encoding.py TEXT_FILE...``, one text a line.

Small files are taken several times over, as batches of a large corpus would be.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import ftfy
import pyarrow as pa

from cleaner.encoding import repair_batch

#: Bytes from which on texts are scanned by the compiled kernel, and then some.
LARGE = 8_000_000


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(name: str, texts: list[str], config: ftfy.TextFixerConfig, rounds: int = 5) -> None:
    """Print the median of the ratios of runs in turn, which other work on the machine hardly changes."""
    if not texts:
        return
    size = sum(len(text.encode()) for text in texts)
    column = pa.array(texts * (1 + LARGE // size), pa.large_string())
    times = len(column) / len(texts)
    repair_batch(column)
    runs = [
        (
            seconds(lambda: repair_batch(column)) / times,
            seconds(lambda: [ftfy.fix_text(text, config) for text in texts]),
        )
        for _ in range(rounds)
    ]
    ours, theirs = map(min, zip(*runs, strict=True))
    ratio = median(their / our for our, their in runs)
    speed = f"ours {ours * 1e9 / size:.1f} ms/MB, ftfy {theirs * 1e9 / size:.1f} ms/MB"
    print(f"{name}: {len(texts)} texts, {size / 1e6:.2f} MB, {speed}, {ratio:.1f} times as fast")


def main() -> None:
    config = ftfy.TextFixerConfig(uncurl_quotes=False, explain=False)
    for path in sys.argv[1:]:
        texts = Path(path).read_text(encoding="utf-8").split("\n")
        compare(f"{path}, all", texts, config)
        compare(f"{path}, beyond ASCII", [text for text in texts if not text.isascii()], config)


if __name__ == "__main__":
    main()

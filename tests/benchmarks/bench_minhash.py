"""Speed of near-duplicate detection beside rensa, datasketch and daft, where they are installed.

    python tests/benchmarks/bench_minhash.py [--texts FILE.jsonl] [--megabytes 8] [--rounds 5]

Every tool gets the same passages and one core; tools take turns in each round; the table shows medians of CPU time.
cleaner finds every pair that shares eight words and compares all of them (Jaccard .2 or containment .38); the others
look for a Jaccard similarity of .7, and compare nothing unless the table says so.
Shingles are five words for all. Without --texts the passages are generated: words by Zipf's law, one
passage in seven an edited copy of an earlier one.
"""

from __future__ import annotations

import os

# ruff: noqa: E402 (libraries read these when they are imported)
for variable in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "DAFT_MAX_TASK_BACKLOG", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import importlib.util
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaner.minhash.bands import candidate_pairs, maybe_shared
from cleaner.minhash.clusters import star_clusters
from cleaner.minhash.keys import passage_keys
from cleaner.minhash.signatures import signatures
from cleaner.minhash.verify import verify

Tool = Callable[[list[str], pa.Array], object]


def generated(megabytes: float, seed: int = 7) -> list[str]:
    """Return passages of 15 to 120 words, some of them edited copies."""
    source = random.Random(seed)
    letters = ["".join(source.choice("bcdfglmnprst") + source.choice("aeiou") for _ in range(source.randint(1, 4)))
               for _ in range(30_000)]  # fmt: skip
    weights = np.cumsum(1.0 / np.arange(3, len(letters) + 3))
    passages: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        if passages and source.random() < 0.15:
            words = source.choice(passages).split()
            for _ in range(source.choice([0, 0, 1, 3])):
                words[source.randrange(len(words))] = source.choice(letters)
        else:
            words = source.choices(letters, cum_weights=weights, k=source.randint(15, 120))
            words[0] = words[0].capitalize()
        passages.append(" ".join(words) + ".")
        size += len(passages[-1]) + 1
    return passages


def words_in_fives(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))]


def ours_signatures(_: list[str], array: pa.Array) -> object:
    return signatures(array, backend="numba")


def ours_numpy(_: list[str], array: pa.Array) -> object:
    return signatures(array, backend="numpy")


def rensa_signatures(texts: list[str], _: pa.Array) -> object:
    from rensa import RMinHash

    return RMinHash.digest_matrix_from_token_sets([words_in_fives(text) for text in texts], 128, 42)


def datasketch_signatures(texts: list[str], _: pa.Array) -> object:
    from datasketch import MinHash

    shingles = ([one.encode() for one in words_in_fives(text)] for text in texts)
    return list(MinHash.generator(shingles, num_perm=128))


def daft_signatures(texts: list[str], _: pa.Array) -> object:
    import daft
    from daft.functions import minhash

    frame = daft.from_pydict({"text": texts})
    return frame.select(minhash(frame["text"], num_hashes=128, ngram_size=5)).to_arrow()


def ours_whole(_: list[str], array: pa.Array) -> object:
    keys = passage_keys(array, backend="numba")
    pairs = candidate_pairs(*maybe_shared([keys.key], [keys.text]))
    found = verify(array, pairs.a, pairs.b, backend="numba")
    return star_clusters(pairs.a[found.flag], pairs.b[found.flag], np.arange(len(array)))


def rensa_whole(texts: list[str], _: pa.Array) -> object:
    from rensa import RMinHashDeduplicator

    found = RMinHashDeduplicator(threshold=0.7, num_perm=128, use_lsh=True)
    return found.add_pairs([(str(number), words_in_fives(text)) for number, text in enumerate(texts)])


def rensa_verified(texts: list[str], _: pa.Array) -> object:
    """What its users have to write themselves: each candidate is compared on its shingles, each pair once."""
    from rensa import RMinHash, RMinHashLSH

    shingles = [frozenset(words_in_fives(text)) for text in texts]
    digests = RMinHash.from_token_sets([list(one) for one in shingles], 128, 42)
    index = RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16)
    index.insert_many(digests)
    flagged = []
    for a, found in enumerate(index.query_all(digests)):
        for b in found:
            if a < b:
                shared = len(shingles[a] & shingles[b])
                if shared >= 0.7 * (len(shingles[a]) + len(shingles[b]) - shared):
                    flagged.append((a, b))
    return flagged


def datasketch_whole(texts: list[str], _: pa.Array) -> object:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.7, num_perm=128)
    kept = 0
    shingles = ([one.encode() for one in words_in_fives(text)] for text in texts)
    for number, sketch in enumerate(MinHash.generator(shingles, num_perm=128)):
        if not index.query(sketch):
            kept += 1
        index.insert(number, sketch)
    return kept


SIGNATURES: dict[str, Tool] = {
    "cleaner": ours_signatures,
    "cleaner, NumPy": ours_numpy,
    "rensa": rensa_signatures,
    "datasketch": datasketch_signatures,
    "daft": daft_signatures,
}
WHOLE: dict[str, Tool] = {
    "cleaner, verified": ours_whole,
    "rensa, verified by hand": rensa_verified,
    "rensa, unverified": rensa_whole,
    "datasketch, unverified": datasketch_whole,
}
#: Tools that are much slower get this share of the passages.
SHARE = {"datasketch": 0.1, "rensa": 0.5}


def library_of(name: str) -> str:
    """The module that a row of the table is about."""
    return name.split(",")[0]


def measure(tools: dict[str, Tool], texts: list[str], rounds: int) -> dict[str, float]:
    """Return megabytes per second of CPU time of each tool that is installed; the first round is not counted."""
    installed = {
        name: tool
        for name, tool in tools.items()
        if name.startswith("cleaner") or importlib.util.find_spec(library_of(name))
    }
    speeds: dict[str, list[float]] = {name: [] for name in installed}
    for turn in range(rounds + 1):
        for name, tool in installed.items():
            part = texts[: max(1, int(len(texts) * SHARE.get(library_of(name), 1.0)))]
            array = pa.array(part)
            size = sum(len(text.encode()) for text in part) / 1e6
            start = time.process_time()
            tool(part, array)
            spent = time.process_time() - start
            if turn:
                speeds[name].append(size / spent)
    return {name: statistics.median(values) for name, values in speeds.items()}


def show(title: str, speeds: dict[str, float]) -> None:
    best = next(iter(speeds.values()))
    print(f"\n{title}\n{'':26}{'MB/s':>8}{'behind':>9}")
    for name, speed in speeds.items():
        print(f"{name:26}{speed:8.1f}{best / speed:8.1f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help='JSON lines with a field "text"')
    parser.add_argument("--megabytes", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.texts:
        texts = [json.loads(line)["text"] for line in given.texts.read_text(encoding="utf-8").splitlines()]
    else:
        texts = generated(given.megabytes)
    print(f"{len(texts)} passages, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
    show("Signatures: text to 128 values", measure(SIGNATURES, texts, given.rounds))
    show("The whole: signatures, candidates, verification, clusters", measure(WHOLE, texts, given.rounds))


if __name__ == "__main__":
    main()

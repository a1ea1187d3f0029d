"""rensa: signatures of paragraphs and its index, in batches. Arguments: INPUT FOLDER PROCESSES (its own threads)."""

import json
import os
import sys
from pathlib import Path

os.environ["RAYON_NUM_THREADS"] = sys.argv[3]

from rensa import RMinHashDeduplicator

BATCH = 2_000


def shingles(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))]


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    found = RMinHashDeduplicator(threshold=0.7, num_perm=128, use_lsh=True)
    read = 0
    batch: list[tuple[str, list[str]]] = []
    with source.open(encoding="utf-8") as lines, (folder / "duplicates.txt").open("w", encoding="utf-8") as out:

        def flush() -> None:
            added = found.add_pairs(batch)
            out.writelines(f"{key}\n" for (key, _), new in zip(batch, added, strict=True) if not new)
            batch.clear()

        for line in lines:
            read += 1
            record = json.loads(line)
            for number, paragraph in enumerate(record["text"].split("\n")):
                if len(paragraph.split()) >= 8:
                    batch.append((f"{record['id']}:{number}", shingles(paragraph)))
            if len(batch) >= BATCH:
                flush()
        flush()
    print(json.dumps({"read": read, "kept": read}))


if __name__ == "__main__":
    main()

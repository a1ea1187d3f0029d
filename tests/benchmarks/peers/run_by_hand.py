"""The script that people write: ftfy, a MinHash for each paragraph, MinHashLSH. Arguments: INPUT FOLDER PROCESSES.

It drops a paragraph when the index has one like it already. With datasketch's ``update_batch``, the fast way.
"""

import json
import sys
from pathlib import Path

import ftfy
from datasketch import MinHash, MinHashLSH


def signature(text: str) -> MinHash:
    words = text.lower().split()
    made = MinHash(num_perm=128)
    made.update_batch([" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))])
    return made


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    index = MinHashLSH(threshold=0.7, num_perm=128)
    read = dropped = 0
    with source.open(encoding="utf-8") as lines, (folder / "clean.jsonl").open("w", encoding="utf-8") as out:
        for line in lines:
            read += 1
            record = json.loads(line)
            kept = []
            for number, paragraph in enumerate(ftfy.fix_text(record["text"]).split("\n")):
                if len(paragraph.split()) >= 8:
                    made = signature(paragraph)
                    if index.query(made):
                        dropped += 1
                        continue
                    index.insert(f"{record['id']}:{number}", made)
                kept.append(paragraph)
            out.write(json.dumps({**record, "text": "\n".join(kept)}, ensure_ascii=False) + "\n")
    print(json.dumps({"read": read, "kept": read, "dropped": dropped}))


if __name__ == "__main__":
    main()

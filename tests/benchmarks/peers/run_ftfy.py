"""ftfy alone: each text through ``fix_text``. Arguments: INPUT FOLDER PROCESSES."""

import json
import multiprocessing
import sys
from pathlib import Path

import ftfy

CONFIG = ftfy.TextFixerConfig(uncurl_quotes=False, explain=False)


def fixed(line: str) -> str:
    record = json.loads(line)
    record["text"] = ftfy.fix_text(record["text"], CONFIG)
    return json.dumps(record, ensure_ascii=False) + "\n"


def main() -> None:
    source, folder, processes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    count = 0
    with source.open(encoding="utf-8") as lines, (folder / "fixed.jsonl").open("w", encoding="utf-8") as out:
        if processes == 1:
            for line in lines:
                out.write(fixed(line))
                count += 1
        else:
            with multiprocessing.Pool(processes) as pool:
                for line in pool.imap(fixed, lines, chunksize=50):
                    out.write(line)
                    count += 1
    print(json.dumps({"read": count, "kept": count}))


if __name__ == "__main__":
    main()

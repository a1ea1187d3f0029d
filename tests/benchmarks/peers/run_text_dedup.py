"""text-dedup: MinHash over documents, candidates verified. Arguments: INPUT FOLDER PROCESSES."""

import json
import os
import subprocess
import sys
from pathlib import Path

SETTINGS = """\
[input]
input_type = "local_files"
file_type = "json"

[input.read_arguments]
path = "json"
data_files = {source}
split = "train"
cache_dir = "cache"

[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 128
threshold = 0.7
ngram_size = 5
num_proc = {processes}
check_false_positive = true

[output]
output_dir = "output"

[debug]
enable_profiling = false
"""


def main() -> None:
    source, folder, processes = sys.argv[1:4]
    settings = SETTINGS.format(source=json.dumps(source), processes=processes)
    (Path(folder) / "config.toml").write_text(settings, encoding="utf-8")
    environment = {**os.environ, "HF_HOME": f"{folder}/home", "HF_HUB_OFFLINE": "1", "POLARS_MAX_THREADS": processes}
    subprocess.run([sys.executable, "-m", "text_dedup.minhash"], cwd=folder, env=environment, check=True)
    from datasets import load_from_disk

    with open(source, "rb") as lines:
        read = sum(1 for _ in lines)
    print("\n" + json.dumps({"read": read, "kept": len(load_from_disk(f"{folder}/output"))}))


if __name__ == "__main__":
    main()

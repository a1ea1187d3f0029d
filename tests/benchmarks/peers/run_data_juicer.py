"""data-juicer: fix_unicode, the cleaning mappers, and MinHash over documents. Arguments: INPUT FOLDER PROCESSES."""

import json
import os
import subprocess
import sys
from pathlib import Path

SETTINGS = {
    "project_name": "benchmark",
    "executor_type": "default",
    "text_keys": "text",
    "open_tracer": False,
    "use_cache": False,
    "process": [
        {"fix_unicode_mapper": {"normalization": "NFC"}},
        {"clean_links_mapper": {}},
        {"clean_email_mapper": {}},
        {"remove_repeat_sentences_mapper": {}},
        {"whitespace_normalization_mapper": {}},
        {
            "document_minhash_deduplicator": {
                "tokenization": "space",
                "window_size": 5,
                "lowercase": True,
                "num_permutations": 128,
                "jaccard_threshold": 0.7,
            }
        },
    ],
}


def main() -> None:
    source, folder, processes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    clean = folder / "clean.jsonl"
    settings = {**SETTINGS, "dataset_path": source, "export_path": str(clean), "np": processes}
    (folder / "settings.yaml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    home = {"HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1", "DATA_JUICER_CACHE_HOME": str(folder)}
    command = Path(sys.executable).with_name("dj-process")
    subprocess.run([command, "--config", folder / "settings.yaml"], cwd=folder, env={**os.environ, **home}, check=True)
    with open(source, "rb") as lines:
        read = sum(1 for _ in lines)
    print("\n" + json.dumps({"read": read, "kept": clean.read_bytes().count(b"\n")}))


if __name__ == "__main__":
    main()

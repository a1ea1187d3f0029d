"""datatrove: FTFY, the C4 quality filter, and MinHash in its four steps. Arguments: INPUT FOLDER PROCESSES.

INPUT is a folder with as many files as processes: one task a file.
"""

import json
import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.filters import C4QualityFilter
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

CONFIG = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)


def step(name: str, folder: Path, tasks: int, workers: int, *blocks: object) -> None:
    LocalPipelineExecutor(
        list(blocks), tasks=tasks, workers=workers, logging_dir=str(folder / "logs" / name)
    ).run()  # fmt: skip


def main() -> None:
    source, folder, processes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    clean, signatures, buckets, removed = (str(folder / name) for name in ("clean", "signatures", "buckets", "removed"))
    step(
        "clean", folder, processes, processes,
        JsonlReader(source), FTFYFormatter(), C4QualityFilter(), JsonlWriter(clean, compression=None),
    )  # fmt: skip
    step("signatures", folder, processes, processes, JsonlReader(clean), MinhashDedupSignature(signatures, CONFIG))
    step("buckets", folder, CONFIG.num_buckets, processes, MinhashDedupBuckets(signatures, buckets, config=CONFIG))
    step("clusters", folder, 1, 1, MinhashDedupCluster(buckets, removed, config=CONFIG))
    step(
        "filter", folder, processes, processes,
        JsonlReader(clean), MinhashDedupFilter(removed), JsonlWriter(str(folder / "unique"), compression=None),
    )  # fmt: skip
    read = sum(path.read_bytes().count(b"\n") for path in Path(source).glob("*.jsonl"))
    kept = sum(path.read_bytes().count(b"\n") for path in (folder / "unique").glob("*.jsonl"))
    print("\n" + json.dumps({"read": read, "kept": kept}))


if __name__ == "__main__":
    main()

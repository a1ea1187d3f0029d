"""What a run writes depends on the inputs and the settings alone: not on order, workers, sizes, engine or crashes."""

from __future__ import annotations

import random
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
import stopping
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from running import clean, contents
from spark_cluster import missing

from cleaner import candidates, pipeline, resources
from cleaner.config import Config
from cleaner.engines import Silent
from cleaner.errors import StoppedError
from cleaner.readers import planning, rows
from cleaner.session import clean_to, plan_inputs

#: The settings that choose each engine, and how many examples it is tried with.
ENGINES: dict[str, tuple[dict[str, Any], int]] = {
    "local": ({}, 7),
    "spark": ({"engine": "spark", "master": "local[2]"}, 2),  # starting Spark takes seconds
}

#: Steps at which a run is stopped, or a worker of it killed.
STEPS = (
    *("documents", "ids", "copies", "lines", "learned", "cleaned"),
    *("passages", "keys", "candidates", "pairs", "written"),
)  # fmt: skip
DUPLICATES = ("flag", "drop-passages", "drop-documents")
PAGES = Path(__file__).parent.parent / "cases" / "pages"


@pytest.fixture(scope="module")
def whole_corpus(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up corpus, two web pages, and a document of which nothing but copies is left."""
    folder = tmp_path_factory.mktemp("same") / "corpus"
    shutil.copytree(corpus, folder)
    for page in sorted(PAGES.rglob("*.html"))[:2]:
        shutil.copy(page, folder / page.name)
    shutil.copy(folder / "texts" / "0" / "120.txt", folder / "texts" / "copy.txt")
    return folder


class Sizes:
    """The sizes that a run cuts its work by; results do not depend on them."""

    def __init__(self, split: int, batch: int, partition: int, shard: int, printed: int) -> None:
        self.wanted = (
            (planning, "SMALL_BYTES", split), (rows, "BATCH_ROWS", batch), (pipeline, "SHARD_BYTES", shard),
            (resources, "LEAST_PARTITION", partition), (resources, "MOST_PARTITION", partition),
            (candidates, "PRINTED", printed), (candidates, "PRINTED_EACH", 0),
        )  # fmt: skip

    def __enter__(self) -> None:
        self.before = [getattr(module, name) for module, name, _ in self.wanted]
        for module, name, value in self.wanted:
            setattr(module, name, value)

    def __exit__(self, *_: object) -> None:
        for (module, name, _), value in zip(self.wanted, self.before, strict=True):
            setattr(module, name, value)


class Crash(Silent):
    """Stops the run at a step, or kills one of its workers there."""

    def __init__(self, kind: str, step: str) -> None:
        self.kind, self.step = kind, step

    def begin(self, name: str, parts: int) -> None:
        if name == self.step and self.kind == "run":
            raise KeyboardInterrupt
        if name == self.step and self.kind == "worker":
            threading.Thread(target=stopping.kill, args=(random.random() / 50, "worker"), daemon=True).start()


def made(inputs: list[Path], crash: Crash | None = None, **given_settings: Any) -> dict[str, bytes]:
    """The files of a run; one that was stopped goes on."""
    config = Config(**given_settings)
    planned = plan_inputs([str(path) for path in inputs], config)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        with suppress(StoppedError, KeyboardInterrupt):
            clean_to(config, planned, out, crash or Silent())
        if not (out / "run.json").exists():
            clean_to(config, planned, out, resume=True)
        return contents(out)


@pytest.fixture(scope="module")
def wanted(whole_corpus: Path) -> Iterator[Callable[[str, int], dict[str, bytes]]]:
    """What one worker writes that has all in one split, batch and partition, and is not stopped."""

    @lru_cache
    def files(duplicates: str, shard: int) -> dict[str, bytes]:
        with Sizes(16 << 20, 2_000, 64 << 20, shard, 1 << 20):
            return made([whole_corpus], jobs=1, duplicates=duplicates, max_source_loss=1.0)

    yield files
    files.cache_clear()


def test_the_corpus_visits_every_stage(wanted: Callable[[str, int], dict[str, bytes]]) -> None:
    record = orjson.loads(wanted("drop-documents", 1 << 30)["run.json"])
    counts = record["counts"]
    assert min(counts["kept"], counts["dropped"], counts["rejected"], record["templates"]) > 0
    stages = {rule.partition("/")[0] for rule in record["edits"]}
    dropped = orjson.loads(wanted("drop-passages", 1 << 30)["run.json"])["edits"]
    assert stages | {rule.partition("/")[0] for rule in dropped} == {"boilerplate", "encoding", "near-duplicates"}
    assert any(b".html" in line for line in wanted("flag", 1 << 30)["corpus.jsonl"].split(b"\n"))


def test_shards_hold_the_same_lines(wanted: Callable[[str, int], dict[str, bytes]]) -> None:
    one, many = wanted("flag", 1 << 30), wanted("flag", 100_000)
    assert len(many) > len(one)
    for stem in ("corpus", "audit"):
        lines = [line for name in sorted(many) if name.startswith(stem) for line in many[name].splitlines()]
        assert sorted(lines) == sorted(one[f"{stem}.jsonl"].splitlines())


@pytest.mark.parametrize("engine", ENGINES)
def test_any_order_workers_sizes_and_crash_give_the_same_bytes(
    engine: str, whole_corpus: Path, wanted: Callable[[str, int], dict[str, bytes]]
) -> None:
    if engine == "spark" and missing():
        pytest.skip(missing())
    chosen, examples = ENGINES[engine]
    names = sorted(path.name for path in whole_corpus.iterdir())

    @settings(max_examples=examples, deadline=None, phases=[Phase.generate], database=None)
    @given(
        order=st.permutations(names),
        jobs=st.sampled_from([1, 1, 1, 2]),
        split=st.sampled_from([24 << 10, 48 << 10, 16 << 20]),
        batch=st.sampled_from([5, 17, 2_000]),
        partition=st.sampled_from([24 << 10, 48 << 10, 64 << 20]),
        shard=st.sampled_from([100_000, 1 << 30]),
        printed=st.sampled_from([0, 1 << 20]),
        duplicates=st.sampled_from(DUPLICATES),
        crash=st.one_of(st.none(), st.builds(Crash, st.sampled_from(["run", "worker"]), st.sampled_from(STEPS))),
    )
    def same(
        order: list[str],
        jobs: int,
        split: int,
        batch: int,
        partition: int,
        shard: int,
        printed: int,
        duplicates: str,
        crash: Any,
    ) -> None:
        expected = wanted(duplicates, shard)
        with Sizes(split, batch, partition, shard, printed):
            inputs = [whole_corpus / name for name in order]
            found = made(inputs, crash, jobs=jobs, duplicates=duplicates, max_source_loss=1.0, **chosen)
        assert found.keys() == expected.keys()
        for name, content in expected.items():
            assert found[name] == content, name

    same()


WORDS = [
    "the",
    "of",
    "in",
    "to",
    "and",
    "Smith",
    "Jones",
    "Brown",
    "Miller",
    "12",
    "15",
    "17",
    "20",
    "won",
    "lost",
    "home",
]


def reworked(source: random.Random) -> tuple[str, str]:
    """Two short texts that align in several ways: runs of words were moved, words replaced."""
    words = source.choices(WORDS, k=source.randint(15, 45))
    other = list(words)
    for _ in range(source.randint(1, 6)):
        at, to = (source.randrange(len(other) - 6) for _ in range(2))
        if source.random() < 0.5:
            other[at] = source.choice(WORDS)
        else:
            other[at : at + 6], other[to : to + 6] = other[to : to + 6], other[at : at + 6]
    return " ".join(words), " ".join(other)


def without_order(files: dict[str, bytes]) -> dict[str, object]:
    """What is in the files of an output but where documents stand: in the input, and so in the corpus."""
    run = orjson.loads(files["run.json"])
    del run["outputs"]
    corpus = sorted(re.sub(rb'"location":"[^"]*"', b"", line) for line in files["corpus.jsonl"].splitlines())
    others = {name: content for name, content in files.items() if name.startswith(("clusters", "pairs", "audit"))}
    return {**others, "corpus": corpus, "run": run}


@settings(max_examples=4, deadline=None, phases=[Phase.generate], database=None)
@given(source=st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_pairs_and_flags(source: random.Random) -> None:
    texts = [text for _ in range(60) for text in reworked(source)]
    rows = [orjson.dumps({"id": f"n{at}", "text": text}) for at, text in enumerate(texts)]
    found = []
    with TemporaryDirectory() as folder:
        for name in ("one", "other"):
            path = Path(folder) / name / "in.jsonl"
            path.parent.mkdir()
            path.write_bytes(b"\n".join(rows))
            clean(path, path.parent / "out", stages=("near-duplicates",))
            found.append(contents(path.parent / "out"))
            source.shuffle(rows)
    one, other = map(without_order, found)
    assert one == other
    assert found[0]["pairs.jsonl"]

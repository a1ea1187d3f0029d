"""The speed of the whole pipeline and of its stages, beside other tools: prints Markdown tables.

    python tests/benchmarks/bench_pipeline.py
    python tests/benchmarks/bench_pipeline.py --peers all --environments ~/.cache/peers --texts news.jsonl

Tools take turns in each round, on the same file; medians over the rounds. CPU time is that of a tool's whole process
tree, from its start to its end, after a run that is not counted. Slow tools get a smaller file, and ours is measured on
it too. Each tool has a virtual environment of its own, made on first use. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from environments import EVERYTHING, PEERS, Peer, UnavailableError, interpreter
from generate import write_corpus
from measure import FailedError, Spent, adopt_orphans, middle, run
from tables import machine, peers_table, stages_table, start_up_table, targets_table
from targets import HELP, SEEDS, SEEDS_FIRST, Row, figures

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
#: Runs of ours: the stages of each, the whole first.
STAGES = (EVERYTHING, "encoding", "boilerplate", "near-duplicates")
PARTS = ("speed", "stages", "start-up")
#: What peers are warmed up on.
WARM_MEGABYTES = 0.3


@dataclass(frozen=True)
class Corpus:
    """One file of JSON lines, and for tools that want a file for each process its halves in a folder."""

    name: str
    path: Path
    records: int
    megabytes: float

    def halves(self, processes: int) -> Path:
        """A folder with the corpus in ``processes`` files."""
        folder = self.path.parent / f"{self.path.stem}-{processes}"
        if not folder.exists():
            folder.mkdir()
            lines = self.path.read_bytes().splitlines(keepends=True)
            for number in range(processes):
                (folder / f"{number}.jsonl").write_bytes(b"".join(lines[number::processes]))
        return folder


def first_megabytes(name: str, source: Path, path: Path, megabytes: float) -> Corpus:
    """The first records of a file, written to ``path``."""
    size = records = 0
    with source.open("rb") as lines, path.open("wb") as out:
        for line in lines:
            if size and size + len(line) > megabytes * 1e6 * 1.001:
                break
            size += out.write(line)
            records += 1
    return Corpus(name, path, records, size / 1e6)


@dataclass
class Job:
    """One command to measure on one corpus, and what the rounds gave."""

    name: str
    stages: str
    processes: int
    corpus: Corpus
    peer: Peer | None = None
    rounds: list[Spent] = field(default_factory=list)
    failed: str = ""

    def spend(self, environments: Path, corpus: Corpus) -> Spent:
        """Run once on ``corpus``, and see that every record was read."""
        with scratch() as folder:
            if self.peer is None:
                jobs = ("--jobs", str(self.processes))
                return cleaner("run", corpus.path, "-o", "out", "-q", "--stages", self.stages, *jobs, folder=folder)
            source = corpus.halves(self.processes) if self.peer.folder else corpus.path
            script = HERE / "peers" / self.peer.script
            python = interpreter(self.peer, environments)
            spent = run([python, script, source, folder, str(self.processes)], folder)
            read = json.loads(spent.output.strip().splitlines()[-1])["read"]
            if read != corpus.records:
                raise FailedError(f"read {read} of {corpus.records} records")
            return spent

    def attempt(self, environments: Path, warm: Corpus | None = None) -> None:
        """Run once; noted unless it is to warm up. A failure is noted too, and ends further attempts."""
        if self.failed:
            return
        try:
            spent = self.spend(environments, (warm if self.peer else None) or self.corpus)
        except (FailedError, UnavailableError) as error:
            self.failed = str(error)
        else:
            self.rounds.extend([] if warm else [spent])

    def row(self) -> Row:
        """What the table shows."""
        spent = middle(self.rounds) if self.rounds and not self.failed else None
        return Row(self.name, self.stages, self.processes, self.corpus.megabytes, self.peer, spent, self.failed)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cleaner(*arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None) -> Spent:
    """Run ``cleaner`` of this working copy."""
    return run([sys.executable, "-m", "cleaner", *arguments], folder, {"PYTHONPATH": str(ROOT), **(environment or {})})


def jobs_for(whole: Corpus, part: Corpus, peers: list[Peer], processes: list[int]) -> list[Job]:
    """Every command to measure, ours first; on the smaller corpus ours does what the slow peers do."""
    jobs = [Job("cleaner", stages, count, whole) for stages in STAGES for count in processes]
    if part is not whole:
        needed = [stages for stages in STAGES if any(peer.slow and peer.stages == stages for peer in peers)]
        jobs += [Job("cleaner", stages, count, part) for stages in needed for count in processes]
    for peer in peers:
        counts = [count for count in processes if count <= peer.processes]
        jobs += [Job(peer.name, peer.stages, count, part if peer.slow else whole, peer) for count in counts]
    return jobs


def measure_jobs(jobs: list[Job], environments: Path, rounds: int, warm: Corpus) -> list[Row]:
    """Warm up, then let all take turns."""
    for turn in range(rounds + 1):
        for job in jobs:
            if turn == 0 and job.peer is None and job.stages != EVERYTHING:
                continue  # the whole has warmed its parts up
            print(f"round {turn} of {rounds}: {job.name}, {job.stages}, jobs {job.processes}", file=sys.stderr)
            job.attempt(environments, None if turn else warm)
    return [job.row() for job in jobs]


def measure_stages(corpus: Corpus, rounds: int) -> dict[str, Spent]:
    """The CPU time of each call of the engine in a warm process: medians."""
    found: dict[str, list[Spent]] = {}
    for _ in range(rounds):
        with scratch() as folder:
            output = run(
                [sys.executable, HERE / "stages.py", corpus.path, folder / "spool"], folder, {"PYTHONPATH": str(ROOT)}
            ).output
        for name, cpu, wall in json.loads(output.splitlines()[-1]):
            found.setdefault(name, []).append(Spent(cpu, wall))
    return {name: middle(spent) for name, spent in found.items()}


def measure_start_up(corpus: Corpus, rounds: int) -> dict[str, Spent]:
    """``--help`` and the five sample documents, warm and the very first time; the corpus the very first time."""
    seeds = ROOT / "seeds"
    found = {
        HELP: [_started("--help") for _ in range(2 * rounds + 1)][1:],
        SEEDS: [_started("run", seeds, "-o", "out", "-q") for _ in range(2 * rounds + 1)][1:],
        SEEDS_FIRST: [_started("run", seeds, "-o", "out", "-q", first=True)],
        f"{corpus.megabytes:.1f} MB in one process, the very first time": [
            _started("run", corpus.path, "-o", "out", "-q", "--jobs", "1", first=True)
        ],
    }
    return {name: middle(spent) for name, spent in found.items()}


def _started(*arguments: str | Path, first: bool = False) -> Spent:
    """Run once; ``first`` as if just installed: no bytecode and no compiled kernels on disk."""
    with scratch() as folder:
        fresh = {"NUMBA_CACHE_DIR": str(folder / "numba"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        return cleaner(*arguments, folder=folder, environment=fresh if first else None)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20.0, help="size of the corpora (default: 20)")
    parser.add_argument("--peer-megabytes", type=float, default=4.0, help="size for slow tools (default: 4)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7, help="of the generated corpus")
    parser.add_argument("--processes", default="1,2", help="numbers of processes to measure (default: 1,2)")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="JSON lines with id and text")
    parser.add_argument("--no-generated", action="store_true", help="measure on the given texts only")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"what to measure (default: {','.join(PARTS)})")
    parser.add_argument("--peers", default="none", help=f"all, none, or some of {','.join(PEERS)}")
    parser.add_argument(
        "--environments", type=Path, default=Path(tempfile.gettempdir()) / "benchmark-environments",
        help="folder that keeps the tools' virtual environments",
    )  # fmt: skip
    given = parser.parse_args()
    names = {"all": list(PEERS), "none": []}.get(given.peers, given.peers.split(","))
    if unknown := sorted(set(names) - set(PEERS)):
        parser.error(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    given.peers = [PEERS[name] for name in names]
    given.processes = [int(count) for count in given.processes.split(",")]
    return given


def corpora(given: argparse.Namespace, folder: Path) -> Iterator[tuple[Corpus, Corpus, Corpus]]:
    """The whole, the smaller one and the one to warm up on, of the generated corpus and of each file given."""
    sources = {f"real text, {path.name}": path for path in given.texts}
    if not given.no_generated:
        write_corpus(folder / "generated.jsonl", given.megabytes, given.seed)
        sources = {f"generated, seed {given.seed}": folder / "generated.jsonl", **sources}
    for number, (name, source) in enumerate(sources.items()):
        whole = first_megabytes(name, source, folder / f"{number}-whole.jsonl", given.megabytes)
        smaller = given.peer_megabytes < whole.megabytes
        part = first_megabytes(name, whole.path, folder / f"{number}-part.jsonl", given.peer_megabytes)
        yield (
            whole,
            part if smaller else whole,
            first_megabytes(name, source, folder / f"{number}-warm.jsonl", WARM_MEGABYTES),
        )


def measure_corpus(given: argparse.Namespace, whole: Corpus, part: Corpus, warm: Corpus) -> None:
    """Measure the parts that are asked for, and print their tables."""
    rows: list[Row] = []
    stages: dict[str, Spent] = {}
    started: dict[str, Spent] = {}
    if "speed" in given.parts:
        jobs = jobs_for(whole, part, given.peers, given.processes)
        rows = measure_jobs(jobs, given.environments, given.rounds, warm)
        print(f"{peers_table(rows)}\n", flush=True)
    if "stages" in given.parts:
        stages = measure_stages(whole, given.rounds)
        print(f"{stages_table(stages, whole.megabytes)}\n", flush=True)
    if "start-up" in given.parts:
        started = measure_start_up(whole, given.rounds)
        print(f"{start_up_table(started)}\n", flush=True)
    print(targets_table(figures(rows, stages, started)), flush=True)


def main() -> None:
    """Measure and print."""
    given = options()
    adopt_orphans()
    for name in [name for name in os.environ if name.startswith("CLEANER_")]:
        del os.environ[name]
    print(machine(given.peers), flush=True)
    with scratch() as folder:
        for whole, part, warm in corpora(given, folder):
            print(f"\n### {whole.name}: {whole.megabytes:.1f} MB, {whole.records:,} documents\n")
            measure_corpus(given, whole, part, warm)


if __name__ == "__main__":
    main()

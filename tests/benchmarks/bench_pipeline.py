"""The speed of the whole pipeline and of its stages, beside other tools: prints Markdown tables.

    python tests/benchmarks/bench_pipeline.py
    python tests/benchmarks/bench_pipeline.py --peers all --environments ~/.cache/peers --texts news.jsonl

Tools take turns in each round, on the same file; medians over the rounds. CPU time is that of a tool's whole process
tree, from its start to its end, after a run that is not counted; megabytes are those of the file. Slow tools get a
smaller file, and ours is measured on it too. Each tool also cleans a very small file, so that the cost of a further
megabyte is told from that of starting. Each has a virtual environment of its own, made on first use.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpora import Corpus, Sizes, corpora
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


@dataclass
class Job:
    """One command to measure, on a corpus and on a smaller one, and what the rounds gave for each."""

    name: str
    stages: str
    processes: int
    corpora: tuple[Corpus, Corpus]
    peer: Peer | None = None
    rounds: dict[float, list[Spent]] = field(default_factory=dict)
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

    def attempt(self, environments: Path, corpus: Corpus) -> Spent | None:
        """Run once; a failure is noted, and ends further attempts."""
        if self.failed:
            return None
        try:
            return self.spend(environments, corpus)
        except (FailedError, UnavailableError) as error:
            self.failed = str(error)
            return None

    def measure(self, environments: Path) -> None:
        """Run once on each corpus, and note what it took."""
        for corpus in self.corpora:
            if spent := self.attempt(environments, corpus):
                self.rounds.setdefault(corpus.megabytes, []).append(spent)

    def row(self) -> Row:
        """What the table shows."""
        medians = {} if self.failed else {size: middle(spent) for size, spent in self.rounds.items()}
        return Row(self.name, self.stages, self.processes, self.peer, medians, self.failed)


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


def jobs_for(sizes: Sizes, stages: Sequence[str], peers: list[Peer], processes: list[int]) -> list[Job]:
    """Every command to measure, ours first; on the smaller corpus too, which is what slow peers get."""
    own = (sizes.whole, sizes.part if sizes.part is not sizes.whole else sizes.warm)
    jobs = [Job("cleaner", name, count, own) for name in stages for count in processes]
    for peer in peers:
        given = (sizes.part if peer.slow else sizes.whole, sizes.warm)
        counts = [count for count in processes if count <= peer.processes]
        jobs += [Job(peer.name, peer.stages, count, given, peer) for count in counts]
    return jobs


def measure_jobs(jobs: list[Job], environments: Path, rounds: int) -> list[Row]:
    """Warm up, then let all take turns."""
    for job in jobs:
        if job.peer or job.stages == EVERYTHING:  # the whole warms its parts up
            told(f"warming up: {job.name}, jobs {job.processes}")
            job.attempt(environments, job.corpora[1 if job.peer else 0])  # ours compiles what a large corpus needs
    for turn in range(rounds):
        for job in jobs:
            told(f"round {turn + 1} of {rounds}: {job.name}, {job.stages}, jobs {job.processes}")
            job.measure(environments)
    return [job.row() for job in jobs]


def told(message: str) -> None:
    """Say how far the measurement is."""
    print(message, file=sys.stderr)


def measure_stages(corpus: Corpus, rounds: int) -> dict[str, Spent]:
    """The CPU time of each call of the engine in a warm process: medians, after a run that compiles what is missing."""
    found: dict[str, list[Spent]] = {}
    for turn in range(rounds + 1):
        with scratch() as folder:
            output = run(
                [sys.executable, HERE / "stages.py", corpus.path, folder / "spool"], folder, {"PYTHONPATH": str(ROOT)}
            ).output
        for name, cpu, wall in json.loads(output.splitlines()[-1]) if turn else ():
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
    """Run once; ``first`` as if just installed: no compiled kernels on disk (bytecode pip has written)."""
    with scratch() as folder:
        fresh = {"NUMBA_CACHE_DIR": str(folder / "numba")}
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
    parser.add_argument("--whole-only", action="store_true", help="leave out runs of one stage alone")
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


def sources(given: argparse.Namespace, folder: Path) -> dict[str, Path]:
    """The generated corpus, and each file given, by name."""
    texts = {f"real text, {path.name}": path for path in given.texts}
    if given.no_generated:
        return texts
    write_corpus(folder / "generated.jsonl", given.megabytes, given.seed)
    return {f"generated, seed {given.seed}": folder / "generated.jsonl", **texts}


def measure_corpus(given: argparse.Namespace, sizes: Sizes) -> None:
    """Measure the parts that are asked for, and print their tables."""
    rows: list[Row] = []
    stages: dict[str, Spent] = {}
    started: dict[str, Spent] = {}
    if "speed" in given.parts:
        jobs = jobs_for(sizes, STAGES[:1] if given.whole_only else STAGES, given.peers, given.processes)
        rows = measure_jobs(jobs, given.environments, given.rounds)
        print(f"{peers_table(rows)}\n", flush=True)
    if "stages" in given.parts:
        stages = measure_stages(sizes.whole, given.rounds)
        print(f"{stages_table(stages, sizes.whole.megabytes)}\n", flush=True)
    if "start-up" in given.parts:
        started = measure_start_up(sizes.whole, given.rounds)
        print(f"{start_up_table(started)}\n", flush=True)
    print(targets_table(figures(rows, stages, sizes.whole.megabytes, started)), flush=True)


def main() -> None:
    """Measure and print."""
    given = options()
    adopt_orphans()
    for name in [name for name in os.environ if name.startswith("CLEANER_")]:
        del os.environ[name]
    print(machine(given.peers), flush=True)
    with scratch() as folder:
        for sizes in corpora(sources(given, folder), given.megabytes, given.peer_megabytes, folder):
            print(f"\n### {sizes.whole.name}: {sizes.whole.megabytes:.1f} MB, {sizes.whole.records:,} documents\n")
            measure_corpus(given, sizes)


if __name__ == "__main__":
    main()

"""The library gives what the command gives, from files and from memory, and its types hold."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Barrier
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import command, contents, records

import cleaner
from cleaner import CleanerError, Document, Result, check, clean, clean_text, clean_texts, progress
from cleaner.alone import without_main
from cleaner.commands.check import OUTPUT_FORMATS
from cleaner.config import Config
from cleaner.findings import Located
from cleaner.readers import planning
from cleaner.resuming import stoppable

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes for the made-up corpus."""
    folder = tmp_path_factory.mktemp("command")
    done = command("run", corpus, "-o", "out", "-q", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def result(corpus: Path) -> Result:
    return clean(corpus)


def stories(folder: Path) -> list[dict[str, Any]]:
    """The records of the made-up corpus that have ids of their own."""
    lines = [line for name in ("wire", "later") for line in (folder / f"{name}.jsonl").read_bytes().split(b"\n")]
    found = [json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]
    return [one for one in found if "id" in one and len(one["text"]) > 20]


def texts(result: Result) -> dict[str, str]:
    return {document.id: document.text for document in result.documents}


# The public names


def test_importing_the_package_loads_nothing() -> None:
    program = "import sys, cleaner; print(*(name for name in sys.modules if name.startswith('cleaner')))"
    heavy = "print(*{'pyarrow', 'numpy', 'click', 'orjson'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", f"{program}; {heavy}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["cleaner"]


@pytest.mark.parametrize("name", cleaner.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(cleaner, name)
    assert name in dir(cleaner)
    assert name == "__version__" or (value.__doc__ or "").strip()


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'claen'"):
        cleaner.claen  # noqa: B018


def test_functions_stay_functions_when_all_modules_are_loaded() -> None:
    for path in (ROOT / "cleaner").glob("*.py"):
        import_module(f"cleaner.{path.stem}".removesuffix(".__init__")) if path.stem != "__main__" else None
    assert all(callable(getattr(cleaner, name)) for name in ("clean", "check", "clean_text", "open_result"))


CONSUMER = """
from cleaner import CleanText, Document, Pair, Result, apply, check, clean, clean_text, clean_texts, open_result

result: Result = clean([Document("text", id="a", metadata={"page": 3})], boilerplate="conservative")
lengths: list[int] = [len(document.text) for document in result.documents]
pairs: list[Pair] = list(result.pairs)
first: str = pairs[0].a.id
removed: list[str] = [edit.removed for edit in result.edits]
again: str = result.original("a")
with check("articles/", max_mojibake=0) as found:
    places: list[str] = [str(finding.place) for finding in found.findings]
    ok: bool = found.ok
text: CleanText = clean_text("text")
same: bool = apply(text.edits, text.original) == text
several: list[CleanText] = clean_texts(["one", "two"])
counts: dict[str, int] = open_result("clean/").counts
clean({"text": "one mapping"})
clean(["a.jsonl", "b.jsonl"], output="clean/")
"""


def test_a_typed_program_passes_mypy_and_a_wrong_one_does_not(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "good.py").write_text(CONSUMER)
    (tmp_path / "bad.py").write_text('from cleaner import clean\nclean(3)\nclean("a").documents[0]\nclean("a").edit\n')
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    kept = pytestconfig.cache.mkdir("mypy") if pytestconfig.cache else tmp_path
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", str(kept),
         "--ignore-missing-imports", "good.py", "bad.py"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert re.findall(r"^(\w+\.py:\d+): error", done.stdout, re.MULTILINE) == ["bad.py:2", "bad.py:3", "bad.py:4"], (
        done.stdout
    )


def test_each_public_name_has_a_place() -> None:
    assert {*cleaner._PLACES, "__version__"} == set(cleaner.__all__)


# The same results as the command


def test_an_output_folder_is_that_of_the_command(corpus: Path, run: Path, tmp_path: Path) -> None:
    result = clean(corpus, output=tmp_path / "out")
    assert contents(tmp_path / "out") == contents(run)
    result.close()
    assert result.folder == tmp_path / "out"
    assert len(list(result.documents)) == result.counts["kept"] == 201


def test_a_saved_result_is_that_of_the_command(result: Result, run: Path, tmp_path: Path) -> None:
    assert result.save(tmp_path / "saved") == tmp_path / "saved"
    assert contents(tmp_path / "saved") == contents(run)
    result.report(tmp_path / "saved" / "report.html")
    assert cleaner.open_result(tmp_path / "saved").save(tmp_path / "saved") == tmp_path / "saved"
    cleaner.open_result(tmp_path / "saved").save(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(run)


@pytest.mark.parametrize("kind", ["txt", "parquet", "jsonl.zst"])
def test_every_format_is_read_and_saved(kind: str, seeds: Path, tmp_path: Path) -> None:
    with clean(seeds, format=kind, output=tmp_path / "out") as result:
        assert texts(result) == texts(clean(seeds))
        result.save(tmp_path / "saved")
    assert contents(tmp_path / "saved") == contents(tmp_path / "out")


def test_saving_replaces_no_files_of_others_and_no_inputs(seeds: Path, result: Result, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Mine.")
    with pytest.raises(cleaner.OutputError, match="no run of cleaner wrote"):
        result.save(tmp_path)
    result.save(tmp_path / "first")
    with pytest.raises(cleaner.OutputError, match="holds the input"):
        clean(tmp_path / "first" / "corpus.jsonl").save(tmp_path / "first")


def test_rows_say_what_the_files_say(result: Result, run: Path) -> None:
    lines = {stem: records(run / f"{stem}.jsonl") for stem in ("corpus", "audit", "pairs", "clusters", "rejected")}
    assert texts(result) == {line["id"]: line["text"] for line in lines["corpus"]}
    assert [edit.removed for edit in result.edits] == [one["removed"] for one in lines["audit"] if "removed" in one]
    assert len(result.edits) + len(result.findings) == len(lines["audit"])
    assert [one.location for one in result.rejected] == [one["location"] for one in lines["rejected"]]
    assert [(one.a.id, one.b.start, one.jaccard) for one in result.pairs] == [
        (one["a"]["id"], one["b"]["start"], one["jaccard"]) for one in lines["pairs"]
    ]
    assert [(one.kept.id, [other.copy.id for other in one.members]) for one in result.clusters] == [
        (one["kept"]["id"], [other["id"] for other in one["members"]]) for one in lines["clusters"]
    ]
    assert result.record == json.loads((run / "run.json").read_bytes())
    near = [one for document in result.documents for one in document.near_duplicates]
    assert len(near) == result.record["near_duplicates"]["passages"] > 0
    assert {one.kept.id for one in near} <= set(texts(result))


ROWS = ("documents", "dropped", "edits", "findings", "pairs", "clusters", "templates", "rejected")


@pytest.mark.parametrize("name", ROWS)
def test_rows_become_arrow_tables_of_the_same_length(name: str, result: Result) -> None:
    rows = getattr(result, name)
    table = rows.to_arrow()
    assert table.schema == rows.schema
    assert len(table) == len(rows) == len(list(rows))
    assert pa.table(rows) == table
    assert bool(rows) == (name != "dropped")
    assert repr(rows).startswith(f"<{len(rows):,} rows: ")


def test_the_arrow_table_is_that_of_the_parquet_file(seeds: Path, tmp_path: Path) -> None:
    result = clean(seeds, format="parquet", output=tmp_path / "out")
    assert result.to_arrow() == pq.read_table(tmp_path / "out" / "corpus.parquet")


@pytest.mark.parametrize("name", ROWS)
def test_pandas_has_arrow_columns_of_the_same_values(name: str, result: Result) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = getattr(result, name).to_pandas()
    table = getattr(result, name).to_arrow()
    assert list(frame.columns) == table.column_names
    assert all(isinstance(kind, pandas.ArrowDtype) for kind in frame.dtypes)
    assert pa.Table.from_pandas(frame, schema=table.schema, preserve_index=False) == table


def test_pandas_shares_the_memory_of_arrow(result: Result) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    before = pa.total_allocated_bytes()
    frame = result.to_pandas()
    held = pa.total_allocated_bytes() - before
    assert held <= result.to_arrow().nbytes * 1.3 + 100_000
    assert len(frame) == len(result.documents)


@pytest.mark.parametrize("name", ROWS)
def test_polars_has_the_same_values(name: str, result: Result) -> None:
    pytest.importorskip("polars", reason="Polars is not installed")
    rows = getattr(result, name)
    assert rows.to_polars().rows(named=True) == rows.to_arrow().to_pylist()


# Originals


def test_originals_come_back(result: Result, corpus: Path) -> None:
    story = stories(corpus)[0]
    assert result.original(story["id"]) == story["text"]
    name = "texts/3/111.txt"
    assert result.original_bytes(name) == (corpus / name).read_bytes()
    assert dict(result.originals())[story["id"]] == story["text"]
    with pytest.raises(cleaner.InputError, match="no document 'nobody'"):
        result.original("nobody")


def test_the_edits_of_a_document_make_its_text(result: Result) -> None:
    edits: dict[str, list[cleaner.Edit]] = {}
    for one in result.edits:
        edits.setdefault(one.id, []).append(one.edit)
    clean_of = texts(result)
    for identity, original in result.originals():
        assert cleaner.apply(edits.get(identity, []), original) == clean_of[identity]


# Documents in memory


def _pandas(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("pandas", reason="pandas is not installed").DataFrame(rows)


def _some_rows_of_pandas(rows: list[dict[str, Any]]) -> Any:
    return _pandas([{"text": "nothing", "id": "0"}, *rows])[1:]  # has an index that does not start with 0


def _polars(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("polars", reason="Polars is not installed").DataFrame(rows)


def _documents(rows: list[dict[str, Any]]) -> Any:
    known = {"published": "date", "text": "text", "id": "id", "source": "source"}
    return [
        Document(**{name: row.get(key) for name, key in known.items()}, metadata={"section": row["section"]})
        for row in rows
    ]


IN_MEMORY: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "mappings": list,
    "iterator": iter,
    "arrow": pa.Table.from_pylist,
    "batches": lambda rows: pa.Table.from_pylist(rows).to_reader(10),
    "pandas": _pandas,
    "pandas-index": _some_rows_of_pandas,
    "polars": _polars,
    "documents": _documents,
}


@pytest.mark.parametrize("form", IN_MEMORY)
def test_documents_in_memory_are_cleaned_like_a_file_of_them(form: str, corpus: Path, tmp_path: Path) -> None:
    rows = stories(corpus)
    (tmp_path / "stories.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    from_file = clean(tmp_path / "stories.jsonl")
    in_memory = clean(IN_MEMORY[form](rows))
    for name in ("documents", "edits", "pairs", "clusters"):
        found, wanted = (getattr(one, name).to_arrow() for one in (in_memory, from_file))
        if name == "documents":
            found, wanted = (table.drop_columns(["location"]) for table in (found, wanted))
        assert found == wanted
    assert in_memory.record["counts"] == from_file.record["counts"]


def test_many_splits_and_workers_change_nothing(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = stories(corpus)[:25]
    whole = clean(rows)
    options = planning.ReaderOptions(split_bytes=5_000)
    monkeypatch.setattr("cleaner.session.reader_options", lambda config: options)
    assert clean(rows, jobs=2).to_arrow() == whole.to_arrow()


def test_a_script_without_a_main_guard_may_have_workers(seeds: Path, tmp_path: Path) -> None:
    script = (
        "from cleaner import clean\nfrom cleaner.readers import planning\nplanning.FILES_PER_SPLIT = 2\n"
        f"print(clean({str(seeds)!r}, jobs=2).counts['kept'])\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("5\n", 0), done.stderr


def test_clean_documents_can_go_in_again_and_stay_as_they_are(result: Result) -> None:
    again = clean(result.documents)
    assert texts(again) == texts(result)
    first = next(iter(again.documents))
    assert first.title == next(iter(result.documents)).title


def test_missing_values_of_pandas_are_missing() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    nan = float("nan")
    for missing in (nan, pandas.NA, pandas.NaT, None):
        (document,) = clean([{"id": "a", "text": "A text.", "source": missing, "page": missing}]).documents
        assert (document.source, document.metadata) == (None, {"page": None})


def test_records_that_cannot_be_used_are_rejected_with_their_place() -> None:
    result = clean([{"text": "Good."}, {"nothing": 1}, Document("Again.", id="x"), Document("Twice.", id="x"), {}])
    assert [document.id for document in result.documents] == ["documents:1", "x"]
    assert [one.location for one in result.rejected] == ["documents:2", "documents:4", "documents:5"]
    assert "no field known to hold text" in next(iter(result.rejected)).reason


def test_html_and_bytes_in_memory() -> None:
    page = "<html><head><title>Rain</title></head><body><article>" + "<p>It rained all day in the north.</p>" * 9
    (document,) = clean([{"html": page + "</article></body></html>", "url": "https://north.example/rain"}]).documents
    assert "It rained all day" in document.text
    assert document.source == "north.example"
    (document,) = clean([{"text": "Le caf\xe9 ferme.".encode("cp1252")}]).documents
    assert document.text == "Le café ferme."


@pytest.mark.parametrize("empty", [[], iter(()), pa.table({"text": pa.array([], pa.string())})], ids=str)
def test_no_documents_give_an_empty_result(empty: Any) -> None:
    result = clean(empty)
    assert (list(result.documents), result.counts["read"], len(result.to_arrow())) == ([], 0, 0)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (3, "cannot be of type int"),
        (b"text", "cannot be of type bytes"),
        (["two\nlines of a text"], "no name of a file"),
        (["a.txt", Document("text")], "together with something of type cleaner.library.records.Document"),
        ([Document("text"), "a.txt"], "input 2 is of type str"),
        ("no/such/file", "no such file"),
    ],
)
def test_inputs_that_are_none_are_refused(inputs: Any, message: str) -> None:
    with pytest.raises(cleaner.InputError, match=message):
        clean(inputs)


# Settings


def test_an_unknown_setting_is_refused_with_a_suggestion() -> None:
    with pytest.raises(cleaner.ConfigError, match=r"clean\(\): unknown setting 'jacard'; did you mean 'jaccard'"):
        clean("seeds", jacard=0.5)
    with pytest.raises(cleaner.ConfigError, match="did you mean 'conservative'"):
        clean_text("text", boilerplate="conservativ")


def test_settings_come_before_a_config_and_no_file_counts_by_itself(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cleaner.toml").write_text('stages = ["encoding"]\n')
    monkeypatch.chdir(tmp_path)
    assert clean(seeds).record["config"]["stages"] == list(Config().stages)
    config = cleaner.load_config(jaccard=0.5)
    found = clean(seeds, config=config, jaccard=0.6).record["config"]
    assert (found["stages"], found["jaccard"]) == (["encoding"], 0.6)
    assert clean(seeds, rules=[CASES / "library-rules.toml"], stages="boilerplate").record["config"]["rules"]


def test_templates_of_a_result_serve_a_later_run(result: Result, tmp_path: Path) -> None:
    assert len(result.templates) == result.record["templates"] > 0
    path = result.save_templates(tmp_path / "known.jsonl")
    template = next(one for one in result.templates if one.source and one.position == "end")
    text = f"The harbour opened again on Monday, said the mayor.\n\n{template.text}\n"
    document = Document(text, source=template.source)
    (edit,) = clean([document], templates=[path]).edits
    assert edit.removed.strip() == template.text


def test_higher_thresholds_without_a_new_run(result: Result, tmp_path: Path) -> None:
    strict = result.rethreshold(tmp_path / "strict", jaccard=0.8, containment=0.95)
    assert 0 < len(strict.pairs) < len(result.pairs)
    with pytest.raises(cleaner.InputError, match="run again to find more"):
        result.rethreshold(tmp_path / "loose", jaccard=0.1)


def test_a_result_says_why(result: Result) -> None:
    edit = next(iter(result.edits))
    assert edit.rule in result.why(edit.id)


def test_what_was_guessed_or_passed_over_is_said(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    (tmp_path / ".hidden").write_text("A text.")
    assert clean(tmp_path).notes == (f"{tmp_path}: 1 skipped: hidden",)
    result = clean([{"body": "A text.", "uid": 3}])
    assert result.notes == ("documents: guessed by the names of fields: text from 'body', id from 'uid'",)
    assert "text from &#39;body&#39;" in result._repr_html_()


# How a run goes


def test_progress_is_shown_if_asked(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def shown(quiet: bool, size: int, stages: tuple[str, ...]) -> Any:
        asked.append(not quiet)
        return real(quiet, size, stages)

    real = progress.shown
    monkeypatch.setattr("cleaner.library.runs.shown", shown)
    clean(seeds)
    clean(seeds, progress=True)
    assert asked == [False, True]


def test_an_interrupt_stays_one_and_failures_say_whether_a_run_can_go_on(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(error: BaseException) -> Callable[..., Any]:
        def run(*_: Any) -> Any:
            with stoppable(lambda: 1):
                raise error

        return run

    monkeypatch.setattr("cleaner.session.clean_to", stop(KeyboardInterrupt()))
    for output in (None, tmp_path / "out"):
        with pytest.raises(KeyboardInterrupt):
            clean(seeds, output=output)
    monkeypatch.setattr("cleaner.session.clean_to", stop(MemoryError()))
    with pytest.raises(cleaner.StoppedError, match="--resume goes on"):
        clean(seeds, output=tmp_path / "out")
    with pytest.raises(MemoryError):
        clean(seeds)


def test_a_stopped_run_goes_on(seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cleaner.pipeline.write_record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            clean(seeds, output=tmp_path / "out")
    assert clean(seeds, output=tmp_path / "out", resume=True).to_arrow() == clean(seeds).to_arrow()
    with pytest.raises(cleaner.ConfigError, match="name it with output"):
        clean(seeds, resume=True)


def test_a_main_module_stays_when_threads_start_workers_at_once() -> None:
    main = sys.modules["__main__"]
    inside = Barrier(8, timeout=60)

    def start() -> ModuleType:
        inside.wait()
        with without_main():
            return sys.modules["__main__"]

    with ThreadPoolExecutor(8) as pool:
        seen = [future.result() for future in [pool.submit(start) for _ in range(8)]]
    assert main not in seen
    assert sys.modules["__main__"] is main


def test_a_process_that_may_have_no_children_does_all_itself(seeds: Path) -> None:
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        assert pool.apply(_kept, (str(seeds),)) == 5


def _kept(inputs: str) -> int:
    planning.FILES_PER_SPLIT = 2
    return clean(inputs, jobs=2).counts["kept"]


# Private folders


def test_a_private_folder_goes_with_the_result(seeds: Path) -> None:
    result = clean(seeds)
    folder, documents = result.folder, result.documents
    del result
    gc.collect()
    assert folder.exists()
    assert len(list(documents)) == 5
    rows = iter(documents)
    next(rows)
    del documents
    gc.collect()
    assert len(list(rows)) == 4
    del rows
    gc.collect()
    assert not folder.parent.exists()


def test_a_closed_result_says_so(seeds: Path) -> None:
    with clean(seeds) as result:
        folder = result.folder
        assert "in " + str(folder) in repr(result)
    assert not folder.parent.exists()
    assert result.counts["kept"] == 5
    assert "closed" in repr(result)
    with pytest.raises(CleanerError, match=r"was closed.*save\(\) it before"):
        list(result.documents)


def test_a_failed_run_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(cleaner.InputError):
        clean("no/such/file")
    with pytest.raises(cleaner.InputError):
        check([Document("text"), 3])  # type: ignore[list-item]
    assert list(tmp_path.iterdir()) == []


# Notebooks


NOTEBOOK = {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = '<script>alert(1)</script><img src=x onerror="x">\u202eevil'


def test_a_notebook_shows_no_markup_of_the_corpus() -> None:
    passage = "Residents of the old quarter said that nobody had told them about the works before the dawn of Monday."
    rows = [
        {"id": f"{HOSTILE}{number}", "source": HOSTILE, "text": f"Share this article\n\n{passage} {number}\n"}
        for number in range(3)
    ]
    result, found = clean(rows), check(rows, max_boilerplate=0)
    for page in (result._repr_html_(), found._repr_html_()):
        assert re.findall(r"</?([a-z]+)", page, re.IGNORECASE)
        assert set(re.findall(r"<\s*/?\s*(\w+)", page)) <= NOTEBOOK
        assert re.findall(r"<\w+ ([a-z-]+)=", page) == ["scope"] * page.count(" scope=")
        assert "\u202e" not in page
    assert "&lt;script&gt;" in result._repr_html_()
    assert "weakest match" in result._repr_html_()


def test_representations_are_short(result: Result) -> None:
    assert "205 read = 201 kept + 0 dropped + 4 rejected" in repr(result)
    assert "205 records read = 201 kept" in result.summary()
    document = next(iter(result.documents))
    assert len(repr(document)) < 300
    assert document.id in repr(document)


# Checks


def test_a_check_is_that_of_the_command(corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(corpus)
    done = command("check", ".", "--max-boilerplate", "0.5%", "--max-rejected", "10", cwd=corpus)
    with check(".", max_boilerplate="0.5%", max_rejected=10) as found:
        assert found.to_text() == done.stdout + done.stderr
        assert (found.ok, bool(found), done.returncode) == (False, False, 1)
        assert [measure.setting for measure in found.exceeded] == ["max_boilerplate"]
        assert len(found.findings) == len(list(found.findings)) == len(found.findings.to_arrow())
        assert sum(found.counts.values()) == len(found.findings)
        count = found.write_baseline(tmp_path / "known.json")
        assert count == len(found.findings)
        assert found.findings.to_arrow()["path"].to_pylist()[0] == next(iter(found.findings)).place.name
        assert sum(found.findings.to_arrow()["lost"].to_pylist()) == sum(one.lost for one in found.findings) > 0
    with check(".", baseline=tmp_path / "known.json") as found:
        assert (found.ok, len(found.findings)) == (True, 0)


def test_a_check_renders_every_format(seeds: Path) -> None:
    found = check(seeds)
    shown = {name: found.render(name) for name in OUTPUT_FORMATS}
    assert all(shown.values())
    assert len(json.loads(shown["sarif"])["runs"][0]["results"]) == len(found.findings)
    with pytest.raises(cleaner.ConfigError, match="did you mean 'sarif'"):
        found.render("sarf")
    found.close()
    with pytest.raises(CleanerError, match="was closed"):
        found.render("text")


def test_a_check_of_documents_in_memory_names_their_places() -> None:
    found = check([Document("Sound."), Document("The cafÃ© is closed.")], max_mojibake=0, max_source_loss=0.5)
    (finding,) = found.findings
    assert isinstance(finding, Located)
    assert (str(finding.place), finding.rule, found.ok) == (
        "documents:2 (line 1 of the text)",
        "encoding/mojibake",
        False,
    )
    assert found.findings.to_arrow()["path"].to_pylist() == ["documents"]


# Single texts


def test_a_single_text_is_cleaned_as_in_a_corpus_of_its_own(corpus: Path) -> None:
    rows = stories(corpus)[:12]
    for row, text in zip(rows, clean_texts([row["text"] for row in rows]), strict=True):
        (document,) = clean([Document(row["text"])]).documents
        assert text == document.text
        assert cleaner.apply(text.edits, text.original) == text
        assert text.original == row["text"]
        assert text.fields.get("authors", []) == list(document.authors)


@given(st.lists(st.text(max_size=60), max_size=4))
def test_every_string_gives_a_text_and_its_edits(texts: list[str]) -> None:
    found = clean_texts(texts)
    assert len(found) == len(texts)
    for text in found:
        assert cleaner.apply(text.edits, text.original) == text
    assert found == [clean_text(text) for text in texts]


def test_a_page_as_a_single_text() -> None:
    page = "<html><body><article>" + "<p>It rained all day in the north.</p>" * 9 + "</article></body></html>"
    assert "It rained all day" in clean_text(page, html=True)


def test_a_single_text_that_is_none_is_refused() -> None:
    with pytest.raises(cleaner.InputError, match="text 2 is of type NoneType"):
        clean_texts(["One.", None])  # type: ignore[list-item]
    with pytest.raises(cleaner.InputError, match="text 1: its text has 30 characters, more than"):
        clean_text("x" * 30, max_record_bytes=20)


def test_a_single_text_can_do_without_stages() -> None:
    assert clean_text("Share this article\n\nThe cafÃ© is closed.\n", stages="encoding").endswith(
        "The café is closed.\n"
    )
    text = "The cafÃ© is closed, the owner said on Monday, and will not open again.\n\nShare this article\n"
    assert clean_text(text, stages=("boilerplate",)).strip() == text.partition("\n")[0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cleaner.clean_texts("abc"), r"several texts.* clean_text\(\)"),
        (lambda: clean(["some text"]), r"no such file.* mappings.* clean_texts\(\)"),
        (lambda: cleaner.check("seeds", max_mojibake=0.5), "a whole number or a percentage such as '0.5%'"),
    ],
)
def test_what_is_given_in_a_wrong_shape_is_told_where_it_belongs(call: Any, said: str) -> None:
    with pytest.raises(cleaner.CleanerError, match=said):
        call()


def test_the_share_taken_out_is_of_all_documents_dropped_ones_too(tmp_path: Path) -> None:
    from cleaner.reports.summary import summary

    text = " ".join(f"word{number}" for number in range(60)) + "\n\nRead more: https://example.com/more"
    result = clean([{"id": one, "text": text, "source": one} for one in "ab"], duplicates="drop-documents")
    counts, removed = result.counts, sum(result.record["characters_removed"].values())
    assert counts["dropped"] == 1
    assert counts["characters"] + counts["dropped_characters"] + removed == 2 * len(text)
    assert f"({removed / (2 * len(text)):.1%})" in summary(result.record, "") or not removed

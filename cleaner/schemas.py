"""The Arrow schemas of the tables that pass between readers, passes, barriers and writers."""

from __future__ import annotations

import pyarrow as pa

#: What a reader yields: one row a record, content either as ``text`` or as ``raw`` bytes. A record that cannot
#: be used comes as a row with ``reason`` set and no content, so that nothing is lost silently.
INPUT = pa.schema(
    [
        ("document", pa.int64()),  # split number << 32 | place in the split: a join key, never shown
        ("id", pa.string()),
        ("source", pa.string()),  # the outlet or site
        ("url", pa.string()),
        ("title", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("published", pa.string()),  # as the input has it
        ("updated", pa.string()),
        ("language", pa.string()),
        ("kind", pa.string()),  # "text" or "html"
        ("text", pa.large_string()),  # content that came as characters (JSON, Parquet)
        ("raw", pa.large_binary()),  # content that came as bytes (files, WARC)
        ("charset", pa.string()),  # declared by HTTP or WARC, if so
        ("metadata", pa.large_string()),  # all unknown fields of the record, a JSON object
        ("location", pa.string()),  # "folder/file.txt" or "file.jsonl:17": for messages and rejected.jsonl
        ("reason", pa.string()),  # why the record is rejected; null for a good one
    ]
)

#: After pass 1: decoded, extracted and repaired. ``edits`` lead from the decoded original to ``text``.
DOCUMENTS = pa.schema(
    [
        *(field for field in INPUT if field.name not in {"text", "raw", "charset"}),
        ("text", pa.large_string()),
        ("edits", pa.large_binary()),  # see audit.pack
        ("notes", pa.large_binary()),  # further audit records, such as how the bytes were decoded
        ("digest", pa.binary(32)),  # SHA-256 of the record as it was read
    ]
)

#: After pass 2: boilerplate found; ``text`` is clean, and ``edits`` still refer to the decoded original.
CLEANED = pa.schema(
    [
        ("document", pa.int64()),
        ("shard", pa.int64()),  # number of the file of the corpus that it goes to
        ("id", pa.string()),
        ("source", pa.string()),
        ("published", pa.string()),
        ("text", pa.large_string()),
        ("fields", pa.large_binary()),  # a JSON object: what is known of url, title, authors, published, ...; metadata
        ("edits", pa.large_binary()),
        ("rules", pa.list_(pa.string())),  # of each edit its rule, and by how many characters it shortens the text
        ("sizes", pa.list_(pa.int32())),
        ("notes", pa.large_binary()),
        ("location", pa.string()),
        ("reason", pa.string()),
    ]
)

#: One row a batch of documents: bytes of text, and the sum of the digests.
SIZES = pa.schema([("text", pa.int64()), ("pages", pa.int64()), ("digest", pa.binary(32))])

#: One row an id, to find ids that stand twice.
IDS = pa.schema([("key", pa.int64()), ("id", pa.string()), ("location", pa.string()), ("document", pa.int64())])

#: One row a document: a key of what tells its article from others.
ARTICLES = pa.schema([("key", pa.int64()), ("document", pa.int64())])

#: Documents whose id is another document's.
REPEATED = pa.schema([("document", pa.int64()), ("first", pa.string())])

#: One row a passage of clean text. ``passage`` numbers are dense over the corpus: places in arrays.
PASSAGES = pa.schema(
    [
        ("document", pa.int64()),
        ("id", pa.string()),
        ("source", pa.string()),
        ("published", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("text", pa.large_string()),
    ]
)

#: The passages that stand in pairs; ``earlier`` marks those of an earlier corpus, which have no document here (-1).
STANDING = pa.schema(
    [
        ("passage", pa.int64()),
        ("earlier", pa.bool_()),
        ("document", pa.int64()),
        ("id", pa.string()),
        ("source", pa.string()),
        ("moment", pa.string()),  # when it was published, in UTC, to be ordered by
        ("start", pa.int64()),
        ("end", pa.int64()),
    ]
)

#: One row for each key of each passage (see minhash.keys): the most rows that there are of anything.
KEYS = pa.schema([("key", pa.int64()), ("passage", pa.int32())])

#: The same where passages are so many that their numbers take more room.
WIDE_KEYS = pa.schema([("key", pa.int64()), ("passage", pa.int64())])

#: Passages that share a key. Where too many share a key for all pairs to be looked at, a row with their number in
#: ``sharing`` and the first of them on both sides says so. ``block`` names where both lie among all passages.
CANDIDATES = pa.schema([("a", pa.int64()), ("b", pa.int64()), ("sharing", pa.int64()), ("block", pa.int64())])

#: How many passages share each key that too many share.
CAPPED = pa.schema([("sharing", pa.int64())])

#: The prints of each passage (see minhash.prints), in the order of PASSAGES.
PRINTS = pa.schema([("prints", pa.list_(pa.uint16()))])

#: The pairs of passages to be compared, each once, by block.
COMPARED = pa.schema([("a", pa.int64()), ("b", pa.int64())])

#: What a writer did: one row a file.
WRITTEN = pa.schema(
    [
        ("name", pa.string()),
        ("rows", pa.int64()),
        ("bytes", pa.int64()),
        ("sha256", pa.string()),
        ("counts", pa.large_binary()),  # a JSON object: edits, characters and documents by rule
    ]
)

#: What the comparison of two passages says (see minhash.verify.Verified).
EVIDENCE = pa.schema(
    [
        ("jaccard", pa.float64()),
        ("containment", pa.float64()),
        ("a_covered", pa.float64()),  # share of each passage's shingles that the other one has
        ("b_covered", pa.float64()),
        ("shared_words", pa.int64()),
        ("common", pa.int64()),
        ("places", pa.int64()),
        ("numerals", pa.int64()),
        ("names", pa.int64()),
        ("shared_a_start", pa.int64()),  # the run that both share, in characters of each passage
        ("shared_a_end", pa.int64()),
        ("shared_b_start", pa.int64()),
        ("shared_b_end", pa.int64()),
        ("reason", pa.string()),
    ]
)


def shared_name(name: str) -> str:
    """The column of EVIDENCE for a field of ``Verified``: its offsets are of the shared run, not of a passage."""
    return f"shared_{name}" if name in {"a_start", "a_end", "b_start", "b_end"} else name


#: Pairs of passages that were compared and found near-duplicate.
PAIRS = pa.schema([("a", pa.int64()), ("b", pa.int64()), *EVIDENCE])

#: Pairs of a passage of this corpus (``a``) and one of an earlier corpus (``b``, numbered behind this one's), and where
#: that is.
MATCHES = pa.schema(
    [
        *PAIRS,
        *((name, pa.string()) for name in ("id", "source", "published")),
        ("start", pa.int64()),
        ("end", pa.int64()),
    ]
)

#: One row for each passage of a cluster, by cluster, the kept copy before the others.
MEMBERS = pa.schema(
    [
        ("standing", pa.int64()),  # place among the passages that stand in pairs
        ("row", pa.int64()),  # row of STANDING
        ("kept_row", pa.int64()),
        ("cluster", pa.int32()),
        ("size", pa.int32()),  # passages of the cluster
        ("place", pa.int32()),  # in the cluster; 0 is the kept copy
        ("jaccard", pa.float64()),
        ("containment", pa.float64()),
        ("covered", pa.float64()),  # share of the passage's shingles that the kept copy has
    ]
)

#: The pairs in the order in which they are written.
ORDERED = pa.schema(
    [
        ("pair", pa.int64()),  # row of PAIRS
        ("a", pa.int64()),  # row of STANDING
        ("b", pa.int64()),
        ("turned", pa.bool_()),  # whether ``a`` is the pair's ``b``
    ]
)

#: Lines of a file, or pieces of them, in order.
LINES = pa.schema([("line", pa.large_binary())])

#: One row for each passage of a cluster, by document and start: near-duplicate of which copy (``member``), or kept.
FLAGS = pa.schema(
    [
        ("document", pa.int64()),
        ("id", pa.string()),
        ("member", pa.bool_()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("cluster", pa.int64()),
        ("jaccard", pa.float64()),
        ("containment", pa.float64()),
        ("covered", pa.float64()),
        ("kept_id", pa.string()),
        ("kept_start", pa.int64()),
        ("kept_end", pa.int64()),
        ("kept_earlier", pa.bool_()),
    ]
)

#: Where the rows of each document are in FLAGS, by document.
BY_DOCUMENT = pa.schema([("document", pa.int64()), ("row", pa.int64())])

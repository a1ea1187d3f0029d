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

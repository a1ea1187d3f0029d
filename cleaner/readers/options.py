"""What a person can set about reading."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How inputs are read; the same options on the same inputs always give the same records.

    Attributes:
        text_field, html_field, id_field, source_field, url_field, date_field, title_field: where a record
            has its content and its data; None: by well-known names (``cleaner.readers.layout``); an empty
            string: nowhere (with ``id_field``, records are then named by their place).
        input_format: read everything as this format; None: by the ending of the name, then by content.
        charset: declared charset of all byte content; None: what the input says itself, else detection.
        max_record_bytes: a record larger than this is rejected.
        max_file_bytes: a compressed file or archive that unpacks to more than this is cut off there.
        max_ratio: the same for one that unpacks to more than so many times its size (and 64 MiB).
        split_bytes: how much one split holds at most; results do not depend on it.

    """

    text_field: str | None = None
    html_field: str | None = None
    id_field: str | None = None
    source_field: str | None = None
    url_field: str | None = None
    date_field: str | None = None
    title_field: str | None = None
    input_format: str | None = None
    charset: str | None = None
    max_record_bytes: int = 32 * MIB
    max_file_bytes: int = 1 << 40
    max_ratio: int = 200
    split_bytes: int = 32 * MIB

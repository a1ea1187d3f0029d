"""Bytes to text, and damaged text to repaired text, as edits that explain themselves."""

from cleaner.encoding.decode import Decoded, decode, encode, from_text, to_text
from cleaner.encoding.options import RepairOptions
from cleaner.encoding.repair import REPAIRS, Repair, repair, repair_batch

__all__ = [
    "REPAIRS",
    "Decoded",
    "Repair",
    "RepairOptions",
    "decode",
    "encode",
    "from_text",
    "repair",
    "repair_batch",
    "to_text",
]

"""Readers: every input that a corpus comes in, as Arrow batches of the INPUT schema."""

from cleaner.readers.options import ReaderOptions
from cleaner.readers.planning import Plan, plan
from cleaner.readers.splits import Part, Split

__all__ = ["Part", "Plan", "ReaderOptions", "Split", "plan"]

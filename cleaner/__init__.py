"""news-corpus-cleaner: clean a news corpus, and keep an audit that can undo it."""

__version__ = "0.1.0"

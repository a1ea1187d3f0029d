"""Cleaning from Python: what ``cleaner.__init__`` exports. The stages, files and figures are those of the command."""

"""Pass 3: what is written for the user; the only place where edits are applied to the corpus's files."""

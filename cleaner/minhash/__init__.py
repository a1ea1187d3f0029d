"""Near-duplicate passages: shingles, signatures, bands, exact verification, clusters."""

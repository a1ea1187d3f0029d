"""Boilerplate in plain text: four detectors, each alone explainable, and one decision."""

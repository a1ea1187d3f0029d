"""Views of what a run found: one render function a format, none of which changes anything."""

"""Steps for the pipelines of other libraries; each module needs the library that it is named after."""

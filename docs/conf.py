"""Sphinx configuration: MyST pages, the Furo theme, warnings as errors (see `make docs`)."""

import triptych

project = "Triptych"
copyright = "the Triptych contributors, Apache License 2.0"
version = release = triptych.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_tools"]
root_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

default_role = "literal"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
add_module_names = False

html_theme = "furo"
html_title = f"Triptych {version}"
html_copy_source = False
html_show_sphinx = False

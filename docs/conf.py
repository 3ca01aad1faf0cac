"""How the docs are built: `make docs`, or `sphinx-build -W docs docs/_build`."""

project = "Integration gateway"
author = "The authors of the integration gateway"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
html_theme = "shibuya"
html_title = project
html_theme_options = {"accent_color": "iris", "globaltoc_expand_depth": 1}
html_show_sphinx = False
highlight_language = "text"

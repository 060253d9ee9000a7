"""Where desired state comes from: a folder, or a git repository of which nothing is run and nothing is believed."""

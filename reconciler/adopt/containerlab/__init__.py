"""A containerlab topology with the files that it names, turned into documents and an inventory."""

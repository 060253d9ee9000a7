"""What is there already, a network or another tool's files, turned into documents."""

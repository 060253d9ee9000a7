"""The loop that keeps devices as the documents want them, and whoever talks with it."""

"""Work that others would do."""

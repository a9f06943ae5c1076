"""Reading and writing other programs' files: one file per format."""

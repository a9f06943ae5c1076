"""What is there to annotate, and how it reaches the screen: one file per kind of data."""

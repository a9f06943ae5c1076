"""What keeps the annotations: SQLite and its in-memory twin."""

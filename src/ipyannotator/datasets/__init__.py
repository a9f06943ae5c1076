"""Example data: sets that are drawn, with the truth beside them, and sets that are downloaded."""

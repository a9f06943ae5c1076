"""Browser components, each a Python class and a TypeScript module of the same name."""

"""The entries of the knowledge base, as YAML."""

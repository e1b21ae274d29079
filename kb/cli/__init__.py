"""The command line: one module a group of commands; `output` alone writes to stdout."""

"""Speed and memory of the real thing, beside a baseline in the same run: `make bench`."""

"""Speed and memory of the running product, with a baseline in the same run: `make bench`."""

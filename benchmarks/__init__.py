"""What `make bench` measures: each part beside its peer, and the whole pipeline."""

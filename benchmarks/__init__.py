"""The measurements of `make bench`: each part beside its peer, and the whole pipeline."""

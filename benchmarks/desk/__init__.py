"""The desk over a full pipeline: how long each page and each list of its API takes, and what it asks of Cosmos."""

from benchmarks.desk.measuring import measure

__all__ = ["measure"]

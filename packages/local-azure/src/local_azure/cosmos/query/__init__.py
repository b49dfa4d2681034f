"""Cosmos's SQL over JSON documents: text to tree (parser), tree to closures (compiler), closures over rows (runner)."""

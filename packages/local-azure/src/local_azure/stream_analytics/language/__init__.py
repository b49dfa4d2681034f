"""The query language: from the text of an .asaql file to a tree, or to a refusal with its line and column."""

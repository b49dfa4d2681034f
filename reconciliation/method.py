"""The version of the method by which archives are read and judged."""

METHOD = "32"
"""Raise it when the same archives may lead to another report: then ranges that were reconciled are read again.

A test tells when the code that reads and judges has changed and this has not (tests/reconciliation/test_method.py).
"""

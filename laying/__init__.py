"""Lays days of events into the archives of this machine as if they had arrived: the past of a demo.

Capture's blobs lie in a namespace of their own, `laid`, so that nobody takes them for what a hub has captured; the
documents are written by the archiver's own code and name the run `laid`; profiles are built by the step of the night.
"""

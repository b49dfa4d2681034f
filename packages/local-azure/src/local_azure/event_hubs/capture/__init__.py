"""Capture: every event of every partition, in Avro files in Blob Storage, by time or by size.

A window ends when Azure's clock reaches its end or when it holds enough bytes, whichever comes first. What a window
holds and what its blob is called follow from the log and the journal alone, and the plan for a window is journalled
before its blob is written; so a process that is killed writes the same blob with the same content again, and no
event is lost or captured twice. Source: "Capture events through Azure Event Hubs" (Microsoft Learn).
"""

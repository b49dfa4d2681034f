"""Files that the tests of several rooms use: entities in the formats of the emulators, and a small stream project."""

from pathlib import Path

ENTITIES = Path(__file__).parent / "entities"
STREAM_PROJECT = Path(__file__).parent / "stream" / "asaproj.json"

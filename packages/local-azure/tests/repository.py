"""Files of the repository around this package that its tests use."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
EMULATORS = ROOT / "infra" / "emulators"
STREAM_PROJECT = ROOT / "stream_analytics" / "asaproj.json"

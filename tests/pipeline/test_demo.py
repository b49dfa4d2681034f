"""What a person types first, as that person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_the_demo_balances_and_says_so():
    environment = {**os.environ, "BATCHES": "40", "SEED": "3"}
    demo = subprocess.run(
        [sys.executable, "-m", "cli", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Balanced" in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 80

    summary = json.loads((ROOT / ".local" / "demo" / "summary.json").read_text())
    assert summary["sent"] == summary["captured"] == summary["archived"] == 40 * 30
    assert summary["expected"] == summary["suspicious"] == summary["analysed"] > 0
    assert summary["verdict"] == "balanced"
    assert (ROOT / ".local" / "demo" / "report.html").read_text().startswith("<!doctype html>")

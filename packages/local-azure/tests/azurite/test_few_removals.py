"""A delete costs Azurite as little among many blobs as among few."""

import json
import subprocess
from pathlib import Path

import pytest

from local_azure.azurite import __main__ as part
from local_azure.azurite.install import default_folder
from local_azure.azurite.node import node

REMOVALS = """
const Loki = require("node:module").createRequire(process.argv[1])("lokijs");
const database = new Loki("removals", { adapter: new Loki.LokiMemoryAdapter() });
database.isIncremental = true;
const blobs = database.addCollection("blobs", { indices: ["container", "name"] });
for (let n = 0; n < 1000; n++) blobs.insert({ container: `c${n % 3}`, name: `b${(n * 617) % 1000}` });
blobs.dirtyIds = [];
let rebuilt = 0;
const ensureIndex = blobs.ensureIndex;
blobs.ensureIndex = function (...index) { rebuilt++; return ensureIndex.apply(this, index); };
const kept = blobs.findOne({ name: "b0" });
for (const name of REMOVED) blobs.findAndRemove({ name });
const few = rebuilt;
const id = kept.$loki;
blobs.findAndRemove({ container: "c1" });
const damaged = blobs.checkAllIndexes();
const left = blobs.chain().find().data().map((blob) => blob.name);
process.stdout.write(JSON.stringify({ few, many: rebuilt, damaged, left, noted: blobs.dirtyIds.length, id }));
process.exit();
"""
REMOVED = [f"b{number}" for number in range(0, 300, 7)]


@pytest.mark.slow
def test_a_few_blobs_are_removed_without_sorting_the_others_anew(tmp_path: Path):
    removals = tmp_path / "removals.cjs"
    removals.write_text(REMOVALS.replace("REMOVED", json.dumps(REMOVED)))
    preloaded = Path(part.__file__).with_name("few_removals.cjs")
    azurite = default_folder() / "node_modules/azurite/dist/src/blob/main.js"
    names = {f"b{number * 617 % 1000}": number % 3 for number in range(1000)}
    left = {name for name, container in names.items() if container != 1 and name not in REMOVED}

    command = [node(), "--require", preloaded, "--require", removals, azurite, "--version"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)

    assert said["few"] == 0
    assert said["many"] > 0
    assert said["damaged"] == []
    assert sorted(said["left"]) == sorted(left)
    assert said["noted"] == 1000 - len(left)
    assert said["id"] > 0

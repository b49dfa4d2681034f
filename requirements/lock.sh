#!/bin/sh
# Lock every dependency with its hashes: `make lock`. Edit the .in files beside this one; never the .txt files.
# A universal resolution: one file serves Python 3.11 and newer, on every platform.
set -eu
cd "$(dirname "$0")/.."
lock() {
  name=$1; out=$2; shift 2
  "${UV:-uv}" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" "$@" --output-file "$out" "requirements/$name.in"
}
lock app requirements.txt --python-version 3.11
lock local requirements/local.txt --python-version 3.11 --constraints requirements.txt
lock dev requirements/dev.txt --python-version 3.11 --constraints requirements/local.txt
lock duckdb requirements/duckdb.txt --python-version 3.11
lock peers requirements/peers.txt --python-version 3.11
lock proton requirements/proton.txt --python-version 3.11
lock schemathesis requirements/schemathesis.txt --python-version 3.11
lock worker requirements/worker.txt --no-deps --python-version 3.13

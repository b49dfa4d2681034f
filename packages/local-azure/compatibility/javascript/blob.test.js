// @azure/storage-blob against Azurite with its journal.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { all, kill, settings, unique } from "./support.js";

const service = BlobServiceClient.fromConnectionString(settings.BLOB);
let container;
before(async () => {
  container = service.getContainerClient(unique("compatibility"));
  await container.create();
});

const text = async (blob) => (await blob.downloadToBuffer()).toString();

test("a blob is written, read and deleted", async () => {
  const blob = container.getBlockBlobClient("a/b.txt");
  await blob.upload("grüße", Buffer.byteLength("grüße"));
  assert.equal(await text(blob), "grüße");
  await blob.delete();
  assert.equal(await blob.exists(), false);
});

test("a blob is written in blocks", async () => {
  const blob = container.getBlockBlobClient("blocks");
  const ids = ["a", "b"].map((each) => Buffer.from(each).toString("base64"));
  for (const id of ids) await blob.stageBlock(id, id, id.length);
  await blob.commitBlockList(ids);
  assert.equal(await text(blob), ids.join(""));
});

test("a large blob comes back byte for byte", async () => {
  const data = Buffer.alloc(9_000_000, "0123456789");
  const blob = container.getBlockBlobClient("large");
  await blob.uploadData(data, { blockSize: 1_000_000, concurrency: 4 });
  assert.ok(data.equals(await blob.downloadToBuffer()));
});

test("a part of a blob is read", async () => {
  const blob = container.getBlockBlobClient("part");
  await blob.upload("0123456789", 10);
  assert.equal((await blob.downloadToBuffer(3, 4)).toString(), "3456");
});

test("lines are appended", async () => {
  const blob = container.getAppendBlobClient("lines");
  await blob.create();
  for (const line of ["a\n", "b\n"]) await blob.appendBlock(line, line.length);
  assert.equal(await text(blob), "a\nb\n");
});

test("properties and metadata are kept", async () => {
  const blob = container.getBlockBlobClient("told");
  await blob.upload("x", 1, { metadata: { who: "me" }, blobHTTPHeaders: { blobContentType: "text/x" } });
  const properties = await blob.getProperties();
  assert.deepEqual([properties.metadata, properties.contentType, properties.contentLength], [{ who: "me" }, "text/x", 1]);
});

test("blobs are listed by prefix, in pages and by folder", async () => {
  for (let number = 0; number < 5; number++) await container.getBlockBlobClient(`list/${number}/x`).upload("x", 1);
  const names = (await all(container.listBlobsFlat({ prefix: "list/" }))).map((blob) => blob.name);
  assert.deepEqual(names, [0, 1, 2, 3, 4].map((number) => `list/${number}/x`));
  const pages = await all(container.listBlobsFlat({ prefix: "list/" }).byPage({ maxPageSize: 2 }));
  assert.deepEqual(pages.map((page) => page.segment.blobItems.length), [2, 2, 1]);
  const folders = (await all(container.listBlobsByHierarchy("/", { prefix: "list/" }))).map((each) => each.name);
  assert.deepEqual(folders, [0, 1, 2, 3, 4].map((number) => `list/${number}/`));
});

test("a write under a condition is refused if somebody was faster", async () => {
  const blob = container.getBlockBlobClient("condition");
  const { etag } = await blob.upload("1", 1);
  await blob.upload("2", 1, { conditions: { ifMatch: etag } });
  await assert.rejects(blob.upload("3", 1, { conditions: { ifMatch: etag } }), { statusCode: 412 });
  await assert.rejects(blob.upload("3", 1, { conditions: { ifNoneMatch: "*" } }), { statusCode: 409 });
});

test("a lease keeps others out", async () => {
  const blob = container.getBlockBlobClient("lease");
  await blob.upload("x", 1);
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(15);
  await assert.rejects(blob.upload("y", 1), { statusCode: 412 });
  await lease.releaseLease();
  await blob.upload("y", 1);
});

test("what is absent is told by name", async () => {
  await assert.rejects(container.getBlockBlobClient("nothing").download(), { statusCode: 404 });
  await assert.rejects(service.getContainerClient("nobody").getProperties(), { statusCode: 404 });
});

test("what was acknowledged survives kills", async () => {
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 10; number++) await container.getBlockBlobClient(`kill/${round}/${number}`).upload("x", 1);
    await kill("azurite");
  }
  assert.equal((await all(container.listBlobsFlat({ prefix: "kill/" }))).length, 20);
});

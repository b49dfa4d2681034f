// @azure/cosmos over plain HTTP.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CosmosClient } from "@azure/cosmos";
import { kill, settings, unique } from "./support.js";

const client = new CosmosClient({ endpoint: settings.COSMOS_ENDPOINT, key: settings.COSMOS_KEY });
let database;
let items;

before(async () => {
  ({ database } = await client.databases.create({ id: unique("shop") }));
  ({ container: items } = await database.containers.create({ id: "orders", partitionKey: { paths: ["/customer"] } }));
  for (let number = 0; number < 30; number++) {
    await items.items.create({ id: `${number}`, customer: `c${number % 3}`, total: number, tags: ["a", `t${number % 2}`] });
  }
});
after(() => database.delete());

const query = async (text, parameters = [], options = {}) =>
  (await items.items.query({ query: text, parameters }, options).fetchAll()).resources;
const fresh = async (fields = {}) => (await items.items.create({ id: unique("item"), customer: "fresh", ...fields })).resource;

test("the account, its databases and its containers are told", async () => {
  assert.ok((await client.getDatabaseAccount()).resource);
  assert.ok((await client.databases.readAll().fetchAll()).resources.some((each) => each.id === database.id));
  assert.deepEqual((await database.containers.readAll().fetchAll()).resources.map((each) => each.id), ["orders"]);
});

test("a container tells its partition key", async () => {
  assert.deepEqual((await items.read()).resource.partitionKey.paths, ["/customer"]);
});

test("what exists is not created again", async () => {
  await assert.rejects(database.containers.create({ id: "orders", partitionKey: { paths: ["/customer"] } }), { code: 409 });
  const { resource } = await database.containers.createIfNotExists({ id: "orders", partitionKey: { paths: ["/customer"] } });
  assert.equal(resource.id, "orders");
});

test("an item is created, read, replaced and deleted", async () => {
  const item = await fresh({ deep: { list: [1, null, "ü"] } });
  const one = items.item(item.id, "fresh");
  assert.deepEqual((await one.read()).resource.deep, { list: [1, null, "ü"] });
  await one.replace({ ...item, deep: 7 });
  assert.equal((await one.read()).resource.deep, 7);
  await one.delete();
  assert.equal((await one.read()).statusCode, 404);
});

test("an upsert makes or replaces", async () => {
  const id = unique("item");
  assert.equal((await items.items.upsert({ id, customer: "u", n: 1 })).statusCode, 201);
  assert.equal((await items.items.upsert({ id, customer: "u", n: 2 })).statusCode, 200);
});

test("an id is taken once in its partition", async () => {
  const { id } = await fresh();
  await assert.rejects(items.items.create({ id, customer: "fresh" }), { code: 409 });
  await items.items.create({ id, customer: "elsewhere" });
});

test("a write under a condition is refused if somebody was faster", async () => {
  const item = await fresh();
  const one = items.item(item.id, "fresh");
  const condition = { accessCondition: { type: "IfMatch", condition: item._etag } };
  await one.replace({ ...item, n: 1 }, condition);
  await assert.rejects(one.replace({ ...item, n: 2 }, condition), { code: 412 });
});

test("an item is read only if it has changed", async () => {
  const item = await fresh();
  const condition = { accessCondition: { type: "IfNoneMatch", condition: item._etag } };
  assert.equal((await items.item(item.id, "fresh").read(condition)).statusCode, 304);
});

test("an item is patched", async () => {
  const item = await fresh({ n: 1, list: [1], gone: 1 });
  const { resource } = await items.item(item.id, "fresh").patch([
    { op: "incr", path: "/n", value: 4 },
    { op: "add", path: "/list/-", value: 2 },
    { op: "remove", path: "/gone" },
    { op: "set", path: "/new", value: "x" },
  ]);
  assert.deepEqual([resource.n, resource.list, resource.gone, resource.new], [5, [1, 2], undefined, "x"]);
});

test("a query over one partition filters and orders", async () => {
  const rows = await query("SELECT c.id FROM c WHERE c.total > @least ORDER BY c.total DESC", [{ name: "@least", value: 20 }], {
    partitionKey: "c0",
  });
  assert.deepEqual(rows.map((each) => each.id), ["27", "24", "21"]);
});

test("a query over all partitions orders them together", async () => {
  const rows = await query("SELECT VALUE c.total FROM c WHERE IS_DEFINED(c.tags) ORDER BY c.total");
  assert.deepEqual(rows, Array.from({ length: 30 }, (_, number) => number));
});

test("aggregates are of all partitions", async () => {
  assert.deepEqual(await query("SELECT VALUE COUNT(1) FROM c WHERE IS_DEFINED(c.tags)"), [30]);
  assert.deepEqual(await query("SELECT VALUE SUM(c.total) FROM c WHERE IS_DEFINED(c.tags)"), [435]);
});

test("groups are of one partition, or over all of them put together by the client", async () => {
  const text = "SELECT c.tags[1] AS tag, COUNT(1) AS n FROM c GROUP BY c.tags[1]";
  const rows = await query(text, [], { partitionKey: "c0" });
  assert.deepEqual(rows.map((each) => [each.tag, each.n]).sort(), [["t0", 5], ["t1", 5]]);
  const over = await query(`${text.replace(" GROUP", " WHERE IS_DEFINED(c.tags) GROUP")}`);
  assert.deepEqual(over.map((each) => [each.tag, each.n]).sort(), [["t0", 15], ["t1", 15]]);
});

test("distinct values, a top and an offset with a limit", async () => {
  const where = "WHERE IS_DEFINED(c.tags)";
  assert.deepEqual((await query(`SELECT DISTINCT VALUE c.customer FROM c ${where}`)).sort(), ["c0", "c1", "c2"]);
  assert.deepEqual(await query(`SELECT TOP 2 VALUE c.total FROM c ${where} ORDER BY c.total`), [0, 1]);
  assert.deepEqual(await query(`SELECT VALUE c.total FROM c ${where} ORDER BY c.total OFFSET 3 LIMIT 2`), [3, 4]);
});

test("functions of arrays and texts", async () => {
  assert.equal((await query("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 't1')")).length, 15);
  assert.deepEqual(await query("SELECT VALUE UPPER(c.customer) FROM c WHERE c.id = '7' AND IS_DEFINED(c.tags)"), ["C1"]);
});

test("a query comes in pages that a token continues", async () => {
  const options = { partitionKey: "c1", maxItemCount: 4 };
  const text = "SELECT VALUE c.total FROM c";
  const first = await items.items.query(text, options).fetchNext();
  assert.equal(first.resources.length, 4);
  const rest = await items.items.query(text, { ...options, continuationToken: first.continuationToken }).fetchAll();
  assert.equal(new Set([...first.resources, ...rest.resources]).size, 10);
});

test("a wrong query is refused with a reason", async () => {
  await assert.rejects(query("SELEKT * FROM c"), { code: 400 });
});

test("a batch of one partition is done whole or not at all", async () => {
  const id = unique("batch");
  const create = (resourceBody) => ({ operationType: "Create", resourceBody: { customer: "b", ...resourceBody } });
  const done = await items.items.batch([create({ id }), create({ id: `${id}2` })], "b");
  assert.deepEqual(done.result.map((each) => each.statusCode), [201, 201]);
  const failed = await items.items.batch([create({ id: `${id}3` }), create({ id })], "b");
  assert.deepEqual(failed.result.map((each) => each.statusCode), [424, 409]);
  assert.equal((await items.item(`${id}3`, "b").read()).statusCode, 404);
});

test("many operations in bulk", async () => {
  const operations = Array.from({ length: 50 }, (_, number) => ({
    operationType: "Create", resourceBody: { id: unique(`bulk${number}`), customer: `k${number % 5}` },
  }));
  const answers = await items.items.bulk(operations);
  assert.deepEqual([answers.length, ...new Set(answers.map((each) => each.statusCode))], [50, 201]);
});

test("what was acknowledged survives kills", async () => {
  const ids = [];
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 10; number++) ids.push((await fresh({ customer: "kill" })).id);
    await kill("cosmos");
  }
  assert.deepEqual((await query("SELECT VALUE c.id FROM c", [], { partitionKey: "kill" })).sort(), ids.sort());
});

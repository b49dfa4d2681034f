// @azure/service-bus: a queue for each case that must be alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ServiceBusClient } from "@azure/service-bus";
import { kill, pause, settings, unique, until } from "./support.js";

let client;
before(() => void (client = new ServiceBusClient(settings.SERVICE_BUS)));
after(() => client.close());

const send = (queue, messages) => client.createSender(queue).sendMessages(messages);
const receive = (queue, count = 1, options = {}) =>
  client.createReceiver(queue, options).receiveMessages(count, { maxWaitTimeInMs: 5_000 });
const dead = { subQueueType: "deadLetter" };

for (const [name, body] of [
  ["a text", "grüße"],
  ["an object", { deep: [1, { two: null }] }],
  ["a list", [1, "two"]],
  ["a number", 17.5],
  ["bytes", Buffer.from([0, 255])],
]) {
  test(`a body that is ${name} arrives as it was sent`, async () => {
    await send("send", { body });
    const receiver = client.createReceiver("send");
    const [message] = await receiver.receiveMessages(1);
    assert.deepEqual(message.body, body);
    await receiver.completeMessage(message);
    await receiver.close();
  });
}

test("what a message says of itself arrives", async () => {
  const sent = {
    body: 1, messageId: "m", correlationId: "c", contentType: "text/x", subject: "s", replyTo: "r", to: "t",
    timeToLive: 60_000, applicationProperties: { text: "a", number: 7, truth: true },
  };
  await send("send", sent);
  const receiver = client.createReceiver("send", { receiveMode: "receiveAndDelete" });
  const [message] = await receiver.receiveMessages(1);
  for (const [name, value] of Object.entries(sent)) assert.deepEqual(message[name], value, name);
  assert.ok(message.enqueuedTimeUtc instanceof Date && message.sequenceNumber.greaterThan(0));
  await receiver.close();
});

test("a batch takes messages until it is full, and all arrive in order", async () => {
  const sender = client.createSender("batch");
  const batch = await sender.createMessageBatch({ maxSizeInBytes: 10_000 });
  let count = 0;
  while (batch.tryAddMessage({ body: { count, fill: "x".repeat(500) } })) count++;
  await sender.sendMessages(batch);
  const receiver = client.createReceiver("batch", { receiveMode: "receiveAndDelete" });
  const bodies = [];
  while (bodies.length < count) bodies.push(...(await receiver.receiveMessages(50, { maxWaitTimeInMs: 2_000 })).map((each) => each.body.count));
  assert.deepEqual(bodies, Array.from({ length: count }, (_, number) => number));
  await receiver.close();
});

test("a message above 256 KB is refused", async () => {
  await assert.rejects(send("batch", { body: Buffer.alloc(300_000) }), { code: "MessageSizeExceeded" });
});

test("a message that is received and deleted is gone", async () => {
  await send("settle", { body: 1 });
  const receiver = client.createReceiver("settle", { receiveMode: "receiveAndDelete" });
  assert.equal((await receiver.receiveMessages(1)).length, 1);
  assert.equal((await receiver.peekMessages(1)).length, 0);
  await receiver.close();
});

test("an abandoned message comes again with what was changed, and is counted", async () => {
  await send("abandon", { body: 1 });
  const receiver = client.createReceiver("abandon");
  const [first] = await receiver.receiveMessages(1);
  await receiver.abandonMessage(first, { tried: 1 });
  const [second] = await receiver.receiveMessages(1);
  assert.deepEqual([first.deliveryCount, second.deliveryCount, second.applicationProperties.tried], [0, 1, 1]);
  await receiver.completeMessage(second);
  await receiver.close();
});

test("a message that is abandoned too often is dead-lettered", async () => {
  await send("abandon", { body: "bad" });
  const receiver = client.createReceiver("abandon");
  for (let round = 0; round < 3; round++) await receiver.abandonMessage((await receiver.receiveMessages(1))[0]);
  const [message] = await receive("abandon", 1, { ...dead, receiveMode: "receiveAndDelete" });
  assert.deepEqual([message.body, message.deadLetterReason], ["bad", "MaxDeliveryCountExceeded"]);
  await receiver.close();
});

test("a message is dead-lettered with a reason", async () => {
  await send("dead", { body: 1 });
  const receiver = client.createReceiver("dead");
  const [message] = await receiver.receiveMessages(1);
  await receiver.deadLetterMessage(message, { deadLetterReason: "why", deadLetterErrorDescription: "because" });
  const [again] = await receive("dead", 1, { ...dead, receiveMode: "receiveAndDelete" });
  assert.deepEqual([again.deadLetterReason, again.deadLetterErrorDescription], ["why", "because"]);
  await receiver.close();
});

test("a deferred message is received by its number only", async () => {
  await send("defer", { body: "later" });
  const receiver = client.createReceiver("defer");
  const [message] = await receiver.receiveMessages(1);
  await receiver.deferMessage(message, { why: "x" });
  assert.equal((await receiver.receiveMessages(1, { maxWaitTimeInMs: 500 })).length, 0);
  const [again] = await receiver.receiveDeferredMessages(message.sequenceNumber);
  assert.deepEqual([again.body, again.applicationProperties.why], ["later", "x"]);
  await receiver.completeMessage(again);
  await receiver.close();
});

test("peeking locks nothing and goes on from a number", async () => {
  await send("peek", [{ body: 1 }, { body: 2 }, { body: 3 }]);
  const receiver = client.createReceiver("peek");
  const [first] = await receiver.peekMessages(1);
  const rest = await receiver.peekMessages(5, { fromSequenceNumber: first.sequenceNumber.add(1) });
  assert.deepEqual([first.body, ...rest.map((each) => each.body)], [1, 2, 3]);
  assert.equal((await receiver.receiveMessages(3)).length, 3);
  await receiver.close();
});

test("a lock that runs out gives the message back, and it cannot be completed any more", async () => {
  await send("lock", { body: 1 });
  const [slow, quick] = [client.createReceiver("lock", { maxAutoLockRenewalDurationInMs: 0 }), client.createReceiver("lock")];
  const [held] = await slow.receiveMessages(1);
  await pause(5_500);
  const [again] = await quick.receiveMessages(1);
  assert.equal(again.deliveryCount, 1);
  await assert.rejects(slow.completeMessage(held), { code: "MessageLockLost" });
  await quick.completeMessage(again);
  await Promise.all([slow.close(), quick.close()]);
});

test("a lock that is renewed holds", async () => {
  await send("lock", { body: 2 });
  const receiver = client.createReceiver("lock");
  const [message] = await receiver.receiveMessages(1);
  await pause(3_000);
  const until = await receiver.renewMessageLock(message);
  assert.ok(+until - Date.now() > 3_000);
  await pause(3_000);
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a message that is scheduled comes at its time, and can be cancelled before", async () => {
  const sender = client.createSender("scheduled");
  const soon = new Date(Date.now() + 2_000);
  const [first, second] = await sender.scheduleMessages([{ body: "a" }, { body: "b" }], soon);
  await sender.cancelScheduledMessages(second);
  const receiver = client.createReceiver("scheduled", { receiveMode: "receiveAndDelete" });
  const messages = await receiver.receiveMessages(2, { maxWaitTimeInMs: 6_000 });
  assert.deepEqual(messages.map((each) => each.body), ["a"]);
  assert.ok(Date.now() >= +soon - 100 && first);
  await receiver.close();
});

test("a message that lives too long is dead-lettered", async () => {
  await send("short", { body: 1 });
  await pause(3_000);
  const [message] = await receive("short", 1, { ...dead, receiveMode: "receiveAndDelete" });
  assert.equal(message.deadLetterReason, "TTLExpiredException");
});

test("a message id is taken once", async () => {
  const messageId = unique("id");
  await send("once", [{ body: 1, messageId }]);
  await send("once", [{ body: 2, messageId }]);
  const receiver = client.createReceiver("once", { receiveMode: "receiveAndDelete" });
  const messages = [...(await receiver.receiveMessages(2, { maxWaitTimeInMs: 1_500 }))];
  assert.deepEqual(messages.map((each) => each.body), [1]);
  await receiver.close();
});

test("a handler gets messages as they come, so many at a time", async () => {
  await send("subscribe", Array.from({ length: 20 }, (_, body) => ({ body })));
  const receiver = client.createReceiver("subscribe");
  let [now, most, done] = [0, 0, 0];
  const subscription = receiver.subscribe(
    {
      processMessage: async () => {
        most = Math.max(most, ++now);
        await pause(20);
        now--;
        done++;
      },
      processError: async ({ error }) => assert.fail(error),
    },
    { maxConcurrentCalls: 4 },
  );
  await until(() => done === 20);
  assert.ok(most > 1 && most <= 4, `${most} at a time`);
  await subscription.close();
  await receiver.close();
});

test("a handler that fails gives its message back", async () => {
  await send("subscribe", { body: "again" });
  const receiver = client.createReceiver("subscribe");
  const counts = [];
  const subscription = receiver.subscribe({
    processMessage: async (message) => {
      counts.push(message.deliveryCount);
      if (counts.length < 2) throw new Error("no");
    },
    processError: async () => {},
  });
  await until(() => counts.length === 2);
  assert.deepEqual(counts, [0, 1]);
  await subscription.close();
  await receiver.close();
});

test("two receivers never get the same message", async () => {
  await send("crowd", Array.from({ length: 40 }, (_, body) => ({ body })));
  const receivers = [1, 2].map(() => client.createReceiver("crowd", { receiveMode: "receiveAndDelete" }));
  const bodies = [];
  await Promise.all(
    receivers.map(async (receiver) => {
      for (;;) {
        const messages = await receiver.receiveMessages(5, { maxWaitTimeInMs: 1_500 });
        if (!messages.length) return;
        bodies.push(...messages.map((each) => each.body));
      }
    }),
  );
  assert.deepEqual(bodies.sort((a, b) => a - b), Array.from({ length: 40 }, (_, number) => number));
  await Promise.all(receivers.map((each) => each.close()));
});

test("a queue that does not exist is refused by name", async () => {
  await assert.rejects(send("nobody", { body: 1 }), { code: "MessagingEntityNotFound" });
});

test("what was acknowledged survives kills, once each", async () => {
  for (let round = 0; round < 3; round++) {
    await send("kill", Array.from({ length: 20 }, (_, number) => ({ body: round * 20 + number })));
    await kill("amqp");
  }
  const receiver = client.createReceiver("kill");
  const bodies = [];
  while (bodies.length < 60) {
    const messages = await receiver.receiveMessages(20, { maxWaitTimeInMs: 5_000 });
    assert.ok(messages.length, `only ${bodies.length} came`);
    for (const message of messages) {
      bodies.push(message.body);
      await receiver.completeMessage(message);
    }
  }
  assert.deepEqual([...new Set(bodies)].length, 60);
  await receiver.close();
});

// What the cases share: clients' settings, kills of parts, and waits.

export const settings = process.env;

/** Ends a part as a crash would, and waits until it is there again. */
export async function kill(part) {
  const answer = await fetch(`${settings.CONTROL}/kill/${part}`, { method: "POST" });
  if (answer.status !== 204) throw new Error(`${part} was not killed: ${answer.status}`);
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until this is true, for at most so many seconds. */
export async function until(holds, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
    await pause(50);
  }
}

export const unique = (name) => `${name}-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`;

/** The values of an async iterable. */
export async function all(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}

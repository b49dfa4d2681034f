// Loaded before Azurite, whose only argument before its options is its own script.
//
// Azurite answers a write when the data lie in their file, but the tables that say which blob lies where are in memory and
// saved whole every 5 s: killed, it forgets what it has acknowledged. Here each table file has a journal of the documents
// that have changed since it was saved. It is written before the answer, and read when the tables are loaded.
//
//   TABLES.journal.N   a line for each write: [[collection, $loki id, document or null if it is gone], ...]
//
// A save begins the next N, and removes those before it when it is done: until then they are needed. To read a change
// that is saved already does no harm, for a line says what a document is, not what became of it. A save stops all else for
// as long as it takes (0.7 s at 50,000 blobs), so it waits until the journal is as large as the tables.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { createRequire } = require("node:module");

const Loki = createRequire(process.argv[1])("lokijs");
const SMALL_BYTES = 1 << 20;

class Journal {
  constructor(database) {
    this.database = database;
    this.prefix = `${path.resolve(database.filename)}.journal.`;
    this.last = Math.max(0, ...this.numbers());
  }

  /** The numbers of the journals that lie beside the tables, in order. */
  numbers() {
    const folder = path.dirname(this.prefix);
    const names = fs.readdirSync(folder).map((name) => path.join(folder, name));
    const journals = names.filter((name) => name.startsWith(this.prefix));
    return journals.map((name) => Number(name.slice(this.prefix.length))).sort((a, b) => a - b);
  }

  /** End the journal, if one was begun, and begin the next; the number of the one before it. */
  turn() {
    if (this.file !== undefined) {
      this.write();
      fs.closeSync(this.file);
    }
    this.file = fs.openSync(this.prefix + (this.last + 1), "w");
    this.length = 0;
    return this.last++;
  }

  /** Write what has changed, as one line. What a failed try has left of its line is written over by the next. */
  write() {
    const changed = this.database.collections.filter((collection) => collection.dirtyIds.length > 0);
    if (changed.length === 0) return;
    const documents = changed.flatMap((collection) =>
      [...new Set(collection.dirtyIds)].map((id) => [collection.name, id, collection.get(id)]),
    );
    const line = Buffer.from(JSON.stringify(documents) + "\n");
    for (let done = 0; done < line.length; ) {
      done += fs.writeSync(this.file, line, done, line.length - done, this.length + done);
    }
    this.length += line.length;
    for (const collection of changed) collection.dirtyIds = [];
  }

  /** Bring tables up to date, as they were saved; the names of the collections that have changed. */
  replay(tables) {
    const changes = new Map(tables.collections.map((collection) => [collection.name, new Map()]));
    for (const number of this.numbers()) {
      const lines = fs.readFileSync(this.prefix + number, "utf8").split("\n");
      lines.pop(); // empty, or the line that a kill has cut off: nobody got an answer to that write
      for (const line of lines) {
        for (const [collection, id, document] of JSON.parse(line)) changes.get(collection).set(id, document);
      }
    }
    const changed = tables.collections.filter((collection) => changes.get(collection.name).size > 0);
    for (const collection of changed) {
      const documents = new Map(collection.data.map((document) => [document.$loki, document]));
      for (const [id, document] of changes.get(collection.name)) {
        documents.set(id, document);
        collection.maxId = Math.max(collection.maxId, id);
      }
      // Still in the order of ids, by which Loki searches: those of new documents are above all others.
      collection.data = [...documents.values()].filter(Boolean);
    }
    return changed.map((collection) => collection.name);
  }
}

const journals = new Map();

const configureOptions = Loki.prototype.configureOptions; // called by the constructor, when the file's name is known
Loki.prototype.configureOptions = function (...options) {
  configureOptions.apply(this, options);
  this.isIncremental = true; // so that collections note the ids of what they change
  journals.set(this, new Journal(this));
};

const loadJSONObject = Loki.prototype.loadJSONObject;
Loki.prototype.loadJSONObject = function (tables, options) {
  const changed = journals.get(this).replay(tables);
  loadJSONObject.call(this, tables, options);
  for (const name of changed) this.getCollection(name).ensureAllIndexes(true);
};

const autosaveDirty = Loki.prototype.autosaveDirty; // asked every 5 s, and at the end, when the timer is gone
Loki.prototype.autosaveDirty = function () {
  const large = () => journals.get(this).length > Math.max(SMALL_BYTES, fs.statSync(this.filename).size);
  return autosaveDirty.call(this) && (this.autosaveHandle === null || large());
};

const saveDatabaseInternal = Loki.prototype.saveDatabaseInternal;
Loki.prototype.saveDatabaseInternal = function (callback) {
  const journal = journals.get(this);
  const before = journal.turn();
  saveDatabaseInternal.call(this, (error) => {
    if (error) console.error(`the tables cannot be saved, so their journals stay: ${error.message}`);
    else for (const number of journal.numbers()) if (number <= before) fs.unlinkSync(journal.prefix + number);
    callback(error);
  });
};

const writeHead = http.ServerResponse.prototype.writeHead; // called before the first byte of any answer
http.ServerResponse.prototype.writeHead = function (...head) {
  try {
    // Extents, whose tables Azurite opens after those of the blobs that lie in them, are written before them.
    for (const journal of [...journals.values()].reverse()) journal.write();
  } catch (error) {
    console.error(`a request is not answered, because what has changed cannot be written down: ${error.message}`);
    this.destroy();
  }
  return writeHead.apply(this, head);
};

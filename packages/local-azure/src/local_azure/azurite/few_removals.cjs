// Loaded before Azurite, whose tables are Loki's.
//
// To remove the documents of a query, and each of Azurite's deletes is one, Loki sorts all indexes of the table anew, and
// nothing else is answered meanwhile. Here a few are removed one by one, as by Loki's `remove`, which takes a document out
// of the indexes and leaves the others where they are.
const { createRequire } = require("node:module");

const Loki = createRequire(process.argv[1])("lokijs");
const FEW = 8;

const removeBatchByPositions = Loki.Collection.prototype.removeBatchByPositions;
Loki.Collection.prototype.removeBatchByPositions = function (positions) {
  if (positions.length > FEW) return removeBatchByPositions.call(this, positions);
  for (const document of positions.map((position) => this.data[position])) {
    const { $loki, meta } = document;
    this.remove(document);
    Object.assign(document, { $loki, meta }); // as the removal of many leaves them
  }
};

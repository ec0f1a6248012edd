// Prints values.yml as JSON, as a reader of the YAML version that the argument names takes it.
const { readFileSync, writeSync } = require("fs");
const { parseDocument } = require("yaml");

// JSON of the value, with whole numbers of any size; what JSON lacks stands out.
function json(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => `${JSON.stringify(typeof key === "string" ? key : `!${key}`)}:${json(inner)}`);
    return `{${entries.join(",")}}`;
  }
  if (typeof value === "bigint") return value.toString();
  if (["string", "boolean", "number"].includes(typeof value)) return JSON.stringify(value);
  return JSON.stringify(`!${Object.prototype.toString.call(value)}`);
}

const document = parseDocument(readFileSync("values.yml", "utf8"), { version: process.argv[2], intAsBigInt: true });
if (document.errors.length > 0) throw document.errors[0];
const bytes = Buffer.from(json(document.toJS({ mapAsMap: true, maxAliasCount: 0 })));
for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);

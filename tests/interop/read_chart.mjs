// Read a Mermaid flowchart from the standard input, and print what Mermaid understands: its nodes and its edges.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
// Mermaid cleans texts with a library that needs a page.
const { JSDOM } = require("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;

const { default: mermaid } = await import(pathToFileURL(require.resolve("mermaid")));
const text = readFileSync(0, "utf8");
await mermaid.parse(text);
const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
// How Mermaid keeps the number of a character until it draws.
const plain = (shown) => shown.replace(/ﬂ°°(\d+)¶ß/g, (_, number) => String.fromCodePoint(Number(number)));
const nodes = [...db.getVertices().values()].map(({ id, text, type, classes }) => ({ id, text: plain(text), type, classes }));
const edges = db.getEdges().map(({ start, end, text, stroke }) => ({ start, end, text: plain(text), stroke }));
console.log(JSON.stringify({ nodes, edges, classes: [...db.getClasses().keys()] }));

// Cuts texts into tokens with the TextMate grammar, by the engine of VS Code.
//
//   node textmate.mjs GRAMMAR < NAMES
//
// Each line of standard input is the path of a text. For each, one line of JSON comes back: a list of [start, end, scopes], in
// UTF-16 units of the text, scopes innermost last.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.env.INFRAC_TOOLS}/editors-node/`);
const textmate = require('vscode-textmate');
const oniguruma = require('vscode-oniguruma');

const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

const path = process.argv[2];
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, 'utf8'), path),
});
const grammar = await registry.loadGrammar('source.infra');

for await (const name of createInterface({ input: process.stdin })) {
  const tokens = [];
  let stack = textmate.INITIAL;
  let offset = 0;
  for (const line of readFileSync(name, 'utf8').split('\n')) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    for (const token of result.tokens) {
      if (token.startIndex < line.length) {
        tokens.push([offset + token.startIndex, offset + Math.min(token.endIndex, line.length), token.scopes]);
      }
    }
    offset += line.length + 1;
  }
  console.log(JSON.stringify(tokens));
}

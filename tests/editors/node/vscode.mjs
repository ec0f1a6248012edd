// Loads the extension of VS Code with a stand-in for VS Code and its client, and prints as JSON what it registers and starts.
//
//   node vscode.mjs EXTENSION FILE

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [extension, file] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const Module = require('node:module');
const packaged = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));

const commands = new Map();
const shown = [];
const errors = [];
const disposable = { dispose() {} };
const event = () => disposable;
let provider;

// What nobody asks about is a class, a function and a folder of such at once.
const anything = () =>
  new Proxy(class {}, {
    get: (target, name) => (name === 'prototype' || name in target ? target[name] : name === Symbol.toPrimitive ? () => 0 : anything()),
    apply: () => disposable,
  });
const partly = (known) => new Proxy(known, { get: (target, name) => (name in target ? target[name] : anything()) });

const defaults = Object.fromEntries(
  Object.entries(packaged.contributes.configuration.properties).map(([name, property]) => [name.replace('infrac.', ''), property.default]),
);
class EventEmitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener, self) => {
      const bound = listener.bind(self);
      this.listeners.add(bound);
      return { dispose: () => this.listeners.delete(bound) };
    };
  }
  fire(value) {
    this.listeners.forEach((listener) => listener(value));
  }
  dispose() {
    this.listeners.clear();
  }
}

class Disposable {
  constructor(run) {
    this.dispose = run ?? (() => {});
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class CancellationTokenSource {
  constructor() {
    this.token = { isCancellationRequested: false, onCancellationRequested: event };
  }
  cancel() {}
  dispose() {}
}

// Kinds of code actions are words with points between them.
class CodeActionKind {
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value === '' ? part : `${this.value}.${part}`);
  }
}
CodeActionKind.Empty = new CodeActionKind('');
for (const [name, value] of [
  ['QuickFix', 'quickfix'],
  ['Refactor', 'refactor'],
  ['RefactorExtract', 'refactor.extract'],
  ['RefactorInline', 'refactor.inline'],
  ['RefactorRewrite', 'refactor.rewrite'],
  ['Source', 'source'],
  ['SourceFixAll', 'source.fixAll'],
  ['SourceOrganizeImports', 'source.organizeImports'],
]) {
  CodeActionKind[name] = new CodeActionKind(value);
}

const uri = (path) => ({ scheme: 'file', fsPath: path, path, toString: () => `file://${path}` });
const lines = [];
const channel = { append: (text) => lines.push(text), appendLine: (text) => lines.push(text), show() {}, logLevel: 3, onDidChangeLogLevel: event, ...disposable };
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) {
  channel[level] = (text) => lines.push(text);
}

const vscode = partly({
  version: '1.105.0',
  EventEmitter,
  Disposable,
  CancellationTokenSource,
  CodeActionKind,
  env: partly({ language: 'en', appName: 'stand-in' }),
  commands: partly({
    registerCommand: (name, run) => {
      commands.set(name, run);
      return disposable;
    },
    executeCommand: async () => undefined,
  }),
  workspace: partly({
    getConfiguration: () => ({ get: (name) => defaults[name] }),
    onDidChangeConfiguration: event,
    createFileSystemWatcher: () => ({ ...disposable, onDidCreate: event, onDidChange: event, onDidDelete: event }),
    registerTextDocumentContentProvider: (scheme, given) => {
      provider = given;
      return disposable;
    },
    openTextDocument: async (uri) => ({ uri, text: provider.provideTextDocumentContent(uri) }),
    workspaceFolders: [{ uri: uri(dirname(file)), name: 'shop', index: 0 }],
    textDocuments: [],
    notebookDocuments: [],
    isTrusted: true,
  }),
  window: partly({
    createOutputChannel: () => channel,
    visibleTextEditors: [],
    tabGroups: { all: [], onDidChangeTabs: event, onDidChangeTabGroups: event },
    activeTextEditor: { document: { uri: { scheme: 'file', fsPath: file } } },
    showErrorMessage: async (text) => void errors.push(text),
    showInformationMessage: async (text) => void errors.push(text),
    showTextDocument: async (document) => void shown.push(document.text),
  }),
  languages: partly({
    setTextDocumentLanguage: async (document) => document,
    match: () => 0,
    createDiagnosticCollection: () => ({ ...disposable, set() {}, delete() {}, clear() {} }),
  }),
  Uri: partly({ from: (parts) => parts, file: uri, parse: (text) => uri(text.replace('file://', '')) }),
});

const load = Module._load;
Module._load = function (name, ...rest) {
  return name === 'vscode' ? vscode : load.call(this, name, ...rest);
};

// What the client starts, and whether it comes to an understanding with it.
let program;
const processes = require('node:child_process');
const spawn = processes.spawn;
processes.spawn = (command, args, options) => {
  program = [command, ...args];
  return spawn(command, args, options);
};

const { activate, deactivate } = require(join(extension, packaged.main));
await activate({ subscriptions: [], extensionPath: extension });
await commands.get('infrac.showGeneratedChanges')?.();
await deactivate();
console.log(
  JSON.stringify({
    missing: packaged.contributes.commands.map((command) => command.command).filter((name) => !commands.has(name)),
    program,
    shown: shown[0],
    errors,
  }),
);
process.exit(0);

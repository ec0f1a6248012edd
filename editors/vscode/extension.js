// The client: starts `infrac lsp` and shows what it has no way to show by the protocol.

const { execFile } = require('node:child_process');
const path = require('node:path');
const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

/** The scheme of texts that no file holds: its path is a title, its query the text's number. */
const SCHEME = 'infrac';

let client;

function settings() {
  const all = vscode.workspace.getConfiguration('infrac');
  const hints = ['ranges', 'addresses', 'ports', 'sizes', 'types'].map((kind) => [kind, all.get(`inlayHints.${kind}`) !== false]);
  return { path: all.get('path') || 'infrac', arguments: all.get('arguments') || [], inlayHints: Object.fromEntries(hints) };
}

/** What the commands of the server give, shown. */
async function shown(command, args, answer, texts) {
  if (command === 'infrac.references') {
    const places = (answer ?? []).map((place) => client.protocol2CodeConverter.asLocation(place));
    const uri = vscode.Uri.parse(args[0]);
    const at = client.protocol2CodeConverter.asPosition(args[3]);
    return vscode.commands.executeCommand('editor.action.showReferences', uri, at, places);
  }
  if (command === 'infrac.generated') {
    const files = (answer ?? []).map((file) => ({ label: file.path, description: file.state, uri: file.uri }));
    const chosen = await vscode.window.showQuickPick(files, { placeHolder: 'What is generated' });
    return chosen && vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(chosen.uri));
  }
  if (command === 'infrac.changes' && answer) {
    return answer.diff
      ? texts.show('what the unsaved change would make.diff', answer.diff, 'diff')
      : vscode.window.showInformationMessage('The unsaved change makes no difference in the generated files.');
  }
  return answer;
}

/** What decides a line of a generated file; the server says nothing of others. */
const origins = {
  provideDefinition: async (document, position) => {
    if (!client?.isRunning()) {
      return undefined;
    }
    const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    return client.protocol2CodeConverter.asDefinitionResult(await client.sendRequest('textDocument/definition', params));
  },
};

async function start(texts) {
  const { path: command, arguments: more, inlayHints } = settings();
  const run = { command, args: ['lsp', ...more], transport: TransportKind.stdio };
  client = new LanguageClient('infrac', 'infrac', run, {
    documentSelector: [
      { scheme: 'file', language: 'infra' },
      { scheme: 'untitled', language: 'infra' },
      { scheme: 'file', pattern: '**/infra.toml' },
    ],
    middleware: {
      executeCommand: async (name, args, next) => shown(name, args, await next(name, args), texts),
    },
    initializationOptions: { inlayHints },
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/{*.infra,infra.toml,infra.lock}') },
  });
  try {
    await client.start();
  } catch (error) {
    const open = 'Open Settings';
    const said = await vscode.window.showErrorMessage(`\`${command} lsp\` does not start: ${error.message ?? error}`, open);
    if (said === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'infrac.path');
    }
  }
}

async function stop() {
  const old = client;
  client = undefined;
  // One that never came up has nothing to stop.
  if (old?.needsStop()) {
    await old.stop();
  }
}

async function restart(texts) {
  await stop();
  await start(texts);
}

/** Runs infrac and gives its exit code and what it printed. */
function infrac(args, folder) {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } };
    execFile(settings().path, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') {
        reject(error);
      } else {
        resolve({ code: error ? error.code : 0, stdout, stderr });
      }
    });
  });
}

/** The folder whose project is meant: that of the open file, else the first of the workspace. */
function folder() {
  const open = vscode.window.activeTextEditor?.document.uri;
  if (open?.scheme === 'file') {
    return path.dirname(open.fsPath);
  }
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** Texts that commands show, by number. The last ones stay, so that an open tab keeps its text. */
class Texts {
  constructor() {
    this.all = new Map();
    this.next = 1;
  }

  provideTextDocumentContent(uri) {
    return this.all.get(uri.query) ?? '';
  }

  async show(title, text, language) {
    const number = String(this.next++);
    this.all.set(number, text);
    this.all.delete(String(this.next - 50));
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}`, query: number });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

async function showGeneratedChanges(texts) {
  const where = folder();
  if (!where) {
    return vscode.window.showInformationMessage('Open a folder with an infra.toml first.');
  }
  const { code, stdout, stderr } = await infrac(['build', '--check'], where);
  if (code === 0) {
    return vscode.window.showInformationMessage('A build would change no file.');
  }
  // Sources with a mistake build nothing: it is told instead.
  return stdout ? texts.show('what a build would change.diff', stdout, 'diff') : texts.show('what is wrong', stderr, 'plaintext');
}

async function openLibrarySource(texts) {
  const name = await vscode.window.showInputBox({
    prompt: 'The name of a definition of the library, or one of its files with a line',
    placeHolder: 'module compute, core.infra:12',
    validateInput: (text) => (/^[A-Za-z][A-Za-z0-9_.:/ -]*$/.test(text) ? undefined : 'A name begins with a letter.'),
  });
  if (!name) {
    return undefined;
  }
  const { code, stdout, stderr } = await infrac(['doc', '--source', name], folder());
  if (code !== 0) {
    return vscode.window.showErrorMessage(stderr.trim() || `infrac knows no \`${name}\`.`);
  }
  return texts.show(`${name.replaceAll('/', ' ')}.infra`, stdout, 'infra');
}

/** A command whose failure is said. */
function told(run) {
  return async () => {
    try {
      return await run();
    } catch (error) {
      return vscode.window.showErrorMessage(`infrac: ${error.message ?? error}`);
    }
  };
}

async function activate(context) {
  const texts = new Texts();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, texts),
    vscode.languages.registerDefinitionProvider({ scheme: 'file', pattern: '**/*.{hcl,tf,yml,yaml,json}' }, origins),
    vscode.commands.registerCommand('infrac.restartServer', told(() => restart(texts))),
    vscode.commands.registerCommand('infrac.showOutput', told(async () => client?.outputChannel.show())),
    vscode.commands.registerCommand('infrac.showGeneratedChanges', told(() => showGeneratedChanges(texts))),
    vscode.commands.registerCommand('infrac.openLibrarySource', told(() => openLibrarySource(texts))),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (['path', 'arguments', 'inlayHints'].some((setting) => change.affectsConfiguration(`infrac.${setting}`))) {
        await told(() => restart(texts))();
      }
    }),
  );
  await start(texts);
}

module.exports = { activate, deactivate: stop };

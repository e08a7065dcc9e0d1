// The extension without VS Code: what it starts, and that it says so when it cannot.

const assert = require('node:assert')
const Module = require('node:module')
const test = require('node:test')

function activated(path, fails) {
  const seen = { messages: [], clients: [], stopped: 0 }
  class LanguageClient {
    constructor(...options) { seen.clients.push(options) }
    async start() { if (fails) throw new Error('no such file') }
    async stop() { seen.stopped += 1; if (fails) throw new Error('it never started') }
  }
  const vscode = {
    commands: { registerCommand: (name, run) => (seen.command = name, seen.restart = run, {}) },
    window: { showErrorMessage: (message) => seen.messages.push(message) },
    workspace: {
      getConfiguration: (section) => ({ get: (key) => (section === 'trucewatch' && key === 'path' ? path : null) }),
      onDidChangeConfiguration: (changed) => (seen.changed = changed, {}),
    },
  }
  const load = Module._load
  Module._load = (request, ...rest) =>
    request === 'vscode' ? vscode
      : request === 'vscode-languageclient/node' ? { LanguageClient } : load(request, ...rest)
  const file = require.resolve('../extension.js')
  delete require.cache[file]
  const extension = require(file)
  Module._load = load
  return { extension, seen, context: { subscriptions: [] } }
}

test('it starts the program that the setting names', async () => {
  const { extension, seen, context } = activated('/opt/trucewatch', false)
  await extension.activate(context)
  const [, , server, client] = seen.clients[0]
  assert.deepStrictEqual(server, { command: '/opt/trucewatch', args: ['lsp'] })
  assert(client.documentSelector.some((d) => d.language === 'markdown' && d.scheme === 'file'))
  assert.strictEqual(context.subscriptions.length, 2)
  await seen.changed({ affectsConfiguration: (key) => key === 'trucewatch.path' })
  assert.deepStrictEqual([seen.clients.length, seen.stopped], [2, 1])
  await extension.deactivate()
  assert.deepStrictEqual([seen.messages, seen.stopped], [[], 2])
})

test('where that is not there it says what to do', async () => {
  const { extension, seen, context } = activated('nowhere', true)
  await extension.activate(context)
  assert.match(seen.messages[0], /nowhere lsp.*trucewatch\.path/)
  await seen.restart()
  assert.strictEqual(seen.clients.length, 2)
})

test('the client has what the extension uses', () => {
  assert(require.resolve('vscode-languageclient/node'))
})

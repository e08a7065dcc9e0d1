// Starts the language server and hands it the documents that may hold Pact; everything else is the server's.

const { commands, window, workspace } = require('vscode')
const { LanguageClient } = require('vscode-languageclient/node')

let client

async function start() {
  const command = workspace.getConfiguration('trucewatch').get('path') || 'trucewatch'
  const documentSelector = ['file', 'untitled'].flatMap((scheme) =>
    ['pact', 'markdown'].map((language) => ({ scheme, language })))
  client = new LanguageClient('trucewatch', 'Trucewatch', { command, args: ['lsp'] }, { documentSelector })
  try {
    await client.start()
  } catch (error) {
    window.showErrorMessage(`Trucewatch: \`${command} lsp\` does not start (${error.message}). Set trucewatch.path.`)
  }
}

async function stop() {
  const running = client
  client = undefined
  // One that never started cannot be stopped either.
  await running?.stop().catch(() => {})
}

async function restart() {
  await stop()
  await start()
}

exports.activate = async (context) => {
  context.subscriptions.push(
    commands.registerCommand('trucewatch.restart', restart),
    workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('trucewatch.path') && restart()),
  )
  await start()
}

exports.deactivate = stop

// Colours, by the engine that VS Code uses: an agreement in Markdown, with the grammar for Markdown that comes with it.

const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const oniguruma = require('vscode-oniguruma')
const { Registry, parseRawGrammar, INITIAL } = require('vscode-textmate')

const here = (name) => path.join(__dirname, '..', name)
const manifest = JSON.parse(fs.readFileSync(here('package.json')))
const files = Object.fromEntries(manifest.contributes.grammars.map((g) => [g.scopeName, here(g.path)]))
files['text.html.markdown'] = require.resolve('tm-grammars/grammars/markdown.json')

async function markdown() {
  const wasm = fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'))
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength))
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) =>
      files[scope] ? parseRawGrammar(fs.readFileSync(files[scope], 'utf8'), `${scope}.json`) : null,
    getInjections: (scope) =>
      manifest.contributes.grammars.filter((g) => g.injectTo?.includes(scope)).map((g) => g.scopeName),
  })
  return registry.loadGrammar('text.html.markdown')
}

// Each token of the text with its innermost scope and whether it is inside a block of Pact.
async function tokens(text) {
  const grammar = await markdown()
  let state = INITIAL
  return text.split('\n').flatMap((line) => {
    const result = grammar.tokenizeLine(line, state)
    state = result.ruleStack
    return result.tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex), scope: scopes.at(-1), pact: scopes.includes('meta.embedded.block.pact'),
    }))
  })
}

test('the October agreement is coloured inside its blocks and nowhere else', async () => {
  const text = fs.readFileSync(path.join(__dirname, '../../../crates/language/tests/october.pact.md'), 'utf8')
  const all = await tokens(text)
  const scope = (word, nth = 0) => all.filter((t) => t.text === word && t.pact)[nth]?.scope
  const cases = {
    obligation: 'keyword.control.pact', living_hostages: 'entity.name.pact', must: 'keyword.other.pact',
    release: 'support.function.act.pact', hostages: 'support.type.item.pact', hamas: 'entity.name.pact',
    20: 'constant.numeric.pact', '2025-10-10T12:00': 'constant.other.date.pact',
    '"Gaza Strip"': 'string.quoted.double.pact', 'zones/gaza.geojson': 'string.unquoted.path.pact',
    'Asia/Gaza': 'string.unquoted.path.pact', '# hours, not days': 'comment.line.number-sign.pact',
    'part-days': 'keyword.other.pact', deceased_hostages: 'variable.other.pact', '3rd': undefined,
  }
  for (const [word, expected] of Object.entries(cases)) assert.strictEqual(scope(word), expected, word)
  assert.strictEqual(scope('hamas', 1), 'variable.other.pact')
  // Headings, prose and what follows a block are Markdown's.
  assert(all.some((t) => t.text === 'Article 1: The fighting stops' && !t.pact))
  assert(all.some((t) => t.text.startsWith('Forces go behind') && !t.pact))
  assert(all.filter((t) => t.pact).every((t) => !t.scope.startsWith('invalid')))
})

test('names in any script, quotations left open, lists and other languages', async () => {
  const all = await tokens('- ```pact\n  party حماس "ح" # ع\n  zone z "open\n  ```\n\n```js\nparty = 1\n```\n~~~~pact\nactor é\n~~~~\nparty')
  const of = (text) => all.filter((t) => t.text === text)
  assert.strictEqual(of('حماس')[0].scope, 'entity.name.pact')
  assert.strictEqual(of('"open')[0].scope, 'invalid.illegal.open-quotation.pact')
  assert.deepStrictEqual(of('party').map((t) => t.pact), [true, false])
  assert.strictEqual(of('é')[0].scope, 'entity.name.pact')
})

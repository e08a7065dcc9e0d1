-- Neovim, without a screen, talks to the language server: what `scripts/neovim-test` runs.
--
-- Invariant: each step is what a person would do, through Neovim's own functions; the first that fails ends the run
-- with what was there instead.

local server, october = vim.env.TRUCEWATCH, vim.env.AGREEMENT
local timeout = 5000

local function fail(message)
  io.stderr:write('neovim-test: ' .. message .. '\n')
  vim.cmd('cquit 1')
end

local function check(step, holds, instead)
  if not holds then
    fail(step .. ': ' .. vim.inspect(instead))
  end
  io.stdout:write('  ' .. step .. '\n')
end

local function wait(step, condition, instead)
  check(step, vim.wait(timeout, condition, 10), instead and instead() or 'nothing came')
end

local function line_of(needle)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(needle, 1, true)
    if column then
      return number, column - 1
    end
  end
  fail('no line with ' .. needle)
end

-- Puts the cursor on a text, `into` bytes into it.
local function go(needle, into)
  local line, column = line_of(needle)
  vim.api.nvim_win_set_cursor(0, { line, column + (into or 0) })
end

local function type(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'xt', false)
end

local function whole()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function codes()
  return vim.tbl_map(function(d) return d.code end, vim.diagnostic.get(0))
end

-- Colours, as neovim.md sets them up.
vim.o.report = 9999
vim.opt.runtimepath:append(vim.fn.getcwd() .. '/editors/neovim')
vim.g.markdown_fenced_languages = { 'pact' }
vim.cmd('syntax on')
vim.cmd('edit ' .. vim.fn.fnameescape(october))
vim.bo.filetype = 'markdown'
local colours = {
  ['obligation living_hostages'] = 'pactFirst', ['must release all 20'] = 'pactWord', ['hostages to israel'] = 'pactItem',
  ['release at least 1950'] = 'pactAct', ['1950 prisoners'] = 'pactNumber', ['"Gaza Strip"'] = 'pactString',
  ['# hours, not days'] = 'pactComment', ['2025-10-10T12:00'] = 'pactDate', ['part-days at the ends pro rata'] = 'pactWord',
}
for text, colour in pairs(colours) do
  local line, column = line_of(text)
  local seen = vim.fn.synIDattr(vim.fn.synID(line, column + 1, 1), 'name')
  check(text .. ' is coloured', seen == colour, seen)
end
local prose = { line_of('Neither side attacks') }
local seen = vim.fn.synIDattr(vim.fn.synID(prose[1], prose[2] + 1, 1), 'name')
check('prose is not', not seen:find('^pact'), seen)

local config = { name = 'trucewatch', cmd = { server, 'lsp' }, root_dir = vim.fn.getcwd() }
local id
if vim.lsp.start then
  id = vim.lsp.start(config)
else
  id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(0, id)
end
local client = vim.lsp.get_client_by_id(id)
check('the server starts', client ~= nil, id)
vim.wait(timeout, function() return client.initialized and client.server_capabilities ~= nil end, 10)

local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, client.offset_encoding), more or {})
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, timeout)
  local answer = answers and answers[id] or {}
  return answer.result, answer.error or answer.err or problem
end

-- Diagnostics as one types, and a quick fix.
go('must release all 20', #'must release ')
type('cwabout<Esc>')
wait('a mistake is told while it is typed', function() return #codes() > 0 end)
type(':silent undo<CR>')
wait('undoing it takes the diagnostic away', function() return #codes() == 0 end, codes)
go('must release all 20', #'must release ')
type('dw')
wait('a bare number is refused', function() return codes()[1] == 'bare-number' end, codes)
go('release 20', #'release ')
local range = vim.lsp.util.make_range_params(0, client.offset_encoding)
local context = { context = { diagnostics = {}, only = { 'quickfix' } } }
local actions = ask('textDocument/codeAction', vim.tbl_extend('force', range, context))
check('two fixes are offered', actions and #actions == 2 and actions[2].title:find('exactly', 1, true), actions)
vim.lsp.util.apply_workspace_edit(actions[2].edit, client.offset_encoding)
wait('one of them mends it', function() return #codes() == 0 end, codes)
check('as its title says', whole():find('must release exactly 20 hostages', 1, true), whole())

-- A label in another script and signs that take two units, before a name on the same line.
go('party hamas')
type('A # 🕊 حماس<Esc>')
go('israel withdraws troops')
type('O  # 🕊🕊 سلام<Esc>')

-- Hover.
go('performed(living_hostages)', #'performed(')
local hover = ask('textDocument/hover')
local words = hover and hover.contents.value or ''
check('hover shows the statement, its clause and its rule', words:find('Article 2', 1, true)
  and words:find('Hamas must release exactly 20 hostages', 1, true), hover)

-- Completion, where someone has begun to type.
go('    of these, at least 300 into north_gaza', 0)
type('A<CR>of these, at least 10 into isr<Esc>')
local line = vim.api.nvim_win_get_cursor(0)[1]
vim.api.nvim_win_set_cursor(0, { line, #vim.api.nvim_get_current_line() })
vim.cmd('startinsert!')
local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
params.position.character = #vim.api.nvim_get_current_line()
local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, timeout)
local items = answers and answers[id] and answers[id].result.items or {}
local offered = vim.tbl_map(function(item) return item.label end, items)
check('completion offers the zones first', table.concat(offered, ' '):find('^gaza north_gaza israeli_held'), offered)
vim.lsp.util.apply_text_edits({ items[3].textEdit }, 0, client.offset_encoding)
check('and replaces what was typed', vim.api.nvim_get_current_line():find('into israeli_held$'), vim.api.nvim_get_current_line())
vim.cmd('stopinsert')
wait('which is without fault', function() return #codes() == 0 end, codes)

-- Definition and references.
go('within 72 hours after initial_withdrawal', #'within 72 hours after ')
local declared = line_of('milestone initial_withdrawal')
vim.lsp.buf.definition()
wait('definition goes to the declaration', function() return vim.api.nvim_win_get_cursor(0)[1] == declared end)
local places = ask('textDocument/references', { context = { includeDeclaration = true } })
check('references finds all three', places and #places == 3, places)

-- Renaming, plurals included.
go('28 deceased_hostages', 5)
vim.lsp.buf.rename('dead_hostage')
wait('rename changes every form', function()
  local text = whole()
  return not text:find('deceased_hostage', 1, true) and text:find('all 28 dead_hostages', 1, true)
    and text:find('every 1 dead_hostage that', 1, true)
end, whole)
wait('and leaves no fault', function() return #codes() == 0 end, codes)
local refused, why = ask('textDocument/rename', { newName = 'must' })
check('a word of the language is refused', refused == nil and why and vim.inspect(why):find('word of the language', 1, true), why)

-- Formatting.
go('while in force')
type('I      <Esc>')
if vim.lsp.buf.format then vim.lsp.buf.format() else vim.lsp.buf.formatting_sync() end
wait('formatting takes blanks away', function() return whole():find('\n  while in force', 1, true) end, whole)

-- Outline.
local outline = ask('textDocument/documentSymbol', { textDocument = vim.lsp.util.make_text_document_params() })
check('the outline has the headings', outline and outline[2].name == 'Article 1: The fighting stops', outline)

client.stop()
wait('the server leaves', function() return client.is_stopped() end)
vim.cmd('qall!')

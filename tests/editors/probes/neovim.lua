-- Opens the file that PROBE_FILE names and prints, as one line of JSON, what Neovim makes of it. Where PROBE_SERVER is set, the server
-- must attach, and what it says is told too: of the file as it is, and of the name at PROBE_LINE and PROBE_COLUMN (both from 0).
vim.cmd.edit(vim.env.PROBE_FILE)
local buffer = vim.api.nvim_get_current_buf()
local found = { filetype = vim.bo.filetype, comment = vim.bo.commentstring }

found.treesitter = vim.treesitter.highlighter.active[buffer] ~= nil
if found.treesitter then
  vim.treesitter.get_parser(buffer):parse(true)
end
found.captures = {}
for line = 0, vim.api.nvim_buf_line_count(buffer) - 1 do
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
  for column = 0, #text - 1 do
    for _, capture in ipairs(vim.treesitter.get_captures_at_pos(buffer, line, column)) do
      found.captures[capture.capture] = true
    end
  end
end

if vim.env.PROBE_SERVER then
  local attached = function()
    return #vim.lsp.get_clients({ bufnr = buffer, name = 'infrac' }) > 0
  end
  found.attached = vim.wait(20000, attached, 20)
  vim.wait(20000, function()
    return #vim.diagnostic.get(buffer) > 0
  end, 20)
  found.diagnostics = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(found.diagnostics, { code = diagnostic.code, line = diagnostic.lnum, message = diagnostic.message })
  end
  local where = {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = tonumber(vim.env.PROBE_LINE), character = tonumber(vim.env.PROBE_COLUMN) },
  }
  found.answers = {}
  for _, method in ipairs({ 'textDocument/definition', 'textDocument/hover' }) do
    for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, where, 20000) or {}) do
      found.answers[method] = answer.result
    end
  end
end

io.stdout:write(vim.json.encode(found) .. '\n')
vim.cmd.quitall({ bang = true })

-- Starts the server for `.infra` files. `vim.g.infrac_lsp = false` in front of it leaves that to others.
if vim.g.loaded_infra then
  return
end
vim.g.loaded_infra = true

if vim.g.infrac_lsp ~= false then
  vim.lsp.enable('infrac')
end

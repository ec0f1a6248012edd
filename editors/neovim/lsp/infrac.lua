-- The server, as Neovim 0.11 and newer look for it: `vim.lsp.config('infrac', { cmd = … })` overrides what stands here.
return {
  cmd = { 'infrac', 'lsp' },
  filetypes = { 'infra' },
  root_markers = { 'infra.toml', '.git' },
}

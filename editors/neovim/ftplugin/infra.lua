vim.bo.commentstring = '# %s'
vim.bo.comments = 'b:##,b:#'
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.opt_local.iskeyword:append('-')

-- The parser is `parser/infra.so` in a folder of 'runtimepath'. Without it the words of Vim's syntax file are coloured.
if vim.treesitter.language.add('infra') then
  vim.treesitter.start()
  vim.wo[0][0].foldexpr = 'v:lua.vim.treesitter.foldexpr()'
end

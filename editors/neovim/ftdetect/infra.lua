vim.filetype.add({ extension = { infra = 'infra' } })

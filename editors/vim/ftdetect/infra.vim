autocmd BufRead,BufNewFile *.infra setfiletype infra

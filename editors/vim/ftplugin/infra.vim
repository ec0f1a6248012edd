if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=b:##,b:# formatoptions-=t
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal iskeyword+=-
setlocal smartindent

let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop< iskeyword< smartindent<'

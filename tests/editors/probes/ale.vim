" Opens the file that PROBE_FILE names with ALE and the server; writes, as JSON, what is found in it and where a name leads into the file
" that PROBE_OUTPUT names.
set nocompatible nomore hidden
execute 'set runtimepath^=' . fnameescape($PROBE_RUNTIME)
execute 'set runtimepath+=' . fnameescape($PROBE_ALE)
filetype plugin indent on
let g:ale_linters_explicit = 0
let g:ale_lint_delay = 10
let g:ale_cursor_detail = 0
runtime plugin/ale.vim
execute 'edit ' . fnameescape($PROBE_FILE)
call ale#Queue(0)

" What is waited for, at most a minute.
function! s:Until(holds) abort
  for l:_ in range(600)
    if a:holds()
      return 1
    endif
    sleep 100m
  endfor
  return 0
endfunction

let s:buffer = bufnr('')
call s:Until({-> !empty(ale#engine#GetLoclist(s:buffer))})
let s:shown = map(copy(ale#engine#GetLoclist(s:buffer)), {_, item -> {'code': get(item, 'code', ''), 'line': item.lnum, 'text': item.text}})
call cursor($PROBE_LINE, $PROBE_COLUMN)
let s:from = line('.')
ALEGoToDefinition
call s:Until({-> line('.') != s:from || bufnr('') != s:buffer})
call writefile([json_encode({'filetype': &filetype, 'shown': s:shown, 'line': line('.'), 'file': expand('%:p')})], $PROBE_OUTPUT)
call ale#lsp_linter#ClearLSPData()
quitall!

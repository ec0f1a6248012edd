" Opens the file that PROBE_FILE names and writes, as JSON, the group of each word into the file that PROBE_OUTPUT names.
set nocompatible
execute 'set runtimepath^=' . fnameescape($PROBE_RUNTIME)
filetype plugin indent on
syntax enable
execute 'edit ' . fnameescape($PROBE_FILE)
let s:words = []
for s:line in range(1, line('$'))
  let s:column = 0
  while 1
    let [s:word, s:start, s:end] = matchstrpos(getline(s:line), '\S\+', s:column)
    if s:start < 0
      break
    endif
    call add(s:words, [s:word, synIDattr(synID(s:line, s:start + 1, 1), 'name')])
    let s:column = s:end
  endwhile
endfor
let s:found = {'filetype': &filetype, 'comment': &commentstring, 'words': s:words}
call writefile([json_encode(s:found)], $PROBE_OUTPUT)
quitall!

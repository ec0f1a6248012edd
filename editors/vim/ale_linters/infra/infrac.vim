" Findings, completion, definitions and renaming in Vim, for who has ALE: it finds this file by itself.

call ale#Set('infra_infrac_executable', 'infrac')

function! ale_linters#infra#infrac#ProjectRoot(buffer) abort
    let l:settings = ale#path#FindNearestFile(a:buffer, 'infra.toml')

    return empty(l:settings) ? fnamemodify(bufname(a:buffer), ':p:h') : fnamemodify(l:settings, ':p:h')
endfunction

call ale#linter#Define('infra', {
\   'name': 'infrac',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'infra_infrac_executable')},
\   'command': '%e lsp',
\   'project_root': function('ale_linters#infra#infrac#ProjectRoot'),
\})

# bash completion for casebook: source <(casebook completion bash)
_casebook() {
	local IFS=$'\n'
	COMPREPLY=($(casebook __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _casebook casebook

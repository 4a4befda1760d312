#compdef casebook
# zsh completion for casebook: source <(casebook completion zsh)
_casebook() {
	local -a candidates
	candidates=("${(@f)$(casebook __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -n "${candidates[1]}" ]]; then
		compadd -a candidates
	else
		_files
	fi
}
compdef _casebook casebook

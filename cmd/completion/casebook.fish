# fish completion for casebook: casebook completion fish | source
function __casebook_complete
	set -l words (commandline -opc) (commandline -ct)
	casebook __complete -- $words[2..-1] 2>/dev/null
end
complete -c casebook -a '(__casebook_complete)'

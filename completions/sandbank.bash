# SPDX-License-Identifier: Apache-2.0
# Completion of sandbank(1) for bash. The words are the program's own: its help names the commands, and a command's help its options.

_sandbank_commands() {
    sandbank --lang en help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'
}

# Options that stand in the help of a command, each once.
_sandbank_options() {
    sandbank --lang en "$1" --help 2>/dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u
}

# Shipped charters, by the name that a command takes: vn/mobile-money.
_sandbank_charters() {
    local folder
    for folder in "${SANDBANK_HOME:-}" /usr/local/share/sandbank /usr/share/sandbank; do
        if [ -n "$folder" ] && [ -d "$folder/charters" ]; then
            (cd "$folder/charters" && find . -name '*.charter' | sed 's|^\./||; s|\.charter$||' | sort)
            return
        fi
    done
}

_sandbank() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="$(_sandbank_commands) help --help --version --lang"
    elif [ "$before" = --lang ]; then
        words='vi en'
    elif [ "$before" = --mode ]; then
        words='whole-run one-step'
    elif [ "$before" = --country ]; then
        words=vn
    elif [ "$before" = --log ]; then
        words='lines json'
    elif [ "$before" = --by ] && [ "$command" = measure ]; then
        words='all province area tier sex age provider kind sentence'
    elif [ "$before" = --controls ]; then
        words='never not-yet'
    elif [ "$before" = --period ]; then
        words='month week'
    elif [ "$before" = --charter ] || [ "$before" = --layer ] || [ "$before" = --upper ]; then
        words=$(_sandbank_charters)
    elif [[ $word == -* ]]; then
        words="$(_sandbank_options "$command") --lang"
    elif [ "$command" = charter ] && [ "$COMP_CWORD" -eq 2 ]; then
        words='check diff format keywords show try'
    elif [ "$command" = journal ] && [ "$COMP_CWORD" -eq 2 ]; then
        words='dump stat'
    elif [ "$command" = snapshot ] && [ "$COMP_CWORD" -eq 2 ]; then
        words='list check delete'
    elif [ "$command" = charter ]; then
        words=$(_sandbank_charters)
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    # Files as well, wherever a name may stand.
    if [ "$COMP_CWORD" -gt 1 ] && [[ $word != -* ]] && [ "$before" != --lang ] && [ "$before" != --mode ]; then
        local -a files
        mapfile -t files < <(compgen -f -- "$word")
        COMPREPLY+=("${files[@]}")
    fi
}

complete -o filenames -F _sandbank sandbank

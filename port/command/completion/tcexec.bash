# Completion of tcexec for bash. It needs nothing but bash.

# The command or service that is already there: the first word that is neither an option nor the value of one.
_tcexec_command() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --attempts | --ca | --connect | --ext-info | --host | --language | --nonce | --pin | --profile | --proxy | \
            --region | --session-context | --session-file | --session-id | --sign | --sub-app-id | --time | --timeout)
            ((i++))
            [[ ${COMP_WORDS[i]} == = ]] && ((i++)) # bash parts --region=x into three words
            ;;
        -*) ;;
        *)
            echo "${COMP_WORDS[i]}"
            return
            ;;
        esac
    done
}

_tcexec() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command profile
    local request='--ca --connect --get --help --host --language --nonce --pin --plaintext --profile --proxy --region --sign
        --time --timeout -v --json --ext-info --session-context --session-id --sub-app-id'
    [[ $word == = ]] && word=
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    COMPREPLY=()
    case $before in
    --ca | --pin | --session-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames 2>/dev/null
        return
        ;;
    --language)
        mapfile -t COMPREPLY < <(compgen -W 'zh-CN en-US' -- "$word")
        return
        ;;
    --sign)
        mapfile -t COMPREPLY < <(compgen -W 'tc3 tc3-compat sha256 sha1' -- "$word")
        return
        ;;
    --profile)
        for profile in ~/.tccli/*.credential; do
            profile=${profile##*/}
            profile=${profile%.credential}
            [[ $profile != '*' && $profile == "$word"* ]] && COMPREPLY+=("$profile")
        done
        return
        ;;
    --attempts | --connect | --ext-info | --host | --nonce | --proxy | --region | --session-context | \
        --session-id | --sub-app-id | --time | --timeout)
        return
        ;;
    esac
    command=$(_tcexec_command)
    case $command in
    '')
        mapfile -t COMPREPLY < <(compgen -W "mps vod doctor anchors help $request
            --attempts --curl --dry-run --quiet --session-file --version" -- "$word")
        ;;
    anchors)
        if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '--tencent --help' -- "$word")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            compopt -o filenames 2>/dev/null
        fi
        ;;
    help) mapfile -t COMPREPLY < <(compgen -W 'doctor anchors mps vod' -- "$word") ;;
    doctor) mapfile -t COMPREPLY < <(compgen -W "mps vod $request" -- "$word") ;;
    *)
        if [[ $word == @* ]]; then # ARG from a file
            mapfile -t COMPREPLY < <(compgen -P @ -f -- "${word#@}")
            compopt -o filenames 2>/dev/null
        else
            mapfile -t COMPREPLY < <(compgen -W \
                "$request --attempts --curl --dry-run --quiet --session-file" -- "$word")
        fi
        ;;
    esac
}

complete -F _tcexec tcexec

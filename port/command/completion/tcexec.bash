# Completion of tcexec for bash. It needs nothing but bash, and asks the command for its words: tcexec help words.

_tcexec() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} tcexec=${COMP_WORDS[0]/#\~\//$HOME/}
    local services='' commands='' calls='' doctors='' anchors='' takes=' ' value=- command='' name of kind profile i
    [[ $word == = ]] && word= # bash parts --region=x into three words
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    [[ $(type -P -- "$tcexec") ]] || tcexec=tcexec
    while read -r name of kind _; do
        case $of in
        service) services+="$name " ;;
        command) commands+="$name " ;;
        *)
            [[ $kind == - ]] || takes+="$name "
            [[ $name == "$before" ]] && value=$kind
            [[ ,$of, == *,call,* ]] && calls+="$name "
            [[ ,$of, == *,doctor,* ]] && doctors+="$name "
            [[ ,$of, == *,anchors,* ]] && anchors+="$name "
            ;;
        esac
    done < <("$tcexec" help words </dev/null 2>/dev/null)

    COMPREPLY=()
    case $value in
    -) ;;
    FILE | *.pem)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames 2>/dev/null
        return
        ;;
    PROFILE)
        for profile in ~/.tccli/*.credential; do
            profile=${profile##*/}
            profile=${profile%.credential}
            [[ $profile != '*' && $profile == "$word"* ]] && COMPREPLY+=("$profile")
        done
        return
        ;;
    *'|'*)
        mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word")
        return
        ;;
    *) return ;;
    esac

    # The command or service that is already there: the first word that is neither an option nor the value of one.
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ $takes == *" ${COMP_WORDS[i]} "* ]]; then
            ((i++))
            [[ ${COMP_WORDS[i]} == = ]] && ((i++))
        elif [[ ${COMP_WORDS[i]} != -* ]]; then
            command=${COMP_WORDS[i]}
            break
        fi
    done
    case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "$services $commands $calls" -- "$word") ;;
    anchors)
        if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "${anchors/--version /}" -- "$word")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            compopt -o filenames 2>/dev/null
        fi
        ;;
    help) mapfile -t COMPREPLY < <(compgen -W "${commands/help /} $services" -- "$word") ;;
    doctor) mapfile -t COMPREPLY < <(compgen -W "$services ${doctors/--version /}" -- "$word") ;;
    *)
        if [[ $word == @* ]]; then # ARG from a file
            mapfile -t COMPREPLY < <(compgen -P @ -f -- "${word#@}")
            compopt -o filenames 2>/dev/null
        else
            mapfile -t COMPREPLY < <(compgen -W "${calls/--version /}" -- "$word")
        fi
        ;;
    esac
}

complete -F _tcexec tcexec

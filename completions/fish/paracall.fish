# SPDX-License-Identifier: GPL-2.0-or-later
# Fish completion for paracall. Commands and options come from the command's own --help.

function __paracall_program
    set -l words (commandline -opc)
    echo $words[1]
end

function __paracall_commands
    set -l program (__paracall_program)
    $program --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)$' '$1\t$2'
end

function __paracall_guides
    set -l program (__paracall_program)
    $program help --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)$' '$1\t$2'
end

function __paracall_features
    set -l program (__paracall_program)
    $program list --features 2>/dev/null | awk '$1 ~ /^[0-9]+$/ && $3 != "no" { print $2 }'
end

function __paracall_calls
    set -l program (__paracall_program)
    $program list 2>/dev/null | sed -n 's/^[0-9]*\. KVM_HC_//p; s/^[A-Za-z]* 0x[^:]*: //p'
end

# The words that option $argv[2] of command $argv[1] can have.
function __paracall_values
    switch $argv[2]
        case accel
            echo tcg
        case features
            printf '%s\n' all none
            for name in (__paracall_features)
                printf '%s\n' $name +$name -$name
            end
        case trace
            printf '%s\n' %all %call %diag %papr %epapr %smccc %sbi %hvcl %cpuid %register \
                %injected %clock %ipi %halt %yield %memory %pagefault
            __paracall_calls
        case hints
            printf '%s\n' realtime none
        case spin
            printf '%s\n' yield keep
        case target-impl-cpus
            echo none
        case replace
            printf '%s\n' keep vmcall vmmcall fast native refuse
        case trace-format
            printf '%s\n' text ftrace
        case record-loss
            printf '%s\n' wait drop
        case sort
            printf '%s\n' rate total time name
        case engine
            printf '%s\n' paracall plain kvm kvm-in-tcg unicorn
        case format
            switch $argv[1]
                case check
                    printf '%s\n' text tap junit json
                case report
                    printf '%s\n' text json csv chrome
                case '*'
                    printf '%s\n' text json
            end
    end
end

# "--output=" and what --help says of it; or the values of the option that is being typed.
function __paracall_options
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program $words[1]
    set -l command $words[2]

    if string match -qr '^--[a-z-]+=' -- $word
        set -l name (string replace -r '^--([a-z-]+)=.*$' '$1' -- $word)
        for value in (__paracall_values $command $name)
            echo --$name=$value
        end
        return
    end
    $program $command --help 2>/dev/null |
        string replace -rf -- '^ {2,6}(?:-., )?--([a-z-]+)\[?(=?)[A-Za-z/]*\]?(?: +(.*))?$' '--$1$2\t$3'
end

# Behind "--" is QEMU's own command.
function __paracall_is_ours
    set -l words (commandline -opc)
    test (count $words) -gt 1; and not contains -- -- $words
end

complete -c paracall -f -n 'test (count (commandline -opc)) -eq 1' -a '(__paracall_commands)'
complete -c paracall -n __paracall_is_ours -a '(__paracall_options)'
complete -c paracall -f -n 'contains -- help (commandline -opc)[2]' -a '(__paracall_commands; __paracall_guides)'
complete -c paracall -f -n 'contains -- list (commandline -opc)[2]' -a '(__paracall_calls)'

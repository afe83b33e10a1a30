// The reference as completion of bash, zsh and fish: commands, options, choices, files, tables.
#include <algorithm>

#include <fmt/format.h>

#include "host/cli/reference.hpp"

namespace narrows::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

/// What fits beside a name in a menu.
std::string brief(const std::string& text) {
    std::size_t end = text.size();
    for (const char* stop : {"; ", ". "}) end = std::min(end, text.find(stop));
    return text.substr(0, end);
}

/// Characters of `special` with `escape` before them.
std::string escaped(const std::string& text, const std::string& special,
                    const std::string& escape = "\\") {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string::npos) result += escape;
        result += c;
    }
    return result;
}

/// In single quotes, for bash and zsh.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

struct Positionals {
    std::vector<std::string> words;
    bool files = false;
};

/// What may stand where no option does.
Positionals positionals(const CommandReference& command, const std::vector<std::string>& tables) {
    Positionals all;
    for (const OptionReference& option : command.options) {
        if (!option.is_positional()) continue;
        all.words.insert(all.words.end(), option.choices.begin(), option.choices.end());
        if (option.takes_table) all.words.insert(all.words.end(), tables.begin(), tables.end());
        all.files = all.files || option.takes_file;
    }
    return all;
}

std::string option_names(const std::vector<OptionReference>& options) {
    std::string names;
    for (const OptionReference& option : options) {
        if (!option.is_positional()) names += joined(option.names) + " ";
    }
    return names;
}

// ---- bash

std::string bash_case(const CommandReference& command, const std::vector<std::string>& tables) {
    std::string text = fmt::format("        {})\n            case $prev in\n", command.name);
    std::string others;  // options whose values cannot be guessed
    for (const OptionReference& option : command.options) {
        if (option.is_positional() || option.is_flag()) continue;
        const std::string& name = option.names.back();
        if (option.choices.empty() && !option.takes_file) {
            others += (others.empty() ? "" : "|") + name;
            continue;
        }
        text += fmt::format("                {}) words={}{}{} ;;\n", name,
                            quoted(joined(option.choices)), option.takes_file ? " files=yes" : "",
                            option.is_list ? " list=yes" : "");
    }
    if (!others.empty()) text += fmt::format("                {}) ;;\n", others);
    const Positionals rest = positionals(command, tables);
    return text + fmt::format(
                      "                *) options='{}--help' words={}{} ;;\n"
                      "            esac\n            ;;\n",
                      option_names(command.options), quoted(joined(rest.words)),
                      rest.files ? " files=yes" : "");
}

constexpr const char* bash_start =
    R"sh(# bash completion for narrows, printed by `narrows reference bash`
_narrows() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local command=${COMP_WORDS[1]} options= words= files= list= before=
    COMPREPLY=()
    # --option=value comes as three words
    if [ "$cur" = = ]; then
        cur=
    elif [ "$prev" = = ]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    [ "$COMP_CWORD" -gt 1 ] || command=
    case $command in
)sh";

constexpr const char* bash_end = R"sh(    esac
    case $cur in -*) [ -z "$options" ] || { words=$options; files=; } ;; esac
    if [ -n "$list" ]; then
        case $cur in *,*) before=${cur%,*}, cur=${cur##*,} ;; esac
    fi
    local IFS=$' \t\n'
    COMPREPLY=($(compgen -P "$before" -W "$words" -- "$cur"))
    if [ -n "$files" ]; then
        IFS=$'\n'
        COMPREPLY+=($(compgen -P "$before" -f -- "$cur"))
        compopt -o filenames 2>/dev/null
    fi
}
complete -F _narrows narrows
)sh";

// ---- zsh

std::string zsh_values(const OptionReference& option, const std::vector<std::string>& tables) {
    std::vector<std::string> words = option.choices;
    if (option.takes_table) words.insert(words.end(), tables.begin(), tables.end());
    if (option.is_list && !words.empty()) return "_sequence compadd - " + joined(words);
    if (option.takes_file && words.empty()) return "_files";
    if (option.takes_file) return fmt::format("{{_narrows_or_files {}}}", joined(words));
    return words.empty() ? " " : fmt::format("({})", joined(words));
}

std::string zsh_argument(const OptionReference& option, const std::vector<std::string>& tables) {
    const std::string values = zsh_values(option, tables);
    if (option.is_positional()) {
        return quoted(fmt::format("*:{}:{}", escaped(option.names.front(), ":[]"), values));
    }
    const std::string text = escaped(brief(option.text), "[]\\");
    if (option.is_flag()) return quoted(fmt::format("{}[{}]", option.names.back(), text));
    return quoted(fmt::format("*{}=[{}]:{}:{}", option.names.back(), text,
                              escaped(option.value, ":[]"), values));
}

std::string zsh_case(const CommandReference& command, const std::vector<std::string>& tables) {
    std::string text =
        fmt::format("                {})\n                    _arguments", command.name);
    bool has_positional = false;
    for (const OptionReference& option : command.options) {
        // One specification for all that stand without an option: it names the first.
        if (option.is_positional() && has_positional) continue;
        has_positional = has_positional || option.is_positional();
        text += " \\\n                        " + zsh_argument(option, tables);
    }
    return text +
           " \\\n                        '(- *)'{-h,--help}'[print this help and exit]'\n"
           "                    ;;\n";
}

constexpr const char* zsh_start = R"sh(#compdef narrows
# zsh completion for narrows, printed by `narrows reference zsh`
_narrows_or_files() {
    _alternative "values:value:($*)" 'files:file:_files'
}

_narrows() {
    local context state state_descr line
    typeset -A opt_args
    _arguments -C \
        '(- *)'{-h,--help}'[print this help and exit]' \
        '(- *)--version[print the version and exit]' \
        '1:command:->command' '*::argument:->argument'
    case $state in
        command)
            local -a commands
            commands=(
)sh";

constexpr const char* zsh_middle = R"sh(            )
            _describe -t commands command commands
            ;;
        argument)
            case $words[1] in
)sh";

constexpr const char* zsh_end = R"sh(            esac
            ;;
    esac
}

_narrows "$@"
)sh";

// ---- fish

std::string fish_quoted(const std::string& text) {
    return "'" + escaped(text, "'\\") + "'";
}

std::string fish_option(const OptionReference& option) {
    std::string text;
    for (const std::string& name : option.names) {
        text += name[1] == '-' ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (option.is_flag()) return text;
    text += option.takes_file ? " -r -F" : " -x";
    if (option.choices.empty()) return text;
    const std::string words = joined(option.choices);
    const std::string list = "(__fish_complete_list , '__narrows_words " + words + "')";
    return text + " -a " + (option.is_list ? fish_quoted(list) : fish_quoted(words));
}

std::string fish_lines(const CommandReference& command, const std::vector<std::string>& tables) {
    const std::string start =
        fmt::format("complete -c narrows -n '__fish_seen_subcommand_from {}'", command.name);
    std::string text;
    for (const OptionReference& option : command.options) {
        if (option.is_positional()) continue;
        text += start + fish_option(option) + " -d " + fish_quoted(brief(option.text)) + "\n";
    }
    const Positionals rest = positionals(command, tables);
    text += start + (rest.files ? " -F" : " -f");
    if (!rest.words.empty()) text += " -a " + fish_quoted(joined(rest.words));
    return text + "\n" + start + " -s h -l help -d 'print this help and exit'\n";
}

}  // namespace

std::string bash_completion(const ProgramReference& program) {
    std::vector<std::string> names;
    for (const CommandReference& command : program.commands) names.push_back(command.name);
    std::string text = bash_start;
    text += fmt::format("        '') words='{}' options='{}' ;;\n", joined(names),
                        option_names(program.options));
    for (const CommandReference& command : program.commands) {
        text += bash_case(command, program.tables);
    }
    return text + bash_end;
}

std::string zsh_completion(const ProgramReference& program) {
    std::string text = zsh_start;
    for (const CommandReference& command : program.commands) {
        text += "                " +
                quoted(command.name + ":" + escaped(brief(command.text), ":")) + "\n";
    }
    text += zsh_middle;
    for (const CommandReference& command : program.commands) {
        text += zsh_case(command, program.tables);
    }
    return text + zsh_end;
}

std::string fish_completion(const ProgramReference& program) {
    std::string text =
        "# fish completion for narrows, printed by `narrows reference fish`\n"
        "function __narrows_words\n    printf '%s\\n' $argv\nend\n";
    for (const OptionReference& option : program.options) {
        text += "complete -c narrows -n __fish_use_subcommand -f" + fish_option(option) + " -d " +
                fish_quoted(brief(option.text)) + "\n";
    }
    for (const CommandReference& command : program.commands) {
        text += fmt::format("complete -c narrows -n __fish_use_subcommand -f -a {} -d {}\n",
                            command.name, fish_quoted(brief(command.text)));
    }
    for (const CommandReference& command : program.commands) {
        text += fish_lines(command, program.tables);
    }
    return text;
}

}  // namespace narrows::cli

// The reference as Markdown and as a man page.
#include <fmt/format.h>

#include "host/cli/reference.hpp"

namespace narrows::cli {
namespace {

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
    std::string result;
    std::size_t at = 0;
    for (std::size_t found = 0; (found = text.find(from, at)) != std::string::npos;) {
        result += text.substr(at, found - at) + to;
        at = found + from.size();
    }
    return result + text.substr(at);
}

std::string sentence(const std::string& text) {
    return text.back() == '.' ? text : text + ".";
}

// ---- Markdown

/// In a cell of a table.
std::string cell(const std::string& text) {
    return replaced(replaced(text, "|", "\\|"), "<", "&lt;");
}

std::string code_cell(const std::string& text) {
    return text.empty() ? "" : "`" + replaced(text, "|", "\\|") + "`";
}

std::string row(const OptionReference& option) {
    std::string left;
    for (const std::string& name : option.names) {
        left += (left.empty() ? "" : ", ") + code_cell(name);
    }
    if (!option.is_positional() && !option.is_flag()) left += " " + code_cell(option.value);
    const std::string standard = option.required ? "required" : code_cell(option.default_value);
    return fmt::format("| {} | {} | {} |\n", left, standard, cell(option.text));
}

std::string table(const std::vector<OptionReference>& options) {
    std::string text = "| | default | |\n|---|---|---|\n";
    std::string group;
    for (const OptionReference& option : options) {
        if (!option.is_positional() && option.group != group) {
            if (!group.empty()) text += fmt::format("| **{}** | | |\n", option.group);
            group = option.group;
        }
        text += row(option);
    }
    return text + "\n";
}

std::string table(const std::vector<Meaning>& meanings, const char* heading) {
    std::string text = fmt::format("| {} | |\n|---|---|\n", heading);
    for (const Meaning& meaning : meanings) {
        text += fmt::format("| `{}` | {} |\n", meaning.key, cell(meaning.text));
    }
    return text;
}

// ---- roff

std::string roff(const std::string& text) {
    std::string result = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
    result = replaced(result, "`", "\\(ga");
    if (!result.empty() && (result[0] == '.' || result[0] == '\'')) result = "\\&" + result;
    return result;
}

std::string bold(const std::string& text) {
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + roff(text) + "\\fR";
}

std::string tagged(const std::string& tag, const std::string& text) {
    return ".TP\n" + tag + "\n" + text + "\n";
}

std::string tagged(const std::vector<Meaning>& meanings) {
    std::string text;
    for (const Meaning& meaning : meanings) text += tagged(bold(meaning.key), roff(meaning.text));
    return text;
}

std::string tagged(const OptionReference& option) {
    std::string tag;
    for (const std::string& name : option.names) {
        tag += (tag.empty() ? "" : ", ") + (option.is_positional() ? italic(name) : bold(name));
    }
    if (!option.is_positional() && !option.is_flag()) tag += " " + italic(option.value);
    std::string text = roff(option.text);
    if (option.required) text += " (required)";
    if (!option.default_value.empty()) text += fmt::format(" [{}]", roff(option.default_value));
    return tagged(tag, text);
}

std::string section(const CommandReference& command) {
    std::string text = fmt::format(".SS {}\n{}\n.PP\n.B {}\n", roff("narrows " + command.name),
                                   roff(sentence(command.text)), roff(command.usage));
    for (const OptionReference& option : command.options) text += tagged(option);
    return text;
}

const std::vector<Meaning>& examples() {
    static const std::vector<Meaning> lines = {
        {"narrows rank --home DEU --coalition RUS,CHN --share 0.8",
         "What hangs on Russia and China, should they withhold 80 % of their deliveries to "
         "Germany"},
        {"narrows shock iron-ore-and-fuel-halt.json --why",
         "What an import halt costs, day by day, and why"},
        {"narrows check table.csv --mapping layout.json",
         "Whether a table of your own holds together"},
        {"narrows doctor", "Versions, backends and their speed, formats, embedded tables"}};
    return lines;
}

}  // namespace

std::string markdown(const ProgramReference& program) {
    std::string text = fmt::format(
        "# Command line reference\n\n"
        "<!-- Printed by `narrows reference markdown`: edit host/cli, not this file. -->\n\n"
        "{}\n\n    narrows COMMAND [OPTIONS]\n\n"
        "Values: `a|b` is one of these, `A,...` a list with commas, `FILE` and `FOLDER` a path. A "
        "`TABLE` is a file, a folder or an archive, or the name of an embedded table.\n\n"
        "| command | |\n|---|---|\n",
        program.text);
    for (const CommandReference& command : program.commands) {
        text += fmt::format("| [{0}](#narrows-{0}) | {1} |\n", command.name,
                            cell(first_sentence(command.text)));
    }
    text += "\n" + table(program.options);
    for (const CommandReference& command : program.commands) {
        text += fmt::format("## narrows {}\n\n{}\n\n    {}\n\n", command.name,
                            sentence(command.text), command.usage);
        text += table(command.options);
    }
    text += "## Exit codes\n\n" + table(exit_codes(), "code");
    text += "\nErrors are one line on standard error: what, where, found, expected.\n";
    return text + "\n## Environment\n\n" + table(environment(), "variable");
}

std::string man_page(const ProgramReference& program) {
    std::string text = fmt::format(
        ".TH NARROWS 1 \"\" \"narrows {}\" \"User Commands\"\n.SH NAME\nnarrows \\- {}\n"
        ".SH SYNOPSIS\n.B narrows\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n{}\n.PP\n"
        "A \\fITABLE\\fR is a file, a folder or an archive, or the name of an embedded table.\n"
        "A value \\fIa|b\\fR is one of these, \\fIA,...\\fR a list with commas.\n"
        ".SH OPTIONS\n",
        roff(program.version), "find the choke points of an economy", roff(program.text));
    for (const OptionReference& option : program.options) text += tagged(option);
    text += ".SH COMMANDS\n";
    for (const CommandReference& command : program.commands) text += section(command);
    text += ".SH EXIT STATUS\n" + tagged(exit_codes());
    text += ".SH ENVIRONMENT\n" + tagged(environment());
    text += ".SH EXAMPLES\n";
    for (const Meaning& line : examples()) text += tagged(bold(line.key), roff(line.text + "."));
    return text;
}

}  // namespace narrows::cli

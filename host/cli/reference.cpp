#include "host/cli/reference.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "host/base/build_info.hpp"
#include "host/cli/options.hpp"
#include "host/readers/read_table.hpp"

namespace narrows::cli {
namespace {

constexpr const char* list_mark = ",...";
constexpr std::size_t longest_value = 48;  // more choices than that are listed with the text

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// "a|b|FILE,..." into its parts; without a "|" it is the name of one value.
void read_value(OptionReference& option, std::string value) {
    option.value = value;
    option.is_list = ends_with(value, list_mark);
    if (option.is_list) value.erase(value.size() - std::string(list_mark).size());
    const std::vector<std::string> parts = CLI::detail::split(value, '|');
    for (const std::string& part : parts) {
        if (part == "TABLE") option.takes_table = true;
        if (part == "TABLE" || part == "FILE" || part == "FOLDER") {
            option.takes_file = true;
        } else if (parts.size() > 1 && part != "CODE") {
            option.choices.push_back(part);
        }
    }
}

/// CLI11 writes lists as [a,b].
std::string without_brackets(const std::string& text) {
    const bool bracketed = text.size() > 1 && text.front() == '[' && text.back() == ']';
    return bracketed ? text.substr(1, text.size() - 2) : text;
}

std::string names_of(const std::set<CLI::Option*>& options) {
    std::vector<std::string> names;
    for (const CLI::Option* option : options) names.push_back(option->get_name());
    std::sort(names.begin(), names.end());
    return fmt::format("{}", fmt::join(names, ", "));
}

void add_text(OptionReference& reference, const CLI::Option& option) {
    std::string& text = reference.text;
    text = option.get_description();
    if (reference.value.size() > longest_value) {
        text += fmt::format("; one of {}", fmt::join(reference.choices, ", "));
        reference.value = std::string("CHOICE") + (reference.is_list ? list_mark : "");
    }
    if (!option.get_needs().empty()) text += "; needs " + names_of(option.get_needs());
    if (!option.get_excludes().empty()) text += "; not with " + names_of(option.get_excludes());
}

std::vector<OptionReference> options_of(const CLI::App& app) {
    std::vector<OptionReference> options;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) options.push_back(reference_of(*option));
    }
    const CLI::Option* said_once = app.get_parent() == nullptr ? nullptr : app.get_help_ptr();
    for (const std::string& group : app.get_groups()) {
        for (const CLI::Option* option : app.get_options()) {
            if (!option->get_positional() && option->get_group() == group && option != said_once) {
                options.push_back(reference_of(*option));
            }
        }
    }
    return options;
}

std::string usage_of(const CLI::App& command, const std::vector<OptionReference>& options) {
    std::string usage = "narrows " + command.get_name() + " [OPTIONS]";
    for (const OptionReference& option : options) {
        if (!option.is_positional()) {
            if (option.required) usage += fmt::format(" {} {}", option.names.back(), option.value);
        } else {
            usage += (option.required ? " {}" : " [{}]");
            usage.replace(usage.rfind("{}"), 2, option.names.front());
        }
    }
    return usage;
}

/// Lines of at most `width` characters, all but the first indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    for (const std::string& word : CLI::detail::split(text, ' ')) {
        if (!result.empty() && column + 1 + word.size() > width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

/// A name on the left, what it means on the right.
std::string entry(const std::string& left, const std::string& text) {
    constexpr std::size_t indent = 30;
    constexpr std::size_t width = 100;
    std::string line = "  " + left;
    line += line.size() + 2 > indent ? "\n" + std::string(indent, ' ')
                                     : std::string(indent - line.size(), ' ');
    return line + wrapped(text, indent, width) + "\n";
}

}  // namespace

const std::vector<Meaning>& exit_codes() {
    static const std::vector<Meaning> codes = {
        {"0", "done"},
        {"1", "internal error, or a device that failed in mid-run"},
        {"2", "usage: an argument, an option, a code that is not in the table"},
        {"3",
         "data: a file or a table that is unreadable, malformed or out of balance; an output "
         "that cannot be written"},
        {"4", "numerical: the table is not productive"},
        {"5", "the backend that was asked for cannot run here"},
        {"130", "interrupted (Ctrl-C, SIGTERM)"}};
    return codes;
}

const std::vector<Meaning>& environment() {
    static const std::vector<Meaning> variables = {
        {"NO_COLOR", "where it is set, text has no colours on a terminal; nor where TERM is dumb"},
        {"LC_ALL, LC_CTYPE, LANG",
         "the first that is set: without UTF-8 in it, text on a terminal "
         "is ASCII"},
        {"NARROWS_DATA_DIR", "folder in which embedded tables are looked for first"},
        {"NARROWS_BACKEND_DIR", "folder in which backend modules (CUDA) are looked for first"},
        {"OPENBLAS_CORETYPE",
         "family of processors whose kernels OpenBLAS takes; without it "
         "narrows names the one that fits the processor"}};
    return variables;
}

OptionReference reference_of(const CLI::Option& option) {
    OptionReference reference;
    reference.required = option.get_required();
    reference.default_value = without_brackets(option.get_default_str());
    reference.group = option.get_group();
    if (option.get_positional()) {
        reference.names = {option.get_name(true)};
    } else {
        for (const std::string& name : option.get_snames()) reference.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames()) reference.names.push_back("--" + name);
    }
    if (option.get_type_size() != 0) read_value(reference, option.get_type_name());
    add_text(reference, option);
    return reference;
}

ProgramReference reference_of(const CLI::App& app) {
    ProgramReference program{
        build_info::version, app.get_description(), options_of(app), {}, embedded_tables()};
    for (const CLI::App* command : app.get_subcommands({})) {
        CommandReference reference{command->get_name(), command->get_description(), "",
                                   options_of(*command)};
        reference.usage = usage_of(*command, reference.options);
        program.commands.push_back(std::move(reference));
    }
    return program;
}

std::string first_sentence(const std::string& text) {
    return text.substr(0, text.find(". "));
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
    return wrapped(app->get_description(), 0, 100) + "\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* sub) const {
    return entry(sub->get_name(), first_sentence(sub->get_description()));
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool) const {
    const OptionReference reference = reference_of(*option);
    std::string left = fmt::format("{}", fmt::join(reference.names, ", "));
    if (!reference.is_positional() && !reference.is_flag()) left += " " + reference.value;
    if (!reference.default_value.empty()) left += " [" + reference.default_value + "]";
    if (reference.required && !reference.is_positional()) left += " (required)";
    return entry(left, reference.text);
}

}  // namespace narrows::cli

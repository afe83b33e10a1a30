#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace narrows::cli {

/// What stands in a program's environment or what it exits with, and what that means.
struct Meaning {
    std::string key;
    std::string text;
};
const std::vector<Meaning>& exit_codes();
const std::vector<Meaning>& environment();

/// An option or a positional argument as its declaration tells it. Nothing depends on the machine.
struct OptionReference {
    std::vector<std::string> names;    // "-h", "--help"; a positional's one name, "TABLE"
    std::string value;                 // "auto|cpu|cuda", "FILE"; "CHOICE" for many; none of a flag
    std::vector<std::string> choices;  // "auto", "cpu", "cuda"
    bool takes_file = false;           // or a folder
    bool takes_table = false;          // or the name of an embedded one
    bool is_list = false;              // values with commas between them
    bool required = false;
    std::string default_value;
    std::string text;   // what it does, with many choices, what it needs and what it excludes
    std::string group;  // the heading it stands under

    bool is_positional() const { return names.front().front() != '-'; }
    bool is_flag() const { return value.empty() && !is_positional(); }
};

/// Without -h, --help, which every command has.
struct CommandReference {
    std::string name;
    std::string text;
    std::string usage;
    std::vector<OptionReference> options;  // positionals first, groups together
};

struct ProgramReference {
    std::string version;
    std::string text;
    std::vector<OptionReference> options;
    std::vector<CommandReference> commands;
    std::vector<std::string> tables;  // names of the embedded tables
};

OptionReference reference_of(const CLI::Option& option);
/// All that `app` and its commands declare.
ProgramReference reference_of(const CLI::App& app);

/// Up to the first full stop that ends a sentence.
std::string first_sentence(const std::string& text);

std::string markdown(const ProgramReference& program);
/// A page of section 1, in roff with the macros of man(7).
std::string man_page(const ProgramReference& program);
std::string bash_completion(const ProgramReference& program);
std::string zsh_completion(const ProgramReference& program);
std::string fish_completion(const ProgramReference& program);

/// Help with values and defaults as the reference has them, wrapped at 100 columns.
class HelpFormatter : public CLI::Formatter {
  public:
    std::string make_description(const CLI::App* app) const override;
    std::string make_subcommand(const CLI::App* sub) const override;
    std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

}  // namespace narrows::cli

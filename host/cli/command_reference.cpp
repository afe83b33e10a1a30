// reference: the program's own description, for people and for shells.
#include <memory>

#include "host/base/output.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/options.hpp"
#include "host/cli/reference.hpp"

namespace narrows::cli {
namespace {

struct ReferenceOptions {
    std::string form;
    std::string file;
};

std::string text_of(const ProgramReference& program, const std::string& form) {
    if (form == "markdown") return markdown(program);
    if (form == "man") return man_page(program);
    if (form == "bash") return bash_completion(program);
    if (form == "zsh") return zsh_completion(program);
    return fish_completion(program);
}

void run_reference(const CLI::App& app, const ReferenceOptions& options) {
    const std::string text = text_of(reference_of(app), options.form);
    if (options.file.empty()) {
        write_stdout(text);
    } else {
        write_file(options.file, text);
    }
}

}  // namespace

void add_reference(CLI::App& app) {
    const auto options = std::make_shared<ReferenceOptions>();
    CLI::App* command = app.add_subcommand(
        "reference",
        "Print the reference of all commands: as Markdown, as a man page, or as completion for a "
        "shell");
    command->add_option("FORM", options->form, "markdown, man, or a shell: bash, zsh, fish")
        ->type_name("markdown|man|bash|zsh|fish")
        ->check(one_of({"markdown", "man", "bash", "zsh", "fish"}))
        ->required();
    command->add_option("--out", options->file, "write to this file instead of standard output")
        ->type_name("FILE");
    command->callback([&app, options] { run_reference(app, *options); });
}

}  // namespace narrows::cli

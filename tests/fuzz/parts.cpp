#include "tests/fuzz/parts.hpp"

#include <vector>

#include "tests/support/archives.hpp"

namespace narrows::fuzz {

std::map<std::string, std::string> files_in(std::string_view input) {
    constexpr std::string_view mark = "==== ";
    constexpr std::string_view end_mark = " ====\n";
    std::map<std::string, std::string> files;
    std::map<std::string, std::vector<test::Member>> books;
    std::size_t at = input.substr(0, mark.size()) == mark ? 0 : input.find("\n==== ");
    while (at != std::string_view::npos) {
        const std::size_t begin = input.find(mark, at) + mark.size();
        const std::size_t end = input.find(end_mark, begin);
        if (end == std::string_view::npos) break;
        const std::string name(input.substr(begin, end - begin));
        const std::size_t content = end + end_mark.size();
        at = input.find("\n==== ", content - 1);
        const std::string bytes(
            input.substr(content, at == std::string_view::npos ? at : at + 1 - content));
        const auto book = name.find('!');
        if (book == std::string::npos) {
            files[name] = bytes;
        } else {
            books[name.substr(0, book)].push_back({name.substr(book + 1), bytes});
        }
    }
    for (const auto& [name, members] : books) files[name] = test::zip(members);
    return files;
}

}  // namespace narrows::fuzz

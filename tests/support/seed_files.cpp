#include "tests/support/seed_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>
#include <unistd.h>

#include "tests/support/archives.hpp"

namespace narrows::test {

Files parts_in(std::string_view input) {
    constexpr std::string_view mark = "==== ";
    constexpr std::string_view end_mark = " ====\n";
    Files parts;
    std::size_t at = input.substr(0, mark.size()) == mark ? 0 : input.find("\n==== ");
    while (at != std::string_view::npos) {
        const std::size_t begin = input.find(mark, at) + mark.size();
        const std::size_t end = input.find(end_mark, begin);
        if (end == std::string_view::npos) break;
        const std::string name(input.substr(begin, end - begin));
        const std::size_t content = end + end_mark.size();
        at = input.find("\n==== ", content - 1);
        parts[name] = input.substr(content, at == std::string_view::npos ? at : at + 1 - content);
    }
    return parts;
}

Files zipped(const Files& parts) {
    Files files;
    std::map<std::string, std::vector<Member>> books;
    for (const auto& [name, bytes] : parts) {
        const auto book = name.find('!');
        if (book == std::string::npos) {
            files[name] = bytes;
        } else {
            books[name.substr(0, book)].push_back({name.substr(book + 1), bytes});
        }
    }
    for (const auto& [name, members] : books) files[name] = zip(members);
    return files;
}

IoTable read_files(Files files, ReadOptions options) {
    const auto mapping = files.find("mapping.json");
    if (mapping == files.end()) return read_table(InputSource("table", files), options);
    namespace fs = std::filesystem;
    const fs::path path =
        fs::temp_directory_path() / ("narrows-mapping-" + std::to_string(::getpid()) + ".json");
    std::ofstream(path, std::ios::binary) << mapping->second;
    options.mapping = path.string();
    files.erase(mapping);
    struct Removal {
        const fs::path& path;
        ~Removal() { fs::remove(path); }
    } const removal{path};
    return read_table(InputSource("table", files), options);
}

std::vector<Seed> table_seeds() {
    namespace fs = std::filesystem;
    std::vector<Seed> seeds;
    for (const auto& entry : fs::recursive_directory_iterator(NARROWS_SEEDS)) {
        const std::string format = entry.path().parent_path().filename();
        if (!entry.is_regular_file() || format.rfind("layer_", 0) == 0) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        seeds.push_back({format, entry.path().filename(), parts_in(text)});
    }
    std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) {
        return std::tie(a.format, a.name) < std::tie(b.format, b.name);
    });
    return seeds;
}

}  // namespace narrows::test

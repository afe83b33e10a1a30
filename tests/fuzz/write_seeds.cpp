// Writes the seeds that are binary into FOLDER/TARGET: fuzz_seeds FOLDER.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/archives.hpp"

int main(int count, char** arguments) {
    using namespace narrows::test;
    if (count != 2) {
        std::cerr << "usage: fuzz_seeds FOLDER\n";
        return 2;
    }
    const std::filesystem::path folder = std::filesystem::path(arguments[1]) / "layer_archive";
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, const std::string& bytes) {
        std::ofstream(folder / name, std::ios::binary) << bytes;
    };
    const std::vector<Member> members = {{"t/a.csv", "1,2\n"}, {"t/b.csv.gz", gzip("3,4\n")}};
    write("zip", zip(members));
    write("tar_gz", tar_gz(members));
    write("gz", gzip("1,2\n") + gzip("3,4\n"));
    write("workbook", zip({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.xml", ""}}));
    return 0;
}

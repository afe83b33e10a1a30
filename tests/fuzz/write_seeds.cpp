// Writes the seeds that are binary into FOLDER/TARGET: fuzz_seeds FOLDER.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "host/readers/netcdf_table.hpp"

#include "tests/support/archives.hpp"
#include "tests/support/seed_files.hpp"

namespace narrows::test {
namespace {

namespace fs = std::filesystem;

void write_archives(const fs::path& folder) {
    fs::create_directories(folder);
    const auto write = [&](const char* name, const std::string& bytes) {
        std::ofstream(folder / name, std::ios::binary) << bytes;
    };
    const std::vector<Member> members = {{"t/a.csv", "1,2\n"}, {"t/b.csv.gz", gzip("3,4\n")}};
    write("zip", zip(members));
    write("tar_gz", tar_gz(members));
    write("gz", gzip("1,2\n") + gzip("3,4\n"));
    write("workbook", zip({{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.xml", ""}}));
}

/// The seeds of the plain format, as NetCDF.
void write_netcdf(const fs::path& folder) {
    fs::create_directories(folder);
    for (const Seed& seed : table_seeds()) {
        if (seed.format != "plain") continue;
        const fs::path path = folder / (seed.name + ".nc");
        fs::remove(path);
        write_netcdf_table(read_files(zipped(seed.files), {.format = "plain"}), path);
        std::ifstream file(path, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        fs::remove(path);
        std::ofstream(folder / seed.name, std::ios::binary) << "==== table.nc ====\n" << bytes;
    }
}

}  // namespace
}  // namespace narrows::test

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: fuzz_seeds FOLDER\n";
        return 2;
    }
    try {
        narrows::test::write_archives(narrows::test::fs::path(arguments[1]) / "layer_archive");
        narrows::test::write_netcdf(narrows::test::fs::path(arguments[1]) / "netcdf");
    } catch (const std::exception& error) {
        std::cerr << "fuzz_seeds: " << error.what() << "\n";
        return 1;
    }
    return 0;
}

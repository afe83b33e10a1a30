// Reads hostile tables in one format: whatever the files hold, only narrows::Error may come out.
#include <cstddef>
#include <cstdint>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/seed_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace narrows;
    ReadOptions options;
    options.format = NARROWS_FUZZ_FORMAT;
    options.acceptance = Acceptance::any;
    options.accounts = {"all"};
    try {
        const test::Files files =
            test::zipped(test::parts_in({reinterpret_cast<const char*>(data), size}));
        const InputSource source("fuzz", files);
        for (const TableFormat& format : table_formats()) format.recognises(source);
        test::read_files(files, options).hash();
    } catch (const Error&) {
    }
    return 0;
}

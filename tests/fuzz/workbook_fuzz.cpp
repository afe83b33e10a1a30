// Reads every row of hostile workbooks: raw bytes, or parts that are zipped first ("==== x!PART").
#include <cstddef>
#include <cstdint>

#include "host/base/error.hpp"
#include "host/readers/workbook.hpp"

#include "tests/support/seed_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace narrows;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto files = test::zipped(test::parts_in(input));
    try {
        const Workbook book(
            InputFile("fuzz.xlsx", files.empty() ? std::string(input) : files.begin()->second));
        for (const std::string& sheet : book.sheets()) {
            book.read(sheet, [](const SheetRow& row) {
                for (Index column = 0; column < 4; ++column) {
                    row.text(column);
                    if (row.cell(column) != nullptr &&
                        row.cell(column)->kind == SheetRow::Cell::Kind::number) {
                        row.require_number(column);
                    }
                }
                return true;
            });
        }
    } catch (const Error&) {
    }
    return 0;
}

// Hostile text through the two readers of delimited text; the first bytes choose the layout.
#include <cstddef>
#include <cstdint>

#include "host/base/error.hpp"
#include "host/readers/csv.hpp"
#include "host/readers/grid.hpp"

namespace {

using namespace narrows;

void read_csv(const InputFile& file, char separator) {
    CsvFile csv(file, separator);
    for (std::vector<std::string_view> fields; csv.next_record(fields);) {
        for (const std::string_view field : fields) parse_number(field);
    }
}

/// Every number to the place where it stands.
void read_grid(const InputFile& file, const GridFormat& format) {
    const Grid grid(file, format);
    for (Index line = 0; line < format.header_rows; ++line) grid.header(line), grid.corner(line);
    for (Index column = 0; column < format.label_columns; ++column) grid.labels(column);
    std::vector<GridTarget> rows;
    std::vector<GridTarget> columns;
    for (Index i = 0; i < grid.num_rows(); ++i) rows.push_back({0, i});
    for (Index j = 0; j < grid.num_columns(); ++j) columns.push_back({j % 3 - 1, j / 3});
    const Index width = grid.num_columns() / 3 + 1;
    Eigen::MatrixXd even = Eigen::MatrixXd::Zero(grid.num_rows(), width);
    Eigen::MatrixXd odd = even;
    grid.read(rows, columns, {{&even, &odd}}, 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const char separators[] = {',', '\t', ';', '|'};
    GridFormat format;
    format.separator = separators[data[0] % 4U];
    format.header_rows = data[0] / 4U % 4U;
    format.label_columns = data[0] / 16U % 4U;
    format.blank_is_zero = data[0] / 64U % 2U != 0;
    const InputFile file("fuzz.csv",
                         std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
    try {
        read_csv(file, format.separator);
    } catch (const Error&) {
    }
    try {
        read_grid(file, format);
    } catch (const Error&) {
    }
    return 0;
}

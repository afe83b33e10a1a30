#include "host/shock/scenario_series.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/netcdf_file.hpp"
#include "host/shock/scenario_json.hpp"

namespace narrows {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Fail =
    std::function<void(std::size_t column, const std::string& found, const std::string& expected)>;

/// Indices of `codes` among the labels.
std::vector<Eigen::Index> find_codes(const std::vector<std::string>& codes, const Labels& labels,
                                     const Fail& fail) {
    std::unordered_map<std::string, Eigen::Index> index;
    for (const std::string& name : labels.names) {
        index.emplace(name, static_cast<Eigen::Index>(index.size()));
    }
    std::vector<bool> seen(labels.names.size());
    std::vector<Eigen::Index> found;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto at = index.find(codes[i]);
        if (at == index.end()) {
            fail(i, fmt::format("unknown {} {}", labels.what, in_quotes(codes[i])),
                 nearest_of(codes[i], labels.names));
        }
        if (seen[static_cast<std::size_t>(at->second)]) {
            fail(i, fmt::format("{} {} again", labels.what, in_quotes(codes[i])),
                 "each " + labels.what + " once");
        }
        seen[static_cast<std::size_t>(at->second)] = true;
        found.push_back(at->second);
    }
    return found;
}

/// Columns that are not all zero, by code, for all days.
DailySeries without_zeros(const std::vector<Eigen::Index>& codes, const RowMajor& values,
                          int days) {
    std::vector<std::pair<Eigen::Index, Eigen::Index>> kept;
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
        if ((values.col(column).array() != 0.0).any()) {
            kept.emplace_back(codes[static_cast<std::size_t>(column)], column);
        }
    }
    std::sort(kept.begin(), kept.end());
    DailySeries series;
    series.values = Eigen::MatrixXd::Zero(days, static_cast<Eigen::Index>(kept.size()));
    for (const auto& [code, column] : kept) {
        series.values.col(static_cast<Eigen::Index>(series.codes.size())).head(values.rows()) =
            values.col(column);
        series.codes.push_back(code);
    }
    return series;
}

DailySeries read_csv(const InputFile& file, const Labels& labels, int days, const Range& range) {
    CsvFile csv(file);
    std::vector<std::string> header = csv.header({"day"});
    const std::vector<std::string> codes(header.begin() + 1, header.end());
    const auto found =
        find_codes(codes, labels,
                   [&](std::size_t column, const std::string& what, const std::string& expected) {
                       csv.fail(column + 1, "", what, expected);
                   });
    std::vector<double> values;
    Eigen::Index day = 0;
    for (std::vector<std::string_view> fields; csv.next_record(fields); ++day) {
        csv.require_fields(fields, header.size());
        if (day == days) {
            csv.fail(0, "day", in_quotes(fields[0]), fmt::format("at most {} days", days));
        }
        if (csv.number(fields[0], 0, "day") != static_cast<double>(day)) {
            csv.fail(0, "day", in_quotes(fields[0]), fmt::format("day {}", day));
        }
        for (std::size_t i = 1; i < fields.size(); ++i) {
            values.push_back(csv.number(fields[i], i, header[i]));
            if (!(values.back() >= range.low && values.back() <= range.high)) {
                csv.fail(i, header[i], in_quotes(fields[i]), in_range(range));
            }
        }
    }
    return without_zeros(
        found,
        Eigen::Map<const RowMajor>(values.data(), day, static_cast<Eigen::Index>(codes.size())),
        days);
}

/// A NetCDF file with one variable by day and code.
class NcSeries {
  public:
    explicit NcSeries(const InputFile& file)
        : file_(file.bytes(), file.path()), size_(file.bytes().size()) {
        int count = 0;
        file_.check(nc_inq_nvars(file_.id(), &count));
        for (int variable = 0; variable < count; ++variable) {
            if (!is_series(variable)) continue;
            if (variable_ >= 0)
                file_.fail("it has several variables by day and code, expected one");
            variable_ = variable;
        }
        if (variable_ < 0) {
            file_.fail(
                "it has no number variable of dimensions (day or time, sector, product or "
                "node)");
        }
        file_.check(nc_inq_vardimid(file_.id(), variable_, dimensions_.data()));
        for (std::size_t d = 0; d < 2; ++d) {
            file_.check(nc_inq_dimlen(file_.id(), dimensions_[d], &lengths_[d]));
        }
        // Deflate packs at most about 1,032 bytes into one.
        constexpr double most = 1032.0 / sizeof(double);
        if (static_cast<double>(lengths_[0]) * static_cast<double>(lengths_[1]) >
                most * static_cast<double>(size_) ||
            lengths_[1] > size_ / sizeof(double)) {
            file_.fail(fmt::format("{} x {} values, more than the file of {} bytes holds",
                                   lengths_[0], lengths_[1], size_));
        }
    }

    const NcFile& file() const { return file_; }

    std::vector<std::string> codes() const {
        const std::string name = dimension_name(dimensions_[1]);
        const int variable = coordinate(name, NC_STRING);
        if (variable < 0) file_.fail("it has no text variable " + name + "(" + name + ")");
        std::vector<char*> pointers(lengths_[1], nullptr);
        file_.check(nc_get_var_string(file_.id(), variable, pointers.data()), name);
        std::vector<std::string> codes;
        for (const char* pointer : pointers) codes.emplace_back(pointer == nullptr ? "" : pointer);
        nc_free_string(pointers.size(), pointers.data());
        return codes;
    }
    /// Throws unless days, where they are numbered, are 0, 1, 2, ...
    void check_days(int days) const {
        const std::string name = dimension_name(dimensions_[0]);
        if (lengths_[0] > static_cast<std::size_t>(days)) {
            file_.fail(fmt::format("{} days, expected at most {}", lengths_[0], days));
        }
        int variable = 0;
        if (nc_inq_varid(file_.id(), name.c_str(), &variable) != NC_NOERR) return;
        variable = coordinate(name, NC_DOUBLE);
        if (variable < 0) file_.fail(name + " is no number variable of dimension " + name);
        std::vector<double> found(lengths_[0]);
        file_.check(nc_get_var_double(file_.id(), variable, found.data()), name);
        for (std::size_t day = 0; day < found.size(); ++day) {
            if (found[day] == static_cast<double>(day)) continue;
            file_.fail(fmt::format("{} {} is {}, expected {}", name, day, found[day], day));
        }
    }
    RowMajor values() const {
        RowMajor values(static_cast<Eigen::Index>(lengths_[0]),
                        static_cast<Eigen::Index>(lengths_[1]));
        if (values.size() > 0) {
            file_.check(nc_get_var_double(file_.id(), variable_, values.data()));
        }
        return values;
    }

  private:
    std::string dimension_name(int dimension) const {
        std::array<char, NC_MAX_NAME + 1> name{};
        file_.check(nc_inq_dimname(file_.id(), dimension, name.data()));
        return name.data();
    }
    bool has_type(int variable, nc_type type) const {
        nc_type found = 0;
        file_.check(nc_inq_vartype(file_.id(), variable, &found));
        const bool is_number = found >= NC_BYTE && found <= NC_UINT64 && found != NC_CHAR;
        return type == NC_STRING ? found == NC_STRING : is_number;
    }
    bool is_series(int variable) const {
        int count = 0;
        file_.check(nc_inq_varndims(file_.id(), variable, &count));
        if (count != 2 || !has_type(variable, NC_DOUBLE)) return false;
        std::array<int, 2> ids{};
        file_.check(nc_inq_vardimid(file_.id(), variable, ids.data()));
        const std::string day = dimension_name(ids[0]);
        const std::string code = dimension_name(ids[1]);
        return (day == "day" || day == "time") &&
               (code == "sector" || code == "product" || code == "node");
    }
    /// The variable of the dimension's name and of that dimension only, -1 where there is none.
    int coordinate(const std::string& name, nc_type type) const {
        int variable = 0;
        int count = 0;
        int dimension = 0;
        int id = 0;
        if (nc_inq_varid(file_.id(), name.c_str(), &variable) != NC_NOERR) return -1;
        file_.check(nc_inq_varndims(file_.id(), variable, &count));
        if (count != 1 || !has_type(variable, type)) return -1;
        file_.check(nc_inq_vardimid(file_.id(), variable, &dimension));
        file_.check(nc_inq_dimid(file_.id(), name.c_str(), &id));
        return dimension == id ? variable : -1;
    }

    NcFile file_;
    std::size_t size_;
    int variable_ = -1;
    std::array<int, 2> dimensions_{};
    std::array<std::size_t, 2> lengths_{};
};

DailySeries read_netcdf(const InputFile& file, const Labels& labels, int days, const Range& range) {
    const NcSeries in(file);
    in.check_days(days);
    const std::vector<std::string> names = in.codes();
    const auto codes = find_codes(
        names, labels, [&](std::size_t, const std::string& found, const std::string& expected) {
            in.file().fail(fmt::format("found {}, expected {}", found, expected));
        });
    const RowMajor values = in.values();
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
        for (Eigen::Index j = 0; j < values.cols(); ++j) {
            if (values(i, j) >= range.low && values(i, j) <= range.high) continue;
            in.file().fail(fmt::format("found {} for {} on day {}, expected {}", values(i, j),
                                       in_quotes(names[static_cast<std::size_t>(j)]), i,
                                       in_range(range)));
        }
    }
    return without_zeros(codes, values, days);
}

}  // namespace

DailySeries read_daily_series(const InputFile& file, const Labels& labels, int days,
                              const Range& range) {
    const bool is_netcdf =
        file.bytes().substr(0, 4) == "\x89HDF" || file.bytes().substr(0, 3) == "CDF";
    return is_netcdf ? read_netcdf(file, labels, days, range) : read_csv(file, labels, days, range);
}

}  // namespace narrows

#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "host/readers/csv.hpp"

namespace narrows {

/// What happens on every day, by code; columns that are all zero are left out.
struct DailySeries {
    std::vector<Eigen::Index> codes;  // of each column: index among the labels asked for
    Eigen::MatrixXd values;           // days x columns
};

/// Reads a bulk time series: CSV with the header day,CODE,CODE... and a line per day from 0, or
/// NetCDF with one number variable of dimensions (day or time, sector, product or node) and the
/// codes as text variable of the name of that dimension. Days that are not there are 0. Throws
/// ParseError or FileError for an unknown or repeated code, a day out of turn or beyond `days`, a
/// value out of `range`.
DailySeries read_daily_series(const InputFile& file, const Labels& labels, int days,
                              const Range& range);

}  // namespace narrows

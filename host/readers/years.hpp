#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace narrows {

/// The four digits of a year (1900 to 2099) that stand last in a name, 0 where there are none.
int year_in(std::string_view name);

/// A file holds tables of several years and none was asked for, or not the one that was.
class YearsError : public ArgumentError {
  public:
    YearsError(const std::string& path, std::vector<int> years, int asked);
    /// Those that are there, ascending.
    const std::vector<int>& years() const noexcept { return years_; }

  private:
    std::vector<int> years_;
};

/// The year to read of those that `path` holds: `asked`, or the only one where that is 0. Throws
/// YearsError.
int choose_year(const std::string& path, const std::vector<int>& years, int asked);

/// The year that was asked for, or that a name tells (0: none); throws YearsError where they
/// differ.
int choose_year(const std::string& path, int in_name, int wanted);

}  // namespace narrows

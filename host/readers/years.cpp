#include "host/readers/years.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace narrows {
namespace {

std::vector<int> in_order(std::vector<int> years) {
    std::sort(years.begin(), years.end());
    years.erase(std::unique(years.begin(), years.end()), years.end());
    return years;
}

}  // namespace

YearsError::YearsError(const std::string& path, std::vector<int> years, int asked)
    : ArgumentError(fmt::format(
          "{} holds the years {}; {}", path, fmt::join(in_order(years), ", "),
          asked == 0 ? "choose one with --year" : fmt::format("there is no {}", asked))),
      years_(in_order(std::move(years))) {}

int choose_year(const std::string& path, const std::vector<int>& years, int asked) {
    if (asked == 0 && in_order(years).size() == 1) return years.front();
    if (std::find(years.begin(), years.end(), asked) != years.end()) return asked;
    throw YearsError(path, years, asked);
}

}  // namespace narrows

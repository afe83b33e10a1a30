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

int year_in(std::string_view name) {
    const auto is_digit = [&](std::size_t i) {
        return i < name.size() && name[i] >= '0' && name[i] <= '9';
    };
    int year = 0;
    for (std::size_t begin = 0; begin < name.size(); ++begin) {
        if (!is_digit(begin)) continue;
        std::size_t end = begin;
        int value = 0;
        for (; is_digit(end); ++end) value = (value * 10 + (name[end] - '0')) % 100000;
        if (end - begin == 4 && value >= 1900 && value < 2100) year = value;
        begin = end;
    }
    return year;
}

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

int choose_year(const std::string& path, int in_name, int wanted) {
    if (wanted == 0 || in_name == 0 || wanted == in_name) return wanted == 0 ? in_name : wanted;
    throw YearsError(path, {in_name}, wanted);
}

}  // namespace narrows

#include "host/readers/sector_kinds.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace narrows {
namespace {

SectorKind goods_if(bool goods) {
    return goods ? SectorKind::goods : SectorKind::services;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The first two digits, -1 where there are none.
int division(std::string_view code) {
    const auto first = std::find_if(code.begin(), code.end(), is_digit);
    int value = -1;
    for (auto at = first; at != code.end() && at != first + 2 && is_digit(*at); ++at) {
        value = (value < 0 ? 0 : 10 * value) + (*at - '0');
    }
    return value;
}

bool letter_of_goods(std::string_view code) {
    return !code.empty() && code.front() >= 'A' && code.front() <= 'E';
}

}  // namespace

SectorKind kind_by_nace(std::string_view code) {
    return goods_if(letter_of_goods(code));
}

SectorKind kind_by_isic4_division(std::string_view code) {
    const int number = division(code);
    constexpr int construction = 41;
    return goods_if(number < 0 ? letter_of_goods(code) : number < construction);
}

SectorKind kind_by_isic3(std::string_view code) {
    const int number = division(code);
    constexpr int construction = 45;
    return goods_if(number < 0 ? letter_of_goods(code) : number < construction);
}

SectorKind kind_by_naics(std::string_view code) {
    if (code.empty()) return SectorKind::services;
    for (const std::string_view special : {"S00401", "S00402", "S00300", "Used", "Other"}) {
        if (code == special) return SectorKind::goods;
    }
    if (code.substr(0, 2) == "23") return SectorKind::services;
    return goods_if(code.front() >= '1' && code.front() <= '3');
}

SectorKind kind_by_name(std::string_view name) {
    std::string text(name);
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    // Wherever these stand, goods are meant in spite of a word of the second list.
    constexpr std::array goods = {"transport equipment",
                                  "means of transport",
                                  "transport vehicles",
                                  "manufactur",
                                  "mining",
                                  "extraction",
                                  "raw ",
                                  "fertili",
                                  "motor vehicles, trailers",
                                  "office machinery",
                                  "medical, precision",
                                  "equipment",
                                  "water collection",
                                  "distribution of gas",
                                  "electricity",
                                  "gas, water",
                                  "waste",
                                  "recycling"};
    constexpr std::array services = {
        "service",        "trade",     "retail",   "wholesale",    "transport",
        "construction",   "building",  "hotel",    "restaurant",   "accommodation",
        "post",           "telecom",   "financ",   "insurance",    "real estate",
        "renting",        "rental",    "research", "computer",     "software",
        "information",    "education", "health",   "public admin", "government",
        "administration", "defence",   "defense",  "recreation",   "entertainment",
        "membership",     "household", "business", "private",      "repair",
        "maintenance",    "re-export", "others",   "publishing",   "arts",
        "social",         "airport",   "storage"};
    const auto is_in = [&](const char* word) { return text.find(word) != std::string::npos; };
    if (std::any_of(goods.begin(), goods.end(), is_in)) return SectorKind::goods;
    return goods_if(std::none_of(services.begin(), services.end(), is_in));
}

}  // namespace narrows

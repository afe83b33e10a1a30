#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/readers/input_source.hpp"

namespace narrows {

/// A ranking that `narrows rank --output json` wrote, as far as others need it.
struct SavedRanking {
    /// A pair of product and coalition; gar in flows.
    struct Row {
        std::int64_t rank = 0;
        std::string product;
        std::vector<std::string> coalition;
        double gar = 0.0;
        double gar_share_of_gdp = 0.0;
    };
    std::string path;
    std::string home;
    std::string scope;
    std::string unit;
    std::string table;
    std::string table_hash;
    nlohmann::ordered_json year;  // null where it is not known
    double share = 0.0;
    double lambda = 0.0;
    std::int64_t num_ranked_pairs = 0;  // rows may be fewer: --top
    std::vector<Row> rows;
};

/// Throws ParseError for what is no JSON of schema narrows.rank/1, naming the key, and for a pair
/// that is there twice.
SavedRanking read_ranking(const InputFile& file);

}  // namespace narrows

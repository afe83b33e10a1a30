#include "host/readers/ranking_file.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/json_file.hpp"

namespace narrows {
namespace {

using nlohmann::json;

class Reader {
  public:
    explicit Reader(const InputFile& file) : path_(file.path()), content_(read_json(file)) {}

    SavedRanking ranking() const {
        if (text("/schema") != "narrows.rank/1") fail("/schema", "\"narrows.rank/1\"");
        SavedRanking result;
        result.path = path_;
        result.home = text("/home");
        result.scope = text("/scope");
        result.unit = text("/unit");
        result.table = text("/run/table");
        result.table_hash = text("/run/table_hash");
        result.year = at("/run/year");
        result.share = number("/share");
        result.lambda = number("/lambda");
        if (!at("/rows").is_array()) fail("/rows", "a list");
        std::set<std::pair<std::string, std::vector<std::string>>> seen;
        for (std::size_t i = 0; i < at("/rows").size(); ++i) {
            const std::string row = fmt::format("/rows/{}", i);
            result.rows.push_back({static_cast<std::int64_t>(number(row + "/rank")),
                                   text(row + "/product"), texts(row + "/coalition"),
                                   number(row + "/gar"), number(row + "/gar_share_of_gdp")});
            const SavedRanking::Row& read = result.rows.back();
            if (!seen.emplace(read.product, read.coalition).second) {
                fail(row + "/coalition", "each product and coalition once");
            }
        }
        result.num_ranked_pairs = static_cast<std::int64_t>(number("/ranked_pairs"));
        return result;
    }

  private:
    json at(const std::string& key) const {
        const json::json_pointer pointer(key);
        return content_.contains(pointer) ? content_.at(pointer) : json();
    }
    std::string text(const std::string& key) const {
        if (!at(key).is_string()) fail(key, "text");
        return at(key).get<std::string>();
    }
    double number(const std::string& key) const {
        if (!at(key).is_number()) fail(key, "a number");
        return at(key).get<double>();
    }
    std::vector<std::string> texts(const std::string& key) const {
        const json list = at(key);
        if (!list.is_array()) fail(key, "a list of codes");
        std::vector<std::string> result;
        for (const json& item : list) {
            if (!item.is_string()) fail(key, "a list of codes");
            result.push_back(item.get<std::string>());
        }
        return result;
    }
    [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
        const json found = at(key);
        throw ParseError(
            path_, 0, 0, "",
            key + ": " +
                (found.is_null()
                     ? "nothing"
                     : in_quotes(found.dump(-1, ' ', false, json::error_handler_t::replace)
                                     .substr(0, 60))),
            expected);
    }

    std::string path_;
    json content_;
};

}  // namespace

SavedRanking read_ranking(const InputFile& file) {
    return Reader(file).ranking();
}

}  // namespace narrows

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/readers/csv.hpp"

namespace narrows {

/// A value of a JSON file and where it stands, "shocks[1].share". What it is asked for and is not
/// throws ParseError: "FILE: shocks[1].share: found 1.5, expected a number in [0, 1]".
class JsonValue {
  public:
    /// The root; `file` and `json` must outlive the object.
    JsonValue(const std::string& file, const nlohmann::ordered_json& json)
        : file_(&file), json_(&json) {}

    /// Of an object.
    bool has(std::string_view key) const { return json_->contains(key); }
    /// Of an object; null where there is no such key.
    JsonValue at(const std::string& key) const;
    std::vector<std::string> keys() const;
    /// Throws unless it is an object with these keys only; names the nearest.
    void require_object(const std::vector<std::string>& known) const;
    void require_object() const;

    /// Of a list that is not empty.
    std::vector<JsonValue> items(const char* expected) const;

    bool is_string() const { return json_->is_string(); }
    double number(const Range& range) const;
    /// A whole number.
    double whole(const Range& range) const;
    const std::string& text() const;
    /// A text that is not empty or a list of some.
    std::vector<std::string> text_or_texts(const char* expected) const;
    /// Index of the text among `words`.
    std::size_t one_of(const std::vector<std::string>& words) const;

    [[noreturn]] void fail(const std::string& found, const std::string& expected) const;
    [[noreturn]] void fail(const std::string& expected) const { fail(shown(), expected); }

  private:
    JsonValue(const JsonValue& parent, std::string path, const nlohmann::ordered_json& json)
        : file_(parent.file_), path_(std::move(path)), json_(&json) {}
    std::string shown() const;

    const std::string* file_;
    std::string path_;
    const nlohmann::ordered_json* json_;
};

/// "a number in [0, 1]", "0 or more".
std::string in_range(const Range& range);

/// "'ELE'", the nearest of `known`; all of them where none is near and they are few.
std::string nearest_of(std::string_view text, const std::vector<std::string>& known);

}  // namespace narrows

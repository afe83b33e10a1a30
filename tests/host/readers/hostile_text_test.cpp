// What editors, spreadsheets and broken downloads do to text, done to a small table in every format
// (tests/fuzz/seeds): read as before, refused, or read with a warning, but never silently wrong.
#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/readers/read_table.hpp"

#include "tests/support/seed_files.hpp"

namespace narrows {
namespace {

using test::Files;
using test::Seed;

enum class Outcome { same, refused, warned, wrong };

class HostileText : public testing::TestWithParam<Seed> {
  public:
    HostileText() : original_(read(GetParam().files)) {}

    static IoTable read(const Files& files) {
        ReadOptions options;
        options.format = GetParam().format;
        return test::read_files(test::zipped(files), options);
    }
    const IoTable& original() const { return original_; }

    /// The files that are text, without parts of workbooks and mapping files.
    static std::vector<std::string> text_files() {
        std::vector<std::string> names;
        for (const auto& [name, bytes] : GetParam().files) {
            if (name.find('!') == std::string::npos && name != "mapping.json")
                names.push_back(name);
        }
        return names;
    }
    /// The parts of workbooks that are sheets; every row has its line.
    static std::vector<std::string> sheets() {
        std::vector<std::string> names;
        for (const auto& [name, bytes] : GetParam().files) {
            if (name.find("!xl/worksheets/") != std::string::npos) names.push_back(name);
        }
        return names;
    }

    /// Reads the table with `text` in place of one file; fails the test where it is silently wrong
    /// or the refusal does not say which file.
    Outcome try_text(const std::string& name, const std::string& text, const char* what) const {
        Files files = GetParam().files;
        files[name] = text;
        try {
            const IoTable table = read(files);
            if (table.hash() == original_.hash()) return Outcome::same;
            if (warnings(table) > warnings(original_)) return Outcome::warned;
            ADD_FAILURE() << what << " in " << name << " gave another table:\n" << text;
            return Outcome::wrong;
        } catch (const Error& error) {
            EXPECT_EQ(error.exit_code(), ExitCode::data) << what << ": " << error.what();
            message_ = error.what();
            EXPECT_NE(message_.find("table"), std::string::npos) << message_;
            return Outcome::refused;
        }
    }
    /// Does the last refusal name a line of the file?
    bool names_a_line_of(const std::string& name) const {
        const auto at = message_.find(name + ":");
        return at != std::string::npos && std::isdigit(message_[at + name.size() + 1]) != 0;
    }
    const std::string& message() const { return message_; }

  private:
    static std::ptrdiff_t warnings(const IoTable& table) {
        const auto& findings = table.meta().findings;
        return std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
            return finding.severity == Finding::Severity::warning;
        });
    }

    IoTable original_;
    mutable std::string message_;
};

std::string name_of(const testing::TestParamInfo<Seed>& seed) {
    std::string name = seed.param.format + "_" + seed.param.name;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

/// Those that are workbooks, or those that are not.
std::vector<Seed> seeds(bool workbooks) {
    std::vector<Seed> seeds = test::table_seeds();
    std::erase_if(seeds, [&](const Seed& seed) {
        return (seed.files.begin()->first.find('!') != std::string::npos) != workbooks;
    });
    return seeds;
}

INSTANTIATE_TEST_SUITE_P(Formats, HostileText, testing::ValuesIn(seeds(false)), name_of);

class HostileSheet : public HostileText {};
INSTANTIATE_TEST_SUITE_P(Formats, HostileSheet, testing::ValuesIn(seeds(true)), name_of);

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    return lines;
}

char separator_of(const std::string& text) {
    return text.find('\t') != std::string::npos ? '\t' : ',';
}

bool is_table(const std::string& name) {
    return name.size() < 5 || name.compare(name.size() - 5, 5, ".json") != 0;
}

/// Every match of `pattern` in its turn, replaced.
std::vector<std::string> each_replaced(const std::string& text, const std::string& pattern,
                                       const std::string& replacement) {
    const std::regex regex(pattern);
    std::vector<std::string> results;
    for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
        const auto begin = static_cast<std::size_t>(at->position());
        const auto behind = begin + static_cast<std::size_t>(at->length());
        results.push_back(text.substr(0, begin) + at->format(replacement) + text.substr(behind));
    }
    return results;
}

TEST_P(HostileText, IsReadWithAByteOrderMark) {
    for (const std::string& name : text_files()) {
        const std::string& text = GetParam().files.at(name);
        EXPECT_EQ(try_text(name, "\xEF\xBB\xBF" + text, "a mark"), Outcome::same) << message();
    }
}

TEST_P(HostileText, IsReadWithCarriageReturns) {
    for (const std::string& name : text_files()) {
        const std::string text =
            std::regex_replace(GetParam().files.at(name), std::regex("\n"), "\r\n");
        EXPECT_EQ(try_text(name, text, "CR LF"), Outcome::same) << name << ": " << message();
    }
}

TEST_P(HostileText, IsReadWithQuotedNumbers) {
    for (const std::string& name : text_files()) {
        const std::string& text = GetParam().files.at(name);
        if (!is_table(name)) continue;
        const std::string separator(1, separator_of(text));
        const std::string quoted = std::regex_replace(
            text, std::regex(separator + "(-?[0-9][0-9.e+-]*)(?=[\n" + separator + "])"),
            separator + "\"$1\"");
        EXPECT_EQ(try_text(name, quoted, "quotes"), Outcome::same) << name << ": " << message();
    }
}

TEST_P(HostileText, IsRefusedInUtf16) {
    for (const std::string& name : text_files()) {
        std::string wide = "\xFF\xFE";
        for (const char c : GetParam().files.at(name)) wide += {c, '\0'};
        EXPECT_EQ(try_text(name, wide, "UTF-16"), Outcome::refused) << name;
    }
}

TEST_P(HostileText, IsNeverMisreadWithADecimalComma) {
    for (const std::string& name : text_files()) {
        for (const std::string& text :
             each_replaced(GetParam().files.at(name), "([0-9])\\.([0-9])", "$1,$2")) {
            const Outcome outcome = try_text(name, text, "a decimal comma");
            EXPECT_NE(outcome, Outcome::warned) << text;
        }
    }
}

TEST_P(HostileText, IsNeverMisreadWithThousandsSeparators) {
    for (const std::string& name : text_files()) {
        for (const char* separated : {"$1,$2", "$1 $2", "$1'$2", "$1\xC2\xA0$2"}) {
            for (const std::string& text :
                 each_replaced(GetParam().files.at(name), "([0-9])([0-9])", separated)) {
                const Outcome outcome = try_text(name, text, "a thousands separator");
                EXPECT_NE(outcome, Outcome::warned) << text;
            }
        }
    }
}

TEST_P(HostileText, IsNeverMisreadWhereItIsCutOff) {
    for (const std::string& name : text_files()) {
        const std::string& text = GetParam().files.at(name);
        // A number at the very end may lose a digit and nothing shows it.
        const std::size_t last_line = text.substr(0, text.size() - 1).rfind('\n');
        if (last_line == std::string::npos) continue;
        for (std::size_t size = 0; size <= last_line; ++size) {
            try_text(name, text.substr(0, size), "a cut");
        }
    }
}

TEST_P(HostileText, IsNeverMisreadWithALineTwice) {
    for (const std::string& name : text_files()) {
        const std::vector<std::string> lines = lines_of(GetParam().files.at(name));
        for (std::size_t twice = 0; twice < lines.size(); ++twice) {
            std::string text;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                text += lines[i];
                if (i == twice) text += lines[i];
            }
            try_text(name, text, "a line twice");
        }
    }
}

TEST_P(HostileText, IsNeverMisreadWithALineMissing) {
    for (const std::string& name : text_files()) {
        const std::vector<std::string> lines = lines_of(GetParam().files.at(name));
        for (std::size_t missing = 0; missing < lines.size(); ++missing) {
            std::string text;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (i != missing) text += lines[i];
            }
            try_text(name, text, "a missing line");
        }
    }
}

TEST_P(HostileText, IsNeverMisreadWithAColumnLabelTwice) {
    for (const std::string& name : text_files()) {
        if (!is_table(name) || name.rfind("labels_", 0) == 0) continue;  // Eora's have no header
        const std::string& text = GetParam().files.at(name);
        const std::string header = lines_of(text).front();
        const std::string separator(1, separator_of(text));
        for (const std::string& twice : each_replaced(
                 header, "([^" + separator + "\n]+)" + separator + "([^" + separator + "\n]+)",
                 "$1" + separator + "$1")) {
            try_text(name, twice + text.substr(header.size()), "a column label twice");
        }
    }
}

TEST_P(HostileText, IsRefusedWithAnAbsurdHeader) {
    for (const std::string& name : text_files()) {
        const std::string& text = GetParam().files.at(name);
        const std::string rest = text.substr(lines_of(text).front().size());
        std::string many;
        for (int i = 0; i < 50000; ++i) {
            many += "x" + std::to_string(i) + separator_of(text);
        }
        for (const std::string& header : {many, std::string("<!DOCTYPE html><html>"),
                                          std::string("\0\0\0\0", 4), std::string("\x89PNG")}) {
            EXPECT_NE(try_text(name, header + "\n" + rest, "an absurd header"), Outcome::warned);
        }
    }
}

TEST_P(HostileText, IsRefusedWithTheLineOfATextForANumber) {
    int num_refused = 0;
    for (const std::string& name : text_files()) {
        const std::string& text = GetParam().files.at(name);
        if (!is_table(name)) continue;
        const std::string separator(1, separator_of(text));
        for (const std::string& wrong :
             each_replaced(text, separator + "(-?[0-9][0-9.e+-]*)(?=[\n" + separator + "])",
                           separator + "n/a")) {
            if (try_text(name, wrong, "text") != Outcome::refused) continue;
            ++num_refused;
            EXPECT_TRUE(names_a_line_of(name)) << message();
        }
    }
    EXPECT_GT(num_refused, 0);
}

TEST_P(HostileSheet, IsNeverMisreadWithARowMissingOrTwice) {
    for (const std::string& name : sheets()) {
        const std::vector<std::string> lines = lines_of(GetParam().files.at(name));
        for (std::size_t changed = 0; changed < lines.size(); ++changed) {
            std::string missing;
            std::string twice;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (i != changed) missing += lines[i];
                twice += i == changed ? lines[i] + lines[i] : lines[i];
            }
            try_text(name, missing, "a missing row");
            try_text(name, twice, "a row twice");
        }
    }
}

TEST_P(HostileSheet, IsNeverMisreadWithACellMissing) {
    for (const std::string& name : sheets()) {
        for (const std::string& text :
             each_replaced(GetParam().files.at(name), "<c r=\"[A-Z]+[0-9]+\".*?</c>", "")) {
            try_text(name, text, "a missing cell");
        }
    }
}

TEST_P(HostileSheet, IsNeverMisreadWithTextForANumber) {
    int num_refused = 0;
    for (const std::string& name : sheets()) {
        for (const char* text : {"n/a", "1,5", "1'000", ""}) {
            for (const std::string& wrong :
                 each_replaced(GetParam().files.at(name), "><v>[^<]+</v>",
                               fmt::format(" t=\"inlineStr\"><is><t>{}</t></is>", text))) {
                if (try_text(name, wrong, "text") == Outcome::refused) ++num_refused;
            }
        }
    }
    EXPECT_GT(num_refused, 0);
}

TEST_P(HostileSheet, IsNeverMisreadWhereItIsCutOff) {
    for (const std::string& name : sheets()) {
        const std::string& text = GetParam().files.at(name);
        for (std::size_t size = 0; size < text.size(); size += 7) {
            try_text(name, text.substr(0, size), "a cut");
        }
    }
}

}  // namespace
}  // namespace narrows

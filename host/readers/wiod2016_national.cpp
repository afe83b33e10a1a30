// WIOD, release of 2016: national input-output tables XXX_NIOT_nov16.xlsx, 56 industries, all years
// in one sheet: Year, Code, Description, Origin (Domestic, Imports, TOT), industries, uses, GO.
#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/readers/formats.hpp"
#include "host/readers/sector_kinds.hpp"
#include "host/readers/workbook.hpp"
#include "host/readers/years.hpp"
#include "host/table/accounts.hpp"

namespace narrows {
namespace {

constexpr const char* sheet_name = "National IO-tables";
constexpr Index first_industry = 4;  // column E
const std::vector<std::string> label_names = {"Year", "Code", "Description", "Origin"};
const std::vector<std::string> use_names = {"CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP"};
// Beside these and intermediate inputs, II_fob, nothing makes up a column.
const std::vector<std::string> tax_names = {"TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM"};

bool recognises(const InputSource& source) {
    const std::optional<Workbook> workbook = only_workbook(source);
    if (!workbook) return false;
    const auto& sheets = workbook->sheets();
    return std::find(sheets.begin(), sheets.end(), sheet_name) != sheets.end();
}

/// "CHN" of "CHN_NIOT_nov16.xlsx"; "" for other names.
std::string region_of(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string();
    const auto at = name.find("_NIOT");
    return at == std::string::npos ? "" : name.substr(0, at);
}

/// Builds the table of one year while rows stream by.
class NationalBuilder {
  public:
    explicit NationalBuilder(int year) : year_(year) {}

    bool add(const SheetRow& row) {
        if (!has_header_) {
            read_header(row);
            return true;
        }
        const SheetRow::Cell* year = row.cell(0);
        if (year == nullptr || year->kind != SheetRow::Cell::Kind::number) return true;  // names
        const double value = year->number;
        if (!(value >= 1.0 && value <= 9999.0)) row.fail(0, row.text(0), "a year");
        years_.insert(static_cast<int>(value));
        if (year_ == 0) year_ = static_cast<int>(value);
        if (static_cast<int>(value) == year_) read_row(row);
        return true;
    }

    /// Throws where the sheet holds several years and none was asked for, or not the one.
    void check_years(const std::string& path, int asked) const {
        if (years_.empty()) throw ParseError(path, 0, 0, "", "no year", "rows of years");
        choose_year(path, {years_.begin(), years_.end()}, asked);
    }

    TableData finish(const std::string& path) {
        for (std::size_t block = 0; block < num_blocks; ++block) {
            for (Index i = 0; i < num_sectors_; ++i) {
                if (seen_[block][static_cast<std::size_t>(i)]) continue;
                throw ParseError(path, 0, 0, "", "no row of " + in_quotes(sectors_[i_(i)].code),
                                 block == 0 ? "one of origin Domestic" : "one of origin Imports");
            }
        }
        for (const std::string& name : required_totals_) {
            throw ParseError(path, 0, 0, "", "no row " + in_quotes(name), "one of origin TOT");
        }
        data_.classification = Classification::national(sectors_, {region_of(path), ""});
        data_.M_origins.setConstant(num_sectors_, num_sectors_, ImportOrigin::end_use_share);
        data_.MF_origins.setConstant(num_sectors_, data_.MF.cols(), ImportOrigin::end_use_share);
        data_.meta.year = year_;
        return std::move(data_);
    }

  private:
    static constexpr std::size_t num_blocks = 2;  // Domestic, Imports
    static std::size_t i_(Index index) { return static_cast<std::size_t>(index); }

    void read_header(const SheetRow& row) {
        for (Index c = 0; c < first_industry; ++c) {
            if (row.text(c) != label_names[i_(c)]) {
                row.fail(c, in_quotes(row.text(c)), in_quotes(label_names[i_(c)]));
            }
        }
        for (Index c = first_industry; c < row.width(); ++c) {
            const std::string code = row.text(c);
            if (code == use_names.front()) break;
            if (!sector_index_.emplace(code, num_sectors_).second || code.empty()) {
                row.fail(c, "industry " + in_quotes(code), "each industry once");
            }
            sectors_.push_back({code, code, kind_by_nace(code)});
            ++num_sectors_;
        }
        Index column = first_industry + num_sectors_;
        for (const std::string& use : use_names) expect(row, column++, use);
        output_column_ = column;
        expect(row, column, "GO");
        constexpr Index most = 1000;  // WIOD has 56; matrices of this order are allocated
        if (num_sectors_ == 0 || num_sectors_ > most) {
            row.fail(first_industry, fmt::format("{} industries", num_sectors_),
                     fmt::format("1 to {}", most));
        }
        allocate();
        has_header_ = true;
    }

    static void expect(const SheetRow& row, Index column, const std::string& name) {
        if (row.text(column) != name)
            row.fail(column, in_quotes(row.text(column)), in_quotes(name));
    }

    void allocate() {
        const Index n = num_sectors_;
        const auto uses = static_cast<Index>(use_names.size());
        data_.Z.setZero(n, n);
        data_.M.setZero(n, n);
        data_.F.setZero(n, uses);
        data_.MF.setZero(n, uses);
        data_.V.setZero(1, n);
        data_.T.setZero(static_cast<Index>(tax_names.size()), n);
        data_.x.setZero(n);
        for (const std::string& use : use_names) data_.final_uses.push_back({"", use});
        data_.value_added_names = {"VA"};
        data_.tax_names = tax_names;
        for (auto& seen : seen_) seen.resize(i_(n));
    }

    void read_row(const SheetRow& row) {
        const std::string origin = row.text(3);
        const std::string code = row.text(1);
        if (origin == "TOT") {
            read_total(row, code);
            return;
        }
        if (origin != "Domestic" && origin != "Imports") {
            row.fail(3, in_quotes(origin), "Domestic, Imports or TOT");
        }
        const auto found = sector_index_.find(code);
        if (found == sector_index_.end()) row.fail(1, in_quotes(code), "an industry of the header");
        const Index i = found->second;
        const bool domestic = origin == "Domestic";
        auto seen = seen_[domestic ? 0 : 1].begin() + i;
        if (*seen) row.fail(1, "a second row of " + in_quotes(code), "each row once");
        *seen = true;
        Eigen::MatrixXd& inputs = domestic ? data_.Z : data_.M;
        Eigen::MatrixXd& uses = domestic ? data_.F : data_.MF;
        for (Index j = 0; j < num_sectors_; ++j) {
            inputs(i, j) = row.require_number(first_industry + j, std::nullopt);
        }
        for (Index f = 0; f < uses.cols(); ++f) {
            uses(i, f) = row.require_number(first_industry + num_sectors_ + f, std::nullopt);
        }
        if (domestic) {
            data_.x[i] = row.require_number(output_column_, std::nullopt);
            if (const std::string name = row.text(2); !name.empty()) sectors_[i_(i)].name = name;
        }
    }

    void read_total(const SheetRow& row, const std::string& code) {
        const auto copy_to = [&](Eigen::MatrixXd& block, Index r) {
            for (Index j = 0; j < num_sectors_; ++j) {
                block(r, j) = row.require_number(first_industry + j, std::nullopt);
            }
        };
        const auto tax = std::find(tax_names.begin(), tax_names.end(), code);
        if (tax != tax_names.end()) {
            copy_to(data_.T, tax - tax_names.begin());
        } else if (code == "VA") {
            copy_to(data_.V, 0);
        } else if (code != "II_fob" && code != "GO") {
            row.fail(1, in_quotes(code),
                     "II_fob, VA, GO or one of " + fmt::format("{}", fmt::join(tax_names, ", ")));
        }
        required_totals_.erase(code);
    }

    int year_;
    std::set<int> years_;
    bool has_header_ = false;
    Index num_sectors_ = 0;
    Index output_column_ = 0;
    std::vector<Sector> sectors_;
    std::unordered_map<std::string, Index> sector_index_;
    std::vector<bool> seen_[num_blocks];
    std::set<std::string> required_totals_ = {"VA", "TXSP", "IntTTM"};
    TableData data_;
};

IoTable read(const InputSource& source, const ReadOptions& options) {
    const Workbook workbook(source.open(source.names().front()));
    NationalBuilder builder(options.year);
    workbook.read(sheet_name, [&](const SheetRow& row) { return builder.add(row); });
    builder.check_years(workbook.path(), options.year);
    TableData data = builder.finish(workbook.path());
    TableMeta& meta = data.meta;
    const std::string& region = data.classification.regions().front().code;
    meta.name = "WIOD 2016 national table" + (region.empty() ? "" : ", " + region);
    meta.unit = "million US dollars";
    meta.source = "World Input-Output Database, release of 2016, national input-output tables";
    meta.licence = "CC BY 4.0";
    meta.attribution =
        "Timmer, Dietzenbacher, Los, Stehrer and de Vries (2015), Review of International "
        "Economics 23: 575-605";
    meta.classification = fmt::format("WIOD 2016 (ISIC rev. 4), {} industries", data.x.size());
    meta.layout = "WIOD 2016 national xlsx (wiod2016-national)";
    note(data, "imports-by-end-use",
         "imports are split over users by one share per end use and product, not observed cell by "
         "cell: users of one kind look alike");
    return closed_table(std::move(data), workbook.path(), options.acceptance);
}

}  // namespace

TableFormat formats::wiod2016_national() {
    return {"wiod2016-national",
            "WIOD 2016 national table (XXX_NIOT_nov16.xlsx), years 2000 to 2014", recognises, read};
}

}  // namespace narrows

#include "tests/support/tables.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "tests/support/shared_files.hpp"

namespace narrows::test {
namespace {

std::vector<Sector> sectors(Index count) {
    std::vector<Sector> result;
    for (Index i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        result.push_back({"S" + number, "Sector " + number,
                          i % 3 == 2 ? SectorKind::services : SectorKind::goods});
    }
    return result;
}

/// Flows with the spread of published tables: many small, few large, a few zero.
Eigen::MatrixXd random_flows(Index rows, Index columns, std::mt19937& random) {
    std::lognormal_distribution<double> size(0.0, 1.5);
    std::bernoulli_distribution zero(0.1);
    Eigen::MatrixXd flows(rows, columns);
    for (double& flow : flows.reshaped()) flow = zero(random) ? 0.0 : size(random);
    return flows;
}

/// Chooses x so that every row closes with positive demand and every column leaves value added.
void close_accounts(TableData& data, std::mt19937& random) {
    const Index n = data.Z.rows();
    Eigen::VectorXd inputs = data.Z.colwise().sum().transpose();
    if (data.M.size() > 0) inputs += data.M.colwise().sum().transpose();
    const Eigen::VectorXd sales = data.Z.rowwise().sum();
    std::uniform_real_distribution<double> share(0.2, 0.6);
    data.x.resize(n);
    data.F.resize(n, static_cast<Index>(data.final_uses.size()));
    for (Index i = 0; i < n; ++i) {
        data.x[i] = std::max(inputs[i] / (1.0 - share(random)), sales[i] * 1.05) + 1.0;
        data.F.row(i).setConstant((data.x[i] - sales[i]) / static_cast<double>(data.F.cols()));
    }
    data.V = (data.x - inputs).transpose();
    data.value_added_names = {"value_added"};
}

}  // namespace

IoTable random_national_table(Index num_sectors, unsigned seed, double import_share) {
    std::mt19937 random(seed);
    TableData data;
    data.meta.name = "random";
    data.meta.unit = "million";
    data.classification = Classification::national(sectors(num_sectors), {"HOM", "Home"});
    const Eigen::MatrixXd use = random_flows(num_sectors, num_sectors, random);
    std::uniform_real_distribution<double> share(0.0, 2.0 * import_share);
    data.M = use.unaryExpr([&](double flow) { return flow * share(random); });
    data.Z = use - data.M;
    data.final_uses = {{"", "CONSUMPTION"}, {"", "EXPORTS"}};
    close_accounts(data, random);
    return IoTable(std::move(data));
}

IoTable random_world_table(Index num_regions, Index num_sectors, unsigned seed) {
    std::mt19937 random(seed);
    TableData data;
    data.meta.name = "random-world";
    data.meta.unit = "million";
    std::vector<Region> regions;
    std::vector<std::string> labels;
    for (Index r = 0; r < num_regions; ++r) {
        regions.push_back({"R" + std::to_string(r), "Region " + std::to_string(r)});
        data.final_uses.push_back({regions.back().code, "FINAL"});
        for (Index s = 0; s < num_sectors; ++s) {
            labels.push_back(regions.back().code + "_S" + std::to_string(s));
        }
    }
    data.classification =
        Classification::multi_regional(sectors(num_sectors), std::move(regions), labels);
    const Index n = num_regions * num_sectors;
    data.Z = random_flows(n, n, random);
    for (Index j = 0; j < n; ++j) {
        for (Index i = 0; i < n; ++i) {
            if (i / num_sectors != j / num_sectors) data.Z(i, j) *= 0.2;  // trade is thinner
        }
    }
    close_accounts(data, random);
    return IoTable(std::move(data));
}

IoTable uk_2010() {
    const nlohmann::json oracle = read_oracle("10_uk2010_127");
    TableData data;
    data.meta.name = "uk-2010";
    data.meta.year = 2010;
    data.meta.unit = "million pounds";
    std::vector<Sector> products;
    for (std::size_t i = 0; i < oracle["products"].size(); ++i) {
        const std::string code = oracle["products"][i];
        // Goods are divisions 01 to 35; imputed rents have a code in letters.
        const bool goods = std::isdigit(static_cast<unsigned char>(code[0])) != 0 &&
                           std::stoi(code.substr(0, 2)) <= 35;
        products.push_back(
            {code, oracle["labels"][i], goods ? SectorKind::goods : SectorKind::services});
    }
    data.classification = Classification::national(std::move(products), {"GBR", "United Kingdom"});
    for (const std::string use : oracle["Y_domestic_cols"]) data.final_uses.push_back({"", use});
    data.Z = matrix(oracle["Z_domestic"]);
    data.F = matrix(oracle["Y_domestic"]);
    data.M = matrix(oracle["imports_use"]);
    data.MF = matrix(oracle["imports_final"]);
    data.x = vector(oracle["output"]);
    data.V.resize(3, data.x.size());
    data.V.row(0) = vector(oracle["compensation"]).transpose();
    data.V.row(1) = vector(oracle["gos"]).transpose();
    data.V.row(2) = vector(oracle["tax_production"]).transpose();
    data.value_added_names = {"compensation", "gos", "tax_production"};
    data.T = vector(oracle["tax_products"]).transpose();
    data.tax_names = {"tax_products"};
    return IoTable(std::move(data));
}

IoTable small_world() {
    const nlohmann::json oracle = read_oracle("11_small_mrio_metrics");
    TableData data;
    data.meta.name = "small-world";
    data.meta.unit = "million";
    data.classification =
        Classification::multi_regional(sectors(3), {{"R0", "Home"}, {"R1", "Abroad"}},
                                       {"R0_S0", "R0_S1", "R0_S2", "R1_S0", "R1_S1", "R1_S2"});
    data.final_uses = {{"R0", "FINAL"}, {"R1", "FINAL"}};
    data.Z = matrix(oracle["Z"]);
    data.F = matrix(oracle["Y"]);
    data.x = vector(oracle["x"]);
    data.V = vector(oracle["va"]).transpose();
    data.value_added_names = {"value_added"};
    return IoTable(std::move(data));
}

std::vector<Index> random_permutation(Index n, unsigned seed) {
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    std::mt19937 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    return order;
}

IoTable permuted(const IoTable& table, const std::vector<Index>& order) {
    TableData data = table.data();
    const Classification& classes = table.classification();
    if (table.is_multi_regional()) {
        std::vector<std::string> labels;
        for (const Index i : order) labels.push_back(classes.label(i));
        data.classification =
            Classification::multi_regional(classes.sectors(), classes.regions(), labels);
    } else {
        std::vector<Sector> reordered;
        for (const Index i : order) reordered.push_back(classes.sector(i));
        data.classification =
            Classification::national(std::move(reordered), classes.regions().front());
    }
    data.Z = table.Z()(order, order);
    data.F = table.F()(order, Eigen::all);
    if (table.has_imports()) data.M = table.M()(order, order);
    if (table.MF().size() > 0) data.MF = table.MF()(order, Eigen::all);
    data.V = table.V()(Eigen::all, order);
    if (table.T().size() > 0) data.T = table.T()(Eigen::all, order);
    data.x = table.x()(order);
    return IoTable(std::move(data));
}

IoTable rescaled(const IoTable& table, double factor) {
    TableData data = table.data();
    for (Eigen::MatrixXd* matrix : {&data.Z, &data.F, &data.M, &data.MF, &data.V, &data.T}) {
        *matrix *= factor;
    }
    data.x *= factor;
    return IoTable(std::move(data));
}

IoTable with_satellites(IoTable table, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> jobs(0.0, 9.0);
    std::uniform_real_distribution<double> emissions(-1.0, 9.0);
    const Index n = table.num_nodes();
    const auto draw = [&](auto& distribution, Index size) {
        Eigen::VectorXd values(size);
        for (double& value : values) value = distribution(random);
        return values;
    };
    std::vector<SatelliteAccount> accounts;
    accounts.push_back({"jobs", "1000 persons", draw(jobs, n), {}});
    accounts.push_back({"CO2", "kt", draw(emissions, n), draw(emissions, table.F().cols())});
    accounts.push_back({"value added", table.meta().unit, table.value_added(), {}});
    return std::move(table).with_satellites(std::move(accounts));
}

}  // namespace narrows::test

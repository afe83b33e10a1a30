#include "bench/random_home.hpp"

#include <random>

#include "host/model/synthetic_table.hpp"

namespace narrows::bench {

HomeEconomy random_home(Index s, Index num_origins) {
    std::mt19937_64 random(static_cast<std::uint64_t>(s));
    std::uniform_real_distribution<double> share(0.0, 0.5);
    HomeEconomy home;
    home.region = "HOM";
    home.x = Eigen::VectorXd::Constant(s, 1000.0);
    home.total_use = 1000.0 * synthetic_table(s).A;
    home.domestic = home.total_use;
    home.imports.assign(static_cast<std::size_t>(num_origins), Eigen::MatrixXd::Zero(s, s));
    for (Index j = 0; j < s; ++j) {
        home.sectors.push_back(
            {"S" + std::to_string(j), "", j % 3 == 2 ? SectorKind::services : SectorKind::goods});
        for (Index i = 0; i < s; ++i) {
            for (Eigen::MatrixXd& origin : home.imports) {
                origin(i, j) =
                    home.total_use(i, j) * share(random) / static_cast<double>(num_origins);
                home.domestic(i, j) -= origin(i, j);
            }
        }
    }
    home.value_added = home.x - home.total_use.colwise().sum().transpose();
    home.taxes = Eigen::VectorXd::Zero(s);
    for (Index o = 0; o < num_origins; ++o) home.origins.push_back("O" + std::to_string(o));
    return home;
}

}  // namespace narrows::bench

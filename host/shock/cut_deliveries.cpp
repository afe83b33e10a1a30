#include "host/shock/cut_deliveries.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace narrows {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

bool holds(const std::vector<Index>& sorted, Index value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

double ratio(double value, double by) {
    return by > 0.0 ? value / by : 0.0;
}

/// Variables and constraints on top of those of a programme, all variables in [0, 1].
struct Additions {
    Index num_variables, num_rows;
    std::vector<Eigen::Triplet<double>> entries = {};
    std::vector<double> limits = {};
    std::vector<Index> product = {};  // that each row is about

    Index add_row(Index of_product, double limit) {
        product.push_back(of_product);
        limits.push_back(limit);
        return num_rows++;
    }
    void add_entry(Index row, Index variable, double value) {
        entries.emplace_back(static_cast<int>(row), static_cast<int>(variable), value);
    }
};

/// Users of a product that the same cuts of a case name.
struct NamedUsers {
    std::vector<Index> targets;  // with an amount above 0
    std::vector<Index> users;
    double need = 0.0;  // before the shock
    Index row = 0;      // what they use is at most what they get
};

std::vector<NamedUsers> named_users(const ShockEconomy& economy, const ShockBatch& batch,
                                    Index of_case, Index product) {
    std::vector<std::vector<Index>> cuts(static_cast<std::size_t>(economy.num_nodes()));
    for (Index t = 0; t < batch.num_targets(); ++t) {
        const ShockTarget& target = batch.targets[static_cast<std::size_t>(t)];
        if (target.kind != ShockKind::import_cut || batch.amounts(t, of_case) == 0.0 ||
            !holds(target.products, product)) {
            continue;
        }
        for (const Index user : target.nodes) cuts[static_cast<std::size_t>(user)].push_back(t);
    }
    std::map<std::vector<Index>, std::vector<Index>> by_cuts;
    for (Index user = 0; user < economy.num_nodes(); ++user) {
        const std::vector<Index>& of_user = cuts[static_cast<std::size_t>(user)];
        if (!of_user.empty()) by_cuts[of_user].push_back(user);
    }
    std::vector<NamedUsers> result;
    for (auto& [targets, users] : by_cuts) result.push_back({targets, std::move(users)});
    return result;
}

/// Deliveries of one product to the users that cuts name: those of makers that some cut names one
/// by one, those of all others together.
class Deliveries {
  public:
    Deliveries(const ShockEconomy& economy, const ShockBatch& batch, Index of_case, Index product,
               Additions& added)
        : economy_(economy),
          batch_(batch),
          of_case_(of_case),
          product_(product),
          added_(added),
          groups_(named_users(economy, batch, of_case, product)) {}

    /// `use` of the product by nodes; `outside` supplies it too.
    void add(const VectorXd& use, double outside) {
        if (groups_.empty()) return;
        for (NamedUsers& group : groups_) {
            group.need = use(group.users).sum();
            group.row = added_.add_row(product_, 0.0);
            for (const Index user : group.users) {
                added_.add_entry(group.row, user, ratio(use[user], group.need));
            }
        }
        std::vector<Index> others;
        double supply = outside;
        for (Index maker = 0; maker < economy_.num_nodes(); ++maker) {
            if (economy_.product[static_cast<std::size_t>(maker)] != product_) continue;
            if (is_cut(maker)) {
                add_maker(maker);
                continue;
            }
            others.push_back(maker);
            supply += economy_.x[maker];
        }
        const Index row = add_supplier(supply, outside, [&](const NamedUsers&) { return supply; });
        for (const Index maker : others) {
            added_.add_entry(row, maker, -ratio(economy_.x[maker], supply));
        }
    }

  private:
    /// The largest share that is cut of what a maker sold to users; below 0: no cut names it.
    double cut_share(Index maker, const NamedUsers& group) const {
        const Index region = economy_.region[static_cast<std::size_t>(maker)];
        double share = -1.0;
        for (const Index t : group.targets) {
            if (!holds(batch_.targets[static_cast<std::size_t>(t)].origins, region)) continue;
            share = std::max(share, batch_.amounts(t, of_case_));
        }
        return share;
    }

    bool is_cut(Index maker) const {
        return std::any_of(groups_.begin(), groups_.end(),
                           [&](const NamedUsers& group) { return cut_share(maker, group) >= 0.0; });
    }

    void add_maker(Index maker) {
        const double made = economy_.x[maker];
        const Index row = add_supplier(made, 0.0, [&](const NamedUsers& group) {
            const double share = cut_share(maker, group);
            return share < 0.0 ? made : (1.0 - share) * economy_.Z(maker, group.users).sum();
        });
        added_.add_entry(row, maker, -1.0);
    }

    /// A row for what a supplier has, with a variable for what each group gets of it at most.
    template <class Most>
    Index add_supplier(double supply, double limit, Most most) {
        const Index row = added_.add_row(product_, ratio(limit, supply));
        for (const NamedUsers& group : groups_) {
            const double delivery = std::min({supply, group.need, most(group)});
            const Index variable = added_.num_variables++;
            added_.add_entry(row, variable, ratio(delivery, supply));
            added_.add_entry(group.row, variable, -ratio(delivery, group.need));
        }
        return row;
    }

    const ShockEconomy& economy_;
    const ShockBatch& batch_;
    Index of_case_, product_;
    Additions& added_;
    std::vector<NamedUsers> groups_;
};

void extend(LinearProgram& program, const Additions& added) {
    std::vector<Eigen::Triplet<double>> entries = added.entries;
    for (Index column = 0; column < program.R.cols(); ++column) {
        for (Eigen::SparseMatrix<double>::InnerIterator it(program.R, column); it; ++it) {
            entries.emplace_back(it.row(), it.col(), it.value());
        }
    }
    const Index more = added.num_variables - program.R.cols();
    const auto append = [](VectorXd& head, const VectorXd& tail) {
        head = (VectorXd(head.size() + tail.size()) << head, tail).finished();
    };
    append(program.objective, VectorXd::Zero(more));
    append(program.lower, VectorXd::Zero(more));
    append(program.upper, VectorXd::Ones(more));
    append(program.limits,
           VectorXd::Map(added.limits.data(), static_cast<Index>(added.limits.size())));
    program.R = Eigen::SparseMatrix<double>(added.num_rows, added.num_variables);
    program.R.setFromTriplets(entries.begin(), entries.end());
}

}  // namespace

std::vector<Index> limit_deliveries(LinearProgram& program, const ShockEconomy& economy,
                                    const ShockBatch& batch, Index of_case,
                                    const VectorXd& outside) {
    const MatrixXd use = economy.total_use();
    Additions added{program.R.cols(), program.R.rows()};
    for (Index k = 0; k < economy.num_products(); ++k) {
        Deliveries(economy, batch, of_case, k, added).add(use.row(k), outside[k]);
    }
    if (!added.product.empty()) extend(program, added);
    return added.product;
}

}  // namespace narrows

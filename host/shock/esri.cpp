#include "host/shock/esri.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <set>

#include <Eigen/Core>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel.hpp"

namespace narrows {
namespace {

/// Scenarios side by side, one a lane.
constexpr int num_lanes = 16;
using Lanes = Eigen::Array<double, num_lanes, 1>;

/// Shares by which losses of other firms reach a firm: of each group the weighted sum counts, of
/// the groups of a firm the largest. Beyond the firms come what links lose.
struct Channel {
    std::vector<std::size_t> first_group;  // of each firm, and the end
    std::vector<std::size_t> first_share;  // of each group, and the end
    std::vector<std::int32_t> loser;       // whose loss a share is of
    std::vector<double> share;

    void end_group() { first_share.push_back(share.size()); }
    void end_firm() { first_group.push_back(first_share.size() - 1); }
    static Channel empty() { return {{0}, {0}, {}, {}}; }
};

/// The link of each sale that is in one.
using LinkOf = std::map<std::pair<Index, Index>, Index>;

LinkOf links_of_sales(const EsriNetwork& network) {
    LinkOf link_of;
    for (std::size_t l = 0; l < network.links.size(); ++l) {
        for (const Index buyer : network.links[l].buyers) {
            link_of.try_emplace({network.links[l].seller, buyer}, static_cast<Index>(l));
        }
    }
    return link_of;
}

/// Inputs of each firm: a group for each sector of essentiality 2, one for all of 1. Link l loses
/// at n + l.
Channel downstream(const EsriNetwork& network) {
    const LinkOf link_of = links_of_sales(network);
    struct Inputs {
        double sum = 0.0;
        std::vector<std::pair<std::int32_t, double>> sales;
    };
    Channel channel = Channel::empty();
    const auto add = [&](const std::vector<std::pair<std::int32_t, double>>& sales, double sum) {
        for (const auto& [loser, sale] : sales) {
            channel.loser.push_back(loser);
            channel.share.push_back(sale / sum);
        }
        if (!sales.empty()) channel.end_group();
    };
    for (Index j = 0; j < network.W.cols(); ++j) {
        std::map<Index, Inputs> essential;
        Inputs others;
        for (Eigen::SparseMatrix<double>::InnerIterator it(network.W, j); it; ++it) {
            if (it.value() == 0.0) continue;
            const Index sector = network.sector[static_cast<std::size_t>(it.row())];
            const int e = network.essentiality(sector, j);
            others.sum += it.value();
            if (e == 0) continue;
            Inputs& inputs = e == 2 ? essential[sector] : others;
            const auto link = link_of.find({it.row(), j});
            const Index loser = link == link_of.end() ? it.row() : network.W.cols() + link->second;
            inputs.sales.emplace_back(static_cast<std::int32_t>(loser), it.value());
            if (e == 2) inputs.sum += it.value();
        }
        for (const auto& [sector, inputs] : essential) add(inputs.sales, inputs.sum);
        add(others.sales, others.sum);
        channel.end_firm();
    }
    return channel;
}

/// A sale that is in a link.
struct LinkSale {
    Index link, buyer;
};

/// Sales of each firm: one group. Those of links are numbered on from n, as they go to
/// `link_sales`.
Channel upstream(const EsriNetwork& network, std::vector<LinkSale>& link_sales) {
    const LinkOf link_of = links_of_sales(network);
    Channel channel = Channel::empty();
    const Eigen::SparseMatrix<double> buyers = network.W.transpose();
    for (Index i = 0; i < buyers.cols(); ++i) {
        for (Eigen::SparseMatrix<double>::InnerIterator it(buyers, i); it; ++it) {
            if (it.value() == 0.0) continue;
            const auto link = link_of.find({i, it.row()});
            Index loser = it.row();
            if (link != link_of.end()) {
                loser = network.W.cols() + static_cast<Index>(link_sales.size());
                link_sales.push_back({link->second, it.row()});
            }
            channel.loser.push_back(static_cast<std::int32_t>(loser));
            channel.share.push_back(it.value() / network.out_strength[i]);
        }
        channel.end_group();
        channel.end_firm();
    }
    return channel;
}

/// after <- min(1, max(shock, what `passed_on` comes to)); raises `change` to the largest change
/// from `before`.
void sweep(const Channel& channel, const std::vector<Lanes>& shock,
           const std::vector<Lanes>& passed_on, const std::vector<Lanes>& before,
           std::vector<Lanes>& after, Lanes& change) {
    for (std::size_t j = 0; j < shock.size(); ++j) {
        Lanes worst = shock[j];
        for (std::size_t g = channel.first_group[j]; g < channel.first_group[j + 1]; ++g) {
            Lanes sum = Lanes::Zero();
            for (std::size_t e = channel.first_share[g]; e < channel.first_share[g + 1]; ++e) {
                sum += channel.share[e] * passed_on[static_cast<std::size_t>(channel.loser[e])];
            }
            worst = worst.max(sum);
        }
        after[j] = worst.min(1.0);
        change = change.max((after[j] - before[j]).abs());
    }
}

/// The sales of each link.
std::vector<double> strengths_of_links(const EsriNetwork& network) {
    std::vector<double> result;
    for (const EsriLink& link : network.links) {
        double sum = 0.0;
        for (const Index buyer : link.buyers) sum += network.W.coeff(link.seller, buyer);
        result.push_back(sum);
    }
    return result;
}

/// What all threads share: the network as the sweeps read it, scenarios in, losses out.
struct Cascade {
    const EsriNetwork& network;
    const Eigen::MatrixXd& shocks;
    const EsriOptions& options;
    std::vector<LinkSale> link_sales = {};
    std::vector<double> link_strength = strengths_of_links(network);
    Channel down = downstream(network), up = upstream(network, link_sales);
    std::atomic<Index> next{0};
};

/// Runs scenarios, each in a lane of its own: a lane that is done takes the next scenario.
class LaneBlock {
  public:
    LaneBlock(Cascade& cascade, EsriLosses& losses)
        : cascade_(cascade),
          losses_(losses),
          shock_(cascade.network.sector.size(), Lanes::Zero()),
          cut_(cascade.network.links.size(), Lanes::Zero()),
          down_(shock_),
          up_(shock_),
          after_(shock_),
          passed_down_(shock_.size() + cut_.size()),
          passed_up_(shock_.size() + cascade.link_sales.size()),
          market_(static_cast<std::size_t>(cascade.network.essentiality.rows())) {}

    void run() {
        for (int lane = 0; lane < num_lanes; ++lane) take_next(lane);
        while (num_busy_ > 0) {
            Lanes change = Lanes::Zero();
            pass_down();
            sweep(cascade_.down, shock_, passed_down_, down_, after_, change);
            down_.swap(after_);
            pass_up();
            sweep(cascade_.up, shock_, passed_up_, up_, after_, change);
            up_.swap(after_);
            for (int lane = 0; lane < num_lanes; ++lane) end_sweep(lane, change[lane]);
        }
    }

  private:
    std::size_t sector_of(Index firm) const {
        return static_cast<std::size_t>(cascade_.network.sector[static_cast<std::size_t>(firm)]);
    }

    /// sigma loss, where the loss is of `own` sales of a seller.
    Lanes replaced(const Lanes& loss, double own, Index seller) const {
        if (!cascade_.options.replaceability) return loss;
        const Lanes& left = market_[sector_of(seller)];
        return (left > own).select(loss * (own / left), loss);
    }

    /// Of link l: what it loses beyond its seller.
    Lanes withheld(std::size_t l) const {
        const auto seller = static_cast<std::size_t>(cascade_.network.links[l].seller);
        return (cut_[l] - down_[seller]).max(0.0);
    }

    /// What is left of sectors, h^d s^out, less what links withhold.
    void fill_market() {
        const EsriNetwork& network = cascade_.network;
        std::fill(market_.begin(), market_.end(), Lanes::Zero());
        for (std::size_t i = 0; i < down_.size(); ++i) {
            const auto firm = static_cast<Index>(i);
            market_[sector_of(firm)] += (1.0 - down_[i]) * network.out_strength[firm];
        }
        for (std::size_t l = 0; l < cut_.size(); ++l) {
            market_[sector_of(network.links[l].seller)] -= withheld(l) * cascade_.link_strength[l];
        }
    }

    void pass_down() {
        const EsriNetwork& network = cascade_.network;
        if (cascade_.options.replaceability) fill_market();
        for (std::size_t i = 0; i < down_.size(); ++i) {
            const auto firm = static_cast<Index>(i);
            passed_down_[i] = replaced(down_[i], network.out_strength[firm], firm);
        }
        for (std::size_t l = 0; l < cut_.size(); ++l) {
            const Index seller = network.links[l].seller;
            passed_down_[down_.size() + l] =
                passed_down_[static_cast<std::size_t>(seller)] +
                replaced(withheld(l), cascade_.link_strength[l], seller);
        }
    }

    void pass_up() {
        std::copy(up_.begin(), up_.end(), passed_up_.begin());
        for (std::size_t s = 0; s < cascade_.link_sales.size(); ++s) {
            const auto& [link, buyer] = cascade_.link_sales[s];
            passed_up_[up_.size() + s] =
                up_[static_cast<std::size_t>(buyer)].max(cut_[static_cast<std::size_t>(link)]);
        }
    }

    void take_next(int lane) {
        Index scenario = cascade_.next++;
        const bool any = scenario < cascade_.shocks.cols();
        scenario_[static_cast<std::size_t>(lane)] = any ? scenario : -1;
        sweeps_[static_cast<std::size_t>(lane)] = 0;
        num_busy_ += any ? 1 : 0;
        for (std::size_t i = 0; i < shock_.size(); ++i) {
            const double shock = any ? cascade_.shocks(static_cast<Index>(i), scenario) : 0.0;
            shock_[i][lane] = down_[i][lane] = up_[i][lane] = shock;
        }
        const auto n = static_cast<Index>(shock_.size());
        for (std::size_t l = 0; l < cut_.size(); ++l) {
            cut_[l][lane] = any ? cascade_.shocks(n + static_cast<Index>(l), scenario) : 0.0;
        }
    }

    void end_sweep(int lane, double change) {
        const Index scenario = scenario_[static_cast<std::size_t>(lane)];
        if (scenario < 0) return;
        const int sweeps = ++sweeps_[static_cast<std::size_t>(lane)];
        if (change > cascade_.options.tolerance && sweeps < cascade_.options.max_sweeps) return;
        for (std::size_t i = 0; i < shock_.size(); ++i) {
            losses_.down(static_cast<Index>(i), scenario) = down_[i][lane];
            losses_.up(static_cast<Index>(i), scenario) = up_[i][lane];
        }
        losses_.sweeps[static_cast<std::size_t>(scenario)] = sweeps;
        losses_.residual[scenario] = change;
        --num_busy_;
        take_next(lane);
    }

    Cascade& cascade_;
    EsriLosses& losses_;
    std::vector<Lanes> shock_, cut_, down_, up_, after_, passed_down_, passed_up_, market_;
    std::array<Index, num_lanes> scenario_{};
    std::array<int, num_lanes> sweeps_{};
    int num_busy_ = 0;
};

void check_links(const EsriNetwork& network) {
    const Index n = network.W.rows();
    std::set<std::pair<Index, Index>> known;
    for (const auto& [seller, buyers] : network.links) {
        for (const Index buyer : buyers) {
            if (seller < 0 || seller >= n || buyer < 0 || buyer >= n) {
                throw ArgumentError(fmt::format("a link of firm {} to firm {}, expected 0 to {}",
                                                seller, buyer, n - 1));
            }
            if (known.emplace(seller, buyer).second) continue;
            throw ArgumentError(
                fmt::format("sales of firm {} to firm {} are in two links", seller, buyer));
        }
    }
}

void check(const EsriNetwork& network, const Eigen::MatrixXd& shocks, const EsriOptions& options) {
    const Index n = network.W.rows();
    const auto num_links = static_cast<Index>(network.links.size());
    const Eigen::MatrixXi& e = network.essentiality;
    if (network.W.cols() != n || network.out_strength.size() != n || e.cols() != n ||
        static_cast<Index>(network.sector.size()) != n || shocks.rows() != n + num_links) {
        throw ArgumentError(fmt::format(
            "W is {} x {}, out_strength has {} entries, sector {}, essentiality {} columns and "
            "shocks {} rows for {} links, expected {} of each and a row for each link",
            n, network.W.cols(), network.out_strength.size(), network.sector.size(), e.cols(),
            shocks.rows(), num_links, n));
    }
    check_links(network);
    for (const Index sector : network.sector) {
        if (sector < 0 || sector >= e.rows()) {
            throw ArgumentError(
                fmt::format("sector {} of a firm, expected 0 to {}", sector, e.rows() - 1));
        }
    }
    if ((e.array() < 0 || e.array() > 2).any()) {
        throw ArgumentError("essentiality: expected 0, 1 or 2");
    }
    if (!(shocks.array() >= 0.0 && shocks.array() <= 1.0).all()) {
        throw ArgumentError("an initial loss is outside of [0, 1]");
    }
    for (Index j = 0; j < n; ++j) {
        for (Eigen::SparseMatrix<double>::InnerIterator it(network.W, j); it; ++it) {
            if (!(it.value() >= 0.0 && it.value() <= network.out_strength[it.row()])) {
                throw ArgumentError(
                    fmt::format("firm {} sells {} to firm {}, expected 0 to its out_strength {}",
                                it.row(), it.value(), j, network.out_strength[it.row()]));
            }
        }
    }
    if (!(options.tolerance >= 0.0) || options.max_sweeps < 1) {
        throw ArgumentError(
            fmt::format("tolerance is {} and max_sweeps {}, expected at least 0 and 1",
                        options.tolerance, options.max_sweeps));
    }
}

}  // namespace

EsriLosses esri_losses(const EsriNetwork& network, const Eigen::MatrixXd& shocks,
                       const EsriOptions& options) {
    check(network, shocks, options);
    const Index num_scenarios = shocks.cols();
    const Index n = network.W.rows();
    EsriLosses losses{Eigen::MatrixXd(n, num_scenarios), Eigen::MatrixXd(n, num_scenarios),
                      std::vector<int>(static_cast<std::size_t>(num_scenarios)),
                      Eigen::VectorXd(num_scenarios)};
    Cascade cascade{network, shocks, options};
    const Index num_blocks = std::min<Index>((num_scenarios + num_lanes - 1) / num_lanes,
                                             threads_of(options.num_threads));
    in_parallel(num_blocks, options.num_threads,
                [&] { return [&](Index) { LaneBlock(cascade, losses).run(); }; });
    return losses;
}

Eigen::VectorXd esri(const EsriNetwork& network, const EsriLosses& losses) {
    const Eigen::VectorXd weights = network.out_strength / network.out_strength.sum();
    return losses.down.cwiseMax(losses.up).transpose() * weights;
}

}  // namespace narrows

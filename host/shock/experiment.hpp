#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/model/leontief_model.hpp"
#include "host/shock/inventory_model.hpp"
#include "host/shock/scenario_batch.hpp"

namespace narrows {

/// What "band" stands for: the same economy with stocks under every reading of which inputs bind.
const std::vector<std::string>& band_models();
/// "band" stands for band_models(), "pbl" for pbl-half, "all" for those that can
/// express every shock of the batch in the scope of the world or of home. Each once. Empty: the
/// band, or where it cannot express the shocks, as "all". Throws ArgumentError for an unknown name
/// and where no model is left.
std::vector<std::string> parse_models(const std::vector<std::string>& asked,
                                      const ShockBatch& batch, bool world);

/// A scenario on an economy, to be run under one model after the other.
class Experiment {
  public:
    /// All must outlive this. `stock_days` as in InventoryRun.
    Experiment(const ShockEconomy& economy, const Scenario& scenario, const ShockBatch& batch,
               const Eigen::VectorXd& stock_days, const Backend& backend, SolveMethod method,
               int num_threads);

    /// Called once for every case, maybe from several threads at once; the path is empty but for
    /// models with stocks.
    using CaseDone =
        std::function<void(Index of_case, const ShockOutcome& outcome, const InventoryPath& path)>;

    /// Runs a model for `cases` with each case's parameters. Throws what the model does.
    void run(const std::string& model, const std::vector<Index>& cases, int keep_every,
             const CaseDone& done);

    /// The static model of the economy, made when the first model needs it.
    const LeontiefModel& leontief();
    /// Null where no model needed it.
    const LeontiefModel* made_leontief() const { return leontief_ ? &*leontief_ : nullptr; }

  private:
    std::vector<ShockOutcome> outcomes(const std::string& model, const std::vector<Index>& cases,
                                       const ShockParameters& parameters);
    std::vector<ShockOutcome> network_outcomes(const std::string& model,
                                               const std::vector<Index>& cases,
                                               const ShockParameters& parameters);

    const ShockEconomy& economy_;
    const Scenario& scenario_;
    const ShockBatch& batch_;
    const Eigen::VectorXd& stock_days_;
    const Backend& backend_;
    SolveMethod method_;
    int num_threads_;
    std::optional<LeontiefModel> leontief_;
};

/// Some cases of a batch as a batch.
ShockBatch cases_of(const ShockBatch& batch, const std::vector<Index>& cases);

}  // namespace narrows

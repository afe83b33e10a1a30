#include "host/clusters/graph.hpp"

#include <mutex>
#include <numeric>

#include "host/base/error.hpp"
#include "host/model/solver_library.hpp"

namespace narrows {
namespace {

static_assert(sizeof(void*) == 8, "igraph's integers are as wide as pointers");

/// igraph_vector_t and igraph_vector_int_t.
template <class Number>
struct Vector {
    Number* begin = nullptr;
    Number* end_of_storage = nullptr;
    Number* end = nullptr;
};
using Numbers = Vector<double>;
using Integers = Vector<std::int64_t>;

/// What igraph only reads, in our memory.
template <class Number>
Vector<Number> view(const std::vector<Number>& values) {
    Number* const first = const_cast<Number*>(values.data());
    return {first, first + values.size(), first + values.size()};
}

/// The functions of igraph 0.10 that are used, declared here so that building needs no igraph;
/// found in the library at run time. Those that return a number return 0 for success.
struct Igraph {
    void (*version)(const char** text, int* major, int* minor, int* patch);
    void* (*set_error_handler)(void*);
    void* (*set_warning_handler)(void*);
    void* (*rng_default)();
    int (*rng_seed)(void*, std::uint64_t);
    int (*create)(void* graph, const Integers* edges, std::int64_t num_nodes, bool directed);
    void (*destroy)(void* graph);
    int (*vector_int_init)(Integers*, std::int64_t size);
    void (*vector_int_destroy)(Integers*);
    int (*leiden)(const void* graph, const Numbers* edge_weights, const Numbers* node_weights,
                  double resolution, double beta, bool start, std::int64_t num_iterations,
                  Integers* membership, std::int64_t* num_clusters, double* quality);
    int (*infomap)(const void* graph, const Numbers* edge_weights, const Numbers* node_weights,
                   std::int64_t num_trials, Integers* membership, double* code_length);
};

Igraph load_igraph() {
    void* const library =
        open_solver({"libigraph.so.3"},
                    "clusters need igraph 0.10 (Debian and Ubuntu: apt install libigraph-dev)");
    Igraph igraph{};
    find_function(library, "igraph_version", igraph.version);
    find_function(library, "igraph_set_error_handler", igraph.set_error_handler);
    find_function(library, "igraph_set_warning_handler", igraph.set_warning_handler);
    find_function(library, "igraph_rng_default", igraph.rng_default);
    find_function(library, "igraph_rng_seed", igraph.rng_seed);
    find_function(library, "igraph_create", igraph.create);
    find_function(library, "igraph_destroy", igraph.destroy);
    find_function(library, "igraph_vector_int_init", igraph.vector_int_init);
    find_function(library, "igraph_vector_int_destroy", igraph.vector_int_destroy);
    find_function(library, "igraph_community_leiden", igraph.leiden);
    find_function(library, "igraph_community_infomap", igraph.infomap);
    // By default igraph prints, and ends the process where something fails.
    void* handler = nullptr;
    find_function(library, "igraph_error_handler_ignore", handler);
    igraph.set_error_handler(handler);
    find_function(library, "igraph_warning_handler_ignore", handler);
    igraph.set_warning_handler(handler);
    return igraph;
}

const Igraph& igraph() {
    static const Igraph loaded = load_igraph();
    return loaded;
}

/// igraph is not built to be used by several threads.
std::mutex& turn() {
    static std::mutex mutex;
    return mutex;
}

void require(int error, const char* what) {
    if (error == 0) return;
    throw NumericalError(
        "igraph gave up on " + std::string(what) + ", error " + std::to_string(error), {});
}

/// Memory that igraph fills.
class Membership {
  public:
    Membership() { require(igraph().vector_int_init(&clusters_, 0), "a partition"); }
    ~Membership() { igraph().vector_int_destroy(&clusters_); }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

    Integers* get() { return &clusters_; }
    Partition copy() const { return {clusters_.begin, clusters_.end}; }

  private:
    Integers clusters_;
};

void seed_generator(std::uint32_t seed) {
    require(igraph().rng_seed(igraph().rng_default(), seed), "a seed");
}

}  // namespace

Graph::Graph(const Eigen::MatrixXd& weights, bool directed)
    : num_nodes_(weights.rows()), strength_(static_cast<std::size_t>(weights.rows()), 0.0) {
    std::vector<std::int64_t> edges;
    // Vectors without memory end the process, also where they are empty.
    edges.reserve(2);
    weights_.reserve(1);
    // Only proportions count; without this, sums of flows in a small unit could overflow.
    const double largest = weights.maxCoeff();
    for (Index i = 0; i < num_nodes_; ++i) {
        for (Index j = directed ? 0 : i + 1; j < num_nodes_; ++j) {
            if (i == j || !(weights(i, j) > 0.0)) continue;
            edges.insert(edges.end(), {i, j});
            weights_.push_back(weights(i, j) / largest);
            strength_[static_cast<std::size_t>(i)] += weights_.back();
            strength_[static_cast<std::size_t>(j)] += weights_.back();
        }
    }
    const Integers ends = view(edges);
    const std::lock_guard lock(turn());
    require(igraph().create(graph_.bytes.data(), &ends, num_nodes_, directed), "a graph");
}

Graph::~Graph() {
    const std::lock_guard lock(turn());
    igraph().destroy(graph_.bytes.data());
}

Partition Graph::leiden(double resolution, std::uint32_t seed) const {
    if (weights_.empty()) {
        Partition alone(static_cast<std::size_t>(num_nodes_));
        std::iota(alone.begin(), alone.end(), Index{0});
        return alone;
    }
    // How much chance the refinement leaves to worse mergers; what igraph and its authors use.
    constexpr double beta = 0.01;
    constexpr std::int64_t until_nothing_improves = -1;
    const double total = std::accumulate(strength_.begin(), strength_.end(), 0.0);
    const Numbers edge_weights = view(weights_);
    const Numbers node_weights = view(strength_);
    const std::lock_guard lock(turn());
    Membership clusters;
    seed_generator(seed);
    require(igraph().leiden(graph_.bytes.data(), &edge_weights, &node_weights, resolution / total,
                            beta, false, until_nothing_improves, clusters.get(), nullptr, nullptr),
            "Leiden");
    return clusters.copy();
}

Partition Graph::infomap(std::uint32_t seed) const {
    const Numbers edge_weights = view(weights_);
    const std::lock_guard lock(turn());
    Membership clusters;
    seed_generator(seed);
    double code_length = 0.0;
    require(igraph().infomap(graph_.bytes.data(), &edge_weights, nullptr, 1, clusters.get(),
                             &code_length),
            "Infomap");
    return clusters.copy();
}

std::string igraph_version() {
    const char* text = "";
    igraph().version(&text, nullptr, nullptr, nullptr);
    return text;
}

}  // namespace narrows

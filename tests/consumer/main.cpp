#include <cstdio>
#include <host/narrows.hpp>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const narrows::IoTable table = narrows::read_table(argv[1]);
    const narrows::HomeEconomy home = narrows::home_economy(table, "CHN");
    const narrows::LeontiefModel model(narrows::Backend::cpu(), home.coefficients());
    narrows::ChokepointQuery query;
    query.coalitions = {narrows::coalition_of(home, {"TWN"})};
    query.criticality = narrows::survey_criticality(home);
    for (const narrows::Chokepoint& row : narrows::rank_chokepoints(home, model, query).rows) {
        std::printf("%s %.6f\n", home.sectors[static_cast<std::size_t>(row.product)].code.c_str(),
                    row.gar);
    }
}

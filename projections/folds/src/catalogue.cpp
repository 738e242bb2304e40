#include <array>

#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/folds/documents.hpp"
#include "stimmbuch/projections/folds/figures.hpp"
#include "stimmbuch/projections/folds/fold.hpp"
#include "stimmbuch/projections/folds/news.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/folds/projects.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"
#include "stimmbuch/projections/folds/tally.hpp"

namespace stimmbuch::projections {

std::span<const Projection> all_projections() {
  static const std::array projections{tally_projection(),   polls_projection(),         projects_projection(),
                                      figures_projection(), contributions_projection(), news_projection(),
                                      surveys_projection(), documents_projection()};
  return projections;
}

}  // namespace stimmbuch::projections

// The theorems about demand paging: the laws of spec/fault_pages_laws.hpp, claimed of the model.
//
// Frames, slots, page tables, processes and objects are functions of words. One fresh place stands for all places, one byte of a page
// for all bytes, so nothing here is bounded.
#include <refmm/model/fault_subject.hpp>
#include <refmm/proofs/fault.hpp>
#include <refmm/proofs/symbolic/map.hpp>
#include <refmm/proofs/symbolic/record.hpp>
#include <refmm/spec/fault_pages_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// One of two objects.
template <class Slots, class Disk>
fault::AnyObject<Word, Slots, Disk> select(const Bool& condition,
                                           const fault::AnyObject<Word, Slots, Disk>& when_true,
                                           const fault::AnyObject<Word, Slots, Disk>& when_false) {
  return {select(condition, when_true.shared_memory, when_false.shared_memory),
          select(condition, when_true.i_size, when_false.i_size),
          select(condition, when_true.slots, when_false.slots),
          select(condition, when_true.disk, when_false.disk)};
}

}  // namespace refmm::symbolic

namespace refmm::fault {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::PagesSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view everywhere = "every number of processes, pages, frames, slots and objects, every byte";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      model(a_fault_changes_nothing_that_is_seen, everywhere, {"fault.wp.never_copies"}),
  };
  return all;
}

}  // namespace refmm::fault

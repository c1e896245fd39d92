// A slab allocator of somebody else's (spec/subject_slab.h) as a subject.
//
// It carries a model of its own. What the allocator answers is held against the model's answer as far as it says something;
// where it agrees, the model's is what this subject answers. Objects keep the names that the model has for them, wherever the
// allocator has put them.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/subject.h>
#include <refmm/tests/blocks_in_use.hpp>
#include <refmm/tests/complaint.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace refmm::foreign {

/// The caches of an allocator: what they are called, and what they were created with.
struct SlabCache {
  void* handle = nullptr;
  std::uint32_t size = 0, flags = 0;
  bool ctor = false, dtor = false;
};

class ForeignSlab final : public SlabSubject, public MayComplain {
 public:
  explicit ForeignSlab(const struct refmm_slab_subject& table);
  ~ForeignSlab();

  void reset(const Machine& machine) override;
  Answer apply(const slab::Command& command) override;
  void observe(slab::State& seen) const override { seen = state_; }
  void leave() override;

 private:
  struct Pages : refmm_slab_pages {
    ForeignSlab* owner;
  };
  struct Made {
    std::uint32_t size;
    bool needs_destructor;
  };

  // ---- Commands: each is told what the model answers ----
  slab::Result run(const slab::CacheCreate& command, const slab::Result& model);
  slab::Result run(const slab::CacheDestroy& command, const slab::Result& model);
  slab::Result run(const slab::CacheShrink& command, const slab::Result& model);
  slab::Result run(const slab::CacheAlloc& command, const slab::Result& model);
  slab::Result run(const slab::CacheFree& command, const slab::Result& model);
  slab::Result run(const slab::Kmalloc& command, const slab::Result& model);
  slab::Result run(const slab::Kfree& command, const slab::Result& model);
  slab::Result run(const slab::FindGeneralCachep& command, const slab::Result& model);
  slab::Result run(const slab::CacheReap& command, const slab::Result& model);
  slab::Result run(const slab::SetKnobs& command, const slab::Result& model);

  bool is_spared(const slab::Command& command, const slab::Result& model) const;
  void compare_bug(const slab::Result& model);
  std::uint32_t harmless(std::uint32_t flags) const;
  SlabCache* find(const Name& name);
  slab::Result judge(void* object, const Name& cache, std::uint32_t size, std::uint32_t flags,
                     const slab::Result& model);
  bool is_well_placed(void* object, const SlabCache& cache, std::uint32_t size, const slab::Object& name);
  void take_into_use(void* object, const Name& cache, std::uint32_t size, const slab::Object& name);
  void free(const slab::Object& object, bool by_kfree);
  void give_back(void* object, const Name& cache);
  bool has_objects_in_use(const Name& cache) const;
  void look_at_objects(const BlocksInUse::Block* whole = nullptr);

  // ---- What the allocator calls ----
  void* get_pages(std::uint32_t order);
  void free_pages(void* address, std::uint32_t order);
  void construct(void* object, void* handle);
  void destruct(void* object, void* handle);
  bool lies_in_pages(const void* object, std::uint32_t size) const;
  const SlabCache* cache_of(const void* handle) const;
  static ForeignSlab* under_way;

  struct refmm_slab_subject table_;
  Pages pages_{};
  void* allocator_ = nullptr;
  Machine machine_{};
  slab::State state_{};
  bool no_pages_ = false;              // all requests of this command are refused
  bool takes_pages_ = false;           // the allocator has asked for some
  std::optional<slab::Result> end_{};  // after which nothing is defined
  std::map<Name, SlabCache> caches_{};
  Name cache_under_way_{};
  std::map<std::byte*, std::uint32_t> blocks_{};  // pages that the allocator has, with their orders
  std::map<std::byte*, Made> constructed_{};      // objects that a constructor has made
  BlocksInUse in_use_{};
  std::map<std::string, void*> places_{};  // of the objects in use, by their names
};

}  // namespace refmm::foreign

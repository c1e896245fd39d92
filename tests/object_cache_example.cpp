#include <refmm/impl/object_cache.hpp>

#include <cstdio>

using refmm::impl::HostPages;
using refmm::impl::ObjectCache;
using refmm::impl::SlabAllocator;

struct Session {
  Session(int user_id, const char* host_name) : user(user_id), host(host_name) {}
  int user;
  const char* host;
  char line[80];
};

int main() {
  HostPages pages;
  SlabAllocator slabs(pages);
  ObjectCache<Session> sessions(slabs, "session");

  Session* const first = sessions.make(1, "alpha");
  if (first == nullptr) return 1;  // out of memory
  sessions.destroy(first);

  Session* const second = sessions.make(2, "beta");
  std::printf("user %d on %s, %s\n", second->user, second->host,
              second == first ? "in the memory that was freed last" : "in other memory");
  sessions.destroy(second);
}

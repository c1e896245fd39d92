// The mappings of a kernel: areas in a list that is sorted by address, and page tables of two levels. A process's directory has a copy
// of the kernel's entries for tables, and is brought up to date when something is touched.
//
//   cc -std=c99 -shared -fPIC -o kernel.so kernel.c
//   refmm check --subject ./kernel.so --area kernel
//
// Built with -DPLANTED_BUG a vmalloc for which there are not enough frames keeps those that it has got.
#include <refmm/subject.h>

#include <stdlib.h>

#define ENTRIES 1024u

struct table {
  struct refmm_kernel_page page[ENTRIES];
  unsigned char present[ENTRIES];
};

struct directory {
  struct table* table[ENTRIES];
};

struct area {
  struct area* next;
  uint32_t addr, pages, is_io;  // its guard page is not counted
};

struct high_frame {
  uint32_t pfn, users;
};

struct kernel {
  struct refmm_kernel_machine machine;
  struct refmm_kernel_frames* frames;
  struct directory master;
  struct area* areas;
  struct high_frame* window;  // one for each page
};

// ---- Page tables ----------------------------------------------------------------------------------------------------

static uint32_t entry_of(const struct kernel* kernel, uint32_t addr) {
  return addr / kernel->machine.page_size % ENTRIES;
}
static uint32_t slot_of(const struct kernel* kernel, uint32_t addr) {
  return addr / kernel->machine.page_size / ENTRIES;
}

// The table for an address, which is made if there is none.
static struct table* table_for(struct kernel* kernel, uint32_t addr) {
  struct table** table = &kernel->master.table[slot_of(kernel, addr)];
  if (!*table) *table = calloc(1, sizeof **table);
  return *table;
}

static int map_page(struct kernel* kernel, uint32_t addr, uint32_t pfn, uint32_t flags) {
  struct table* table = table_for(kernel, addr);
  if (!table) return 0;
  const struct refmm_kernel_page page = {pfn, flags};
  table->page[entry_of(kernel, addr)] = page;
  table->present[entry_of(kernel, addr)] = 1;
  return 1;
}

static int is_mapped(const struct kernel* kernel, const struct directory* directory, uint32_t addr) {
  const struct table* table = directory->table[slot_of(kernel, addr)];
  return table && table->present[entry_of(kernel, addr)];
}

static int translate(void* self, uint32_t addr, struct refmm_kernel_page* page) {
  struct kernel* kernel = self;
  if (!is_mapped(kernel, &kernel->master, addr)) return 0;
  *page = kernel->master.table[slot_of(kernel, addr)]->page[entry_of(kernel, addr)];
  return 1;
}

// ---- Areas ----------------------------------------------------------------------------------------------------------

// An area of so many pages and a guard page, in the first hole that is large enough.
static struct area* new_area(struct kernel* kernel, uint32_t pages, uint32_t is_io) {
  const uint64_t page = kernel->machine.page_size, bytes = (pages + UINT64_C(1)) * page;
  const uint64_t end = kernel->machine.vmalloc_end ? kernel->machine.vmalloc_end : UINT64_C(1) << 32;
  uint64_t addr = kernel->machine.vmalloc_start;
  struct area** link = &kernel->areas;
  while (*link && addr + bytes > (*link)->addr) {
    addr = (*link)->addr + ((*link)->pages + UINT64_C(1)) * page;
    link = &(*link)->next;
  }
  if (addr + bytes > end) return NULL;
  struct area* area = malloc(sizeof *area);
  if (!area) return NULL;
  area->next = *link;
  area->addr = (uint32_t)addr;
  area->pages = pages;
  area->is_io = is_io;
  *link = area;
  return area;
}

// Takes the area away that begins at the address, with what is mapped so far.
static void free_area(struct kernel* kernel, uint32_t addr) {
  struct area** link = &kernel->areas;
  while (*link && (*link)->addr != addr) link = &(*link)->next;
  struct area* area = *link;
  if (!area) return;
  *link = area->next;
  for (uint32_t i = 0; i < area->pages; i++, addr += kernel->machine.page_size) {
    if (!is_mapped(kernel, &kernel->master, addr)) continue;
    struct table* table = table_for(kernel, addr);
    table->present[entry_of(kernel, addr)] = 0;
    if (!area->is_io) kernel->frames->free_page(kernel->frames, table->page[entry_of(kernel, addr)].pfn);
  }
  free(area);
}

static void kernel_vfree(void* self, uint32_t addr) { free_area(self, addr); }

static void kernel_iounmap(void* self, uint32_t addr) {
  struct kernel* kernel = self;
  free_area(kernel, addr - addr % kernel->machine.page_size);
}

static uint32_t kernel_vmalloc(void* self, uint32_t size, uint32_t kind) {
  struct kernel* kernel = self;
  const uint32_t page = kernel->machine.page_size;
  struct area* area = new_area(kernel, size / page + (size % page != 0), 0);
  if (!area) return 0;
  for (uint32_t i = 0; i < area->pages; i++) {
    const uint32_t pfn = kernel->frames->alloc_page(kernel->frames, kind);
    if (pfn != REFMM_NO_PAGE && map_page(kernel, area->addr + i * page, pfn, REFMM_PAGE_WRITE)) continue;
    if (pfn != REFMM_NO_PAGE) kernel->frames->free_page(kernel->frames, pfn);
#ifdef PLANTED_BUG
    area->is_io = 1;  // as if there were no frames behind it
#endif
    free_area(kernel, area->addr);
    return 0;
  }
  return area->addr;
}

static int may_be_mapped(const struct kernel* kernel, uint32_t phys, uint32_t last) {
  const uint32_t page = kernel->machine.page_size, ram = kernel->machine.low_pages + kernel->machine.highmem_pages;
  if (phys / page < ram && last / page >= ram) return 0;
  for (uint32_t pfn = phys / page; pfn <= last / page && pfn < ram; pfn++)
    if (kernel->frames->is_ram_in_use(kernel->frames, pfn)) return 0;
  return 1;
}

static uint32_t kernel_ioremap(void* self, uint32_t phys, uint32_t size, int nocache) {
  struct kernel* kernel = self;
  const uint32_t page = kernel->machine.page_size, last = phys + size - 1;
  const uint32_t flags = REFMM_PAGE_WRITE | (nocache ? REFMM_PAGE_NOCACHE : 0);
  if (!size || last < phys) return 0;
  if (phys >= kernel->machine.isa_start && last < kernel->machine.isa_end)
    return kernel->machine.page_offset + phys;
  if (!may_be_mapped(kernel, phys, last)) return 0;
  struct area* area = new_area(kernel, last / page - phys / page + 1, 1);
  if (!area) return 0;
  for (uint32_t i = 0; i < area->pages; i++) {
    if (map_page(kernel, area->addr + i * page, phys / page + i, flags)) continue;
    free_area(kernel, area->addr);
    return 0;
  }
  return area->addr + phys % page;
}

// ---- High frames ----------------------------------------------------------------------------------------------------

static uint32_t kernel_kmap(void* self, uint32_t pfn) {
  struct kernel* kernel = self;
  const uint32_t page = kernel->machine.page_size;
  struct high_frame* unused = NULL;
  if (pfn < kernel->machine.low_pages) return kernel->machine.page_offset + pfn * page;
  for (uint32_t i = 0; i < kernel->machine.pkmap_pages; i++) {
    struct high_frame* high = &kernel->window[i];
    if (!high->users) {
      unused = high;
    } else if (high->pfn == pfn) {
      high->users++;
      return kernel->machine.pkmap_base + i * page;
    }
  }
  if (!unused) return 0;
  const uint32_t addr = kernel->machine.pkmap_base + (uint32_t)(unused - kernel->window) * page;
  if (!map_page(kernel, addr, pfn, REFMM_PAGE_WRITE)) return 0;
  unused->pfn = pfn;
  unused->users = 1;
  return addr;
}

static void kernel_kunmap(void* self, uint32_t pfn) {
  struct kernel* kernel = self;
  for (uint32_t i = 0; i < kernel->machine.pkmap_pages; i++) {
    struct high_frame* high = &kernel->window[i];
    if (high->users && high->pfn == pfn) high->users--;
  }
}

// ---- Directories ----------------------------------------------------------------------------------------------------

static void* new_directory(void* self) {
  struct kernel* kernel = self;
  struct directory* directory = malloc(sizeof *directory);
  if (directory) *directory = kernel->master;
  return directory;
}

static void free_directory(void* self, void* directory) {
  (void)self;
  free(directory);
}

static int touch(void* self, void* active, uint32_t addr, int user) {
  struct kernel* kernel = self;
  struct directory* directory = active ? active : &kernel->master;
  const uint32_t slot = slot_of(kernel, addr);
  if (user) return 0;
  if (!directory->table[slot]) directory->table[slot] = kernel->master.table[slot];
  return is_mapped(kernel, directory, addr);
}

// ---- The whole ------------------------------------------------------------------------------------------------------

static void* create(const struct refmm_kernel_machine* machine, struct refmm_kernel_frames* frames) {
  struct kernel* kernel = calloc(1, sizeof *kernel);
  if (!kernel) return NULL;
  kernel->machine = *machine;
  kernel->frames = frames;
  kernel->window = calloc(machine->pkmap_pages + 1, sizeof *kernel->window);
  if (kernel->window) return kernel;
  free(kernel);
  return NULL;
}

static void destroy(void* self) {
  struct kernel* kernel = self;
  while (kernel->areas) {
    struct area* area = kernel->areas;
    kernel->areas = area->next;
    free(area);
  }
  for (uint32_t slot = 0; slot < ENTRIES; slot++) free(kernel->master.table[slot]);
  free(kernel->window);
  free(kernel);
}

const struct refmm_kernel_subject* refmm_kernel_subject(void) {
  static const struct refmm_kernel_subject table = {
      REFMM_TABLE(refmm_kernel_subject),
      .create = create,
      .destroy = destroy,
      .vmalloc = kernel_vmalloc,
      .vfree = kernel_vfree,
      .ioremap = kernel_ioremap,
      .iounmap = kernel_iounmap,
      .kmap = kernel_kmap,
      .kunmap = kernel_kunmap,
      .pgd_alloc = new_directory,
      .pgd_free = free_directory,
      .touch = touch,
      .translate = translate,
  };
  return &table;
}

// The memory of processes: an entry for each page of an address space, which says what is mapped there, and a page that is its own as
// soon as it was stored to. After a fork both have such a page, and the first to store to it makes a copy.
//
//   cc -std=c99 -shared -fPIC -o fault.so fault.c
//   refmm check --subject ./fault.so --area fault
//
// Built with -DPLANTED_BUG no copy is made of a page that both have had before.
#include <refmm/subject.h>

#include <stdlib.h>
#include <string.h>

#define SLOTS 1024u
#define PAGE 4096u

struct page {
  uint32_t users;
  uint8_t bytes[PAGE];
};

struct entry {
  struct page* own;  // NULL: what is seen is the object, or 0s
  uint32_t object, index;
  unsigned char is_mapped, prot, shared;
};

struct object {
  uint32_t size, is_file;  // bytes
  struct page** pages;     // NULL: on the disk, or 0s
  uint32_t room;
};

struct process {
  struct process* next;
  uint32_t pid;
  struct entry* tables[SLOTS];  // of SLOTS entries each
};

struct machine {
  struct refmm_fault_disk* disk;
  struct process* processes;
  struct object* objects;  // by number, from 1
  uint32_t count;
  uint8_t zero;  // what is seen of a page that nobody has stored to
};

// ---- Pages ----------------------------------------------------------------------------------------------------------

static struct page* new_page(void) {
  struct page* page = calloc(1, sizeof *page);
  if (!page) abort();
  page->users = 1;
  return page;
}

static void drop(struct page** page) {
  if (*page && !--(*page)->users) free(*page);
  *page = NULL;
}

static struct process* process_of(struct machine* machine, uint32_t pid) {
  struct process* process = machine->processes;
  while (process && process->pid != pid) process = process->next;
  return process;
}

static struct entry* entry_of(struct process* process, uint32_t addr) {
  struct entry** table = &process->tables[addr / PAGE / SLOTS];
  if (!*table) *table = calloc(SLOTS, sizeof **table);
  if (!*table) abort();
  return &(*table)[addr / PAGE % SLOTS];
}

// ---- Objects --------------------------------------------------------------------------------------------------------

static struct object* object_of(struct machine* machine, uint32_t number) {
  if (number > machine->count) {
    machine->objects = realloc(machine->objects, (number + 1) * sizeof *machine->objects);
    if (!machine->objects) abort();
    memset(machine->objects + machine->count + 1, 0, (number - machine->count) * sizeof *machine->objects);
    machine->count = number;
  }
  return &machine->objects[number];
}

static uint32_t pages_of(uint32_t bytes) { return bytes / PAGE + (bytes % PAGE != 0); }

static struct page* page_in(struct machine* machine, uint32_t number, uint32_t index) {
  struct object* object = object_of(machine, number);
  if (index >= object->room) {
    object->pages = realloc(object->pages, (index + 1) * sizeof *object->pages);
    if (!object->pages) abort();
    memset(object->pages + object->room, 0, (index + 1 - object->room) * sizeof *object->pages);
    object->room = index + 1;
  }
  if (!object->pages[index]) {
    object->pages[index] = new_page();
    if (object->is_file) machine->disk->read_page(machine->disk, number, index, object->pages[index]->bytes);
  }
  return object->pages[index];
}

// ---- Accesses -------------------------------------------------------------------------------------------------------

// The byte at an address for reading or writing; NULL where it cannot be had, and why.
static uint8_t* reach(struct machine* machine, uint32_t pid, uint32_t addr, unsigned prot, int* end) {
  struct entry* entry = entry_of(process_of(machine, pid), addr);
  *end = REFMM_ACCESS_SIGSEGV;
  if (!entry->is_mapped || !(entry->prot & prot)) return NULL;
  *end = REFMM_ACCESS_DONE;
  if (!entry->own && entry->object) {
    const struct object* object = object_of(machine, entry->object);
    if (entry->index >= pages_of(object->size)) {
      *end = REFMM_ACCESS_SIGBUS;
      return NULL;
    }
  }
  if (entry->shared) return page_in(machine, entry->object, entry->index)->bytes + addr % PAGE;
  if (prot == REFMM_PROT_READ) {
    if (entry->own) return entry->own->bytes + addr % PAGE;
    return entry->object ? page_in(machine, entry->object, entry->index)->bytes + addr % PAGE : &machine->zero;
  }
  if (!entry->own) {
    entry->own = new_page();
    if (entry->object) memcpy(entry->own->bytes, page_in(machine, entry->object, entry->index)->bytes, PAGE);
#ifndef PLANTED_BUG
  } else if (entry->own->users > 1) {
    struct page* copy = new_page();
    memcpy(copy->bytes, entry->own->bytes, PAGE);
    drop(&entry->own);
    entry->own = copy;
#endif
  }
  return entry->own->bytes + addr % PAGE;
}

static int load(void* self, uint32_t pid, uint32_t addr, uint8_t* byte) {
  int end;
  const uint8_t* place = reach(self, pid, addr, REFMM_PROT_READ, &end);
  if (place) *byte = *place;
  return end;
}

static int store(void* self, uint32_t pid, uint32_t addr, uint8_t byte) {
  int end;
  uint8_t* place = reach(self, pid, addr, REFMM_PROT_WRITE, &end);
  if (place) *place = byte;
  return end;
}

// ---- What is mapped -------------------------------------------------------------------------------------------------

static uint32_t map(void* self, uint32_t pid, const struct refmm_fault_mapping* mapping) {
  struct process* process = process_of(self, pid);
  if (mapping->size) object_of(self, mapping->object)->size = mapping->size;
  for (uint32_t addr = mapping->start; addr != mapping->end; addr += PAGE) {
    const struct entry entry = {.object = mapping->object,
                                .index = mapping->pgoff + (addr - mapping->start) / PAGE,
                                .is_mapped = 1,
                                .prot = (unsigned char)mapping->prot,
                                .shared = (unsigned char)mapping->shared};
    *entry_of(process, addr) = entry;
  }
  return 0;
}

static uint32_t unmap(void* self, uint32_t pid, uint32_t start, uint32_t end) {
  struct process* process = process_of(self, pid);
  for (uint32_t addr = start; addr != end; addr += PAGE) {
    drop(&entry_of(process, addr)->own);
    entry_of(process, addr)->is_mapped = 0;
  }
  return 0;
}

static uint32_t protect(void* self, uint32_t pid, uint32_t start, uint32_t end, uint32_t prot) {
  struct process* process = process_of(self, pid);
  for (uint32_t addr = start; addr != end; addr += PAGE) entry_of(process, addr)->prot = (unsigned char)prot;
  return 0;
}

static uint32_t move(void* self, uint32_t pid, uint32_t start, uint32_t end, uint32_t to) {
  struct process* process = process_of(self, pid);
  for (uint32_t addr = start; addr != end; addr += PAGE, to += PAGE) {
    struct entry* from = entry_of(process, addr);
    *entry_of(process, to) = *from;
    from->own = NULL;
    from->is_mapped = 0;
  }
  return 0;
}

static void discard(void* self, uint32_t pid, uint32_t start, uint32_t end) {
  struct process* process = process_of(self, pid);
  for (uint32_t addr = start; addr != end; addr += PAGE) drop(&entry_of(process, addr)->own);
}

// ---- Processes ------------------------------------------------------------------------------------------------------

static uint32_t fork_process(void* self, uint32_t parent, uint32_t pid) {
  struct machine* machine = self;
  struct process* child = calloc(1, sizeof *child);
  if (!child) return REFMM_ERROR(REFMM_ENOMEM);
  child->pid = pid;
  for (uint32_t slot = 0; parent && slot < SLOTS; slot++) {
    const struct entry* table = process_of(machine, parent)->tables[slot];
    if (!table) continue;
    memcpy(entry_of(child, slot * SLOTS * PAGE), table, SLOTS * sizeof *table);
    for (uint32_t i = 0; i < SLOTS; i++)
      if (table[i].own) table[i].own->users++;
  }
  child->next = machine->processes;
  machine->processes = child;
  return 0;
}

static void exit_process(void* self, uint32_t pid) {
  struct machine* machine = self;
  struct process** link = &machine->processes;
  while ((*link)->pid != pid) link = &(*link)->next;
  struct process* process = *link;
  *link = process->next;
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    for (uint32_t i = 0; process->tables[slot] && i < SLOTS; i++) drop(&process->tables[slot][i].own);
    free(process->tables[slot]);
  }
  free(process);
}

// ---- Files ----------------------------------------------------------------------------------------------------------

// What a file grows by is 0s, whatever was stored behind its end.
static void grow(struct machine* machine, uint32_t file, uint32_t size) {
  struct object* object = object_of(machine, file);
  if (size <= object->size) return;
  if (object->size % PAGE)
    memset(page_in(machine, file, object->size / PAGE)->bytes + object->size % PAGE, 0,
           PAGE - object->size % PAGE);
  object->size = size;
}

static void truncate_file(void* self, uint32_t file, uint32_t size) {
  struct machine* machine = self;
  struct object* object = object_of(machine, file);
  if (size >= object->size) {
    grow(machine, file, size);
    return;
  }
  if (size % PAGE) memset(page_in(machine, file, size / PAGE)->bytes + size % PAGE, 0, PAGE - size % PAGE);
  object->size = size;
  for (uint32_t index = pages_of(size); index < object->room; index++) drop(&object->pages[index]);
  for (struct process* process = machine->processes; process; process = process->next)
    for (uint32_t slot = 0; slot < SLOTS; slot++)
      for (uint32_t i = 0; process->tables[slot] && i < SLOTS; i++) {
        struct entry* entry = &process->tables[slot][i];
        if (entry->is_mapped && entry->object == file && entry->index >= pages_of(size)) drop(&entry->own);
      }
}

static uint32_t read_file(void* self, uint32_t pid, uint32_t file, uint32_t addr, uint32_t len, uint32_t offset) {
  struct machine* machine = self;
  const uint32_t size = object_of(machine, file)->size, there = offset < size ? size - offset : 0;
  if (len > there) len = there;
  for (uint32_t i = 0; i < len; i++) {
    const uint8_t byte = page_in(machine, file, (offset + i) / PAGE)->bytes[(offset + i) % PAGE];
    if (store(machine, pid, addr + i, byte) != REFMM_ACCESS_DONE) return i ? i : REFMM_ERROR(REFMM_EFAULT);
  }
  return len;
}

static uint32_t write_file(void* self, uint32_t pid, uint32_t file, uint32_t addr, uint32_t len, uint32_t offset) {
  struct machine* machine = self;
  for (uint32_t done = 0, bytes; done < len; done += bytes) {
    const uint32_t at = offset + done, from = addr + done, left = PAGE - at % PAGE;
    uint8_t byte = 0;
    bytes = len - done < left ? len - done : left;
    if (load(machine, pid, from, &byte) || load(machine, pid, from + bytes - 1, &byte))
      return done ? done : REFMM_ERROR(REFMM_EFAULT);
    grow(machine, file, at + bytes);
    for (uint32_t i = 0; i < bytes; i++) {
      load(machine, pid, from + i, &byte);
      page_in(machine, file, at / PAGE)->bytes[at % PAGE + i] = byte;
    }
  }
  return len;
}

// Pages of files go to the disk, and are read again when somebody needs them.
static void reclaim(void* self) {
  struct machine* machine = self;
  for (uint32_t file = 1; file <= machine->count; file++) {
    struct object* object = &machine->objects[file];
    for (uint32_t index = 0; object->is_file && index < object->room; index++) {
      if (!object->pages[index]) continue;
      machine->disk->write_page(machine->disk, file, index, object->pages[index]->bytes);
      drop(&object->pages[index]);
    }
  }
}

// ---- The whole ------------------------------------------------------------------------------------------------------

static void* create(const struct refmm_fault_machine* described, struct refmm_fault_disk* disk) {
  struct machine* machine = calloc(1, sizeof *machine);
  if (!machine || described->page_size != PAGE) return NULL;
  machine->disk = disk;
  for (uint32_t file = 1; file <= described->files; file++) {
    object_of(machine, file)->size = described->file_sizes[file - 1];
    object_of(machine, file)->is_file = 1;
  }
  return machine;
}

static void destroy(void* self) {
  struct machine* machine = self;
  while (machine->processes) exit_process(machine, machine->processes->pid);
  for (uint32_t number = 1; number <= machine->count; number++) {
    struct object* object = &machine->objects[number];
    for (uint32_t index = 0; index < object->room; index++) drop(&object->pages[index]);
    free(object->pages);
  }
  free(machine->objects);
  free(machine);
}

const struct refmm_fault_subject* refmm_fault_subject(void) {
  static const struct refmm_fault_subject table = {
      REFMM_TABLE(refmm_fault_subject),
      .create = create,
      .destroy = destroy,
      .fork = fork_process,
      .exit = exit_process,
      .map = map,
      .unmap = unmap,
      .protect = protect,
      .move = move,
      .load = load,
      .store = store,
      .pread = read_file,
      .pwrite = write_file,
      .truncate = truncate_file,
      .discard = discard,
      .reclaim = reclaim,
  };
  return &table;
}

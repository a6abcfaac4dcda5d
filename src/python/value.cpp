// The heap, and the hash table behind dict, set and namespaces.
#include "python/value.h"

#include "base/check.h"
#include "python/interpreter.h"

namespace fusescout::python {
namespace {
constexpr size_t chunk_size = size_t{256} << 10;
constexpr size_t alignment = 16;
constexpr size_t scanned_size = 8;   // up to so many entries are searched one after the other

size_t position(uint64_t hash, size_t mask) { return (hash * 0x9E3779B97F4A7C15ull >> 32) & mask; }
}  // namespace

Heap::~Heap() {
  // A suspended generator unwinds its stack, where destructors may look at other objects.
  for (Object*& object : objects_) {
    if (object->kind != Kind::Generator) continue;
    object->~Object();
    object = nullptr;
  }
  for (Object* object : objects_) {
    if (object != nullptr) object->~Object();
  }
}

void* Heap::allocate(size_t size) {
  size = (size + alignment - 1) & ~(alignment - 1);
  bytes_ += size;
  if (size > left_) {
    size_t chunk = std::max(size, chunk_size);
    chunks_.emplace_back(new std::byte[chunk]);
    next_ = chunks_.back().get();
    left_ = chunk;
  }
  void* place = next_;
  next_ += size;
  left_ -= size;
  return place;
}

// `same` may run Python, which may change this very table.
template <typename Same>
Dict::Entry* Dict::locate(uint64_t hash, Same&& same) {
  if (index.empty()) {
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].hash != hash || !entries[i].key.defined()) continue;
      Value key = entries[i].key;
      if (same(key)) return i < entries.size() ? &entries[i] : nullptr;
    }
    return nullptr;
  }
  for (size_t i = position(hash, index.size() - 1);; i = (i + 1) & (index.size() - 1)) {
    if (index.empty()) return nullptr;
    uint32_t at = index[i & (index.size() - 1)];
    if (at == 0) return nullptr;
    const Entry& entry = entries[at - 1];
    if (entry.hash != hash || !entry.key.defined()) continue;
    Value key = entry.key;
    if (same(key)) return at - 1 < entries.size() ? &entries[at - 1] : nullptr;
  }
}

void Dict::rebuild() {
  if (entries.size() != live) std::erase_if(entries, [](const Entry& e) { return !e.key.defined(); });
  index.clear();
  if (entries.size() <= scanned_size) return;
  size_t size = 32;
  while (size < entries.size() * 3) size *= 2;
  index.assign(size, 0);
  for (size_t e = 0; e < entries.size(); ++e) {
    size_t i = position(entries[e].hash, size - 1);
    while (index[i] != 0) i = (i + 1) & (size - 1);
    index[i] = static_cast<uint32_t>(e + 1);
  }
}

void Dict::append(Value key, Value value, uint64_t hash) {
  if (entries.size() > 2 * live + 16) rebuild();
  entries.push_back({key, value, hash});
  ++live;
  if (index.empty() ? entries.size() > scanned_size : entries.size() * 3 > index.size() * 2) {
    rebuild();
    return;
  }
  if (index.empty()) return;
  size_t i = position(hash, index.size() - 1);
  while (index[i] != 0) i = (i + 1) & (index.size() - 1);
  index[i] = static_cast<uint32_t>(entries.size());
}

namespace {

// Names have hashes of their own: the 64 bits of hash_of tell one symbol from all others, and no int, float or tuple that a program has
// comes near them. So equal hashes are equal names, and the keys themselves need no look.
Dict::Entry* find_entry(Dict& dict, Symbol name) {
  uint64_t hash = Dict::hash_of(name);
  if (dict.index.empty()) {
    for (Dict::Entry& entry : dict.entries) {
      if (entry.hash == hash && entry.key.defined()) return &entry;
    }
    return nullptr;
  }
  size_t mask = dict.index.size() - 1;
  for (size_t i = position(hash, mask); dict.index[i] != 0; i = (i + 1) & mask) {
    Dict::Entry& entry = dict.entries[dict.index[i] - 1];
    if (entry.hash == hash && entry.key.defined()) return &entry;
  }
  return nullptr;
}

}  // namespace

Value* Dict::find(Symbol name) {
  Entry* entry = find_entry(*this, name);
  return entry != nullptr ? &entry->value : nullptr;
}

void Dict::set(Interpreter& interpreter, Symbol name, Value value) {
  if (Value* found = find(name)) *found = value;
  else append(interpreter.str(name), value, hash_of(name));
}

bool Dict::erase(Symbol name) {
  Entry* entry = find_entry(*this, name);
  if (entry == nullptr) return false;
  entry->key = entry->value = Value();
  --live;
  return true;
}

namespace {
bool same_key(Interpreter& interpreter, const Value& a, const Value& b) {
  if (a.identical(b)) return true;
  auto *text_a = a.as<Str>(), *text_b = b.as<Str>();
  if (text_a != nullptr && text_b != nullptr) return text_a->symbol() == text_b->symbol();
  return interpreter.equal(a, b);
}
}  // namespace

Value* Dict::find(Interpreter& interpreter, const Value& key, uint64_t hash) {
  Entry* entry = locate(hash, [&](const Value& k) { return same_key(interpreter, k, key); });
  return entry != nullptr ? &entry->value : nullptr;
}

void Dict::set(Interpreter& interpreter, const Value& key, uint64_t hash, Value value) {
  Value kept = key;   // `key` may point into `entries`
  if (Value* found = find(interpreter, kept, hash)) *found = value;
  else append(kept, value, hash);
}

bool Dict::erase(Interpreter& interpreter, const Value& key, uint64_t hash) {
  Entry* entry = locate(hash, [&](const Value& k) { return same_key(interpreter, k, key); });
  if (entry == nullptr) return false;
  entry->key = entry->value = Value();
  --live;
  return true;
}

void Dict::swap(Dict& other) {
  std::swap(entries, other.entries);
  std::swap(index, other.index);
  std::swap(live, other.live);
}

void Dict::clear() {
  entries.clear();
  index.clear();
  live = 0;
}

}  // namespace fusescout::python

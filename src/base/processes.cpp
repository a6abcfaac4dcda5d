#include "base/processes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace fusescout {
namespace {

using Clock = std::chrono::steady_clock;

// Processor time does not pass for what waits forever. A crowded machine may well take this many times longer.
constexpr unsigned wall_seconds_per_second = 20;
constexpr int memory_check_milliseconds = 20;

struct Child {
  size_t index = 0;
  pid_t pid = 0;
  int pipe = -1;
  std::string received;            // its size, then whether it is a result or an error's message, then that
  std::optional<Clock::time_point> deadline;
  bool too_long = false, too_large = false;
};

// What it has in memory. The system limits address space only, of which large parts are reserved and never touched.
size_t memory_of(pid_t pid) {
  std::FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "re");
  if (file == nullptr) return 0;
  size_t pages = 0;
  if (std::fscanf(file, "%*u %zu", &pages) != 1) pages = 0;
  std::fclose(file);
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

[[noreturn]] void run_child(int pipe, const ProcessLimits& limits, const std::function<std::string(size_t)>& work, size_t index) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (limits.seconds > 0) {
    rlimit limit{limits.seconds, limits.seconds + 1};
    ::setrlimit(RLIMIT_CPU, &limit);
  }
  std::string text(sizeof(uint64_t), '\0');
  try {
    text += "+" + work(index);
  } catch (const std::bad_alloc&) {
    text += "-out of memory";
  } catch (const std::exception& e) {
    text += std::string("-internal error: ") + e.what();
  }
  uint64_t size = text.size();
  std::memcpy(text.data(), &size, sizeof size);
  for (std::string_view rest = text; !rest.empty();) {
    ssize_t written = ::write(pipe, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) ::_exit(1);
    if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
  }
  ::_exit(0);                      // frees nothing: the system is quicker
}

// Nobody needs to wait until the system has taken all memory of a process that has said what it had to say: it is looked after later.
bool is_complete(const Child& child) {
  uint64_t size = 0;
  if (child.received.size() < sizeof size) return false;
  std::memcpy(&size, child.received.data(), sizeof size);
  return child.received.size() == size;
}

ErrorOr<std::string> outcome(const Child& child, const ProcessLimits& limits) {
  if (is_complete(child)) {
    std::string text = child.received.substr(sizeof(uint64_t) + 1);
    if (child.received[sizeof(uint64_t)] == '-') return Error{std::move(text)};
    return text;
  }
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {}
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    if (child.too_large) return Error{"needs more than " + std::to_string(limits.memory_bytes >> 20) + " MB of memory"};
    if (child.too_long || signal == SIGXCPU) return Error{"takes longer than " + std::to_string(limits.seconds) + " s"};
    return Error{std::string("the evaluation crashed: ") + ::strsignal(signal)};
  }
  return Error{"the evaluation ended with code " + std::to_string(WEXITSTATUS(status))};
}

}  // namespace

void run_in_processes(size_t count, unsigned jobs, const ProcessLimits& limits, const std::function<std::string(size_t)>& work,
                      const std::function<void(size_t, ErrorOr<std::string>)>& done, std::function<void()> meanwhile) {
  std::vector<Child> children;
  std::vector<pid_t> complete;     // they end by themselves
  size_t next = 0;
  auto start = [&] {
    size_t index = next++;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return done(index, Error{std::string("no process can be started: ") + ::strerror(errno)});
    pid_t pid = ::fork();
    if (pid == 0) {
      for (const Child& other : children) ::close(other.pipe);
      ::close(ends[0]);
      run_child(ends[1], limits, work, index);
    }
    ::close(ends[1]);
    if (pid < 0) {
      ::close(ends[0]);
      return done(index, Error{std::string("no process can be started: ") + ::strerror(errno)});
    }
    Child child{index, pid, ends[0], {}, {}};
    if (limits.seconds > 0) child.deadline = Clock::now() + std::chrono::seconds(limits.seconds) * wall_seconds_per_second;
    children.push_back(std::move(child));
  };
  std::vector<char> buffer(size_t{1} << 16);
  // True when the child is over.
  auto receive = [&](Child& child) {
    ssize_t got = ::read(child.pipe, buffer.data(), buffer.size());
    if (got > 0) child.received.append(buffer.data(), static_cast<size_t>(got));
    return is_complete(child) || got == 0 || (got < 0 && errno != EINTR);
  };
  while (next < count || !children.empty()) {
    while (next < count && children.size() < std::max(jobs, 1u)) start();
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    std::vector<pollfd> polled;
    int wait = limits.memory_bytes > 0 ? memory_check_milliseconds : -1;
    for (const Child& child : children) {
      polled.push_back({child.pipe, POLLIN, 0});
      if (!child.deadline) continue;
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*child.deadline - Clock::now()).count();
      int milliseconds = static_cast<int>(std::max<int64_t>(left, 0)) + 1;
      wait = wait < 0 ? milliseconds : std::min(wait, milliseconds);
    }
    ::poll(polled.data(), polled.size(), wait);
    for (size_t i = children.size(); i-- > 0;) {
      Child& child = children[i];
      child.too_long = child.deadline && Clock::now() > *child.deadline;
      child.too_large = limits.memory_bytes > 0 && memory_of(child.pid) > limits.memory_bytes;
      bool kill = child.too_long || child.too_large;
      if (kill) ::kill(child.pid, SIGKILL);
      if (!kill && (polled[i].revents == 0 || !receive(child))) continue;
      ::close(child.pipe);
      Child over = std::move(child);
      children.erase(children.begin() + static_cast<ptrdiff_t>(i));
      done(over.index, outcome(over, limits));
      if (is_complete(over)) complete.push_back(over.pid);
    }
    std::erase_if(complete, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  }
}

}  // namespace fusescout

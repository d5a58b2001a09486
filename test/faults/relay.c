/*
 * Several hosts on one machine: a network namespace each, and between them a hub in user space whose cables lose, delay and
 * interrupt. Everything is gone with this process. Its argument is the number of hosts, 10.77.0.1, 10.77.0.2, …
 *
 * Prints a path of each namespace for `nsenter --net=PATH`, then obeys lines of standard input:
 *   loss PERCENT, delay MILLISECONDS, cut HOST, join HOST, count
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_hosts = 8, most_bytes = 2048, most_waiting = 65536 };

struct frame {
  int64_t arrived_ns;
  int64_t due_ns;
  uint16_t size;
  uint8_t to;
  uint8_t bytes[most_bytes];
};

static int taps[most_hosts];
static bool is_cut[most_hosts];
static int hosts;
static struct frame *waiting; /* a ring; the delay is the same for all, so that the first is due first */
static size_t head, tail;
static double loss;
static int64_t delay_ns;
static uint64_t random_state = 88172645463325252u;
static struct {
  uint64_t offered, lost, delivered;
  double delay_ms;
} counts;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Xorshift with a fixed seed; in [0, 1). */
static double next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (double)(random_state >> 11) / 9007199254740992.0;
}

static void must(bool is_well, const char *what) {
  if (is_well) return;
  fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void bring_up(int control, const char *name, const char *address) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (address != NULL) {
    struct sockaddr_in *to = (struct sockaddr_in *)&request.ifr_addr;
    to->sin_family = AF_INET;
    to->sin_addr.s_addr = inet_addr(address);
    must(ioctl(control, SIOCSIFADDR, &request) == 0, "address");
    to->sin_addr.s_addr = inet_addr("255.255.255.0");
    must(ioctl(control, SIOCSIFNETMASK, &request) == 0, "netmask");
  }
  must(ioctl(control, SIOCGIFFLAGS, &request) == 0, "flags");
  request.ifr_flags |= IFF_UP;
  must(ioctl(control, SIOCSIFFLAGS, &request) == 0, "up");
}

/* Makes a host in a namespace of its own. @returns a descriptor of the namespace */
static int make_host(int index) {
  must(unshare(CLONE_NEWNET) == 0, "a network namespace");
  /* The kernel's own IPv6 chatter would be lost and delayed as well, and count. */
  const int ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
  if (ipv6 >= 0) {
    must(write(ipv6, "1", 1) == 1, "disable_ipv6");
    close(ipv6);
  }
  taps[index] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  must(taps[index] >= 0, "/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strncpy(request.ifr_name, "lan0", IFNAMSIZ - 1);
  must(ioctl(taps[index], TUNSETIFF, &request) == 0, "a TAP device");
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  char address[32];
  snprintf(address, sizeof address, "10.77.0.%d", index + 1);
  bring_up(control, "lo", NULL);
  bring_up(control, "lan0", address);
  close(control);
  const int space = open("/proc/self/ns/net", O_RDONLY);
  must(space >= 0, "the namespace");
  return space;
}

static void deliver(const struct frame *frame) {
  if (is_cut[frame->to]) return;
  if (write(taps[frame->to], frame->bytes, frame->size) != frame->size) return;
  counts.delivered++;
  counts.delay_ms += (double)(now_ns() - frame->arrived_ns) / 1e6;
}

static void take_in(int from) {
  uint8_t bytes[most_bytes];
  for (;;) {
    const ssize_t size = read(taps[from], bytes, sizeof bytes);
    if (size <= 0) return;
    for (int to = 0; to < hosts; to++) {
      if (to == from || is_cut[from] || is_cut[to]) continue;
      counts.offered++;
      if (next_random() < loss || tail - head == most_waiting) {
        counts.lost++;
        continue;
      }
      struct frame *frame = &waiting[tail++ % most_waiting];
      frame->arrived_ns = now_ns();
      frame->due_ns = frame->arrived_ns + delay_ns;
      frame->size = (uint16_t)size;
      frame->to = (uint8_t)to;
      memcpy(frame->bytes, bytes, (size_t)size);
    }
  }
}

static void set_cable(int host, int is_in) {
  if (host < 0 || host >= hosts) return;
  is_cut[host] = !is_in;
  ioctl(taps[host], TUNSETCARRIER, &is_in); /* what the host sees on its socket; older kernels cannot */
}

static void obey(const char *line) {
  double number = 0;
  if (sscanf(line, "loss %lf", &number) == 1) loss = number / 100;
  else if (sscanf(line, "delay %lf", &number) == 1) delay_ns = (int64_t)(number * 1e6);
  else if (sscanf(line, "cut %lf", &number) == 1) set_cable((int)number, 0);
  else if (sscanf(line, "join %lf", &number) == 1) set_cable((int)number, 1);
  else if (strncmp(line, "count", 5) == 0) {
    const double lost = counts.offered == 0 ? 0 : 100.0 * (double)counts.lost / (double)counts.offered;
    const double delay = counts.delivered == 0 ? 0 : counts.delay_ms / (double)counts.delivered;
    printf("{\"frames\":%lu,\"lossPercent\":%.2f,\"delayMs\":%.2f}\n", counts.offered, lost, delay);
    memset(&counts, 0, sizeof counts);
    fflush(stdout);
  }
}

/* @returns false when standard input was closed */
static bool read_orders(void) {
  static char text[256];
  static size_t length;
  const ssize_t size = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
  if (size <= 0) return false;
  text[length += (size_t)size] = '\0';
  for (char *end = strchr(text, '\n'); end != NULL; end = strchr(text, '\n')) {
    *end = '\0';
    obey(text);
    length -= (size_t)(end + 1 - text);
    memmove(text, end + 1, length + 1);
  }
  return true;
}

int main(int count, char **words) {
  hosts = count > 1 ? atoi(words[1]) : 0;
  if (hosts < 2 || hosts > most_hosts) return 2;
  waiting = malloc(most_waiting * sizeof *waiting);
  must(waiting != NULL, "memory");
  for (int i = 0; i < hosts; i++) printf("/proc/%d/fd/%d ", getpid(), make_host(i));
  printf("\n");
  fflush(stdout);
  struct pollfd polled[most_hosts + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};
  for (int i = 0; i < hosts; i++) polled[i + 1] = (struct pollfd){.fd = taps[i], .events = POLLIN};
  for (;;) {
    const int64_t left_ns = head == tail ? 1000000000 : waiting[head % most_waiting].due_ns - now_ns();
    const struct timespec limit = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns < 0 ? 0 : left_ns % 1000000000};
    if (left_ns > 0) must(ppoll(polled, (nfds_t)hosts + 1, &limit, NULL) >= 0 || errno == EINTR, "poll");
    else must(poll(polled, (nfds_t)hosts + 1, 0) >= 0 || errno == EINTR, "poll");
    for (int i = 0; i < hosts; i++)
      if (polled[i + 1].revents != 0) take_in(i);
    while (head != tail && waiting[head % most_waiting].due_ns <= now_ns()) deliver(&waiting[head++ % most_waiting]);
    if (polled[0].revents != 0 && !read_orders()) return 0;
  }
}

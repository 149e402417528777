// Brings mails to an LMTP or SMTP server over many connections and tells, as one line of JSON, how many were taken and how long each took: from MAIL to the
// last reply, as an MTA sees it. One thread, so that it takes as little of the processor from the server as can be; each mail looks as one that Postfix hands over.
//   load [-c CONNECTIONS] [-t SECONDS | -m MAILS] [-s BYTES] [-n RECIPIENTS] [-u USERS] [-f FIRST] [-r] [-S] ADDRESS PORT
//   -f  number of the first user   -r  users in random order   -S  SMTP: one reply for all recipients
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum step { GREETING, HELLO, ENVELOPE, CONTENT, FAREWELL, GONE };

struct connection {
    int socket;
    enum step step;
    int awaited, accepted, failed;      // replies that are still to come; recipients of the mail
    uint64_t began;
    struct iovec output[3];
    int begun, outputs;                 // of the output: parts that are sent, parts in all
    char commands[128 * 1024], head[1024];
    char input[16 * 1024];
    size_t read;
};

static int connections = 8, recipients = 1, users = 1000, first_user, in_random_order, is_smtp;
static long size = 4096, most_mails;
static double seconds = 2;
static char *body;
static size_t body_length;
static uint64_t until, last_reply, sequence;
static uint64_t deliveries, mails, failures;
static uint32_t *latencies;
static size_t measured, room;
static int poller;

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec; }

static int user_of(uint64_t mail, int recipient) {
    uint64_t number = mail * (uint64_t)recipients;
    if (in_random_order) { number = (mail + 1) * 0x9E3779B97F4A7C15u; number ^= number >> 29; number *= 0xBF58476D1CE4E5B9u; number ^= number >> 32; }
    return first_user + (int)((number + (uint64_t)recipient) % (uint64_t)users);
}

static void make_body(void) {
    body = malloc((size_t)size + 128);
    size_t at = 0;
    // with the CR LF of each line the mail has the wanted size, its head counted in
    for (long left = size - 480; left > 0; left -= 76) {
        int length = left < 76 ? (int)left : 76;
        for (int i = 0; i < length - 2; i++, at++) body[at] = (char)('a' + (int)(at * 7 % 26));
        body[at++] = '\r'; body[at++] = '\n';
    }
    memcpy(body + at, ".\r\n", 3);
    body_length = at + 3;
}

static void drain(struct connection *c) {
    while (c->begun < c->outputs) {
        ssize_t sent = writev(c->socket, c->output + c->begun, c->outputs - c->begun);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) {
            struct epoll_event more = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
            epoll_ctl(poller, EPOLL_CTL_MOD, c->socket, &more);
            return;
        }
        if (sent < 0) return;            // the reader finds out
        while (sent > 0) {
            struct iovec *part = c->output + c->begun;
            size_t taken = (size_t)sent < part->iov_len ? (size_t)sent : part->iov_len;
            part->iov_base = (char *)part->iov_base + taken; part->iov_len -= taken; sent -= (ssize_t)taken;
            if (part->iov_len == 0) c->begun++;
        }
    }
    c->begun = c->outputs = 0;
}

static void say(struct connection *c, char *text, size_t length) { c->output[c->outputs++] = (struct iovec){ text, length }; }

static void begin(struct connection *c) {
    if ((most_mails > 0 && sequence >= (uint64_t)most_mails) || now() >= until) {
        say(c, "QUIT\r\n", 6); c->step = FAREWELL; c->awaited = 1; drain(c);
        return;
    }
    uint64_t mail = sequence++;
    char *at = c->commands + sprintf(c->commands, "MAIL FROM:<sender@example.net>\r\n");
    for (int i = 0; i < recipients; i++) at += sprintf(at, "RCPT TO:<user%d@example.test>\r\n", user_of(mail, i));
    at += sprintf(at, "DATA\r\n");
    int head = snprintf(c->head, sizeof c->head,
        "Received: from relay.example.net (relay.example.net [192.0.2.7])\r\n\tby mx.example.test (Postfix) with ESMTPS id 4X%08lX%08lX\r\n\tfor <user%d@example.test>; Wed, 01 Jul 2026 12:00:00 +0000 (UTC)\r\n"
        "From: Sender <sender@example.net>\r\nTo: <user%d@example.test>\r\nSubject: load\r\nDate: Wed, 01 Jul 2026 12:00:00 +0000\r\nMessage-ID: <%lu.%d@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n",
        (unsigned long)getpid() ^ (unsigned long)(until / 1000000), (unsigned long)mail, user_of(mail, 0), user_of(mail, 0), (unsigned long)mail, getpid());
    c->began = now(); c->accepted = c->failed = 0; c->step = ENVELOPE; c->awaited = recipients + 2;
    say(c, c->commands, (size_t)(at - c->commands));
    c->head[head] = 0;
    drain(c);
}

static void finish(struct connection *c) {
    last_reply = now();
    if (c->failed == 0) {
        mails++;
        if (measured == room) { room = room ? room * 2 : 65536; latencies = realloc(latencies, room * sizeof *latencies); }
        latencies[measured++] = (uint32_t)((last_reply - c->began) / 1000);
    }
    failures += (uint64_t)c->failed;
    begin(c);
}

static void hear(struct connection *c, int code, const char *line) {
    c->awaited--;
    switch (c->step) {
    case GREETING:
        if (code != 220) { fprintf(stderr, "load: %s\n", line); exit(1); }
        c->step = HELLO; c->awaited = 1; say(c, is_smtp ? "EHLO load\r\n" : "LHLO load\r\n", 11); drain(c);
        break;
    case HELLO:
        begin(c);
        break;
    case ENVELOPE:
        if (code == 354) {
            say(c, c->head, strlen(c->head)); say(c, body, body_length);
            c->step = CONTENT; c->awaited = is_smtp ? 1 : c->accepted; drain(c);
        } else if (code == 250) {
            // the first one is to MAIL
            if (c->awaited <= recipients) c->accepted++;
        } else {
            if (c->failed++ == 0 && failures == 0) fprintf(stderr, "load: %s\n", line);
            if (c->awaited == 0) finish(c);
        }
        break;
    case CONTENT:
        if (code == 250) deliveries += is_smtp ? (uint64_t)c->accepted : 1;
        else if (c->failed++ == 0 && failures == 0) fprintf(stderr, "load: %s\n", line);
        if (c->awaited == 0) finish(c);
        break;
    default:
        close(c->socket); c->step = GONE;
    }
}

static void listen_to(struct connection *c) {
    ssize_t count = read(c->socket, c->input + c->read, sizeof c->input - c->read - 1);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        if (c->step != FAREWELL) { fprintf(stderr, "load: the server closed a connection\n"); failures++; }
        close(c->socket); c->step = GONE;
        return;
    }
    c->read += (size_t)count; c->input[c->read] = 0;
    char *line = c->input, *end;
    while (c->step != GONE && (end = strchr(line, '\n'))) {
        *end = 0;
        // the last line of a reply has no hyphen behind its code
        if (end - line >= 4 && line[3] != '-') hear(c, atoi(line), line);
        line = end + 1;
    }
    c->read -= (size_t)(line - c->input);
    memmove(c->input, line, c->read);
}

static int compare(const void *a, const void *b) { uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b; return x < y ? -1 : x > y; }
static double at(double share) { return measured ? latencies[(size_t)((double)(measured - 1) * share)] / 1000.0 : 0; }

int main(int count, char **arguments) {
    for (int option; (option = getopt(count, arguments, "c:t:m:s:n:u:f:rS")) != -1;) switch (option) {
        case 'c': connections = atoi(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'm': most_mails = atol(optarg); break;
        case 's': size = atol(optarg); break;
        case 'n': recipients = atoi(optarg); break;
        case 'u': users = atoi(optarg); break;
        case 'f': first_user = atoi(optarg); break;
        case 'r': in_random_order = 1; break;
        case 'S': is_smtp = 1; break;
        default: return 64;
    }
    if (count - optind != 2 || recipients > 2000) { fprintf(stderr, "load: see the head of its source\n"); return 64; }
    make_body();
    struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[optind + 1])) };
    if (inet_pton(AF_INET, arguments[optind], &server.sin_addr) != 1) return 64;
    poller = epoll_create1(EPOLL_CLOEXEC);
    uint64_t start = now();
    until = most_mails > 0 ? UINT64_MAX : start + (uint64_t)(seconds * 1e9);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        struct connection *c = all + i;
        c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); c->awaited = 1;
        if (connect(c->socket, (struct sockaddr *)&server, sizeof server)) die("load: connect");
        int on = 1; setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(c->socket, F_SETFL, O_NONBLOCK);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
        if (epoll_ctl(poller, EPOLL_CTL_ADD, c->socket, &event)) die("load: epoll_ctl");
    }
    struct epoll_event events[256];
    for (int open = connections; open > 0;) {
        int ready = epoll_wait(poller, events, 256, 120000);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) { fprintf(stderr, "load: no reply within two minutes\n"); return 1; }
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) {
                struct epoll_event in = { .events = EPOLLIN, .data.ptr = c };
                epoll_ctl(poller, EPOLL_CTL_MOD, c->socket, &in);
                drain(c);
            }
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) listen_to(c);
            open -= c->step == GONE;
        }
    }
    double elapsed = (double)(last_reply - start) / 1e9;
    if (measured) qsort(latencies, measured, sizeof *latencies, compare);
    printf("{\"mails\":%lu,\"deliveries\":%lu,\"failed\":%lu,\"seconds\":%.4f,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"worst\":%.3f}\n",
        (unsigned long)mails, (unsigned long)deliveries, (unsigned long)failures, elapsed, at(0.5), at(0.99), at(0.999), at(1));
    return 0;
}

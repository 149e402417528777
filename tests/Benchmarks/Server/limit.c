// The durable work of storing mails in Maildirs and nothing else: what a server could reach at most that spends no time on anything but the disk. Each thread makes
// a file in tmp/, writes it, syncs it, renames it into new/ and syncs that, over descriptors that are open from the start. One line of JSON.
//   limit [-t THREADS] [-T SECONDS] [-s BYTES] [-u USERS] FOLDER
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int threads = 32, users = 1000, *tmp, *new;
static long size = 4096;
static char *mail;
static atomic_long files;
static uint64_t until;

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec; }

static void *store(void *unused) {
    while (now() < until) {
        long number = atomic_fetch_add(&files, 1);
        int user = (int)(number % users);
        char name[64];
        snprintf(name, sizeof name, "%ld.M%ldP%d.limit", (long)(until / 1000000000u), number, getpid());
        int file = openat(tmp[user], name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 || write(file, mail, (size_t)size) != size || fsync(file) || close(file)) die("limit: tmp");
        if (renameat(tmp[user], name, new[user], name) || fsync(new[user])) die("limit: new");
    }
    return unused;
}

int main(int count, char **arguments) {
    double seconds = 2;
    for (int option; (option = getopt(count, arguments, "t:T:s:u:")) != -1;) switch (option) {
        case 't': threads = atoi(optarg); break;
        case 'T': seconds = atof(optarg); break;
        case 's': size = atol(optarg); break;
        case 'u': users = atoi(optarg); break;
        default: return 64;
    }
    if (count - optind != 1) { fprintf(stderr, "limit: see the head of its source\n"); return 64; }
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most); most.rlim_cur = most.rlim_max; setrlimit(RLIMIT_NOFILE, &most);
    mail = malloc((size_t)size + 1);
    for (long i = 0; i < size; i++) mail[i] = i % 76 == 75 ? '\n' : 'x';
    tmp = calloc((size_t)users, sizeof *tmp); new = calloc((size_t)users, sizeof *new);
    if (chdir(arguments[optind])) die(arguments[optind]);
    for (int i = 0; i < users; i++) {
        char path[64];
        snprintf(path, sizeof path, "%d", i); mkdir(path, 0700);
        snprintf(path, sizeof path, "%d/tmp", i); mkdir(path, 0700); tmp[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        snprintf(path, sizeof path, "%d/new", i); mkdir(path, 0700); new[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (tmp[i] < 0 || new[i] < 0) die("limit: open");
    }
    pthread_t *all = calloc((size_t)threads, sizeof *all);
    uint64_t began = now();
    until = began + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < threads; i++) if (pthread_create(all + i, NULL, store, NULL)) die("limit: thread");
    for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
    double elapsed = (double)(now() - began) / 1e9;
    struct rusage used; getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"files\":%ld,\"seconds\":%.4f,\"cpu\":%.1f}\n", (long)files, elapsed, cpu / (double)files * 1e6);
    return 0;
}

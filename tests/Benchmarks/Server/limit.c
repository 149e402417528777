// The durable work of storing mails in Maildirs and nothing else: what a server could reach at most that spends no time on anything but the disk. Each thread makes
// a file in tmp/, writes it, syncs it, renames it into new/ and syncs that, over descriptors that are open from the start. One line of JSON.
//   limit [-t THREADS] [-T SECONDS] [-s BYTES] [-u USERS] [-j] FOLDER
//   -j  a journal in place of both syncs: all mails that wait are written into one of two files, and one fdatasync makes them durable; when a file is full, syncfs empties it
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int threads = 32, users = 1000, *tmp, *new;
static long size = 4096;
static char *mail;
static atomic_long files;
static uint64_t until;

enum { BLOCK = 4096, HALF = 64 << 20 };
static int with_journal, journal[2], half;
static int is_free[2] = { 1, 1 };               // of a half: nothing in it that is not synced where it belongs
static char *batches[2];
static size_t filled;                           // of the batch that forms
static off_t position;
static long forming = 1, durable;
static int is_led;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec; }

// syncs what a full half holds, and gives it back
static void *sweep(void *number) {
    int full = (int)(intptr_t)number;
    if (syncfs(journal[full])) die("limit: syncfs");
    pthread_mutex_lock(&turn);
    is_free[full] = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&turn);
    return NULL;
}

static void write_batch(char *bytes, size_t length) {
    length = (length + BLOCK - 1) / BLOCK * BLOCK;
    if (position + (off_t)length > HALF) {
        pthread_t sweeper;
        if (pthread_create(&sweeper, NULL, sweep, (void *)(intptr_t)half) || pthread_detach(sweeper)) die("limit: thread");
        pthread_mutex_lock(&turn);
        while (!is_free[1 - half]) pthread_cond_wait(&changed, &turn);
        half = 1 - half; is_free[half] = 0; position = 0;
        pthread_mutex_unlock(&turn);
    }
    if (pwrite(journal[half], bytes, length, position) != (ssize_t)length || fdatasync(journal[half])) die("limit: journal");
    position += (off_t)length;
}

static void commit(void) {
    pthread_mutex_lock(&turn);
    long mine = forming;
    memcpy(batches[mine & 1] + filled, mail, (size_t)size);
    filled += (size_t)size;
    while (durable < mine) {
        if (is_led) { pthread_cond_wait(&changed, &turn); continue; }
        size_t length = filled;
        is_led = 1; forming++; filled = 0;
        pthread_mutex_unlock(&turn);
        write_batch(batches[mine & 1], length);
        pthread_mutex_lock(&turn);
        durable = mine; is_led = 0;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&turn);
}

static void lay_out_journal(void) {
    char *zeros = calloc(1, HALF);
    for (int i = 0; i < 2; i++) {
        char path[] = "journal0"; path[7] = (char)('0' + i);
        journal[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (journal[i] < 0 || pwrite(journal[i], zeros, HALF, 0) != HALF || fsync(journal[i])) die("limit: journal");
        batches[i] = calloc(1, (size_t)threads * (size_t)size + BLOCK);
    }
    is_free[0] = 0;
    free(zeros);
}

static void *store(void *unused) {
    while (now() < until) {
        long number = atomic_fetch_add(&files, 1);
        int user = (int)(number % users);
        char name[64];
        snprintf(name, sizeof name, "%ld.M%ldP%d.limit", (long)(until / 1000000000u), number, getpid());
        int file = openat(tmp[user], name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 || write(file, mail, (size_t)size) != size || (!with_journal && fsync(file)) || close(file)) die("limit: tmp");
        if (with_journal) commit();
        if (renameat(tmp[user], name, new[user], name) || (!with_journal && fsync(new[user]))) die("limit: new");
    }
    return unused;
}

int main(int count, char **arguments) {
    double seconds = 2;
    for (int option; (option = getopt(count, arguments, "t:T:s:u:j")) != -1;) switch (option) {
        case 't': threads = atoi(optarg); break;
        case 'T': seconds = atof(optarg); break;
        case 's': size = atol(optarg); break;
        case 'u': users = atoi(optarg); break;
        case 'j': with_journal = 1; break;
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
    if (with_journal) lay_out_journal();
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

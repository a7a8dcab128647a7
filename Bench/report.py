"""The tables that the bench prints: ratios first, absolute numbers only as an indication."""

from statistics import median

TITLES = {
    "get": "GET by id", "filter": "filter userName eq", "list": "list of 100", "post": "POST",
    "patch": "PATCH active", "member-small": "group PATCH, 10 members",
    "member-large": "group PATCH, 10,000 members"}
# The least share of the floor's throughput.
TARGETS = {
    "get": 0.85, "filter": 0.80, "list": 0.50, "post": 0.65, "patch": 0.65, "member-small": 0.40,
    "member-large": 0.40}
SLOWDOWN_MAX = 1.3
PEAK_BYTES_MAX = 30_000_000
COLD_MILLISECONDS_MAX = 3  # beyond the static program
# What others wait at the median while the worst requests are served, in seconds.
GET_SECONDS_MAX, POST_SECONDS_MAX = 0.1, 0.5


def rate(run):
    return run["requests"] / run["microseconds"] * 1e6


def quotients(above, below):
    return [rate(a) / rate(b) for a, b in zip(above, below) if b["requests"]]


def cpu(runs):
    """Microseconds a request, over all runs."""
    return sum(r["cpu"] for r in runs) * 1e6 / max(1, sum(r["requests"] for r in runs))


def size_of(runs):
    return sum(r["bytes"] for r in runs) / max(1, sum(r["requests"] for r in runs))


def best(above, below):
    """The quotient of the fastest runs: others' work on the machine only ever slows a run."""
    return f"{max(map(rate, above)) / max(1, *map(rate, below)):.2f}"


def spread(values):
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})" if values else "–"


def verdict(is_reached):
    return "reached" if is_reached else "MISSED"


def table(head, rows):
    """Aligned columns: the first to the left, the others to the right."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        first, *others = zip(map(str, row), widths)
        print(first[0].ljust(first[1]), *(text.rjust(width) for text, width in others), sep="  ")
    print()


def throughput(results, sizes, subject):
    """Each operation's requests a second as a share of the floor's, and what a request costs."""
    rows = []
    for operation in TITLES:
        for size in sizes:
            ours, floor = results.get((operation, subject, size)), results.get(
                (operation, "floor", size))
            if not ours or not floor:
                continue
            share, target = quotients(ours, floor), TARGETS[operation]
            rows.append([
                TITLES[operation], f"{size:,}", best(ours, floor), spread(share),
                f"≥ {target:.2f}", verdict(bool(share) and median(share) >= target),
                f"{cpu(ours):.0f} / {cpu(floor):.0f}",
                f"{size_of(ours):.0f} / {size_of(floor):.0f}",
                f"{median(map(rate, ours)):.0f} / {median(map(rate, floor)):.0f}"])
    table(["operation", "users", "best runs", f"{subject} ÷ floor", "target", "", "CPU µs",
           "bytes", "req/s (indication)"], rows)


def slowdown_row(title, ours, floor):
    factor = quotients(*ours)
    by_cpu = [f"{cpu(large) / cpu(small):.2f}" for small, large in (ours, floor)]
    return [title, spread(factor), f"≤ {SLOWDOWN_MAX}", verdict(median(factor) <= SLOWDOWN_MAX),
            by_cpu[0], spread(quotients(*floor)), by_cpu[1]]


def slowdowns(results, sizes, subject):
    """How much slower a large directory and a large group are than a small one."""
    small, large = sizes
    rows = []
    for operation in ("get", "filter", "list", "post", "patch"):
        if (operation, subject, large) not in results:
            continue
        pairs = [[results[operation, name, size] for size in sizes] for name in (subject, "floor")]
        rows.append(slowdown_row(f"{TITLES[operation]}, {large:,} users : {small:,}", *pairs))
    if {("member-small", subject, large), ("member-large", subject, large)} <= results.keys():
        pairs = [[results[operation, name, large] for operation in ("member-small", "member-large")]
                 for name in (subject, "floor")]
        rows.append(slowdown_row("add one member, 10,000 members : 10", *pairs))
    table(["times slower", subject, "target", "", "by CPU", "floor", "by CPU"], rows)


def memory(peaks, subject):
    """`peaks`: name → bytes; those of the subject and of what it does have a target."""
    limit = f"≤ {PEAK_BYTES_MAX / 1e6:.0f} MB"
    rows = [[f"peak memory of a process, {name}", f"{peak / 1e6:.1f} MB",
             *([limit, verdict(peak <= PEAK_BYTES_MAX)] if name.startswith(subject)
               else ["–", ""])]
            for name, peak in peaks.items()]
    table(["memory", "", "target", ""], rows)


def cold(times, static_name):
    limit = times[static_name][0] + COLD_MILLISECONDS_MAX
    rows = [[name, f"{middle:.2f} ms", f"{least:.2f} ms", f"≤ {limit:.2f} ms",
             verdict(middle <= limit)] for name, (middle, least) in times.items()]
    rows[0][3:] = ["–", ""]  # the static program itself
    table(["cold CGI request, CPU", "median", "least", "target", ""], rows)


def worst(rows, users):
    """How long each of the slowest requests took, and what others waited meanwhile."""
    table([f"worst requests at {users:,} users", "status", "longest", "target", "GET", "POST", "refused", ""],
          [worst_row(row) for row in rows])
    print(f"GET and POST: another client's at the median meanwhile, at most "
          f"{GET_SECONDS_MAX * 1000:.0f} and {POST_SECONDS_MAX * 1000:.0f} ms; refused: how many "
          "of them got an error.\n")


def worst_row(row):
    get, post = (median(waits) if waits else 0 for waits in (row.gets, row.posts))
    is_reached = (row.seconds <= row.seconds_max and get <= GET_SECONDS_MAX
                  and post <= POST_SECONDS_MAX and not row.refused
                  and not {500, 502, 504} & set(row.statuses))
    return [row.name, " ".join(map(str, row.statuses)), f"{row.seconds:.2f} s",
            f"≤ {row.seconds_max} s", f"{get * 1000:.1f} ms", f"{post * 1000:.1f} ms",
            row.refused, verdict(is_reached)]


def trouble(results):
    """Says where requests failed, since such a row measures something else."""
    for (operation, name, size), runs in results.items():
        refused, broken = (sum(r[key] for r in runs) for key in ("refused", "broken"))
        if refused or broken:
            print(f"NOT VALID: {TITLES[operation]}, {name}, {size:,} users: "
                  f"{refused} answers with an error status, {broken} broken off")

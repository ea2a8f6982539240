import Files
import Glibc
import Platform

/// What the kernel says of this process, under Prometheus' usual names.
struct ProcessMetrics {
    /// When the process began to serve.
    let started: UnixTime

    func add(to text: inout Exposition) {
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = [usage.ru_utime, usage.ru_stime].reduce(0.0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
        }
        text.single(
            "process_cpu_seconds_total", .counter, "Processor time, user and system.", seconds)
        text.single(
            "process_resident_memory_bytes", .gauge, "Resident memory.", Double(residentMemory))
        if let files = try? fileNames(inFolder: "/proc/self/fd") {
            text.single(
                "process_open_fds", .gauge, "Open file descriptors.", Double(files.count))
        }
        text.single(
            "process_start_time_seconds", .gauge, "When the daemon started.",
            Double(started.nanoseconds) / 1e9)
    }
}
